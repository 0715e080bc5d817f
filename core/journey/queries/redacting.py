"""Taking out of words who spoke and who handles it: what strangers to the house may read of a ticket."""

from dataclasses import dataclass, replace

from sqlalchemy import select

from core.disclosure.hiding import no_names_of
from core.disclosure.names.finding import find_names
from core.disclosure.redaction import HIDDEN, redacted
from core.people.models import Account
from core.tenancy.scope import Scope
from core.tickets.contact import Contact, blanked
from core.tickets.models import Ticket, TicketContact, TicketEvent
from core.tickets.sealing import opened

SHORTEST_NAME = 2
BY_UNIT = "（"
"""Begins what the timeline says of somebody behind their name."""


@dataclass(frozen=True, slots=True)
class Redacting:
    """What is known of the people on a ticket: the resident, and those of the house who did something."""

    contact: Contact
    names: frozenset[str]
    no_names: frozenset[str]

    def without(self, text: str) -> str:
        """Return the text without names, phones, addresses and numbers that lead to a person."""
        text = blanked(text, replace(self.contact, keep_private=True))
        for name in sorted(self.names, key=len, reverse=True):
            text = text.replace(name, HIDDEN)
        return redacted(text, [(name.start, name.end) for name in find_names(text, self.no_names)]).text


def redacting(scope: Scope, ticket: Ticket) -> Redacting:
    """Return what has to be taken out of the words on a ticket."""
    row = scope.session.get(TicketContact, (scope.tenant.id, ticket.part_of_id or ticket.id))
    actors = select(TicketEvent.actor_id, TicketEvent.actor_name).where(
        TicketEvent.tenant_id == scope.tenant.id,
        TicketEvent.ticket_id == ticket.id,
        TicketEvent.actor_kind == "staff",
    )
    acted = scope.session.execute(actors.distinct()).all()
    accounts = scope.session.scalars(
        select(Account.name).where(
            Account.tenant_id == scope.tenant.id, Account.id.in_({each.actor_id for each in acted})
        )
    )
    names = {each.actor_name.split(BY_UNIT)[0] for each in acted} | set(accounts)
    return Redacting(
        contact=opened(scope.keys, row) if row else Contact(),
        no_names=no_names_of(scope),
        names=frozenset(name for name in names if len(name) >= SHORTEST_NAME and name != "评议员"),
    )
