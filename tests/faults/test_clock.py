"""A machine whose clock is wrong: nothing is due sooner or later for it, and it is told."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from core.journey.people import issue_token
from core.kit.clock import ASK_AGAIN, CLOCK_SKEWED, MEASURE_EVERY, Clock
from core.kit.db import Database
from core.sla.models import Clock as TicketClock
from core.tickets.models import TicketEvent
from core.web import create_app
from tests.builders import make_district, make_installation

TEN_MINUTES = timedelta(minutes=10)
NEAR = timedelta(seconds=2)


class Counter:
    """A counter of seconds that stands still until it is told."""

    def __init__(self) -> None:
        self.value = 1000.0

    def __call__(self) -> float:
        return self.value


@pytest.fixture
def database(database_url: str) -> Database:
    return Database(database_url)


def off_by(amount: timedelta) -> Callable[[], datetime]:
    return lambda: datetime.now(UTC) + amount


@pytest.mark.parametrize("ahead", [TEN_MINUTES, -TEN_MINUTES])
def test_what_a_skewed_process_takes_in_is_due_when_it_would_be(
    database_url: str, ahead: timedelta, caplog: pytest.LogCaptureFixture
) -> None:
    installation = make_installation(database_url)
    slug = make_district(installation)
    installation.database.clock = Clock(installation.database.transaction, read=off_by(ahead))
    with installation.scope(slug) as scope:
        token = issue_token(scope, "热线", role=None, unit=None, now=datetime.now(UTC))

    answer = (
        create_app(installation)
        .test_client()
        .post(
            "/api/v1/tickets",
            data=json.dumps({"text": "道路坑洼，出行不便"}),
            content_type="application/json",
            headers={"Authorization": f"Bearer {token}"},
        )
    )

    assert answer.status_code == 201
    with installation.scope(slug) as scope:
        true_time = scope.session.scalars(text("SELECT now()")).one()
        entries = scope.session.query(TicketEvent).all()
        clocks = scope.session.query(TicketClock).all()
    assert entries
    assert clocks
    assert all(abs(entry.at - true_time) < timedelta(minutes=1) for entry in entries)
    assert all(abs(clock.started_at - true_time) < timedelta(minutes=1) for clock in clocks)
    sign = "+" if ahead > timedelta() else "-"
    told = [record.getMessage() for record in caplog.records if CLOCK_SKEWED in record.getMessage()]
    assert len(told) == 1
    assert f"相差 {sign}" in told[0]


def test_a_clock_that_jumps_meanwhile_moves_nothing(database: Database) -> None:
    count, jumped = Counter(), [timedelta()]
    clock = Clock(database.transaction, read=lambda: datetime.now(UTC) + jumped[0], count=count)
    first = clock.now()

    jumped[0] = timedelta(hours=1)
    count.value += 30

    assert clock.now() == first + timedelta(seconds=30)
    assert abs(first - datetime.now(UTC)) < timedelta(minutes=1)


def test_it_is_told_once_when_clocks_differ_and_once_when_they_agree_again(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    count, ahead = Counter(), [TEN_MINUTES]
    clock = Clock(database.transaction, read=lambda: datetime.now(UTC) + ahead[0], count=count)
    for amount in (TEN_MINUTES, TEN_MINUTES, timedelta(), timedelta(), -TEN_MINUTES):
        ahead[0] = amount
        clock.now()
        assert abs(clock.skew - amount) < NEAR
        count.value += MEASURE_EVERY

    told = [(record.levelname, record.getMessage()[:12]) for record in caplog.records]
    assert told == [("ERROR", CLOCK_SKEWED), ("INFO", "本机时钟与数据库已经一致"), ("ERROR", CLOCK_SKEWED)]


def test_without_the_database_the_count_goes_on(database_url: str) -> None:
    count = Counter()
    nowhere = Database("postgresql://nobody@127.0.0.1:1/nothing").transaction
    clock = Clock(nowhere, read=off_by(TEN_MINUTES), count=count)
    assert abs(clock.now() - datetime.now(UTC) - TEN_MINUTES) < NEAR, "its own time, until one is told"

    clock._transaction = Database(database_url).transaction
    count.value += ASK_AGAIN
    told = clock.now()
    clock._transaction = nowhere
    count.value += MEASURE_EVERY

    assert clock.now() == told + timedelta(seconds=MEASURE_EVERY)
