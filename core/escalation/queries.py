"""Reading what presses a ticket: supervisions that are not closed."""

from sqlalchemy import select

from core.escalation.models import Supervision
from core.tenancy.scope import Scope
from core.tickets.models import Ticket


def unclosed_supervisions(scope: Scope, ticket: Ticket) -> list[Supervision]:
    """Return the ticket's supervisions that are open or answered, those of this transaction too."""
    fresh = [row for row in scope.session.fresh if isinstance(row, Supervision) and row.ticket_id == ticket.id]
    if ticket in scope.session.fresh:
        return [row for row in fresh if row.state != "closed"]
    kept = scope.session.scalars(
        select(Supervision)
        .where(Supervision.tenant_id == scope.tenant.id, Supervision.ticket_id == ticket.id)
        .order_by(Supervision.id)
    )
    return [row for row in (*kept, *fresh) if row.state != "closed"]
