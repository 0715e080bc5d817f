"""Dispatching a ticket, taking it back, and letting others look on."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, exists, select

from core.hooks import specs
from core.intake.clearances.service import refuse_uncleared
from core.kit.errors import Refused
from core.kit.saying import joined, said, word
from core.routing.deciding import keep_decision
from core.routing.firsts import asked_and_following, tell_asked
from core.routing.models import Assignment, Consultation
from core.routing.persons import give_to_persons
from core.routing.rules import watchers_from
from core.routing.states import ACTIVE, ASSIGNMENT_MOVES, AssignmentState
from core.tenancy.scope import Scope
from core.tickets.failing import note_failures
from core.tickets.models import Ticket
from core.tickets.service import check_state, move, note
from core.tickets.states import MOVES, Command
from core.tickets.timeline import SYSTEM, Actor, Order
from core.tickets.views import view_of
from core.units.queries import DirectoryUnit, directory
from core.units.references import report_strangers
from core.units.taking_in import refuse_taking_in_only

BY_PERSON = "person"
ASKED_FIRST = "core.routing/asked-first"
UNEXPLAINED = "受理席派单"
"""What stands for the reason where the desk dispatched and gave none."""


class NotYours(Refused):
    """The unit is not the one that has the ticket in hand."""

    code = "not-your-ticket"
    is_trespass = True


class ConsultationOpen(Refused):
    """Units still consult on whose the ticket is."""

    code = "consultation-open"


def assign(
    scope: Scope,
    ticket: Ticket,
    *,
    lead: str,
    co: Sequence[str] = (),
    rule_id: str = BY_PERSON,
    by: str = BY_PERSON,
    reason: str,
    order: Order,
    returnable: bool = True,
    during_consultation: bool = False,
) -> list[Assignment]:
    """Keep the decision and give the ticket to its lead unit and co-units; return their assignments, the lead's first.

    The caller moves the ticket. Raises `NoSuchUnit`, `ClearanceOpen`, or `ConsultationOpen` while units consult on whose
    it is, unless it is given away for just that time 先办后议.
    """
    refuse_uncleared(scope, ticket, "派单")
    if not during_consultation:
        refuse_consultation(scope, ticket)
    units = directory(scope)
    unit = units.get_unit(lead)
    ticket.lead_unit_id = unit.id
    keep_decision(
        scope,
        ticket,
        outcome="dispatched",
        unit=unit,
        rule_id=rule_id,
        reason=reason,
        by=by,
        actor=order.actor,
        now=order.now,
    )
    assigned = [open_assignment(scope, ticket, unit, role="lead", now=order.now, returnable=returnable)]
    for partner in _partners(scope, lead, co):
        assigned.append(open_assignment(scope, ticket, partner, role="co", now=order.now))
    return assigned


def dispatch(
    scope: Scope,
    ticket: Ticket,
    *,
    lead: str,
    co: Sequence[str] = (),
    rule_id: str = BY_PERSON,
    by: str = BY_PERSON,
    reason: str,
    order: Order,
    returnable: bool = True,
    during_consultation: bool = False,
) -> list[Assignment]:
    """Dispatch the ticket 派单 and return the assignments. Raises as `assign`, and `MoveNotAllowed`.

    `by` is the stamp of the feature whose rule dispatches it.
    """
    check_state(ticket, MOVES[Command.DISPATCH].sources, "派单")
    assigned = assign(
        scope,
        ticket,
        lead=lead,
        co=co,
        rule_id=rule_id,
        by=by,
        reason=reason,
        order=order,
        returnable=returnable,
        during_consultation=during_consultation,
    )
    tell_assigned(scope, ticket, Command.DISPATCH, assigned, rule_id=rule_id, by=by, reason=reason, order=order)
    return assigned


def tell_assigned(
    scope: Scope,
    ticket: Ticket,
    command: Command,
    assigned: Sequence[Assignment],
    *,
    rule_id: str,
    by: str = BY_PERSON,
    reason: str,
    order: Order,
) -> None:
    """Make the move that gave the ticket to these units, saying to whom and why, and give it to persons in them."""
    units = directory(scope)
    lead, *partners = [unit for each in assigned if (unit := units.unit_of_id(each.unit_id))]
    others = (
        said("，协办 {partners}", partners=joined("、", (partner.name for partner in partners))) if partners else ""
    )
    verb = "派给" if command is Command.DISPATCH else said("{label}给", label=word(MOVES[command].label))
    move(
        scope,
        ticket,
        command,
        order,
        summary=said(
            "{verb} {name}{others}（{reason}）", verb=word(verb), name=lead.name, others=others, reason=reason
        ),
        detail={"lead": lead.code, "co": [partner.code for partner in partners], "rule_id": rule_id, "by": by},
    )
    give_to_persons(scope, ticket, assigned, now=order.now)
    tell_asked(scope, ticket, said("已{verb}{name}办理。", verb=word(verb), name=lead.name), now=order.now)


def advance(assignment: Assignment, state: AssignmentState, *, now: datetime) -> None:
    """Bring an assignment into its next state, by the table of its moves alone."""
    before = AssignmentState(assignment.state)
    assert state in ASSIGNMENT_MOVES[before], f"an assignment does not go from {before} to {state}"
    assignment.state = state
    if state is AssignmentState.SIGNED:
        assignment.signed_at = assignment.signed_at or now
        assignment.submitted_at = assignment.ended_at = None
    elif state is AssignmentState.SUBMITTED:
        assignment.submitted_at = now
    elif state not in ACTIVE:
        assignment.ended_at = now


def watch(scope: Scope, ticket: Ticket, *, now: datetime) -> None:
    """Let the units that the district names see the ticket from now on 知会."""
    units = directory(scope)
    hook = specs.propose_watchers
    answers = scope.hooks.ask(hook, ticket=view_of(scope, ticket))
    failures = (*answers.failures, *report_strangers(scope, hook, answers))
    note_failures(scope, ticket, failures, instead="没有按它知会单位", now=now)
    asked = asked_and_following(scope, ticket)
    if asked is not None:
        open_assignment(scope, ticket, asked, role="info", now=now)
        words = said("知会 {name}（首问单位，全程知情）", name=asked.name)
        note(
            scope,
            ticket,
            "watch",
            Order(SYSTEM, now),
            summary=words,
            detail={"unit": asked.code, "rule_id": ASKED_FIRST},
        )
    for feature, watcher in watchers_from(
        answers, known={unit.code for unit in units.units} - {asked.code if asked else ""}
    ):
        unit = units.get_unit(watcher.unit)
        open_assignment(scope, ticket, unit, role="info", now=now)
        note(
            scope,
            ticket,
            "watch",
            Order(SYSTEM, now),
            summary=said("知会 {name}（{reason}）", name=unit.name, reason=watcher.reason),
            detail={"unit": unit.code, "rule_id": watcher.rule_id, "by": scope.hooks.stamp(feature)},
        )


def lead_assignment(scope: Scope, ticket: Ticket) -> Assignment:
    """Return the assignment of the unit that has the ticket in hand. Raises `NotYours` when nobody has."""
    found = scope.session.scalar(
        _in_hand(scope, ticket).where(Assignment.role == "lead", Assignment.parent_id.is_(None))
    )
    if found is None:
        raise NotYours(said("工单 {serial_no} 目前没有主办单位，请先派单。", serial_no=ticket.serial_no))
    return found


def find_concluding_assignment(scope: Scope, ticket: Ticket) -> Assignment | None:
    """Return the assignment of the unit that concluded the present cycle, None when the desk did."""
    return scope.session.scalar(
        select(Assignment).where(
            Assignment.tenant_id == scope.tenant.id,
            Assignment.ticket_id == ticket.id,
            Assignment.cycle_no == ticket.cycle_no,
            Assignment.role == "lead",
            Assignment.parent_id.is_(None),
            Assignment.state == AssignmentState.DONE,
        )
    )


def has_returned(scope: Scope, ticket: Ticket, unit: DirectoryUnit) -> bool:
    """Tell whether the unit gave this ticket back."""
    returned = exists().where(
        Assignment.tenant_id == scope.tenant.id,
        Assignment.ticket_id == ticket.id,
        Assignment.unit_id == unit.id,
        Assignment.role == "lead",
        Assignment.state == AssignmentState.RETURNED,
    )
    return bool(scope.session.scalar(select(returned)))


def assignments_in_hand(scope: Scope, ticket: Ticket) -> list[Assignment]:
    """Return what units still have in hand of the ticket, in the order in which they got it."""
    return list(scope.session.scalars(_in_hand(scope, ticket).order_by(Assignment.id)))


def end_assignments(scope: Scope, ticket: Ticket, state: AssignmentState, *, now: datetime) -> None:
    """End what units still have in hand of the ticket; watchers keep watching.

    A unit whose lead gave the ticket back, or lost it, has nothing to answer any more: its work is recalled.
    """
    for assignment in assignments_in_hand(scope, ticket):
        is_lead = assignment.role == "lead" and assignment.parent_id is None
        ending = state if is_lead or state is AssignmentState.DONE else AssignmentState.RECALLED
        if ending is AssignmentState.DONE and assignment.state != AssignmentState.SUBMITTED:
            ending = AssignmentState.RECALLED
        advance(assignment, ending, now=now)


def check_unit(scope: Scope, ticket: Ticket, actor: Actor) -> Assignment:
    """Return the lead assignment if the actor acts for its unit. Raises `NotYours`."""
    assignment = lead_assignment(scope, ticket)
    if not actor.acts_for(assignment.unit_id):
        raise NotYours(said("工单 {serial_no} 现由其他单位主办，您不能代为操作。", serial_no=ticket.serial_no))
    return assignment


def own_assignment(scope: Scope, ticket: Ticket, actor: Actor) -> Assignment:
    """Return what the actor's unit has in hand of the ticket, as lead, co-unit or below. Raises `NotYours`.

    The system acts for the lead.
    """
    own = [each for each in assignments_in_hand(scope, ticket) if actor.acts_for(each.unit_id)]
    if not own:
        raise NotYours(said("工单 {serial_no} 不在您的单位手里，您不能代为操作。", serial_no=ticket.serial_no))
    return min(own, key=lambda each: (each.role != "lead", each.parent_id is not None, each.id))


def refuse_consultation(scope: Scope, ticket: Ticket) -> None:
    """Raise `ConsultationOpen` while units consult on whose the ticket is."""
    open_one = select(Consultation.id).where(
        Consultation.tenant_id == scope.tenant.id, Consultation.ticket_id == ticket.id, Consultation.state == "open"
    )
    if ticket not in scope.session.fresh and scope.session.scalar(open_one) is not None:
        raise ConsultationOpen(
            said(
                "工单 {serial_no} 正在会商，裁决之前不能派单。事情要先办的，请指定先办单位；否则等待会商裁决。",
                serial_no=ticket.serial_no,
            )
        )


def _in_hand(scope: Scope, ticket: Ticket) -> Select[Assignment]:
    return select(Assignment).where(
        Assignment.tenant_id == scope.tenant.id, Assignment.ticket_id == ticket.id, Assignment.state.in_(ACTIVE)
    )


def _partners(scope: Scope, lead: str, co: Sequence[str]) -> list[DirectoryUnit]:
    """Return the co-units; a partner that is no longer there stops nothing."""
    named = (directory(scope).find_unit(code) for code in dict.fromkeys(co) if code != lead)
    return [partner for partner in named if partner]


def open_assignment(
    scope: Scope,
    ticket: Ticket,
    unit: DirectoryUnit,
    *,
    role: str,
    now: datetime,
    parent_id: int | None = None,
    returnable: bool = True,
) -> Assignment:
    """Give a unit its share in the ticket: as lead, as co-unit, or to look on. Raises `TakesInOnly`."""
    if role != "info":
        refuse_taking_in_only(scope, unit.name, unit.kind, ticket.serial_no)
    assignment = Assignment(
        tenant_id=scope.tenant.id,
        id=scope.new_id(),
        ticket_id=ticket.id,
        unit_id=unit.id,
        role=role,
        cycle_no=ticket.cycle_no,
        state=AssignmentState.WATCHING if role == "info" else AssignmentState.PENDING_SIGN,
        assigned_at=now,
        parent_id=parent_id,
        returnable=returnable,
    )
    scope.session.add(assignment)
    return assignment
