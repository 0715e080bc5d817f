"""A bad network between the product, its database and its queue: nothing is lost or doubled, and nobody is held up for long."""

import os
import secrets
import socket
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import func, select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from core.embedded.home import open_home
from core.jobs.hints import waker
from core.journey.accept import Accepted, accept
from core.kit.errors import Refused
from core.tenancy.scope import Installation
from core.tickets.models import Ticket
from tests.builders import OPERATOR, make_appeal, make_district, make_installation
from tests.jobs.bad_network import Line, line_to
from tests.jobs.conftest import OwnDatabase
from tests.jobs.queue_server import QueueServer
from tests.servers import RUN_HOME

RECOVERED_WITHIN = 5.0
MOST_PIECES = 100


@pytest.fixture
def line(database: OwnDatabase) -> Iterator[Line]:
    """A line to the database."""
    with line_to(str(open_home(Path(os.environ[RUN_HOME])).sockets / ".s.PGSQL.5432")) as line:
        yield line


@pytest.fixture
def far(database: OwnDatabase, line: Line, installation: Installation) -> Iterator[Installation]:
    """The installation at the other end of the line."""
    address = make_url(database.url).set(host="127.0.0.1", port=line.port, query={})
    made = make_installation(address.render_as_string(hide_password=False))
    made.keys = installation.keys
    yield made
    made.database.engine.dispose()


def take_in(installation: Installation, slug: str, key: str) -> Accepted:
    appeal = make_appeal(external_id=key)
    return installation.run(slug, lambda scope: accept(scope, appeal, actor=OPERATOR, now=datetime.now(UTC)))


def how_many(installation: Installation, slug: str) -> int | None:
    with installation.scope(slug) as scope:
        return scope.session.scalar(select(func.count()).select_from(Ticket).where(Ticket.tenant_id == scope.tenant.id))


@pytest.mark.parametrize("halves", [False, True], ids=["reset", "cut in halves"])
def test_wherever_an_answer_breaks_off_the_appeal_comes_in_once(
    far: Installation, line: Line, installation: Installation, *, halves: bool
) -> None:
    slug, trouble = make_district(installation), line.trouble
    trouble.halves = halves
    told, broken = {}, 0
    for number in range(1, MOST_PIECES):
        key = secrets.token_hex(8)
        trouble.pieces, trouble.breaks_at = 0, number
        try:
            told[key] = take_in(far, slug, key)
        except (SQLAlchemyError, psycopg.Error, Refused):
            broken += 1
        is_unhurt = trouble.pieces < number
        trouble.breaks_at = 0
        begun = time.monotonic()
        again = take_in(far, slug, key)
        assert time.monotonic() - begun < RECOVERED_WITHIN
        before = told.setdefault(key, again)
        assert (again.serial_no, again.access_code) == (before.serial_no, before.access_code)
        if is_unhurt:
            break

    assert is_unhurt
    assert broken > 3
    assert how_many(installation, slug) == len(told)


def test_over_a_slow_line_it_takes_longer_and_nothing_else(
    far: Installation, line: Line, installation: Installation
) -> None:
    slug = make_district(installation)
    line.trouble.delay = 0.05
    begun = time.monotonic()

    assert take_in(far, slug, "slow").created
    assert time.monotonic() - begun > 0.3
    assert how_many(installation, slug) == 1


def test_a_queue_that_swallows_everything_holds_intake_up_for_a_moment_and_once(
    installation: Installation, queue_server: QueueServer
) -> None:
    slug = make_district(installation)
    address = make_url(queue_server.url)
    with line_to(f"/{address.database}") as line:
        installation._on_wake = waker(f"redis://{address.username}:{address.password}@127.0.0.1:{line.port}/0")
        installation._on_wake()
        assert line.trouble.pieces > 0
        line.trouble.swallows = True
        begun = time.monotonic()
        for key in ("one", "two", "three"):
            installation._on_wake()
            assert take_in(installation, slug, key).created

        assert time.monotonic() - begun < RECOVERED_WITHIN
    assert how_many(installation, slug) == 3


def test_a_database_that_vanished_without_a_word_is_noticed_within_half_a_minute(far: Installation, line: Line) -> None:
    with far.database.engine.connect() as connection:
        driver = connection.connection.driver_connection
        assert isinstance(driver, psycopg.Connection)
        with socket.socket(fileno=os.dup(driver.fileno())) as end:
            assert end.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
            idle, every, times = (
                end.getsockopt(socket.IPPROTO_TCP, option)
                for option in (socket.TCP_KEEPIDLE, socket.TCP_KEEPINTVL, socket.TCP_KEEPCNT)
            )
            unanswered = end.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT)

    assert idle + every * times <= 30
    assert unanswered <= 30_000
