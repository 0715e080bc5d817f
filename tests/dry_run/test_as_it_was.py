"""The rules that held, tried again, decide what they really decided."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from random import Random
from typing import Any

import pytest
from sqlalchemy import select

from core.hooks.breaker import Breaker
from core.hooks.roster import Roster
from core.journey.dry_run.outcome import Outcome
from core.journey.dry_run.past import Past
from core.journey.dry_run.reading import pasts_of, place_of
from core.journey.dry_run.replay import replay
from core.journey.dry_run.tables import Rulebook, rulebook_of
from core.journey.join import attach, detach
from core.routing.models import RouteDecision
from core.sla.models import Clock, ClockEvent
from core.tenancy.active import context_of, in_use, rows_asked
from core.tenancy.scope import Installation, Scope
from core.tickets.models import Ticket, TicketEvent
from core.tickets.timeline import Order
from core.units.queries import directory
from tests.builders import OPERATOR, beijing, make_district, make_installation, make_ticket
from tests.dry_run.lives import LETTERS, PROFILES, Lives, open_district
from tests.life.limits import LENIENT, LIMITS

NOT_FOLLOWED = ("progress", "respond", "statement")
"""Clocks that start again when a unit reports or answers; by other rules nobody knows when it would have."""
UNITS = [("roads-north", "道路管理处北片", "section"), ("roads-south", "道路管理处南片", "section")]


@pytest.fixture(scope="module")
def every_clock(database_url: str) -> Iterator[Installation]:
    """An installation in which every clock of the product runs."""
    installation = make_installation(database_url, features=(LIMITS, LENIENT))
    yield installation
    installation.database.engine.dispose()


@pytest.mark.parametrize("slug", PROFILES)
def test_what_held_in_a_shipped_district_tried_again_is_what_was_decided(installation: Installation, slug: str) -> None:
    lives = Lives(installation, open_district(installation, PROFILES[slug]), LETTERS[slug], Random(slug))
    lives.live(tickets=14, steps=10)

    compare(lives)


@pytest.mark.parametrize("lenient", [False, True])
def test_what_every_clock_did_tried_again_is_what_it_does(every_clock: Installation, *, lenient: bool) -> None:
    features: dict[str, dict[str, Any]] = {"life.limits": {}, **({"life.lenient": {}} if lenient else {})}
    slug = make_district(
        every_clock,
        features=features,
        units=UNITS,
        parents={"roads-north": "roads", "roads-south": "roads"},
        duties=[{"code": "road", "keywords": ["坑洼"]}],
    )
    lives = Lives(every_clock, slug, LETTERS["sandbox"], Random(f"every clock {lenient}"), has_channels=False)
    lives.live(tickets=15, steps=15)

    compare(lives)


def test_what_was_let_go_goes_on_in_a_try_with_the_time_that_had_run(installation: Installation) -> None:
    slug = make_district(installation, features={"nanhai.light": {}})
    master, other = (
        make_ticket(installation, slug, now=beijing(f"2026-03-12 {at}")).serial_no for at in ("10:00", "10:30")
    )
    joined, let_go = Order(OPERATOR, beijing("2026-03-12 11:30")), Order(OPERATOR, beijing("2026-03-13 15:00"))
    installation.run(slug, lambda scope: attach(scope, other, joined, master=master))
    installation.run(slug, lambda scope: detach(scope, other, let_go, reason="不是同一处"))

    with installation.scope(slug) as scope:
        ticket = scope.session.scalars(select(Ticket).where(Ticket.serial_no == other)).one()
        place = place_of(scope, today=beijing("2026-03-13 16:00"))
        outcome = replay(pasts_of(scope, [ticket])[0], held_rulebook(scope, installation.roster), place)

        begun = [clock.started_at for clock in outcome.clocks if clock.name == "dispatch"]
        assert begun == [beijing("2026-03-12 10:30"), beijing("2026-03-13 14:00")]  # an hour of work had run
        assert tried_clocks(outcome) == real_clocks(scope, ticket)


def compare(lives: Lives) -> None:
    """Assert of each ticket that was accepted that the rules, tried again, come to what they came to."""
    with lives.installation.scope(lives.slug) as scope:
        accepted = select(Ticket).where(Ticket.accepted_at.is_not(None)).order_by(Ticket.id)
        tickets = scope.session.scalars(accepted).all()
        place, rulebook = place_of(scope, today=lives.now), held_rulebook(scope, lives.installation.roster)
        assert len(tickets) > 9
        for ticket, past in zip(tickets, pasts_of(scope, tickets), strict=True):
            outcome = replay(past, rulebook, place)

            assert outcome.failures == {}
            assert outcome.urgency == ticket.urgency
            assert tried_clocks(outcome) == real_clocks(scope, ticket)
            assert outcome.route is not None
            assert outcome.route.ground.rule_id == first_decision(scope, ticket).rule_id
            assert sorted(outcome.watchers) == real_watchers(scope, ticket, past)
            tried, real = tried_acts(outcome), real_acts(scope, ticket)
            assert real - tried == Counter()
            assert tried - real == Counter() or has_lost_what_was_reached(scope, ticket)


def has_lost_what_was_reached(scope: Scope, ticket: Ticket) -> bool:
    """Tell whether a unit lost the ticket with a mark reached that nobody had acted on: it is on record, and presses nobody.

    The clock process of these lives comes late; a try takes it to be in time.
    """
    reached = select(Clock.id).join(ClockEvent, ClockEvent.clock_id == Clock.id)
    lost = reached.where(Clock.ticket_id == ticket.id, Clock.state == "cancelled")
    return scope.session.scalars(lost.limit(1)).first() is not None


def held_rulebook(scope: Scope, roster: Roster) -> Rulebook:
    rows = rows_asked(scope.session, scope.tenant)
    enabled = [in_use(scope.session, scope.tenant, roster, scope.keys, row) for row in rows]
    context = context_of(scope.tenant, dry_run=True)
    return rulebook_of(scope, roster.compiled(context, [each for each in enabled if each], breaker=Breaker()))


def tried_clocks(outcome: Outcome) -> list[Any]:
    return sorted(
        (
            clock.name,
            clock.assignment_id,
            clock.started_at,
            clock.due_at,
            sorted((mark.mark, mark.at) for mark in clock.marks),
        )
        for clock in outcome.clocks
    )


def real_clocks(scope: Scope, ticket: Ticket) -> list[Any]:
    """Return the ticket's clocks as they were, each with the marks that it reached."""
    followed = select(Clock).where(Clock.ticket_id == ticket.id, Clock.name.not_in(NOT_FOLLOWED))
    rows = scope.session.scalars(followed).all()
    events = scope.session.scalars(select(ClockEvent).where(ClockEvent.clock_id.in_([row.id for row in rows])))
    marks: dict[int, list[tuple[str, datetime]]] = {row.id: [] for row in rows}
    for event in events:
        marks[event.clock_id].append((event.mark, event.at))
    return sorted(
        (
            row.name,
            row.subject_id if row.subject == "assignment" else 0,
            row.started_at,
            row.due_at,
            sorted(marks[row.id]) if row.name != "return_window" else [],  # it only runs out: nobody is pressed
        )
        for row in rows
    )


def first_decision(scope: Scope, ticket: Ticket) -> RouteDecision:
    decisions = select(RouteDecision).where(RouteDecision.ticket_id == ticket.id)
    return scope.session.scalars(decisions.order_by(RouteDecision.decided_at, RouteDecision.id)).all()[0]


def real_watchers(scope: Scope, ticket: Ticket, past: Past) -> list[str]:
    watching = [row.unit_id for row in past.assignments.values() if row.role == "info"]
    return sorted(unit.code for unit in directory(scope).units if unit.id in watching)


def tried_acts(outcome: Outcome) -> Counter[tuple[str, str]]:
    return Counter((act.kind, act.ground.rule_id) for act in outcome.acts if _is_compared(act.ground.rule_id))


def real_acts(scope: Scope, ticket: Ticket) -> Counter[tuple[str, str]]:
    """Return what was done about the ticket by rule, without what clocks that are not followed called for."""
    clocks = select(Clock.id).where(Clock.ticket_id == ticket.id, Clock.name.in_(NOT_FOLLOWED))
    elsewhere = {str(clock_id) for clock_id in scope.session.scalars(clocks)}
    entries = select(TicketEvent).where(TicketEvent.ticket_id == ticket.id, TicketEvent.kind == "escalate")
    done: Counter[tuple[str, str]] = Counter()
    for entry in scope.session.scalars(entries):
        if "step" in entry.detail or str(entry.detail["cause"]).startswith("case/"):
            continue  # what a case of accountability does by itself follows from its opening
        occasion = str(entry.detail["cause"]).split("/")[0]
        belongs_to_a_supervision = occasion == "supervision"
        if occasion in elsewhere or belongs_to_a_supervision or not _is_compared(entry.detail["rule_id"]):
            continue
        if "未启动" not in entry.summary:
            done[entry.detail["kind"], entry.detail["rule_id"]] += 1
    return done


def _is_compared(rule_id: str) -> bool:
    # The clock process of these lives comes late: what passed meanwhile too is pressed for together.
    return rule_id != "core.escalation/instruction"
