"""What a routing rule would have met: tickets of the last days, whom they went to, and whom the rule gives them to.

It looks at conditions alone. What the whole change comes to, with features, clocks and what people did, the dry run tells.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import select

from core.areas.tree import LOCAL
from core.kit.saying import said, word
from core.routing.policy import RoutingPolicy
from core.routing.policy_in_force import policy_of
from core.routing.ruleset import (
    Facts,
    Finding,
    RoutingDirectory,
    Rule,
    RuleSet,
    check_rules,
    compile_rules,
)
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.tickets.views import view_of
from core.units.catalogue.queries import duty_list_of
from core.units.queries import directory
from core.workdays.queries import NoCalendar, timetable
from core.workdays.rules import Timetable

DAYS = 30
MOST_LOOKED_AT = 1_000
"""Newest tickets of these days; more tell nothing else, and whoever edits waits for the answer."""
SHOWN = 8
MOST_WATCHED = 300
"""Rules among which shadows are looked for while one of them is edited; of more, the check of the draft tells."""
NEARLY_ALL = 0.8


@dataclass(frozen=True, slots=True)
class MetTicket:
    """A past ticket that the rule meets: who has it, and who would by the rule; `why` says what stands against that."""

    serial_no: str
    accepted_at: datetime
    matter: str
    area: str
    now: str
    then: str
    is_same: bool
    why: str = ""


@dataclass(frozen=True, slots=True)
class Met:
    """How many of the tickets looked at the rule meets, and of these how many another unit has now.

    `first` counts those that an earlier rule of the same phase takes before it, by that rule's name.
    """

    days: int
    looked_at: int
    met: int
    changed: int
    first: Mapping[str, int]
    shown: tuple[MetTicket, ...]
    share: int = 0

    @property
    def is_nearly_all(self) -> bool:
        """Whether the rule meets nearly everything that comes in."""
        return self.looked_at > SHOWN and self.met >= self.looked_at * NEARLY_ALL


def policy_for(scope: Scope, duty_list: int) -> RoutingPolicy:
    """Return what holds about routing, with this version of the duty list. Raises `NoSuchDutyList`."""
    held = policy_of(scope)
    if held.duty_list == duty_list:
        return held
    return replace(held, duty_list=duty_list, catalogue=duty_list_of(scope, duty_list))


def names_for(policy: RoutingPolicy, limits: Mapping[str, str]) -> RoutingDirectory:
    """Return what rules may name, with limits that are not in force yet."""
    return replace(policy.names, limits=dict(limits))


def findings_about(policy: RoutingPolicy, rules: RuleSet, limits: Mapping[str, str]) -> tuple[Finding, ...]:
    """Return what is to be known of rules before they are drafted, nothing where there are too many to look at now."""
    if len(rules.rules) > MOST_WATCHED:
        return ()
    return check_rules(rules, replace(policy.directory, limits=dict(limits))).findings


def past_met(scope: Scope, policy: RoutingPolicy, rules: RuleSet, rule: Rule, *, now: datetime) -> Met:
    """Return the tickets of the last days that a rule meets, as it stands among the others."""
    since = now - timedelta(days=DAYS)
    tickets = scope.session.scalars(
        select(Ticket)
        .where(Ticket.tenant_id == scope.tenant.id, Ticket.accepted_at > since, Ticket.accepted_at <= now)
        .order_by(Ticket.accepted_at.desc(), Ticket.id.desc())
        .limit(MOST_LOOKED_AT)
    ).all()
    alone = compile_rules(replace(rules, rules=(replace(rule, enabled=True),)))
    together = compile_rules(rules) if len(rules.rules) <= MOST_WATCHED else alone
    working = _timetable(scope)
    shown: list[MetTicket] = []
    met = changed = 0
    first: Counter[str] = Counter()
    for ticket in tickets:
        facts = _facts(scope, policy, ticket, working)
        day = (ticket.accepted_at or now).astimezone(scope.tenant.zone).date()
        if next(alone.matches(facts.values, day), None) is None:
            continue
        met += 1
        hit = next((each for each, _ in together.matches(facts.values, day) if each.phase is rule.phase), rule)
        if hit.id != rule.id:
            first[hit.label] += 1
        lead = _lead(rule, facts)
        has = directory(scope).name_of(ticket.lead_unit_id) if ticket.lead_unit_id else ""
        gets = policy.names.unit_name(lead) if lead else ""
        is_same = not gets or not has or gets == has  # what nobody dispatched yet went nowhere else
        changed += not is_same
        if len(shown) < SHOWN:
            shown.append(_shown(policy, ticket, has, gets, is_same, hit if hit.id != rule.id else None))
    return Met(DAYS, len(tickets), met, changed, dict(first), tuple(shown), round(100 * met / max(len(tickets), 1)))


def _facts(scope: Scope, policy: RoutingPolicy, ticket: Ticket, working: Timetable | None) -> Facts:
    """Return what rules were told of it when it came in: nothing was attached, nobody had instructed or returned it."""
    view = replace(view_of(scope, ticket), cycle_no=1, bounce_count=0)
    return policy.facts(view, zone=scope.tenant.zone, timetable=working, repeat_count=0, has_instruction=False)


def _lead(rule: Rule, facts: Facts) -> str:
    """Return the unit that a rule gives a ticket to, empty where it names none, or none that is known there."""
    if rule.then.assign is None:
        return ""
    lead = rule.then.assign.lead
    return facts.local_units.get(lead.removeprefix(LOCAL), "") if lead.startswith(LOCAL) else lead


def _shown(policy: RoutingPolicy, ticket: Ticket, has: str, gets: str, is_same: bool, hit: Rule | None) -> MetTicket:
    matters, areas = policy.catalogue.matters, policy.catalogue.areas
    assert ticket.accepted_at is not None
    return MetTicket(
        serial_no=ticket.serial_no,
        accepted_at=ticket.accepted_at,
        matter=matters.names(ticket.matter)[-1] if ticket.matter and ticket.matter in matters else "",
        area=policy.catalogue.area_words(ticket.area) if ticket.area and ticket.area in areas else "",
        now=has,
        then=gets,
        is_same=is_same,
        why=said("“{label}”排在前面", label=word(hit.label)) if hit else "",
    )


def _timetable(scope: Scope) -> Timetable | None:
    try:
        return timetable(scope)
    except NoCalendar:
        return None
