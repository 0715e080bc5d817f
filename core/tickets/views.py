"""The ticket as a feature sees it."""

from typing import cast

from core.hooks.values import Appellant, Complexity, Medium, Nature, TicketView, Urgency
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.units.mailboxes.queries import mailbox_book
from core.units.queries import directory


def view_of(scope: Scope, ticket: Ticket) -> TicketView:
    """Return a frozen view of the ticket, without anything about who spoke."""
    lead = directory(scope).unit_of_id(ticket.lead_unit_id) if ticket.lead_unit_id else None
    mailbox = mailbox_book(scope).find(ticket.mailbox) if ticket.mailbox else None
    return TicketView(
        id=ticket.id,
        serial_no=ticket.serial_no,
        state=str(ticket.state),
        channel=ticket.channel,
        medium=cast(Medium, ticket.medium),
        mailbox=ticket.mailbox,
        title=ticket.title,
        text=ticket.text,
        place=ticket.place,
        nature=cast(Nature, ticket.nature),
        urgency=cast(Urgency, ticket.urgency),
        complexity=cast(Complexity, ticket.complexity),
        matter=ticket.matter,
        affected_count=ticket.affected_count,
        submitted_at=ticket.submitted_at,
        lead_unit=lead.code if lead else None,
        cycle_no=ticket.cycle_no,
        bounce_count=ticket.bounce_count,
        matter_guessed=ticket.matter_guessed,
        area=ticket.area or "",
        appellant=cast(Appellant, ticket.appellant),
        source=ticket.source,
        mailbox_owner=mailbox.owner if mailbox else "",
        mailbox_handler=mailbox.handler if mailbox else "",
    )
