"""Behind a real PgBouncer that pools transactions the product works unchanged, and no session keeps anything for the next."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime

import psycopg
import pytest
from sqlalchemy import func, select

from core.jobs.kinds import job_kinds
from core.jobs.leadership import LOCK, leadership
from core.kit.db import Database
from core.tenancy.scope import Installation
from core.tickets.models import Ticket
from tests.builders import make_district, make_installation, make_ticket
from tests.faults.pooler import POOL, Pooled, pgbouncer
from tests.jobs.making import drain, jobs_of
from tests.web.making import Life

TRANSACTIONS = 120
READERS = 4


@pytest.fixture(scope="module")
def pooled(database_url: str) -> Iterator[Pooled]:
    with pgbouncer(database_url) as addresses:
        yield addresses


@pytest.fixture
def installation(pooled: Pooled) -> Iterator[Installation]:
    made = make_installation(pooled.transactions)
    yield made
    made.database.engine.dispose()


def test_an_appeal_goes_its_whole_way(installation: Installation) -> None:
    slug = make_district(installation)
    life = Life(installation, slug).take_in()

    life.handled().concluded()
    drain(installation, job_kinds({}, installation), now=datetime.now(UTC))

    with installation.scope(slug) as scope:
        assert scope.session.scalars(select(Ticket.state)).all() == ["concluded"]
    assert {job.state for job in jobs_of(installation, slug)} <= {"done", "pending"}


def test_tenants_that_take_turns_on_two_sessions_see_their_own_rows(pooled: Pooled) -> None:
    first = make_installation(pooled.transactions)
    numbers = [1, 2, 3]
    slugs = [make_district(first) for _ in numbers]
    for slug, number in zip(slugs, numbers, strict=True):
        for _ in range(number):
            make_ticket(first, slug, now=datetime.now(UTC))
    ids = {slug: first.tenant(slug).id for slug in slugs}
    backends: set[int] = set()
    mixed: list[str] = []

    def read(offset: int) -> None:
        database = Database(pooled.transactions, pool_size=1)
        for turn in range(TRANSACTIONS):
            slug = slugs[(turn + offset) % len(slugs)]
            with database.transaction(ids[slug]) as session:
                backend, seen, foreign = session.execute(
                    select(
                        func.min(func.pg_backend_pid()),
                        func.count(),
                        func.count().filter(Ticket.tenant_id != ids[slug]),
                    ).select_from(Ticket)
                ).one()
            backends.add(backend)
            if (seen, foreign) != (numbers[slugs.index(slug)], 0):
                mixed.append(f"{slug}: {seen}, {foreign}")
        database.engine.dispose()

    threads = [threading.Thread(target=read, args=(offset,)) for offset in range(READERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    first.database.engine.dispose()

    assert mixed == []
    assert len(backends) <= POOL, "the transactions did not meet on the same sessions"


def test_what_somebody_left_in_a_session_is_nothing_to_the_next(pooled: Pooled, installation: Installation) -> None:
    slug, other = make_district(installation), make_district(installation)
    for each in (slug, other):
        make_ticket(installation, each, now=datetime.now(UTC))
    theirs = installation.tenant(other).id
    installation.database.engine.dispose()
    for _ in range(POOL):
        with psycopg.connect(pooled.transactions, autocommit=True, prepare_threshold=None) as rogue:
            rogue.execute(f"SET app.tenant = '{theirs}'")
            rogue.execute("SELECT pg_advisory_lock(42)")

    for _ in range(2 * POOL):
        with installation.scope(slug) as scope:
            assert set(scope.session.scalars(select(Ticket.tenant_id))) == {scope.tenant.id}
        with installation.database.transaction(None) as session:
            assert session.scalar(select(func.count()).select_from(Ticket)) == 0


def test_no_temporary_table_can_be_left_behind(pooled: Pooled) -> None:
    with psycopg.connect(pooled.transactions) as rogue, pytest.raises(psycopg.errors.InsufficientPrivilege):
        rogue.execute("CREATE TEMP TABLE ticket (tenant_id int)")


def test_the_lead_goes_with_the_session_where_sessions_are_kept_whole(pooled: Pooled) -> None:
    with psycopg.connect(pooled.sessions, autocommit=True) as rogue:
        assert rogue.execute("SELECT pg_try_advisory_lock(%s)", [LOCK]).fetchone() == (True,)

    database = Database(pooled.sessions, pool_size=1)
    for _ in range(2):
        with leadership(database.engine) as lead:
            assert lead is not None
            lead.confirm()
    database.engine.dispose()
