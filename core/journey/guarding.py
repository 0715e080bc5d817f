"""Asking the district whether a command may be given 能否办理, beyond permission and the table of moves."""

from dataclasses import replace

from core.evaluation.telling.reading import is_told, tries_since, will_be_told
from core.handling.contact import contact_view
from core.hooks import specs
from core.hooks.table import Failure
from core.kit.errors import Refused
from core.kit.saying import said, unstopped
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.tickets.timeline import Order
from core.tickets.views import view_of
from core.units.queries import directory

UNGUARDED = ("system", "resident")
"""Kinds of actors whose commands no rule of a district stands against: time and rules, and the resident."""

CONCLUDING = ("reply", "pass_reply", "answer_directly", "answer_as_leader")
"""Commands that end the work on a ticket: before them it is looked up whether the resident was told."""


class Objected(Refused):
    """A rule of the district does not allow the command now."""

    code = "objected"


def ask_guards(scope: Scope, ticket: Ticket, order: Order, command: str) -> tuple[Failure, ...]:
    """Raise `Objected` with the words of every feature that objects; return the failures of those that could not say."""
    if order.actor.kind in UNGUARDED or not scope.hooks.answerers_of(specs.guard_command):
        return ()
    contact = contact_view(scope, ticket)
    if command in CONCLUDING:
        told, goes_out = is_told(scope, ticket), will_be_told(scope, ticket)
        vain = len(tries_since(scope, ticket, ticket.submitted_at))
        contact = replace(contact, was_told=told, will_be_told=goes_out, told_in_vain=vain)
    answers = scope.hooks.ask(
        specs.guard_command,
        ticket=view_of(scope, ticket),
        command=command,
        duty=directory(scope).find_duty(ticket.matter, ticket.area),
        contact=contact,
    )
    if answers:
        raise Objected(
            "".join(
                said("{text}（{reason}）。", text=unstopped(objection.text), reason=objection.reason)
                for _, objection in answers
            )
        )
    return answers.failures
