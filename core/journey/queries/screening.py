"""What was set aside as no valid appeal, and what waits for a second look; and how many there are of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, select

from core.intake.screening.settings import invalid_label
from core.statistics.codes import counts_by_code
from core.statistics.periods import Month
from core.statistics.queries import Cube, counts
from core.tenancy.scope import Scope
from core.tickets.models import Ticket, TicketEvent
from core.tickets.screening import DOUBTED, INVALID, SCREENABLE

PAGE = 100


@dataclass(frozen=True, slots=True)
class ScreenedLine:
    """A ticket that is doubted or was set aside: why, by whom, and when the last of it was said."""

    serial_no: str
    title: str
    reason: str
    submitted_at: datetime
    by: str
    at: datetime | None
    words: str


@dataclass(frozen=True, slots=True)
class ScreenedPage:
    """The tickets of one tab, the newest first: so many in all, of which one page is here."""

    total: int
    page: int
    lines: Sequence[ScreenedLine]

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.total // PAGE))


@dataclass(frozen=True, slots=True)
class Screened:
    """A month's figures: received = valid + invalid + others; `reasons` are the invalid ones by reason in words."""

    received: int
    valid: int
    invalid: int
    reasons: Mapping[str, int]

    @property
    def others(self) -> int:
        """What waits for acceptance, was not accepted, or voided for other reasons."""
        return self.received - self.valid - self.invalid


def count_doubted(scope: Scope) -> int:
    """Return how many wait for a second look."""
    return scope.session.scalar(select(func.count()).where(_within(scope, DOUBTED))) or 0


def screened_tickets(scope: Scope, which: str, *, page: int = 1) -> ScreenedPage:
    """Return what is doubted, or was set aside; nothing of it is ever dropped."""
    within = _within(scope, which)
    newest = (
        select(func.max(TicketEvent.seq))
        .where(
            TicketEvent.tenant_id == Ticket.tenant_id,
            TicketEvent.ticket_id == Ticket.id,
            TicketEvent.kind.in_(("screening", "set_aside")),
        )
        .correlate(Ticket)
        .scalar_subquery()
    )
    said = and_(
        TicketEvent.tenant_id == Ticket.tenant_id, TicketEvent.ticket_id == Ticket.id, TicketEvent.seq == newest
    )
    rows = scope.session.execute(
        select(Ticket, TicketEvent)
        .outerjoin(TicketEvent, said)
        .where(within)
        .order_by(Ticket.submitted_at.desc(), Ticket.id.desc())
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    )
    lines = [
        ScreenedLine(
            ticket.serial_no,
            ticket.title,
            invalid_label(scope.hooks, ticket.invalid_reason),
            ticket.submitted_at,
            entry.actor_name if entry else "",
            entry.at if entry else None,
            entry.summary if entry else "",
        )
        for ticket, entry in rows
    ]
    return ScreenedPage(scope.session.scalar(select(func.count()).where(within)) or 0, page, lines)


def screened_in(scope: Scope, month: Month) -> Screened:
    """Return what a month received, and what of it was valid and what was not, by reason."""
    cube = Cube.of(scope)
    counted = counts(cube, month.span)
    by_code = counts_by_code(cube, "invalid", month.span)
    by_reason = {invalid_label(scope.hooks, code): n for code, n in by_code.items()}
    ordered = dict(sorted(by_reason.items(), key=lambda each: (-each[1], each[0])))
    return Screened(counted.n("received"), counted.n("valid"), counted.n("invalid"), ordered)


def _within(scope: Scope, which: str) -> ColumnElement[bool]:
    still = Ticket.state.in_(SCREENABLE) if which == DOUBTED else Ticket.screened == INVALID
    return and_(Ticket.tenant_id == scope.tenant.id, Ticket.screened == which, still)
