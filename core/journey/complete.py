"""Asking a resident for what an appeal lacks 退回补正, before it is dispatched; what they add comes by `supplement`."""

from core.journey.command import command
from core.journey.own_appeal import WordsTooLong
from core.journey.resident_words import tell_with_page
from core.kit.saying import said
from core.people.roles import Permission
from core.tenancy.scope import Scope
from core.tickets.messages import contact_of, transport_to
from core.tickets.models import Ticket
from core.tickets.service import check_state, note, reason_of
from core.tickets.states import WAITING_FOR_ACCEPTANCE, WAITING_FOR_DISPATCH
from core.tickets.timeline import Order

COMPLETION_ASKED = "completion_asked"
"""Kind of the timeline's entry about what a resident was asked for."""
ASKABLE = (*WAITING_FOR_ACCEPTANCE, *WAITING_FOR_DISPATCH)
LONGEST = 200
ASKED = "您的诉求 {serial_no} 还缺：{what}。请凭流水号和提取码在查询页补充；时限照常计算。"


@command(Permission.DISPATCH, "退回补正")
def ask_to_complete(scope: Scope, ticket: Ticket, order: Order, *, what: str) -> None:
    """Ask the resident for what the appeal lacks 退回补正. It stays where it is, and its clocks run on.

    Raises `ReasonMissing`, `WordsTooLong`, `MoveNotAllowed`.
    """
    check_state(ticket, ASKABLE, "退回补正")
    lacks = reason_of(what, "退回补正（还缺什么）").rstrip("。")
    if len(lacks) > LONGEST:
        raise WordsTooLong(
            said(
                "写了 {count} 个字，最多 {longest} 个字，诉求人收到的是短信。请精简。",
                count=len(lacks),
                longest=LONGEST,
            )
        )
    reached = transport_to(contact_of(scope, ticket)) is not None
    note(
        scope,
        ticket,
        COMPLETION_ASKED,
        order,
        summary=said("请诉求人补充：{what}", what=lacks)
        + ("" if reached else said("（没有留联系方式，只能在其查询时看到）")),
        detail={"reached": reached, "what": lacks},
    )
    tell_with_page(scope, ticket, ASKED.format(serial_no=ticket.serial_no, what=lacks), now=order.now)
