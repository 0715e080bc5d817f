"""Asking the district whether a command may be given 能否办理, beyond permission and the table of moves."""

from core.handling.contact import contact_view
from core.hooks import specs
from core.hooks.table import Failure
from core.kit.errors import Refused
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.tickets.timeline import Order
from core.tickets.views import view_of
from core.units.queries import directory

UNGUARDED = ("system", "resident")
"""Kinds of actors whose commands no rule of a district stands against: time and rules, and the resident."""


class Objected(Refused):
    """A rule of the district does not allow the command now."""

    code = "objected"


def ask_guards(scope: Scope, ticket: Ticket, order: Order, command: str) -> tuple[Failure, ...]:
    """Raise `Objected` with the words of every feature that objects; return the failures of those that could not say."""
    if order.actor.kind in UNGUARDED or not scope.hooks.answerers_of(specs.guard_command):
        return ()
    answers = scope.hooks.ask(
        specs.guard_command,
        ticket=view_of(scope, ticket),
        command=command,
        duty=directory(scope).find_duty(ticket.matter, ticket.area),
        contact=contact_view(scope, ticket),
    )
    if answers:
        raise Objected("".join(f"{objection.text.rstrip('。')}（{objection.reason}）。" for _, objection in answers))
    return answers.failures
