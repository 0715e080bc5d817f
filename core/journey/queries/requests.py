"""What units have asked for on a ticket: to give it back, for more time, for the time to stand still; and the answers."""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sqlalchemy import and_, select

from core.kit.saying import said
from core.routing.models import Assignment, ReturnRequest
from core.routing.returns import RETURN_REASONS
from core.sla.labels import PAUSE_LABELS
from core.sla.models import ExtensionRequest, PauseRequest
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.units.queries import directory

RowT = TypeVar("RowT", ReturnRequest, ExtensionRequest, PauseRequest)
REQUEST_LABELS = {
    "pending": "待决定",
    "approved": "已同意",
    "denied": "不同意",
    "withdrawn": "已撤回",
    "lapsed": "已失效",
    "holding": "挂起中",
    "ended": "已恢复计时",
}


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided on a request, by whom and why."""

    words: str
    by: str
    at: datetime
    note: str


@dataclass(frozen=True, slots=True)
class RequestLine:
    """One request. `wish` says in words what was asked for, `ground` why, `evidence` with what proof.

    Of a return, `clause` is what the unit relies on, `duty_item` what the duty list said of the ticket that day.
    """

    id: int
    assignment_id: int
    unit_id: int
    unit: str
    unit_code: str
    wish: str
    ground: str
    evidence: str
    by: str
    by_id: int | None
    at: datetime
    state: str
    state_label: str
    decision: Decision | None
    days: int = 0
    proposed_unit: str | None = None
    until: datetime | None = None
    clause: str = ""
    duty_item: str = ""

    @property
    def is_pending(self) -> bool:
        return self.state == "pending"


def returns_of(scope: Scope, ticket: Ticket) -> tuple[RequestLine, ...]:
    """Return the requests to give the ticket back 退单申请, the newest first."""
    units = directory(scope)
    return tuple(
        _line(
            scope,
            row,
            unit_id,
            wish="退单",
            ground=RETURN_REASONS[row.reason_code],
            evidence=row.evidence,
            proposed_unit=units.name_of(row.proposed_unit_id) if row.proposed_unit_id else None,
            clause=row.clause,
            duty_item=row.duty_item,
        )
        for row, unit_id in _asked(scope, ticket, ReturnRequest)
    )


def extensions_of(scope: Scope, ticket: Ticket) -> tuple[RequestLine, ...]:
    """Return the requests for more time 延期申请, the newest first."""
    return tuple(
        _line(
            scope,
            row,
            unit_id,
            wish=said("延期 {days_asked} 个工作日", days_asked=row.days_asked),
            ground=row.reason,
            days=row.days_asked,
            granted=said("同意 {days_granted} 个工作日", days_granted=row.days_granted) if row.days_granted else "",
        )
        for row, unit_id in _asked(scope, ticket, ExtensionRequest)
    )


def pauses_of(scope: Scope, ticket: Ticket) -> tuple[RequestLine, ...]:
    """Return the requests that time stand still 挂起申请, the newest first."""
    return tuple(
        _line(
            scope,
            row,
            unit_id,
            wish=said("挂起 {days} 个工作日", days=row.days),
            ground=PAUSE_LABELS[row.reason_code],
            evidence=row.evidence,
            days=row.days,
            until=row.resumes_at if row.state == "holding" else row.ended_at,
            granted="同意挂起" if row.resumes_at else "",
        )
        for row, unit_id in _asked(scope, ticket, PauseRequest)
    )


def _asked(scope: Scope, ticket: Ticket, table: type[RowT]) -> list[tuple[RowT, int]]:
    """Return the requests of a kind with the units that made them, the newest first."""
    rows = scope.session.execute(
        select(table, Assignment.unit_id)
        .join(Assignment, and_(Assignment.tenant_id == table.tenant_id, Assignment.id == table.assignment_id))
        .where(table.tenant_id == scope.tenant.id, table.ticket_id == ticket.id)
        .order_by(table.requested_at.desc(), table.id.desc())
    )
    return [(row, unit_id) for row, unit_id in rows]


def _line(
    scope: Scope,
    row: ReturnRequest | ExtensionRequest | PauseRequest,
    unit_id: int,
    *,
    wish: str,
    ground: str,
    evidence: str = "",
    days: int = 0,
    granted: str = "",
    proposed_unit: str | None = None,
    until: datetime | None = None,
    clause: str = "",
    duty_item: str = "",
) -> RequestLine:
    label = REQUEST_LABELS[row.state]
    decision = None
    if row.decided_at is not None:
        decision = Decision(granted or label, row.decided_by or "", row.decided_at, row.decision_note)
    unit = directory(scope).unit_of_id(unit_id)
    return RequestLine(
        id=row.id,
        assignment_id=row.assignment_id,
        unit_id=unit_id,
        unit=directory(scope).name_of(unit_id),
        unit_code=unit.code if unit else "",
        wish=wish,
        ground=ground,
        evidence=evidence,
        by=row.requested_by,
        by_id=row.requested_by_id,
        at=row.requested_at,
        state=row.state,
        state_label=label,
        decision=decision,
        days=days,
        proposed_unit=proposed_unit,
        until=until,
        clause=clause,
        duty_item=duty_item,
    )
