"""The clocks that run on a ticket now, whose they are, and what they come to on the ticket."""

from collections.abc import Iterable

from sqlalchemy import select

from core.hooks.values import Light
from core.kit.saying import said, word
from core.routing.models import Assignment
from core.sla.labels import CLOCK_LABELS
from core.sla.limits import UNLIT
from core.sla.models import Clock
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.units.queries import directory

LIVE = ("running", "paused")
SEVERITY: tuple[Light, ...] = ("green", "yellow", "red")


def live_clocks(scope: Scope, ticket: Ticket) -> list[Clock]:
    """Return the ticket's running and paused clocks in the order in which they were made, those of this transaction too."""
    fresh = [row for row in scope.session.fresh if isinstance(row, Clock) and row.ticket_id == ticket.id]
    kept: Iterable[Clock] = ()
    if ticket not in scope.session.fresh:
        kept = scope.session.scalars(
            select(Clock).where(Clock.tenant_id == scope.tenant.id, Clock.ticket_id == ticket.id, Clock.state.in_(LIVE))
        )
    return sorted((clock for clock in (*fresh, *kept) if clock.state in LIVE), key=lambda clock: clock.id)


def sum_up(scope: Scope, ticket: Ticket, live: Iterable[Clock] | None = None) -> None:
    """Write the worst light and the nearest due time of the live clocks onto the ticket, for lists.

    `live` are the clocks that were live a moment ago, and those started since; None = look them up.
    """
    clocks = live_clocks(scope, ticket) if live is None else live
    pressing = [clock for clock in clocks if clock.state in LIVE and clock.name not in UNLIT]
    ticket.light = max((clock.light for clock in pressing), key=SEVERITY.index, default="green")
    ticket.next_due_at = min((clock.due_at for clock in pressing if clock.due_at), default=None)


def assignment_of(scope: Scope, clock: Clock) -> Assignment | None:
    """Return the assignment whose clock it is, None for those of the ticket or a supervision."""
    if clock.subject != "assignment":
        return None
    for row in scope.session.fresh:
        if isinstance(row, Assignment) and row.id == clock.subject_id:
            return row
    return scope.session.get(Assignment, (scope.tenant.id, clock.subject_id))


def clock_words(scope: Scope, clock: Clock) -> str:
    """Say which clock it is: `答复时限`, and of a unit that does not lead `园林管理处办理时限`."""
    assignment = assignment_of(scope, clock)
    is_lead = assignment is None or (assignment.role == "lead" and assignment.parent_id is None)
    unit = "" if is_lead or assignment is None else directory(scope).name_of(assignment.unit_id)
    return said("{unit}{clock}时限", unit=unit, clock=word(CLOCK_LABELS[clock.name]))
