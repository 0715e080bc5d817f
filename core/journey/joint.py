"""Joint handling 联合办理: handing work down, bringing a unit in, answering to the unit that leads, doing without an answer."""

from collections.abc import Sequence
from typing import Literal

from core.handling.models import Contribution
from core.handling.rules import usable_text
from core.journey.command import command
from core.kit import saying
from core.people.roles import Permission
from core.routing.joint import AlreadyInvolved, hand_down, refuse_open_work, waivable
from core.routing.persons import give_to_persons
from core.routing.referrals import refer_if_elsewhere
from core.routing.service import advance, assignments_in_hand, check_unit, open_assignment, own_assignment
from core.routing.states import AssignmentState
from core.sla.service import cancel_clocks, stop_clock, turn_clocks
from core.tenancy.scope import Scope
from core.tickets.messages import say
from core.tickets.models import Ticket
from core.tickets.service import MoveNotAllowed, check_state, move, note, reason_of
from core.tickets.states import MOVES, WITH_UNIT, Command, State
from core.tickets.timeline import Order
from core.units.queries import directory


@command(Command.SUB_DISPATCH)
def sub_dispatch(
    scope: Scope, ticket: Ticket, order: Order, *, unit: str, co: Sequence[str] = (), reason: str = ""
) -> None:
    """Hand the work down to a unit below 转派下级; the actor's unit stays answerable, its clock caps theirs.

    Raises `NotYours`, `NotBelow`, `AlreadyInvolved`, `NoSuchUnit` and the refusals of moves.
    """
    check_state(ticket, MOVES[Command.SUB_DISPATCH].sources, "转派下级")
    parent = own_assignment(scope, ticket, order.actor)
    _refuse_unsigned(ticket, parent.state)
    assigned = hand_down(scope, ticket, parent, order, unit=unit, co=tuple(co))
    units = directory(scope)
    names = saying.joined("、", (units.name_of(each.unit_id) for each in assigned))
    because = saying.said("（{reason}）", reason=reason.strip()) if reason.strip() else ""
    move(
        scope,
        ticket,
        Command.SUB_DISPATCH,
        order,
        summary=saying.said(
            "{name}转派 {names}{because}", name=units.name_of(parent.unit_id), names=names, because=because
        ),
        detail={"parent": parent.id, "assignments": [each.id for each in assigned]},
    )
    give_to_persons(scope, ticket, assigned, now=order.now)
    turn_clocks(scope, ticket, Command.SUB_DISPATCH, order, assignments=assigned)


@command(Permission.HANDLE, "请其他单位协办")
def bring_in(scope: Scope, ticket: Ticket, order: Order, *, unit: str, task: str) -> None:
    """The lead unit brings a further unit in while it handles the ticket 增派协办: with a task and clocks of its own.

    It answers to the lead, which replies only when it has. Raises `ReasonMissing`, `NotYours`, `AlreadyInvolved`,
    `NoSuchUnit`, `LeadsOnly`, `MoveNotAllowed`.
    """
    check_state(ticket, (State.IN_PROGRESS,), "请其他单位协办")
    check_unit(scope, ticket, order.actor)
    _bring_in(scope, ticket, order, unit=unit, task=task, asked_by="lead")


@command(Permission.DISPATCH, "增派协办单位")
def add_unit(scope: Scope, ticket: Ticket, order: Order, *, unit: str, task: str) -> None:
    """The desk brings a further unit in after dispatch. Raises as `bring_in`."""
    check_state(ticket, WITH_UNIT, "增派协办单位")
    _bring_in(scope, ticket, order, unit=unit, task=task, asked_by="desk")


@command(Permission.HANDLE, "协办意见")
def contribute(scope: Scope, ticket: Ticket, order: Order, *, text: str) -> None:
    """A co-unit, or a unit below, answers to the unit that leads 协办意见; nothing of it reaches the resident.

    Raises `NotYours`, `CoUnitsOpen` (its own branch), `ReplyUnusable`, `MoveNotAllowed`.
    """
    check_state(ticket, WITH_UNIT, "提交协办意见")
    assignment = own_assignment(scope, ticket, order.actor)
    if assignment.role == "lead" and assignment.parent_id is None:
        raise MoveNotAllowed(
            saying.said("工单 {serial_no} 由您的单位主办，请提交答复，而不是协办意见。", serial_no=ticket.serial_no)
        )
    _refuse_unsigned(ticket, assignment.state)
    refuse_open_work(scope, ticket, assignment)
    said = usable_text(text)
    contribution = Contribution(
        tenant_id=scope.tenant.id,
        id=scope.new_id(),
        ticket_id=ticket.id,
        assignment_id=assignment.id,
        text=said,
        by=order.actor.name,
        at=order.now,
    )
    scope.session.add(contribution)
    advance(assignment, AssignmentState.SUBMITTED, now=order.now)
    name = directory(scope).name_of(assignment.unit_id)
    note(
        scope,
        ticket,
        "contribute",
        order,
        summary=saying.said("{name}提交协办意见", name=name),
        detail={"assignment": assignment.id},
        records=[contribution],
    )
    stop_clock(scope, ticket, "handle", at=order.now, now=order.now, assignment_id=assignment.id)
    cancel_clocks(
        scope, ticket, ("return_window", "first_contact", "on_site"), now=order.now, assignment_ids=[assignment.id]
    )


@command(Permission.DISPATCH, "免予办理")
def waive(scope: Scope, ticket: Ticket, order: Order, *, unit: str, reason: str) -> None:
    """Do without the answer of a co-unit or a unit below 免予办理; its clocks end without a verdict.

    Raises `ReasonMissing`, `NoSuchUnit`, `NothingToWaive`, `MoveNotAllowed`.
    """
    because = reason_of(reason, "免予办理")
    check_state(ticket, WITH_UNIT, "免予办理")
    relieved = waivable(scope, ticket, unit)
    for assignment in relieved:
        advance(assignment, AssignmentState.WAIVED, now=order.now)
    names = saying.joined("、", (directory(scope).name_of(each.unit_id) for each in relieved))
    note(
        scope,
        ticket,
        "waive",
        order,
        summary=saying.said("{names}免予办理：{because}", names=names, because=because),
        detail={"assignments": [each.id for each in relieved], "reason": because},
    )
    clocks = ("sign", "return_window", "first_contact", "on_site", "handle")
    cancel_clocks(scope, ticket, clocks, now=order.now, assignment_ids=[each.id for each in relieved])


def _bring_in(
    scope: Scope, ticket: Ticket, order: Order, *, unit: str, task: str, asked_by: Literal["lead", "desk"]
) -> None:
    wanted = reason_of(task, "增派协办（请它办什么）")
    helping = directory(scope).get_unit(unit)
    if any(each.unit_id == helping.id for each in assignments_in_hand(scope, ticket)):
        raise AlreadyInvolved(
            saying.said("{name}已在办这张工单，不必再增派。要它另办什么，请写办理记录。", name=helping.name)
        )
    assignment = open_assignment(scope, ticket, helping, role="co", now=order.now)
    assignment.task = wanted
    scope.session.flush()
    note(
        scope,
        ticket,
        "brought_in",
        order,
        summary=saying.said("增派{name}协办：{wanted}", name=helping.name, wanted=wanted),
        detail={"unit": helping.code, "assignment": assignment.id, "asked_by": asked_by},
    )
    give_to_persons(scope, ticket, [assignment], now=order.now)
    turn_clocks(scope, ticket, Command.DISPATCH, Order(order.actor, order.now), assignments=[assignment])
    refer_if_elsewhere(scope, ticket, [assignment], order)
    told = saying.said("工单 {serial_no} 请贵单位协办：{wanted}", serial_no=ticket.serial_no, wanted=wanted)
    say(scope, ticket_id=ticket.id, transport="inbox", text=told, to_unit_id=helping.id, now=order.now)


def _refuse_unsigned(ticket: Ticket, state: str) -> None:
    if state != AssignmentState.SIGNED:
        raise MoveNotAllowed(
            saying.said(
                "工单 {serial_no} 您的单位还没有签收，或已经提交。请先签收，或刷新后再看。", serial_no=ticket.serial_no
            )
        )
