"""What a unit does with a ticket: sign it, reach the resident, be on site, note what happens, reply."""

from datetime import datetime

from core.handling.contact import keep_contact, refuse_uncontacted
from core.handling.service import submit_reply
from core.journey.command import command
from core.journey.findings import Finding, keep_verification
from core.kit.saying import said
from core.people.roles import Permission
from core.routing.firsts import keep_first_handler
from core.routing.joint import refuse_open_work
from core.routing.models import Assignment
from core.routing.returns import refuse_return_pending
from core.routing.service import advance, assignments_in_hand, check_unit, own_assignment
from core.routing.states import AssignmentState
from core.sla.service import freeze_for_review, live_clocks, start_on_arrival, stop_clock, turn_clocks
from core.statistics.dirty import mark_ticket
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.tickets.service import MoveNotAllowed, check_state, move
from core.tickets.service import note as write_note
from core.tickets.states import MOVES, WITH_UNIT, Command, State
from core.tickets.timeline import SYSTEM, Order
from core.units.queries import directory


@command(Command.SIGN)
def sign(scope: Scope, ticket: Ticket, order: Order) -> None:
    """The actor's unit signs 签收: the lead takes the ticket in hand, a co-unit or a unit below takes its share.

    Raises `NotYours` and the refusals of moves.
    """
    assignment = own_assignment(scope, ticket, order.actor)
    if assignment.role == "lead" and assignment.parent_id is None:
        check_state(ticket, MOVES[Command.SIGN].sources, "签收")
        _refuse_unless_waiting(ticket, assignment)
        _take_in_hand(scope, ticket, assignment, order, summary="签收")
        return
    check_state(ticket, WITH_UNIT, "签收")
    _refuse_unless_waiting(ticket, assignment)
    name = directory(scope).name_of(assignment.unit_id)
    write_note(
        scope, ticket, "co_sign", order, summary=said("{name}签收", name=name), detail={"assignment": assignment.id}
    )
    advance(assignment, AssignmentState.SIGNED, now=order.now)
    stop_clock(scope, ticket, "sign", at=order.now, now=order.now, assignment_id=assignment.id)


def deem_signed(scope: Scope, ticket: Ticket, assignment_id: int, *, now: datetime) -> None:
    """Take the ticket as signed 视同签收 when the window for returning it has run out and nobody objected.

    Nothing happens when the unit has signed, asked to give it back, or has it no longer.
    """
    waiting = [each for each in assignments_in_hand(scope, ticket) if each.id == assignment_id]
    if ticket.state == State.DISPATCHED and waiting and waiting[0].state == AssignmentState.PENDING_SIGN:
        _take_in_hand(scope, ticket, waiting[0], Order(SYSTEM, now), summary="退单期限已过，视同签收")
        mark_ticket(scope, ticket)


@command(Permission.HANDLE, "联系诉求人")
def contact(scope: Scope, ticket: Ticket, order: Order, *, reached: bool, what: str = "") -> None:
    """Note an attempt of the unit to reach the resident 联系诉求人; the first that gets through stops its clock.

    Raises `NotYours` and `MoveNotAllowed`.
    """
    check_state(ticket, WITH_UNIT, "联系诉求人")
    assignment = own_assignment(scope, ticket, order.actor)
    keep_contact(scope, ticket, assignment, order, reached=reached, what=what.strip())
    if reached:
        stop_clock(scope, ticket, "first_contact", at=order.now, now=order.now, assignment_id=assignment.id)


@command(Permission.HANDLE, "到场")
def arrive(scope: Scope, ticket: Ticket, order: Order, *, what: str = "已到场") -> None:
    """Note that the actor's unit is on site 到场; its on-site clock stops, and its work is timed from now where the limit says so.

    Raises `NotYours` and `MoveNotAllowed`.
    """
    check_state(ticket, WITH_UNIT, "记录到场")
    assignment = own_assignment(scope, ticket, order.actor)
    detail = {"assignment": assignment.id}
    write_note(scope, ticket, "on_site", order, summary=what.strip() or "已到场", detail=detail)
    stop_clock(scope, ticket, "on_site", at=order.now, now=order.now, assignment_id=assignment.id)
    start_on_arrival(scope, ticket, assignment, order)


@command(Permission.HANDLE, "办理记录")
def note(scope: Scope, ticket: Ticket, order: Order, *, what: str) -> None:
    """Note something that the unit did or found, without changing the state."""
    write_note(scope, ticket, "note", order, summary=what)


@command(Permission.DISPATCH, "受理席记录")
def remark(scope: Scope, ticket: Ticket, order: Order, *, what: str) -> None:
    """Note something at the desk, without changing the state."""
    write_note(scope, ticket, "note", order, summary=what)


@command(Command.SUBMIT_RESULT)
def reply(
    scope: Scope,
    ticket: Ticket,
    order: Order,
    *,
    text: str,
    disposition: str,
    verified: Finding | None = None,
    found: str = "",
    basis: str = "",
    confirmed: str = "",
) -> None:
    """The lead unit hands in its reply; it waits for review, and no mark fires while it does.

    With `verified` it says whether the appeal is true 核实, and with `found` what it saw; without, nothing is said of it.
    `basis` is the law or rule that a refused application stands on, `confirmed` why a reply is handed in that the checks
    hold back. Raises `ReasonMissing` where it is verified and nothing found, `NotYours`, `ReturnPending`, `CoUnitsOpen`,
    `NotContacted`, `ReplyUnusable`, `UnknownDisposition`, `BasisMissing`, `ReplyOffPoint` and the refusals of moves.
    """
    check_state(ticket, MOVES[Command.SUBMIT_RESULT].sources, "提交办结")
    assignment = check_unit(scope, ticket, order.actor)
    refuse_return_pending(ticket, assignment)
    refuse_open_work(scope, ticket, assignment)
    contacting = [each for each in live_clocks(scope, ticket) if each.name == "first_contact"]
    refuse_uncontacted(
        scope, ticket, assignment, must_contact=any(each.subject_id == assignment.id for each in contacting)
    )
    if verified is not None:
        before = Order(order.actor, order.now)  # the command's id belongs to the reply
        keep_verification(scope, ticket, assignment, before, verified, found, on_site=False)
    submit_reply(scope, ticket, assignment, order, text=text, disposition=disposition, basis=basis, confirmed=confirmed)
    freeze_for_review(scope, ticket, order)
    turn_clocks(scope, ticket, Command.SUBMIT_RESULT, order)


def _take_in_hand(scope: Scope, ticket: Ticket, assignment: Assignment, order: Order, *, summary: str) -> None:
    move(scope, ticket, Command.SIGN, order, summary=summary)
    advance(assignment, AssignmentState.SIGNED, now=order.now)
    keep_first_handler(ticket, assignment.unit_id)
    turn_clocks(scope, ticket, Command.SIGN, order, assignments=[assignment])


def _refuse_unless_waiting(ticket: Ticket, assignment: Assignment) -> None:
    refuse_return_pending(ticket, assignment)
    if assignment.state != AssignmentState.PENDING_SIGN:
        raise MoveNotAllowed(
            said("工单 {serial_no} 您的单位已经签收。请刷新后查看它的最新进展。", serial_no=ticket.serial_no)
        )
