"""Replaying a scenario through the product's own journeys, on its own days and clock, in one transaction.

One transaction, because marks of those past days must be fired at their own times: no other process may see a timer
that was due years ago and press a unit for it today.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import cast

from sqlalchemy import func, select

from core.hooks.values import Complexity, Nature, Urgency
from core.intake.rules import Appeal
from core.journey import conclude, desk, handle
from core.journey.accept import accept
from core.journey.supervise import supervise
from core.kit.errors import Refused
from core.sla.models import Timer
from core.tenancy.scope import Scope
from core.tickets.contact import Contact
from core.tickets.models import Ticket, TicketEvent
from core.tickets.states import WAITING_FOR_DISPATCH
from core.tickets.timeline import Actor
from core.units.queries import directory
from tenants import steps as verbs
from tenants.scenario import Scenario
from tenants.steps import Step

DESK = Actor("staff", "受理席")
REVIEWER = Actor("staff", "审核席")
LEVELS = {"city": "市领导", "district": "区领导", "street": "镇街领导"}


class ReplayDiffers(Refused):
    """The product did not do what the scenario says it does."""

    code = "replay-differs"


@dataclass
class Replay:
    """A scenario under way: the tickets by their labels, and how far each one's timeline had come at the last step."""

    scope: Scope
    scenario: Scenario
    serials: dict[str, str] = field(default_factory=dict)
    seen: dict[str, int] = field(default_factory=dict)

    def run(self) -> list[str]:
        """Do all steps that are not there yet and return the serial numbers, in order of the labels' first use.

        A scenario that was replayed before is found by its tickets and left as it is. Raises `ReplayDiffers`.
        """
        for step in self.scenario.steps:
            if isinstance(step, verbs.Accept):
                if not self._accept(step):
                    self._find_rest()
                    break
                continue
            self._let_time_pass(step.at)
            if isinstance(step, verbs.Advance):
                self._check_advance(step)
            else:
                _DOING[type(step)](self, step)
            self.seen[step.ticket] = self.ticket(step).version
        return list(self.serials.values())

    def ticket(self, step: Step) -> Ticket:
        """Return the ticket that the step is about."""
        serial_no = self.serials[step.ticket]
        found = self.scope.session.scalar(
            select(Ticket).where(Ticket.tenant_id == self.scope.tenant.id, Ticket.serial_no == serial_no)
        )
        assert found is not None
        return found

    def by_unit(self, code: str) -> Actor:
        """Return the clerk of a unit as an actor, the desk for none."""
        return Actor("staff", directory(self.scope).get_unit(code).name) if code else DESK

    def unit_id(self, code: str) -> int:
        return directory(self.scope).get_unit(code).id

    def _accept(self, step: verbs.Accept) -> bool:
        self._let_time_pass(step.at)
        appeal = Appeal(
            channel=step.channel,
            text=step.text,
            title=step.title,
            place=step.place,
            mailbox=step.mailbox,
            contact=Contact(step.contact, step.phone, keep_private=step.keep_private),
            external_id=self._external_id(step.ticket),
            submitted_at=step.submitted_at,
            nature=cast(Nature | None, step.nature or None),
            matter=step.matter or None,
            urgency=cast(Urgency | None, step.urgency or None),
            complexity=cast(Complexity, step.complexity),
            affected_count=step.affected,
        )
        accepted = accept(self.scope, appeal, actor=DESK, now=step.at)
        self.serials[step.ticket] = accepted.serial_no
        self.seen[step.ticket] = self.ticket(step).version
        return accepted.created

    def _find_rest(self) -> None:
        for step in self.scenario.steps:
            if isinstance(step, verbs.Accept) and step.ticket not in self.serials:
                self._accept(step)

    def _external_id(self, label: str) -> str:
        return f"case/{self.scenario.id}/{label}"

    def _let_time_pass(self, until: datetime) -> None:
        """Fire every mark reached before `until`, each at its own instant."""
        following = select(func.min(Timer.fire_at)).where(
            Timer.tenant_id == self.scope.tenant.id, Timer.fire_at <= until
        )
        while (at := self.scope.session.scalar(following)) is not None:
            if not supervise(self.scope, now=at):
                break  # what is left waits for a review to end
            self.scope.session.flush()

    def _check_advance(self, step: verbs.Advance) -> None:
        entries = self.scope.session.scalars(
            select(TicketEvent).where(
                TicketEvent.tenant_id == self.scope.tenant.id,
                TicketEvent.ticket_id == self.ticket(step).id,
                TicketEvent.seq > self.seen[step.ticket],
            )
        )
        happened = {str(entry.detail.get(key)) for entry in entries for key in ("light", "kind")}
        if missing := [what for what in step.expect if what not in happened]:
            raise ReplayDiffers(
                f"案例 {self.scenario.id} 到 {step.at:%Y-%m-%d %H:%M} 应出现 {'、'.join(missing)}，实际没有。"
                "请检查该区启用的功能和设置是否与案例一致。"
            )


def _classify(replay: Replay, step: verbs.Classify) -> None:
    desk.correct(
        replay.scope,
        replay.serials[step.ticket],
        nature=cast(Nature, step.nature),
        matter=step.matter or None,
        complexity=cast(Complexity, step.complexity),
        actor=DESK,
        now=step.at,
    )


def _dispatch(replay: Replay, step: verbs.Dispatch) -> None:
    ticket = replay.ticket(step)
    units = directory(replay.scope)
    lead = step.unit
    if not lead and ticket.state in WAITING_FOR_DISPATCH:
        suggested = units.unit_of_id(ticket.suggested_unit_id) if ticket.suggested_unit_id else None
        lead = suggested.code if suggested else units.desk.code
    if lead and ticket.state in WAITING_FOR_DISPATCH:
        desk.dispatch(
            replay.scope, ticket.serial_no, lead=lead, co=step.co, reason=step.reason, actor=DESK, now=step.at
        )
        ticket = replay.ticket(step)
    went_to = units.unit_of_id(ticket.lead_unit_id) if ticket.lead_unit_id else None
    wanted = step.expect or step.unit
    if wanted and (went_to is None or went_to.code != wanted):
        where = went_to.name if went_to else "派单台"
        raise ReplayDiffers(
            f"案例 {replay.scenario.id} 应派给 {units.get_unit(wanted).name}，实际到了 {where}。请检查派单规则和职责清单。"
        )


def _answer(replay: Replay, step: verbs.Answer) -> None:
    desk.answer_directly(
        replay.scope,
        replay.serials[step.ticket],
        text=step.text,
        disposition=step.disposition,
        actor=Actor("staff", step.by) if step.by else DESK,
        now=step.at,
    )


def _sign(replay: Replay, step: verbs.Sign) -> None:
    actor, unit_id = replay.by_unit(step.unit), replay.unit_id(step.unit)
    handle.sign(replay.scope, replay.serials[step.ticket], unit_id=unit_id, actor=actor, now=step.at)


def _return(replay: Replay, step: verbs.Return) -> None:
    actor, unit_id = replay.by_unit(step.unit), replay.unit_id(step.unit)
    handle.give_back(
        replay.scope, replay.serials[step.ticket], unit_id=unit_id, reason=step.text, actor=actor, now=step.at
    )


def _on_site(replay: Replay, step: verbs.OnSite) -> None:
    actor, unit_id = replay.by_unit(step.unit), replay.unit_id(step.unit)
    handle.arrive(replay.scope, replay.serials[step.ticket], unit_id=unit_id, what=step.text, actor=actor, now=step.at)


def _note(replay: Replay, step: verbs.Note) -> None:
    _write(replay, step, step.text, replay.by_unit(step.unit))


def _hand_on(replay: Replay, step: verbs.HandOn) -> None:
    to = directory(replay.scope).get_unit(step.to).name
    _write(replay, step, f"联系 {to}：{step.text}", replay.by_unit(step.unit))


def _consult(replay: Replay, step: verbs.Consult) -> None:
    units = directory(replay.scope)
    tasks = "；".join(f"{units.get_unit(code).name}：{task}" for code, task in step.tasks.items())
    _write(replay, step, f"会商：{step.text}。分工：{tasks}", DESK)


def _instruct(replay: Replay, step: verbs.Instruct) -> None:
    _write(replay, step, f"批示（{LEVELS[step.level]}）：{step.text}", Actor("staff", step.leader))


def _reply(replay: Replay, step: verbs.Reply) -> None:
    handle.reply(
        replay.scope,
        replay.serials[step.ticket],
        unit_id=replay.unit_id(step.unit),
        text=step.text,
        disposition=step.disposition,
        actor=replay.by_unit(step.unit),
        now=step.at,
    )


def _review(replay: Replay, step: verbs.Review) -> None:
    decide = conclude.pass_reply if step.passed else conclude.return_reply
    decide(replay.scope, replay.serials[step.ticket], note=step.text, actor=REVIEWER, now=step.at)


def _follow_up(replay: Replay, step: verbs.FollowUp) -> None:
    conclude.follow_up(
        replay.scope, replay.serials[step.ticket], outcome=step.outcome, remark=step.text, actor=DESK, now=step.at
    )


def _rate(replay: Replay, step: verbs.Rate) -> None:
    conclude.rate(
        replay.scope,
        replay.serials[step.ticket],
        resolved=step.resolved,
        satisfaction=step.satisfaction,
        comment=step.text,
        now=step.at,
    )


def _redo(replay: Replay, step: verbs.Redo) -> None:
    conclude.redo(replay.scope, replay.serials[step.ticket], reason=step.text, actor=DESK, now=step.at)


def _write(replay: Replay, step: Step, what: str, actor: Actor) -> None:
    handle.note(replay.scope, replay.serials[step.ticket], what=what, actor=actor, now=step.at)


_DOING: dict[type[Step], Callable[[Replay, Step], None]] = cast(
    dict[type[Step], Callable[[Replay, Step], None]],
    {
        verbs.Classify: _classify,
        verbs.Dispatch: _dispatch,
        verbs.Answer: _answer,
        verbs.Sign: _sign,
        verbs.Return: _return,
        verbs.OnSite: _on_site,
        verbs.Note: _note,
        verbs.HandOn: _hand_on,
        verbs.Consult: _consult,
        verbs.Instruct: _instruct,
        verbs.Reply: _reply,
        verbs.Review: _review,
        verbs.FollowUp: _follow_up,
        verbs.Rate: _rate,
        verbs.Redo: _redo,
    },
)
