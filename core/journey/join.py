"""Joining and splitting appeals: attach 并单, detach 拆并, tell apart 不是同一件, split 拆单."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import cast

from core.classification.service import classify
from core.hooks import specs
from core.hooks.values import Nature, Urgency
from core.intake.clearances.service import refuse_uncleared, why_to_clear
from core.intake.joining import (
    attach_to,
    has_attached,
    keep_distinct,
    let_go,
    refuse_attachment,
    refuse_joined_too_long,
    refuse_split,
)
from core.intake.rules import Appeal
from core.intake.service import open_part
from core.journey.accept import Accepted, accept_waiting, find_unit, send_on, taken_in
from core.journey.command import command
from core.journey.desk import start_work
from core.journey.progress_news import telling_steps
from core.journey.resident_words import tell_with_page
from core.kit.errors import Refused
from core.kit.saying import joined, said, word
from core.people.roles import Permission
from core.routing.deciding import follow_rules, propose
from core.routing.service import BY_PERSON, dispatch, refuse_consultation
from core.sla.going_on import go_on_with
from core.sla.service import live_clocks, start_clock, turn_clocks
from core.statistics.dirty import mark_ticket
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.tickets.service import check_state, lock_ticket, lock_tickets, move, note, reason_of
from core.tickets.states import MOVES, Command, State
from core.tickets.timeline import SYSTEM, Actor, Order

HANDLED_TOGETHER = "您的诉求 {serial_no} 与同一件事一并办理。流水号和时限不变，结果同样告诉您，由您自己评价。"
"""What a joined resident is told where no feature tells of every step."""
ALSO_BROUGHT = "您的诉求 {serial_no} 反映的事也有其他人反映，一并办理。流水号和时限不变，结果照样告诉您。"


class CannotTellApart(Refused):
    """The two are one ticket, or handled as one already."""

    code = "cannot-tell-apart"


def accept_alike(
    scope: Scope, appeal: Appeal, *, master: str, for_clearance: bool = False, actor: Actor, now: datetime
) -> Accepted:
    """Accept an appeal and have it handled with a ticket in hand that is about the same thing 同一件，我也关注.

    The resident has a ticket of their own: number, code, clock, reply and rating. Where it cannot be attached, because the
    other one was answered meanwhile, somebody looks at it first, or it is urgent, it goes the common way and its timeline
    says which ticket was meant. Raises as `accept`, and `NoSuchTicket`.
    """
    accepted = taken_in(scope, appeal, actor=actor, now=now, work=accept_waiting)
    if not accepted.created:
        return accepted
    scope.session.flush()
    ticket = scope.session.get_one(Ticket, (scope.tenant.id, accepted.ticket_id))
    why_not = _attach_new(scope, ticket, master, for_clearance=for_clearance, actor=actor, now=now)
    if why_not:
        order = Order(SYSTEM, now)
        note(
            scope,
            ticket,
            "note",
            order,
            summary=said("登记时说与工单 {master} 是同一件事，没有并单：{why_not}", master=master, why_not=why_not),
        )
        if ticket.state == State.ACCEPTED:
            with telling_steps(scope, now=now):
                send_on(scope, ticket, Order(actor, now), for_clearance=for_clearance)
    return replace(accepted, state=str(ticket.state))


def _attach_new(scope: Scope, ticket: Ticket, master: str, *, for_clearance: bool, actor: Actor, now: datetime) -> str:
    """Attach a ticket that was accepted just now, or return in words why it cannot be."""
    if ticket.state != State.ACCEPTED:
        return "先由人工核对"
    if ticket.urgency == "urgent":
        return "紧急工单单独派单"
    if why_to_clear(scope, ticket, actor, wished=for_clearance):
        return "先由审核席审定"
    may_attach = Permission.DISPATCH in actor.permissions
    order = Order(actor if may_attach else SYSTEM, now)
    because = "登记时确认是同一件事" if may_attach else said("{name}登记时说是同一件事", name=actor.name)
    try:
        with scope.session.begin_nested():
            attach(scope, ticket.serial_no, order, master=master, reason=because)
    except Refused as refusal:
        return refusal.message
    return ""


@command(Command.ATTACH, also="master")
def attach(scope: Scope, ticket: Ticket, order: Order, *, master: str, reason: str = "") -> None:
    """Have a ticket handled with another one about the same matter 并单; `master` is that one's number.

    The resident keeps number, clock, reply and rating. Raises `NoSuchTicket`, `CannotAttach`, `ConsultationOpen`,
    `ClearanceOpen`, `MoveNotAllowed`.
    """
    check_state(ticket, MOVES[Command.ATTACH].sources, "并单")
    whole = lock_ticket(scope, master)
    refuse_attachment(scope, ticket, whole)
    refuse_consultation(scope, ticket)
    refuse_uncleared(scope, ticket, "并单")
    because, is_first = reason.strip() or "同一事项", not has_attached(scope, whole)
    attach_to(scope, ticket, whole, order, reason=because)
    move(
        scope,
        ticket,
        Command.ATTACH,
        order,
        summary=said("并入工单 {serial_no}（{because}）", serial_no=whole.serial_no, because=word(because)),
        detail={"master": whole.serial_no, "reason": because},
    )
    ticket.suggested_unit_id = None
    turn_clocks(scope, ticket, Command.ATTACH, order)
    note(
        scope,
        whole,
        "attached_here",
        Order(order.actor, order.now),
        summary=said("工单 {serial_no} 并入本单（{because}）", serial_no=ticket.serial_no, because=word(because)),
        detail={"ticket": ticket.serial_no},
    )
    if not scope.hooks.answerers_of(specs.progress_news):
        tell_with_page(scope, ticket, HANDLED_TOGETHER.format(serial_no=ticket.serial_no), now=order.now)
    if is_first:
        tell_with_page(scope, whole, ALSO_BROUGHT.format(serial_no=whole.serial_no), now=order.now)


def merge(scope: Scope, master: str, orders: Mapping[str, Order], *, reason: str = "") -> list[Ticket]:
    """Have several tickets handled with one 合并, all or none; `orders` are by their numbers.

    All are locked first, in the order of their ids, so that two who merge the same ones do not wait for each other.
    Raises as `attach`.
    """
    lock_tickets(scope, [master, *orders])
    return [attach(scope, serial_no, order, master=master, reason=reason) for serial_no, order in orders.items()]


@command(Permission.DISPATCH, "不是同一件", also="other")
def tell_apart(scope: Scope, ticket: Ticket, order: Order, *, other: str) -> None:
    """Find that two tickets are not about the same thing 不是同一件: the pair is offered to nobody again.

    Both timelines say who found it. Whoever finds out later that they are the same can still join them.
    Raises `NoSuchTicket`, `CannotTellApart`.
    """
    second = lock_ticket(scope, other)
    if second.id == ticket.id or ticket.id == second.master_id or ticket.master_id == second.id:
        raise CannotTellApart(
            said(
                "工单 {serial_no} 和 {other} {why}，没有记下。",
                serial_no=ticket.serial_no,
                other=second.serial_no,
                why=said("是同一张工单") if second.id == ticket.id else said("已经并单，请先拆回"),
            )
        )
    pair = keep_distinct(scope, ticket, second, order)
    if pair is None:
        return
    unnumbered = Order(order.actor, order.now)  # the command's id belongs to the first
    for one, two, told in ((ticket, second, order), (second, ticket, unnumbered)):
        note(
            scope,
            one,
            "distinct",
            told,
            summary=said("与工单 {serial_no} 不是同一件，不再提示", serial_no=two.serial_no),
            detail={"other": two.serial_no},
            records=[pair] if pair.ticket_id == one.id else (),
        )


@command(Command.DETACH)
def detach(scope: Scope, ticket: Ticket, order: Order, *, reason: str) -> None:
    """Let a ticket go from its master 拆并, within a week: it is dispatched by itself again.

    The resident's clock has never stopped; that of the desk goes on with the time that had run before it was joined.
    Raises `ReasonMissing`, `JoinedTooLong`, `MoveNotAllowed`.
    """
    because = reason_of(reason, "拆并")
    check_state(ticket, MOVES[Command.DETACH].sources, "拆并")
    refuse_joined_too_long(scope, ticket, order)
    ended = let_go(scope, ticket, order, outcome="detached")
    move(scope, ticket, Command.DETACH, order, summary=said("拆并：{because}", because=because))
    scope.session.flush()
    go_on_with(scope, ticket, "dispatch", order, ended_at=ended.attached_at)
    turn_clocks(scope, ticket, Command.DETACH, order)
    propose(scope, ticket, now=order.now)


@command(Command.SPLIT)
def split(
    scope: Scope,
    ticket: Ticket,
    order: Order,
    *,
    texts: Sequence[str],
    matters: Sequence[str] = (),
    units: Sequence[str] = (),
) -> None:
    """Split an appeal about several matters 拆单 into parts with units of their own; the whole concludes when all have.

    `texts` says each part, `matters` its item of the duty list in the same order (empty = found from the words), `units`
    the unit to which it is dispatched at once (empty = as rules and duty list say, or it waits with their suggestion).
    The parts' limits began when the whole's did. Raises `CannotSplit`, `AppealUnusable`, `NoSuchMatter`, `NoSuchUnit`,
    `ConsultationOpen`, `ClearanceOpen`, `MoveNotAllowed`.
    """
    check_state(ticket, MOVES[Command.SPLIT].sources, "拆单")
    parts = [text.strip() for text in texts]
    refuse_split(scope, ticket, parts)
    refuse_consultation(scope, ticket)
    refuse_uncleared(scope, ticket, "拆单")
    begun = min((clock.started_at for clock in live_clocks(scope, ticket) if clock.name == "reply"), default=order.now)
    of_matter, of_unit = dict(enumerate(matters)), dict(enumerate(units))
    opened = [
        _open_part(
            scope,
            ticket,
            order,
            text=text,
            matter=of_matter.get(position) or None,
            unit=of_unit.get(position, ""),
            begun=begun,
        )
        for position, text in enumerate(parts)
    ]
    ticket.part_count = len(opened)
    ticket.suggested_unit_id = None
    names = joined("、", (part.serial_no for part in opened))
    move(
        scope,
        ticket,
        Command.SPLIT,
        order,
        summary=said("拆为 {number} 个分项：{names}", number=len(opened), names=names),
        detail={"parts": [part.serial_no for part in opened]},
    )
    turn_clocks(scope, ticket, Command.SPLIT, order)
    for part in opened:
        mark_ticket(scope, part)


def _open_part(
    scope: Scope, whole: Ticket, order: Order, *, text: str, matter: str | None, unit: str, begun: datetime
) -> Ticket:
    unnumbered = Order(order.actor, order.now)  # the command's id belongs to the whole
    part = open_part(scope, whole, unnumbered, text=text)
    scope.session.flush()  # its clocks refer to it
    move(scope, part, Command.ACCEPT, unnumbered)
    part.accepted_at = order.now
    nature, urgency = cast(Nature, whole.nature), cast(Urgency, whole.urgency)
    classify(scope, part, nature=nature, matter=matter, urgency=urgency, now=order.now)
    follow_rules(scope, part, keeps_urgency=True, now=order.now)
    start_clock(scope, part, "reply", unnumbered, since=begun)
    start_clock(scope, part, "dispatch", unnumbered)
    scope.session.flush()
    if unit:
        propose(scope, part, now=order.now)
        assigned = dispatch(scope, part, lead=unit, rule_id=BY_PERSON, reason="拆单时指定", order=unnumbered)
        start_work(scope, part, Command.DISPATCH, unnumbered, assigned)
    else:
        find_unit(scope, part, now=order.now)
    return part
