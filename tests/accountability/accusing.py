"""Driving a ticket past its limit, and working the case that comes of it."""

from collections.abc import Sequence
from typing import Any

from core.escalation.accountability.models import AccountabilityCase, AccountabilityEvidence, AccountabilityStep
from core.hooks.values import AccountabilityRules, EscalationStep, Exemption, TicketView, Trigger
from core.journey import accountability
from core.people.service import open_account
from core.tenancy.scope import Installation
from core.tickets.models import Ticket
from core.tickets.timeline import Actor
from tests.builders import beijing, make_actor, make_district
from tests.press.pressing import Pressing

OVERDUE = "2026-03-19 18:00"
NEXT_DAY = "2026-03-20 09:00"
STATED = "2026-03-20 10:00"
SILENT = "2026-03-24 18:01"
"""A minute after the time for the statement is over: three working days from the case."""
DECIDED = "2026-03-25 09:00"
APPEALED = "2026-03-26 09:00"
LATER = "2026-04-10 09:00"
"""When nobody can appeal any more."""


def accuse(trigger: Trigger) -> Sequence[EscalationStep]:
    """Open a case when the reply is overdue."""
    if (trigger.clock, trigger.mark) != ("reply", "overdue"):
        return [EscalationStep("inbox", "desk", "不催办", "accuse/quiet", "未到期")]
    return [EscalationStep("case", "discipline", "{unit}超期", "accuse/case", "超时未答复")]


def spare(ticket: TicketView) -> Sequence[Exemption]:
    """Propose exemption where a court has it."""
    return [Exemption("accuse/court", "涉法涉诉")] if "法院" in ticket.text else []


def rules() -> Sequence[AccountabilityRules]:
    """Have the government take cases against the commission."""
    return [AccountabilityRules(substitute="government")]


class Accused(Pressing):
    """A district with a commission of two officers, and a ticket that its unit lets run over."""

    officers: dict[str, Actor]

    def overdue(self, at: str = OVERDUE, *, lead: str = "roads", **appeal: Any) -> AccountabilityCase:
        """Take a ticket in, dispatch it, and let its time run out; return the case."""
        self.take_in("2026-03-12 10:00", **appeal)
        self.dispatch("2026-03-12 10:10", lead=lead)
        self.supervise(at)
        return self.case()

    def officer(self, name: str, *, unit: str | None = "discipline", roles: Sequence[str] = ("discipline",)) -> Actor:
        """Open an account and return who it is."""
        unit_id = self.unit_id(unit) if unit else None
        account = self.run(
            lambda scope: (
                open_account(
                    scope,
                    login=f"o{scope.new_id()}",
                    name=name,
                    password=None,
                    roles=roles,
                    unit_id=unit_id,
                    is_demonstration=True,
                    now=beijing("2026-03-01 09:00"),
                ).id
            )
        )
        return make_actor(name, *roles, id=account, unit_id=unit_id)

    def cases(self) -> list[AccountabilityCase]:
        return self.rows(AccountabilityCase, AccountabilityCase.id)

    def case(self) -> AccountabilityCase:
        """Return the ticket's newest case."""
        return self.cases()[-1]

    def steps(self) -> list[tuple[str, str]]:
        """Return kind and code of each step of the ticket's cases."""
        return [(each.kind, each.code) for each in self.rows(AccountabilityStep, AccountabilityStep.id)]

    def evidence(self) -> list[AccountabilityEvidence]:
        return self.rows(AccountabilityEvidence, AccountabilityEvidence.id)

    def act(self, name: str, at: str, actor: Actor, **how: Any) -> Ticket:
        """Give a command on the newest case."""
        return self.do(getattr(accountability, name), at, actor=actor, **{"case_id": self.case().id, **how})

    def state(self, at: str = STATED, **how: Any) -> Ticket:
        return self.act("state_facts", at, self.clerk("roads"), **{"text": "材料延误，已整改", **how})

    def decide(self, officer: Actor, at: str = DECIDED, *, outcome: str = "responsible", **how: Any) -> Ticket:
        words = {"grounds": "超期事实清楚", "measure": "书面检查" if outcome == "responsible" else ""}
        return self.act("decide_case", at, officer, outcome=outcome, **{**words, **how})

    def appeal(self, at: str = APPEALED, **how: Any) -> Ticket:
        return self.act("appeal_case", at, self.clerk("roads"), **{"grounds": "派单系统当日停机", **how})

    def settle(self, officer: Actor, at: str = "2026-03-27 09:00", *, outcome: str = "not_responsible") -> Ticket:
        return self.act("decide_case_appeal", at, officer, outcome=outcome, grounds="停机属实")


def make_accused(installation: Installation) -> Accused:
    """Make a district whose commission has two officers."""
    units = [
        ("discipline", "纪委监委", "discipline"),
        ("government", "区政府办", "government"),
        ("roads-north", "道路北段", "section"),
    ]
    slug = make_district(installation, features={"accuse": {}}, units=units, parents={"roads-north": "roads"})
    walk = Accused(installation, slug)
    walk.officers = {name: walk.officer(name) for name in ("纪检甲", "纪检乙")}
    return walk
