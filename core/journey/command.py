"""What every command on a ticket has in common: the lock, once only, who may, nothing stale, one result kept."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Concatenate, Generic, ParamSpec

from core.escalation.accountability.impartial import refuse_accused
from core.journey.guarding import ask_guards
from core.journey.progress_news import telling_steps
from core.kit.errors import Refused
from core.kit.saying import said, word
from core.people.roles import Permission
from core.routing.referrals import tell_other_side
from core.statistics.dirty import mark_ticket
from core.tenancy.scope import Scope
from core.tickets.failing import note_failures
from core.tickets.held import refuse_decided
from core.tickets.models import Ticket
from core.tickets.service import (
    find_result,
    in_order,
    keep_result,
    lock_ticket,
    lock_tickets,
    refuse_actor,
    refuse_early,
    refuse_stale,
)
from core.tickets.states import MOVES, Command, State
from core.tickets.timeline import Order

P = ParamSpec("P")
Deed = Callable[Concatenate[Scope, Ticket, Order, P], None]
Others = Callable[[Scope, Mapping[str, Any]], Sequence[str]]
"""Finds the numbers of the other tickets that a command changes, by its arguments."""
JUDGING = frozenset({Permission.APPROVE, Permission.SUPERVISE, Permission.ADJUDICATE})
"""What nobody does on a ticket whose unit is being held to account for it 问责, if they are of that unit."""
COMMANDS: dict[str, "Carried[...]"] = {}
"""Every command on a ticket by its name, as the API and the tests of permissions find them."""


@dataclass(eq=False)
class Carried(Generic[P]):
    """A command as callers give it: `command(scope, serial_no, order, …)` returns the ticket as it stands after.

    Raises `NoSuchTicket`, `NotPermitted`, `StaleVersion`, `CommandReused`, `BeforeItsTime`, `BeingDecided`, `Objected` and the deed's own
    refusals; then nothing has changed. The same command id does it once; the second call changes nothing.
    """

    name: str
    label: str
    permission: Permission
    deed: Deed[P]
    also: str | Others = ""
    """Name of the argument that is the number of another ticket, or what finds several, locked together with this one."""
    sources: tuple[State, ...] = ()
    """States from which its move leads; empty = it makes none."""

    def __call__(self, scope: Scope, serial_no: str, order: Order, *given: P.args, **named: P.kwargs) -> Ticket:
        locked: list[Ticket] = []
        if self.also:
            others = [str(named[self.also])] if isinstance(self.also, str) else self.also(scope, named)
            locked = lock_tickets(scope, [serial_no, *others])
        ticket = lock_ticket(scope, serial_no)
        if find_result(scope, ticket, self.name, order.command_id):
            return ticket
        refuse_actor(order.actor, self.permission, self.label)
        if self.permission in JUDGING:
            refuse_accused(scope, ticket, order.actor, self.label)
        refuse_early(ticket, order.now)
        refuse_decided(scope, locked or [ticket], order)
        refuse_stale(scope, ticket, order.seen_version)
        order = in_order(scope, ticket, order)
        try:
            failures = ask_guards(scope, ticket, order, self.name) if self._may_move(ticket) else ()
            with telling_steps(scope, now=order.now):
                self.deed(scope, ticket, order, *given, **named)
        except Refused as refusal:
            refusal.command, refusal.command_id = refusal.command or self.name, order.command_id
            raise
        note_failures(
            scope, ticket, failures, instead=said("没有核对能否{label}，已照办", label=word(self.label)), now=order.now
        )
        tell_other_side(scope, ticket, now=order.now)
        keep_result(scope, ticket, self.name, order)
        mark_ticket(scope, ticket)
        return ticket

    def _may_move(self, ticket: Ticket) -> bool:
        """Tell whether the table of moves leads from where the ticket stands; else the deed refuses by itself."""
        return not self.sources or ticket.state in self.sources


def command(what: Command | Permission, label: str = "", *, also: str | Others = "") -> Callable[[Deed[P]], Carried[P]]:
    """Make a deed on a locked ticket a command. `what` is the move it makes, or the permission when it makes none.

    `label` is what the house calls it; a move has its label in the table. `also` names the argument with the number of
    a second ticket that the deed changes, or finds the numbers of several.
    """

    def declare(deed: Deed[P]) -> Carried[P]:
        move = MOVES[what] if isinstance(what, Command) else None
        permission = move.permission if move else Permission(what)
        name: str = deed.__name__
        named = label or (move.label if move else name)
        carried = Carried(name, named, permission, deed, also, move.sources if move else ())
        carried.__doc__ = deed.__doc__
        assert name not in COMMANDS, f"two commands are called {name}"
        COMMANDS[name] = carried
        return carried

    return declare
