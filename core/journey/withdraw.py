"""A resident withdraws their own appeal 撤回, before it is answered: it is void by their word, and nobody's doing."""

from core.evaluation.answers import known
from core.journey.command import command
from core.journey.own_appeal import usable_words
from core.journey.void import CannotVoid, end_by_voiding, others_hang_on
from core.kit import saying
from core.routing.service import assignments_in_hand
from core.tenancy.scope import Scope
from core.tickets.messages import say
from core.tickets.models import Ticket
from core.tickets.service import check_state
from core.tickets.states import MOVES, Command
from core.tickets.timeline import Order
from core.tickets.withdrawal import WITHDRAWAL_REASONS
from core.units.queries import directory


@command(Command.WITHDRAW)
def withdraw(scope: Scope, ticket: Ticket, order: Order, *, reason_code: str, words: str = "") -> None:
    """The resident takes their appeal back 撤回; its clocks end without a verdict, and whoever has it in hand is told.

    It is counted as withdrawn by its reason, for the unit that had it: neither as concluded nor as void, on time or late.
    Raises `UnknownAnswer`, `WordsTooLong`, `CannotVoid` where others' appeals are handled with it, `MoveNotAllowed`.
    """
    known(reason_code, WITHDRAWAL_REASONS, "撤回的理由")
    check_state(ticket, MOVES[Command.WITHDRAW].sources, MOVES[Command.WITHDRAW].label)
    said = usable_words(words)
    if others_hang_on(scope, ticket):
        raise CannotVoid(
            saying.said(
                "{serial_no} 还并有别人反映的同一件事，或分成几项在办，不能撤回。不想再收到消息的，可以选“不再推送”；"
                "确需停办的，请拨打热线。",
                serial_no=ticket.serial_no,
            )
        )
    because = saying.said(
        "{reason}{said}",
        reason=saying.word(WITHDRAWAL_REASONS[reason_code]),
        said=saying.said("（{said}）", said=said) if said else "",
    )
    units = directory(scope)
    holders = dict.fromkeys(each.unit_id for each in assignments_in_hand(scope, ticket)) or {units.desk.id: None}
    end_by_voiding(scope, ticket, order, because=because, by=Command.WITHDRAW, detail={"reason": reason_code})
    ticket.withdrawn_reason = reason_code
    for unit_id in holders:
        say(
            scope,
            ticket_id=ticket.id,
            transport="inbox",
            text=saying.said(
                "诉求人撤回了工单 {serial_no}「{title}」：{because}。不用再办，也不计按期或超期。",
                serial_no=ticket.serial_no,
                title=ticket.title,
                because=because,
            ),
            to_unit_id=unit_id,
            now=order.now,
        )
