"""Dispatching a ticket, taking it back, and letting others look on."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import Select, select

from core.hooks import specs
from core.kit.errors import Refused
from core.routing.models import Assignment, RouteDecision
from core.routing.rules import Choice, choose
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.tickets.service import move, note
from core.tickets.states import Command
from core.tickets.timeline import SYSTEM, Actor
from core.tickets.views import view_of
from core.units.queries import DirectoryUnit, directory

WORKING = ("pending_sign", "signed", "submitted")
"""Assignment states in which a unit still has the ticket in hand."""
BY_PERSON = "person"


class NotYours(Refused):
    """The unit is not the one that has the ticket in hand."""

    code = "not-your-ticket"


def propose(scope: Scope, ticket: Ticket, *, now: datetime) -> Choice:
    """Ask the district's rules whose the ticket is, keep the decision with its reasons, and suggest the unit."""
    units = directory(scope)
    duty = units.find_duty(ticket.matter)
    answers = scope.hooks.ask(specs.propose_routes, ticket=view_of(scope, ticket), duty=duty, units=units.views)
    choice = choose(
        [proposal for _, proposal in answers],
        duty,
        known={unit.code for unit in units.units},
        returned_by=_returned_by(scope, ticket),
    )
    unit = units.find_unit(choice.proposal.unit) if choice.proposal else None
    ticket.suggested_unit_id = unit.id if unit else None
    _decide(
        scope,
        ticket,
        outcome="suggested" if unit else "nobody",
        unit=unit,
        rule_id=choice.rule_id,
        reason=choice.reason,
        candidates=[{**asdict(offer), "passed_over": why} for offer, why in choice.candidates],
        actor=SYSTEM,
        now=now,
    )
    return choice


def dispatch(
    scope: Scope,
    ticket: Ticket,
    *,
    lead: str,
    co: Sequence[str] = (),
    rule_id: str = BY_PERSON,
    reason: str,
    actor: Actor,
    now: datetime,
    command_id: str | None = None,
) -> None:
    """Give the ticket to its lead unit and co-units. Raises `NoSuchUnit` or `MoveNotAllowed`."""
    units = directory(scope)
    unit = units.get_unit(lead)
    named = (units.find_unit(code) for code in dict.fromkeys(co) if code != lead)
    partners = [partner for partner in named if partner]  # a partner that is no longer there stops nothing
    ticket.lead_unit_id = unit.id
    _decide(
        scope,
        ticket,
        outcome="dispatched",
        unit=unit,
        rule_id=rule_id,
        reason=reason,
        candidates=[],
        actor=actor,
        now=now,
    )
    for role, assigned in (("lead", unit), *(("co", partner) for partner in partners)):
        _assign(scope, ticket, assigned, role=role, state="pending_sign", now=now)
    others = f"，协办 {'、'.join(partner.name for partner in partners)}" if partners else ""
    move(
        scope,
        ticket,
        Command.DISPATCH,
        actor=actor,
        now=now,
        summary=f"派给 {unit.name}{others}（{reason}）",
        detail={"lead": lead, "co": [partner.code for partner in partners], "rule_id": rule_id},
        command_id=command_id,
    )


def watch(scope: Scope, ticket: Ticket, *, now: datetime) -> None:
    """Let the units that the district names see the ticket from now on 知会."""
    units = directory(scope)
    seen: set[str] = set()
    for _, watcher in scope.hooks.ask(specs.propose_watchers, ticket=view_of(scope, ticket)):
        unit = units.find_unit(watcher.unit)
        if unit is None or unit.code in seen:
            continue
        seen.add(unit.code)
        _assign(scope, ticket, unit, role="info", state="watching", now=now)
        note(
            scope,
            ticket,
            "watch",
            actor=SYSTEM,
            now=now,
            summary=f"知会 {unit.name}（{watcher.reason}）",
            detail={"unit": unit.code, "rule_id": watcher.rule_id},
        )


def lead_assignment(scope: Scope, ticket: Ticket) -> Assignment:
    """Return the assignment of the unit that has the ticket in hand. Raises `NotYours` when nobody has."""
    found = scope.session.scalar(_in_hand(scope, ticket).where(Assignment.role == "lead"))
    if found is None:
        raise NotYours(f"工单 {ticket.serial_no} 目前没有主办单位，请先派单。")
    return found


def end_assignments(scope: Scope, ticket: Ticket, state: str, *, now: datetime) -> None:
    """End what units still have in hand of the ticket, as `done` or `returned`; watchers keep watching."""
    for assignment in scope.session.scalars(_in_hand(scope, ticket)):
        assignment.state, assignment.ended_at = state, now


def check_unit(scope: Scope, ticket: Ticket, unit_id: int | None) -> Assignment:
    """Return the lead assignment if it is this unit's (None = the caller may act for any). Raises `NotYours`."""
    assignment = lead_assignment(scope, ticket)
    if unit_id is not None and assignment.unit_id != unit_id:
        raise NotYours(f"工单 {ticket.serial_no} 现由其他单位主办，您不能代为操作。")
    return assignment


def _in_hand(scope: Scope, ticket: Ticket) -> Select[Assignment]:
    return select(Assignment).where(
        Assignment.tenant_id == scope.tenant.id,
        Assignment.ticket_id == ticket.id,
        Assignment.state.in_(WORKING),
    )


def _returned_by(scope: Scope, ticket: Ticket) -> set[str]:
    if not ticket.bounce_count:
        return set()
    rows = scope.session.scalars(
        select(Assignment.unit_id).where(
            Assignment.tenant_id == scope.tenant.id,
            Assignment.ticket_id == ticket.id,
            Assignment.role == "lead",  # the return also ended the work of co-units, who objected to nothing
            Assignment.state == "returned",
        )
    )
    units = (directory(scope).unit_of_id(unit_id) for unit_id in rows)
    return {unit.code for unit in units if unit}


def _assign(scope: Scope, ticket: Ticket, unit: DirectoryUnit, *, role: str, state: str, now: datetime) -> None:
    scope.session.add(
        Assignment(
            tenant_id=scope.tenant.id,
            id=scope.new_id(),
            ticket_id=ticket.id,
            unit_id=unit.id,
            role=role,
            cycle_no=ticket.cycle_no,
            state=state,
            assigned_at=now,
        )
    )


def _decide(
    scope: Scope,
    ticket: Ticket,
    *,
    outcome: str,
    unit: DirectoryUnit | None,
    rule_id: str,
    reason: str,
    candidates: list[dict[str, object]],
    actor: Actor,
    now: datetime,
) -> None:
    scope.session.add(
        RouteDecision(
            tenant_id=scope.tenant.id,
            id=scope.new_id(),
            ticket_id=ticket.id,
            outcome=outcome,
            unit_id=unit.id if unit else None,
            rule_id=rule_id,
            reason=reason,
            candidates=candidates,
            decided_by=actor.name,
            decided_at=now,
            epoch=scope.tenant.epoch,
        )
    )
