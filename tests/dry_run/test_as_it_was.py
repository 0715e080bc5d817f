"""The rules that held, tried again, decide what they really decided."""

from collections.abc import Iterator
from datetime import datetime
from random import Random
from typing import Any

import pytest
from sqlalchemy import select

from core.hooks.breaker import Breaker
from core.hooks.roster import Roster
from core.hooks.table import HookTable
from core.journey.dry_run.past import Past, Place
from core.journey.dry_run.reading import pasts_of, place_of
from core.journey.dry_run.replay import replay
from core.routing.models import Assignment, RouteDecision
from core.sla.models import Clock, ClockEvent
from core.tenancy.active import context_of, features_on, in_use
from core.tenancy.scope import Installation, Scope
from core.tickets.models import Ticket, TicketEvent
from tests.builders import make_installation
from tests.dry_run.lives import PROFILES, Lives, open_district


@pytest.fixture(scope="module")
def installation(database_url: str) -> Iterator[Installation]:
    installation = make_installation(database_url, features=tuple(Roster.installed().features.values()))
    yield installation
    installation.database.engine.dispose()


def held_table(scope: Scope, roster: Roster) -> HookTable:
    rows = features_on(scope.session, scope.tenant)
    enabled = [in_use(scope.session, scope.tenant, roster, scope.keys, row) for row in rows]
    return roster.compiled(context_of(scope.tenant, dry_run=True), [each for each in enabled if each], breaker=Breaker())


def tried_clocks(past: Past, table: HookTable, place: Place) -> list[Any]:
    outcome = replay(past, table, place)
    return sorted(
        (clock.name, clock.assignment_id, clock.started_at, clock.due_at, sorted((m.mark, m.at) for m in clock.marks))
        for clock in outcome.clocks
    )


def real_clocks(scope: Scope, ticket: Ticket) -> list[Any]:
    """Return the ticket's clocks as they were, each with the marks that it reached."""
    rows = scope.session.scalars(
        select(Clock).where(Clock.ticket_id == ticket.id, Clock.name.not_in(("progress", "respond")))
    ).all()
    events = scope.session.scalars(select(ClockEvent).where(ClockEvent.clock_id.in_([row.id for row in rows]))).all()
    marks: dict[int, list[tuple[str, datetime]]] = {row.id: [] for row in rows}
    windows = {row.id for row in rows if row.name == "return_window"}
    for event in events:
        if event.clock_id not in windows:
            marks[event.clock_id].append((event.mark, event.at))
    return sorted(
        (
            row.name,
            row.subject_id if row.subject == "assignment" else 0,
            row.started_at,
            row.due_at,
            sorted(marks[row.id]),
        )
        for row in rows
    )


@pytest.mark.parametrize("slug", PROFILES)
def test_what_held_tried_again_is_what_was_decided(installation: Installation, slug: str) -> None:
    lives = Lives(installation, open_district(installation, PROFILES[slug]), PROFILES[slug], Random(slug))
    lives.live(tickets=30, steps=8)

    with installation.scope(lives.slug) as scope:
        tickets = scope.session.scalars(select(Ticket).where(Ticket.accepted_at.is_not(None)).order_by(Ticket.id)).all()
        place, table = place_of(scope, today=lives.now), held_table(scope, installation.roster)
        for ticket, past in zip(tickets, pasts_of(scope, tickets), strict=True):
            outcome = replay(past, table, place)

            assert outcome.failures == {}
            assert (outcome.urgency, tried_clocks(past, table, place)) == (ticket.urgency, real_clocks(scope, ticket)), ticket.serial_no
            first = scope.session.scalars(
                select(RouteDecision)
                .where(RouteDecision.ticket_id == ticket.id)
                .order_by(RouteDecision.decided_at, RouteDecision.id)
            ).first()
            assert outcome.route is not None
            assert first is not None
            assert outcome.route.ground.rule_id == first.rule_id
            watching = scope.session.scalars(
                select(Assignment.unit_id).where(Assignment.ticket_id == ticket.id, Assignment.role == "info")
            ).all()
            units = {unit.code: unit.id for unit in place.units.units}
            assert sorted(units[code] for code in outcome.watchers) == sorted(watching)
