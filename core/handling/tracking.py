"""Looking again 效能追踪: a day set for a concluded ticket, and what was found on it. Flushes, never commits."""

from datetime import date, datetime, timedelta

from sqlalchemy import select

from core.handling.models import Tracking
from core.kit.errors import Refused
from core.kit.saying import said
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.tickets.service import note
from core.tickets.timeline import Order

MOST_DAYS = 366
STATE_LABELS = {"open": "待再看", "holds": "效果保持", "fails": "问题反复", "dropped": "不再追踪"}


class TrackingUnusable(Refused):
    """The day to look again lies too far off, or is none."""

    code = "tracking-unusable"


class NoTracking(Refused):
    """No day is set for the ticket."""

    code = "no-tracking"


def find_tracking(scope: Scope, ticket: Ticket) -> Tracking | None:
    """Return the day that is set for the ticket, if there is one."""
    return scope.session.scalar(
        select(Tracking).where(
            Tracking.tenant_id == scope.tenant.id, Tracking.ticket_id == ticket.id, Tracking.state == "open"
        )
    )


def set_tracking(scope: Scope, ticket: Ticket, order: Order, *, days: int, why: str) -> Tracking:
    """Set the day so many days from today on which the desk looks again; another one takes the place of the one before.

    Raises `TrackingUnusable`.
    """
    if not 1 <= days <= MOST_DAYS:
        raise TrackingUnusable(said("再看的日子要在 1 到 {most_days} 天以后。请改正后再提交。", most_days=MOST_DAYS))
    if (before := find_tracking(scope, ticket)) is not None:
        close(before, "dropped", order, found="另定了日子")
        scope.session.flush()
    tracking = Tracking(
        tenant_id=scope.tenant.id,
        id=scope.new_id(),
        ticket_id=ticket.id,
        due_on=day_of(scope, order.now) + timedelta(days=days),
        why=why,
        set_by=order.actor.name,
        set_at=order.now,
    )
    scope.session.add(tracking)
    words = said("定于 {due_on} 再看效果：{why}", due_on=tracking.due_on, why=why)
    note(scope, ticket, "tracking", order, summary=words, detail={"tracking": tracking.id})
    return tracking


def close(tracking: Tracking, state: str, order: Order, *, found: str) -> None:
    """Say what was found, or that nobody looks any more."""
    tracking.state, tracking.found = state, found
    tracking.looked_by, tracking.looked_at = order.actor.name, order.now


def day_of(scope: Scope, now: datetime) -> date:
    """Return the day in the tenant's zone."""
    return now.astimezone(scope.tenant.zone).date()
