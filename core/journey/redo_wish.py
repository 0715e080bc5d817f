"""A resident who is not content wants it done again 要求重办: asked for on their page, decided by the desk, and told either way."""

from sqlalchemy import select

from core.evaluation.models import Rating
from core.evaluation.queries import find_granted_review
from core.evaluation.service import keep_cause
from core.journey.command import command
from core.journey.conclude import RedoneEnough
from core.journey.own_appeal import usable_words
from core.journey.resident_words import tell_with_page
from core.kit import saying
from core.kit.errors import Refused
from core.people.roles import Permission
from core.routing.rules_in_force import rules_of
from core.tenancy.scope import Scope
from core.tickets.messages import say
from core.tickets.models import Ticket
from core.tickets.service import check_state, note, reason_of
from core.tickets.states import MOVES, Command
from core.tickets.timeline import Order
from core.units.queries import directory


class RedoNotOpen(Refused):
    """Nobody is discontent with this cycle, or it is asked for, or decided, already."""

    code = "redo-not-open"


@command(Permission.SPEAK, "说明不满意的原因")
def say_why(scope: Scope, ticket: Ticket, order: Order, *, cause: str) -> None:
    """The resident says what the dissatisfaction is about, after the rating and once. Raises `UnknownAnswer`, `CauseNotAsked`."""
    keep_cause(scope, ticket, order, cause=cause)


@command(Permission.SPEAK, "要求重办")
def ask_redo(scope: Scope, ticket: Ticket, order: Order, *, words: str = "") -> None:
    """The resident, who rated this cycle as not solved or not satisfying, wants it done again: the desk decides, and is told.

    Raises `RedoNotOpen`, `RedoneEnough` (then a review is the way), `WordsTooLong`, `MoveNotAllowed`.
    """
    check_state(ticket, MOVES[Command.REDO].sources, "要求重办")
    said = usable_words(words)
    if ticket.redo_asked or not is_discontent(scope, ticket):
        raise RedoNotOpen(
            saying.said(
                "{serial_no} 现在不能要求重办：要先评价为不满意或没有完全解决，每次办理只提一次。",
                serial_no=ticket.serial_no,
            )
        )
    if not may_be_redone(scope, ticket):
        raise RedoneEnough(
            saying.said("{serial_no} 已经重办过，次数到了上限。仍不认可的，请申请复核。", serial_no=ticket.serial_no)
        )
    ticket.redo_asked = True
    wanted = saying.said("诉求人要求重办{said}", said=saying.said("：{said}", said=said) if said else "")
    note(scope, ticket, "redo_asked", order, summary=wanted, detail={"cycle": ticket.cycle_no})
    say(
        scope,
        ticket_id=ticket.id,
        transport="inbox",
        text=saying.said(
            "{wanted}。工单 {serial_no}「{title}」，请决定是否重办。",
            wanted=wanted,
            serial_no=ticket.serial_no,
            title=ticket.title,
        ),
        to_unit_id=directory(scope).desk.id,
        now=order.now,
    )


@command(Permission.FOLLOW_UP, "不予重办")
def decline_redo(scope: Scope, ticket: Ticket, order: Order, *, reason: str) -> None:
    """The desk does not have it done again, and says why; the resident is told, and may still demand a review.

    Raises `ReasonMissing`, `RedoNotOpen`.
    """
    because = reason_of(reason, "不予重办")
    if not ticket.redo_asked:
        raise RedoNotOpen(saying.said("工单 {serial_no} 没有待决定的重办要求。", serial_no=ticket.serial_no))
    ticket.redo_asked = False
    note(
        scope,
        ticket,
        "redo_declined",
        order,
        summary=saying.said("不予重办：{because}", because=because),
        detail={"cycle": ticket.cycle_no, "words": because},
    )
    tell_with_page(
        scope,
        ticket,
        saying.said(
            "您要求重办的 {serial_no} 没有重办：{because}。不认可的，可以在查询页申请复核，由没有办过这件事的人审查。",
            serial_no=ticket.serial_no,
            because=because,
        ),
        now=order.now,
    )


def may_ask_redo(scope: Scope, ticket: Ticket) -> bool:
    """Tell whether the resident may ask now that it is done again."""
    is_answered = ticket.state in MOVES[Command.REDO].sources and not ticket.redo_asked
    return is_answered and is_discontent(scope, ticket) and may_be_redone(scope, ticket)


def is_discontent(scope: Scope, ticket: Ticket) -> bool:
    """Tell whether the resident rated this cycle as dissatisfying or not wholly solved."""
    rating = scope.session.scalar(
        select(Rating).where(
            Rating.tenant_id == scope.tenant.id, Rating.ticket_id == ticket.id, Rating.cycle_no == ticket.cycle_no
        )
    )
    return rating is not None and (rating.satisfaction == "dissatisfied" or rating.resolved != "yes")


def may_be_redone(scope: Scope, ticket: Ticket) -> bool:
    """Tell whether the district lets it be done again, or a review that was upheld does."""
    return ticket.cycle_no <= rules_of(scope).max_redos or find_granted_review(scope, ticket) is not None
