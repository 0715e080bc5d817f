"""Asking whose a ticket is, and keeping each decision with all that it rests on 派单决定."""

from datetime import datetime
from typing import Any

from sqlalchemy import exists, func, select

from core.classification.service import URGENCY_LABELS
from core.hooks import specs
from core.hooks.core_features import ROUTING
from core.hooks.values import TicketView
from core.kit.saying import joined, said, unstopped, word
from core.routing.models import Assignment, RouteDecision
from core.routing.policy import RoutingPolicy
from core.routing.policy_in_force import policy_of
from core.routing.rules import Choice, choose
from core.routing.ruleset import Facts, record
from core.routing.states import AssignmentState
from core.tenancy.scope import Scope
from core.tickets.failing import note_failures
from core.tickets.models import Ticket, TicketEvent
from core.tickets.service import note
from core.tickets.timeline import SYSTEM, Actor, Order
from core.tickets.views import view_of
from core.units.queries import DirectoryUnit, directory
from core.units.references import report_strangers
from core.workdays.queries import timetable

REPEATS, INSTRUCTED = "repeat_count", "has_instruction"
"""Fields that cost a look into the database, and are asked for only where a rule speaks of them."""


def propose(scope: Scope, ticket: Ticket, *, now: datetime) -> Choice:
    """Ask rules, features and duty list whose the ticket is, keep the decision with its reasons, and suggest the unit."""
    units, policy, view = directory(scope), policy_of(scope), view_of(scope, ticket)
    hook, duty = specs.propose_routes, units.find_duty(ticket.matter, ticket.area)
    answers = scope.hooks.ask(hook, ticket=view, duty=duty, units=units.views)
    failures = (*answers.failures, *report_strangers(scope, hook, answers))
    note_failures(scope, ticket, failures, instead="没有采用它的分派意见，需要时转人工分派", now=now)
    choice = choose(
        policy,
        view,
        facts_in_hand(scope, policy, ticket, view),
        answers,
        on=now.astimezone(scope.tenant.zone).date(),
        label_of=lambda feature: scope.hooks.enabled[feature].feature.label,
        stamp_of=scope.hooks.stamp,
    )
    unit = units.find_unit(choice.lead) if choice.lead else None
    ticket.suggested_unit_id = unit.id if unit else None
    keep_decision(
        scope,
        ticket,
        outcome="suggested" if unit else "nobody",
        unit=unit,
        rule_id=choice.rule_id,
        reason=choice.reason,
        by=choice.by,
        actor=SYSTEM,
        now=now,
        record=record(choice.verdict, policy.names),
    )
    _tell_barred(scope, ticket, policy, choice, now=now)
    return choice


def follow_rules(scope: Scope, ticket: Ticket, *, keeps_urgency: bool, now: datetime) -> None:
    """Give a ticket the urgency and the limit that routing rules set, before its clocks start.

    What a person said of its urgency is kept. The timeline tells by which rule.
    """
    policy, view = policy_of(scope), view_of(scope, ticket)
    if not policy.rules.rules:
        ticket.rule_limit = ""
        return
    facts = facts_in_hand(scope, policy, ticket, view)
    verdict = policy.judge(view, facts, on=now.astimezone(scope.tenant.zone).date())
    told: list[str] = []
    if verdict.urgency and verdict.urgency != ticket.urgency and not keeps_urgency:
        ticket.urgency = verdict.urgency
        told.append(said("紧急程度定为{urgency}", urgency=word(URGENCY_LABELS[verdict.urgency])))
    if verdict.limit != ticket.rule_limit:
        ticket.rule_limit = verdict.limit
        told.append(
            said("时限按“{limit_name}”", limit_name=policy.names.limit_name(verdict.limit))
            if verdict.limit
            else "时限不再按规则"
        )
    if told:
        rules = [hit.rule for hit in verdict.hits if hit.rule.then.urgency or hit.rule.then.limit]
        because = (
            joined(
                "；",
                (
                    said("规则“{label}”：{explain}", label=word(rule.label), explain=unstopped(rule.explain))
                    for rule in rules
                ),
            )
            or "没有命中规则"
        )
        note(
            scope,
            ticket,
            "classify",
            Order(SYSTEM, now),
            summary=said("{told}（{because}）", told=joined("，", told), because=word(because)),
            detail={
                "urgency": ticket.urgency,
                "limit": ticket.rule_limit,
                "rules": [{"rule_id": f"{ROUTING.id}/{rule.id}", "by": policy.stamp} for rule in rules],
            },
        )


def facts_in_hand(scope: Scope, policy: RoutingPolicy, ticket: Ticket, view: TicketView) -> Facts:
    """Return what rules are told of a ticket now."""
    is_new = ticket in scope.session.fresh
    return policy.facts(
        view,
        zone=scope.tenant.zone,
        timetable=timetable(scope),
        returned_by=_returned_by(scope, ticket),
        repeat_count=_repeats(scope, ticket, is_new=is_new) if REPEATS in policy.asked_fields else None,
        has_instruction=_instructed(scope, ticket, is_new=is_new) if INSTRUCTED in policy.asked_fields else None,
    )


def keep_decision(
    scope: Scope,
    ticket: Ticket,
    *,
    outcome: str,
    unit: DirectoryUnit | None,
    rule_id: str,
    reason: str,
    by: str,
    actor: Actor,
    now: datetime,
    record: dict[str, Any] | None = None,
) -> None:
    """Keep who should get, or gets, a ticket, with what was suggested then; `record` where rules were asked."""
    scope.session.add(
        RouteDecision(
            tenant_id=scope.tenant.id,
            id=scope.new_id(),
            ticket_id=ticket.id,
            outcome=outcome,
            unit_id=unit.id if unit else None,
            suggested_unit_id=ticket.suggested_unit_id,
            rule_id=rule_id,
            reason=reason,
            by=by,
            duty_list=policy_of(scope).duty_list,
            record=record,
            decided_by=actor.name,
            decided_at=now,
            epoch=scope.tenant.epoch,
        )
    )


def _tell_barred(scope: Scope, ticket: Ticket, policy: RoutingPolicy, choice: Choice, *, now: datetime) -> None:
    """Say on the ticket which units that only take in were proposed for it, and by what: nothing falls back on them."""
    only = policy.taking_in_only
    barred = [each for each in choice.verdict.passed_over if each.unit in only]
    if not barred:
        return
    names = joined("、", dict.fromkeys(policy.units[each.unit].name for each in barred))
    note(
        scope,
        ticket,
        "kept_off",
        Order(SYSTEM, now),
        summary=said("没有派给{names}：只受理不承办（{only}）", names=names, only=only[barred[0].unit]),
        detail={"units": [each.unit for each in barred], "by": [each.source for each in barred]},
    )


def _returned_by(scope: Scope, ticket: Ticket) -> set[str]:
    if not ticket.bounce_count:
        return set()
    rows = scope.session.scalars(
        select(Assignment.unit_id).where(
            Assignment.tenant_id == scope.tenant.id,
            Assignment.ticket_id == ticket.id,
            Assignment.role == "lead",  # the return also ended the work of co-units, who objected to nothing
            Assignment.state == AssignmentState.RETURNED,
        )
    )
    units = (directory(scope).unit_of_id(unit_id) for unit_id in rows)
    return {unit.code for unit in units if unit}


def _repeats(scope: Scope, ticket: Ticket, *, is_new: bool) -> int:
    """Return how often it was brought up again: the tickets that are attached to it 并单."""
    attached = select(func.count()).where(Ticket.tenant_id == scope.tenant.id, Ticket.master_id == ticket.id)
    return 0 if is_new else scope.session.scalar(attached) or 0


def _instructed(scope: Scope, ticket: Ticket, *, is_new: bool) -> bool:
    """Tell whether a leader has written an instruction on it 批示."""
    written = exists().where(
        TicketEvent.tenant_id == scope.tenant.id,
        TicketEvent.ticket_id == ticket.id,
        TicketEvent.kind == "instruction",
    )
    return not is_new and bool(scope.session.scalar(select(written)))
