"""Telling the resident what became of their appeal 告知: by the unit, by the desk, by the page, and what time does where nothing proves it."""

from datetime import datetime, timedelta

from core.evaluation.telling.service import (
    give_up,
    has_read_page,
    keep_page_read,
    keep_telling,
    look_again,
    open_untold,
    untold_tickets,
    waiting_tickets,
)
from core.journey.command import command
from core.kit.errors import Refused
from core.kit.saying import said
from core.people.roles import Permission
from core.routing.rules_in_force import rules_of
from core.routing.service import NotYours, find_concluding_assignment, lead_assignment
from core.statistics.dirty import mark_ticket
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.tickets.queries import get_ticket_id
from core.tickets.service import check_state, in_order, lock_ticket_of_id
from core.tickets.states import ANSWERED, CONCLUDED, IN_HAND, WITH_UNIT, State
from core.tickets.timeline import SYSTEM, Actor, Order

TELLABLE_BY_UNIT = (*WITH_UNIT, State.SUBMITTED, *CONCLUDED)
TELLABLE_AT_DESK = (*IN_HAND, State.ATTACHED, *CONCLUDED)
LOOKS_BACK = timedelta(days=30)
"""Time looks every few minutes for tickets that were concluded within so long, and for older ones now and then."""
BATCH = 200


class ReadBefore(Refused):
    """That the resident has read this answer is kept already."""

    code = "answer-read-before"


@command(Permission.HANDLE, "告知诉求人")
def tell(scope: Scope, ticket: Ticket, order: Order, *, way: str, arrived: bool, what: str, document: str = "") -> None:
    """The unit that leads, or concluded, tells the resident what became of the appeal, or tried to 告知.

    `what` is what was told, `document` the number of a letter. Raises `NotYours`, `UnknownAnswer`, `ReasonMissing`,
    `MoveNotAllowed`.
    """
    check_state(ticket, TELLABLE_BY_UNIT, "告知诉求人")
    lead = find_concluding_assignment(scope, ticket) if ticket.state in CONCLUDED else lead_assignment(scope, ticket)
    if lead is None or not order.actor.acts_for(lead.unit_id):
        raise NotYours(
            said("工单 {serial_no} 不由您的单位主办，不能由您的单位告知诉求人。", serial_no=ticket.serial_no)
        )
    keep_telling(scope, ticket, order, way=way, arrived=arrived, text=what, document=document, unit_id=lead.unit_id)


@command(Permission.FOLLOW_UP, "受理席告知诉求人")
def tell_at_desk(
    scope: Scope, ticket: Ticket, order: Order, *, way: str, arrived: bool, what: str, document: str = ""
) -> None:
    """Somebody at the desk tells the resident what became of the appeal, or tried to 告知.

    Raises `UnknownAnswer`, `ReasonMissing`, `MoveNotAllowed`.
    """
    check_state(ticket, TELLABLE_AT_DESK, "告知诉求人")
    keep_telling(scope, ticket, order, way=way, arrived=arrived, text=what, document=document)


def tell_on_the_spot(scope: Scope, serial_no: str, actor: Actor, words: str, *, now: datetime) -> None:
    """Keep that whoever is on the phone or at the counter hears the answer now, where the district wants a proof."""
    ticket = scope.session.get_one(Ticket, (scope.tenant.id, get_ticket_id(scope, serial_no)))
    if words and rules_of(scope).proves_telling and ticket.medium in ("phone", "counter"):
        way = "phone" if ticket.medium == "phone" else "counter"
        tell_at_desk(scope, serial_no, Order(actor, now), way=way, arrived=True, what=words)


@command(Permission.FOLLOW_UP, "不再联系")
def stop_telling(scope: Scope, ticket: Ticket, order: Order, *, reason: str) -> None:
    """A person gives up telling the resident, with a reason, after it was tried on enough days.

    Raises `ReasonMissing`, `NotUntold`, `TriedTooLittle`.
    """
    give_up(scope, ticket, order, reason=reason)


@command(Permission.SPEAK, "看到答复")
def read_answer(scope: Scope, ticket: Ticket, order: Order) -> None:
    """The resident reads the answer with number and code; kept once a cycle: ask `is_new_reading` first.

    Raises `ReadBefore`, `MoveNotAllowed` where there is no answer.
    """
    check_state(ticket, ANSWERED, "查看答复")
    if has_read_page(scope, ticket):
        raise ReadBefore(
            said("工单 {serial_no} 的答复诉求人已经看到，记录已有一条，无需再记。", serial_no=ticket.serial_no)
        )
    keep_page_read(scope, ticket, order)


def is_new_reading(scope: Scope, ticket: Ticket) -> bool:
    """Tell whether it is worth keeping that the resident reads the answer now: the district wants proof, and there is none of it."""
    wanted = rules_of(scope).proves_telling and ticket.state in ANSWERED and not ticket.is_from_elsewhere
    return wanted and not has_read_page(scope, ticket)


def tickets_to_tell(scope: Scope, *, now: datetime, however_old: bool = False) -> list[int]:
    """Return the ids of the tickets that time has to look at: answered without proof, or waiting and to be looked at again.

    With `however_old` also those that were concluded long ago, for instance before anybody looked. Up to `BATCH` of each.
    """
    if not rules_of(scope).proves_telling:
        return []
    today = now.astimezone(scope.tenant.zone).date()
    new = untold_tickets(scope, since=None if however_old else now - LOOKS_BACK, limit=BATCH)
    return list(dict.fromkeys([*new, *waiting_tickets(scope, today, limit=BATCH)]))


def have_told(scope: Scope, ticket_id: int, *, now: datetime) -> None:
    """Give one answered ticket back to the desk where nothing proves that its resident was told, or look at it again.

    Judged anew under its lock: a proof may have come meanwhile.
    """
    ticket = lock_ticket_of_id(scope, ticket_id)
    at = in_order(scope, ticket, Order(SYSTEM, now)).now
    if ticket_id in untold_tickets(scope, since=None, limit=1, only=ticket_id):
        open_untold(scope, ticket, now=at)
    else:
        look_again(scope, ticket, now=at)
    mark_ticket(scope, ticket)
