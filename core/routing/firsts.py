"""Who was asked first 首问 and who handled first 首办: written down once, whoever gets the ticket afterwards."""

from datetime import datetime

from core.kit.saying import said, word
from core.routing.rules_in_force import rules_of
from core.tenancy.scope import Scope
from core.tickets.messages import say
from core.tickets.models import Ticket
from core.units.queries import DirectoryUnit, directory

AT_HOME = "dispatch_desk"
"""Kind of the unit that sees every ticket anyway: nobody has to tell it."""


def keep_first_handler(ticket: Ticket, unit_id: int | None) -> None:
    """Write down who took the ticket in hand first; whoever does later changes nothing."""
    if ticket.first_unit_id is None:
        ticket.first_unit_id = unit_id


def asked_and_following(scope: Scope, ticket: Ticket) -> DirectoryUnit | None:
    """Return the unit that was asked first, where the district keeps it informed and it is not the desk itself."""
    if not rules_of(scope).informs_asked or ticket.asked_unit_id is None:
        return None
    unit = directory(scope).unit_of_id(ticket.asked_unit_id)
    return unit if unit is not None and unit.kind != AT_HOME else None


def tell_asked(scope: Scope, ticket: Ticket, words: str, *, now: datetime) -> None:
    """Tell the unit that was asked first what became of the ticket, unless it has it itself."""
    unit = asked_and_following(scope, ticket)
    if unit is not None and unit.id != ticket.lead_unit_id:
        text = said(
            "首问工单 {serial_no}“{title}”{words}", serial_no=ticket.serial_no, title=ticket.title, words=word(words)
        )
        say(scope, ticket_id=ticket.id, transport="inbox", text=text, to_unit_id=unit.id, now=now)
