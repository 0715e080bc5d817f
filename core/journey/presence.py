"""Who else has a ticket open: told to those who may open it, kept for as long as they do."""

from collections.abc import Sequence
from datetime import datetime

from core.people.presence.service import Other, be_here, others_here
from core.people.rules import Staff
from core.tenancy.scope import Scope
from core.tickets.queries import get_ticket_id


def look_in(scope: Scope, serial_no: str, staff: Staff, *, form: str, now: datetime) -> Sequence[Other]:
    """Say that somebody has the ticket open, with the form they have begun, and return who else has. Raises `NoSuchTicket`."""
    ticket_id = get_ticket_id(scope, serial_no)
    be_here(scope, ticket_id, staff.account_id, form=form, now=now)
    return others_here(scope, ticket_id, but=staff.account_id, now=now)
