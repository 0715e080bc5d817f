"""Missed reply limits on a ticket as people read them: whose, since when, why, and what was found on it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from core.evaluation.causes import OVERDUE_LABELS
from core.evaluation.models import OverdueCause
from core.evaluation.queries import find_unit_of_cycle
from core.evaluation.subjects import missed_reply_clocks
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.units.queries import directory


@dataclass(frozen=True, slots=True)
class OverrunLine:
    """One missed limit, called by its clock; `unit` None = the desk's own. `stated` and `found` are causes in words."""

    id: int
    unit_id: int | None
    unit: str | None
    cycle: int
    due_at: datetime
    stopped_at: datetime | None
    stated_code: str
    stated: str
    evidence: str
    stated_by: str
    stated_by_id: int | None
    stated_at: datetime | None
    found: str
    finding: str
    found_by: str
    found_at: datetime | None

    @property
    def is_open(self) -> bool:
        """Whether nobody has found on the cause yet."""
        return self.found_at is None

    @property
    def state_label(self) -> str:
        if not self.is_open:
            return "已核定"
        return "待核定" if self.stated else "未说明"


def overruns_of(scope: Scope, ticket: Ticket) -> tuple[OverrunLine, ...]:
    """Return the missed reply limits, the first cycle's first."""
    clocks = missed_reply_clocks(scope, ticket)
    if not clocks:
        return ()
    rows = scope.session.scalars(
        select(OverdueCause).where(OverdueCause.tenant_id == scope.tenant.id, OverdueCause.ticket_id == ticket.id)
    )
    causes = {row.clock_id: row for row in rows}
    lines = []
    for clock in clocks:
        assert clock.due_at is not None
        unit_id, row = find_unit_of_cycle(scope, ticket, clock.cycle_no), causes.get(clock.id)
        lines.append(
            OverrunLine(
                id=clock.id,
                unit_id=unit_id,
                unit=directory(scope).name_of(unit_id) if unit_id else None,
                cycle=clock.cycle_no,
                due_at=clock.due_at,
                stopped_at=clock.stopped_at,
                stated_code=row.stated if row else "",
                stated=OVERDUE_LABELS[row.stated] if row and row.stated else "",
                evidence=row.evidence if row else "",
                stated_by=(row.stated_by or "") if row else "",
                stated_by_id=row.stated_by_id if row else None,
                stated_at=row.stated_at if row else None,
                found=OVERDUE_LABELS[row.found] if row and row.found else "",
                finding=row.finding if row else "",
                found_by=(row.found_by or "") if row else "",
                found_at=row.found_at if row else None,
            )
        )
    return tuple(lines)
