"""Reading cases of accountability: the list, and one with its steps and evidence."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, or_, select

from core.escalation.accountability.labels import ENDED, OUTCOME_LABELS, RUNG_LABELS, STATE_LABELS
from core.escalation.accountability.models import AccountabilityCase, AccountabilityEvidence, AccountabilityStep
from core.escalation.accountability.rules import next_rung, proposed_rung
from core.escalation.accountability.rules_in_force import rules_of
from core.kit.errors import Refused
from core.kit.saying import said
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.units.queries import directory


class NoSuchCaseNumber(Refused):
    """There is no case of accountability with this number."""

    code = "no-such-case"


@dataclass(frozen=True, slots=True)
class CaseLine:
    """A case as lists show it. `outcome` is what holds now, empty as long as nothing was decided."""

    id: int
    label: str
    code: str
    serial_no: str
    unit_id: int
    unit: str
    authority: str
    officer: str
    state: str
    rung: str
    outcome: str
    measure: str
    opened_at: datetime
    decided_at: datetime | None
    ended_at: datetime | None
    is_silent: bool

    @property
    def state_label(self) -> str:
        return STATE_LABELS[self.state]

    @property
    def rung_label(self) -> str:
        return RUNG_LABELS.get(self.rung, "")

    @property
    def outcome_label(self) -> str:
        return OUTCOME_LABELS.get(self.outcome, "")

    @property
    def is_open(self) -> bool:
        return self.state not in ENDED


def cases(
    scope: Scope,
    *,
    unit_id: int | None = None,
    authority_unit_id: int | None = None,
    state: str = "",
    live: bool = False,
    most: int = 500,
) -> tuple[CaseLine, ...]:
    """Return cases, the newest first: of an accused unit, in the hands of an authority, in a state, or those under way."""
    query = _selected(scope)
    if unit_id is not None:
        query = query.where(AccountabilityCase.unit_id == unit_id)
    if authority_unit_id is not None:
        query = query.where(
            or_(
                AccountabilityCase.authority_unit_id == authority_unit_id,
                AccountabilityCase.authority_unit_id.is_(None),
            )
        )
    if state:
        query = query.where(AccountabilityCase.state == state)
    if live:
        query = query.where(AccountabilityCase.state.not_in(ENDED))
    newest = query.order_by(AccountabilityCase.opened_at.desc(), AccountabilityCase.id.desc()).limit(most)
    return _lines(scope, newest)


def case_numbered(scope: Scope, code: str) -> AccountabilityCase:
    """Return the case of a number such as `2026-3`. Raises `NoSuchCaseNumber`."""
    year, _, number = code.strip().partition("-")
    found = None
    if year.isdecimal() and number.isdecimal() and len(code) <= 20:
        found = scope.session.scalar(
            select(AccountabilityCase).where(
                AccountabilityCase.tenant_id == scope.tenant.id,
                AccountabilityCase.year == int(year[:9]),
                AccountabilityCase.number == int(number[:9]),
            )
        )
    if found is None:
        raise NoSuchCaseNumber(
            said("没有编号为 {code} 的问责案件。请从案件列表中选择，写成“年-号”，例如 2026-3。", code=code)
        )
    return found


def line_of(scope: Scope, case: AccountabilityCase) -> CaseLine:
    """Return a case as lists show it."""
    return _lines(scope, _selected(scope).where(AccountabilityCase.id == case.id))[0]


def steps_of(scope: Scope, case: AccountabilityCase) -> Sequence[AccountabilityStep]:
    """Return the steps of a case in their order."""
    return scope.session.scalars(
        select(AccountabilityStep)
        .where(AccountabilityStep.tenant_id == scope.tenant.id, AccountabilityStep.case_id == case.id)
        .order_by(AccountabilityStep.number)
    ).all()


def evidence_of(scope: Scope, case: AccountabilityCase) -> Sequence[AccountabilityEvidence]:
    """Return the evidence of a case in the order in which it was put in."""
    return scope.session.scalars(
        select(AccountabilityEvidence)
        .where(AccountabilityEvidence.tenant_id == scope.tenant.id, AccountabilityEvidence.case_id == case.id)
        .order_by(AccountabilityEvidence.id)
    ).all()


def earlier_in_year(scope: Scope, case: AccountabilityCase) -> int:
    """Return how many earlier cases of the year held the unit responsible, by what holds now."""
    return (
        scope.session.scalar(
            select(func.count())
            .select_from(AccountabilityCase)
            .where(
                AccountabilityCase.tenant_id == scope.tenant.id,
                AccountabilityCase.unit_id == case.unit_id,
                AccountabilityCase.year == case.year,
                AccountabilityCase.number < case.number,
                AccountabilityCase.outcome == "responsible",
            )
        )
        or 0
    )


def rung_due(scope: Scope, case: AccountabilityCase) -> str:
    """Return the rung that comes next in a case, by the unit's earlier ones and what was taken; empty = the ladder is done."""
    return next_rung(case.rung, proposed_rung(rules_of(scope).rules, earlier_in_year(scope, case)))


def _selected(scope: Scope) -> Select[AccountabilityCase, str]:
    return (
        select(AccountabilityCase, Ticket.serial_no)
        .join(Ticket, (Ticket.tenant_id == AccountabilityCase.tenant_id) & (Ticket.id == AccountabilityCase.ticket_id))
        .where(AccountabilityCase.tenant_id == scope.tenant.id)
    )


def _lines(scope: Scope, query: Select[AccountabilityCase, str]) -> tuple[CaseLine, ...]:
    units = directory(scope)
    return tuple(
        CaseLine(
            id=case.id,
            label=case.label,
            code=case.code,
            serial_no=serial_no,
            unit_id=case.unit_id,
            unit=units.name_of(case.unit_id),
            authority=units.name_of(case.authority_unit_id) if case.authority_unit_id else "",
            officer=case.officer,
            state=case.state,
            rung=case.rung,
            outcome=case.outcome,
            measure=case.measure,
            opened_at=case.opened_at,
            decided_at=case.decided_at,
            ended_at=case.ended_at,
            is_silent=case.silent_since is not None,
        )
        for case, serial_no in scope.session.execute(query)
    )
