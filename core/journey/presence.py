"""Who else has a ticket open: told to those who may open it, kept for as long as they do."""

from collections.abc import Sequence
from datetime import datetime

from core.people.presence.service import Other, be_here, end_filling, others_here
from core.people.rules import Staff
from core.tenancy.scope import Scope
from core.tickets.queries import get_ticket_id


def look_in(scope: Scope, serial_no: str, staff: Staff, *, form: str | None, now: datetime) -> Sequence[Other]:
    """Return who else has the ticket open, having said that somebody has, with the form they have begun.

    `form` empty = they read, None = nothing is said of them. Raises `NoSuchTicket`.
    """
    ticket_id = get_ticket_id(scope, serial_no)
    if form is not None:
        be_here(scope, ticket_id, staff.account_id, form=form, now=now)
    return others_here(scope, ticket_id, but=staff.account_id, now=now)


def note_sent(scope: Scope, account_id: int) -> None:
    """Keep that somebody has sent the form they had begun, so that nobody is told to wait for them any longer."""
    end_filling(scope, account_id)
