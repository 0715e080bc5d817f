"""What keeps the database from its work is told apart in one place, and deadlocks are tried again."""

import threading
from collections.abc import Callable

import psycopg
import pytest
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from core.jobs.trouble import is_database_gone
from core.kit.outages import CROWDED, DISK_FAILING, DISK_FULL, DOWN, READ_ONLY, RECOVERING, SLOW, Outage, outage_of
from core.tenancy.scope import Installation, Scope
from core.units.models import Unit
from tests.builders import make_district, make_installation


def raised(kind: type[psycopg.Error], words: str = "") -> DBAPIError:
    found = DBAPIError.instance(None, None, kind(words), psycopg.Error)
    assert isinstance(found, DBAPIError)
    return found


@pytest.mark.parametrize(
    ("error", "outage", "is_gone"),
    [
        (raised(psycopg.errors.DiskFull), DISK_FULL, True),
        (raised(psycopg.errors.ReadOnlySqlTransaction), READ_ONLY, True),
        (raised(psycopg.errors.AdminShutdown), DOWN, True),
        (raised(psycopg.errors.CannotConnectNow), RECOVERING, True),
        (raised(psycopg.OperationalError, "FATAL:  the database system is in recovery mode"), RECOVERING, True),
        (raised(psycopg.OperationalError, "FATAL:  the database system is starting up"), RECOVERING, True),
        (raised(psycopg.OperationalError, "FATAL:  sorry, too many clients already"), CROWDED, True),
        (raised(psycopg.OperationalError, "connection refused"), DOWN, True),
        (raised(psycopg.errors.TooManyConnections), CROWDED, True),
        (raised(psycopg.errors.IdleInTransactionSessionTimeout), SLOW, False),
        (raised(psycopg.errors.QueryCanceled), SLOW, False),
        (raised(psycopg.errors.LockNotAvailable), SLOW, False),
        (raised(psycopg.errors.IoError), DISK_FAILING, False),
        (raised(psycopg.errors.UndefinedTable), None, False),
        (raised(psycopg.errors.CheckViolation), None, False),
    ],
)
def test_an_outage_is_told_by_what_the_database_says(error: DBAPIError, outage: Outage | None, is_gone: bool) -> None:
    assert outage_of(error) is outage
    assert outage_of(error.orig or error) is outage
    assert is_database_gone(error) is is_gone
    assert outage_of(ValueError()) is None


def test_of_two_that_wait_for_each_other_each_is_done_once(database_url: str) -> None:
    installation = make_installation(database_url)
    slug = make_district(installation)
    meeting, tries = threading.Barrier(2, timeout=20), {"there": 0, "back": 0}
    one_is_done = threading.Event()

    def work(way: str, codes: tuple[str, str]) -> Callable[[Scope], None]:
        def do(scope: Scope) -> None:
            tries[way] += 1
            # Whoever runs again at once may be faster than the other awakes, and then they meet once more.
            assert tries[way] == 1 or one_is_done.wait(20), "the other never got through"
            for code in codes:
                unit = scope.session.scalars(select(Unit).where(Unit.code == code).with_for_update()).one()
                if tries[way] == 1 and code == codes[0]:
                    meeting.wait()
                unit.name += f" {way}"
            scope.session.flush()

        return do

    def run(way: str, codes: tuple[str, str]) -> None:
        installation.run(slug, work(way, codes))
        one_is_done.set()

    threads = [
        threading.Thread(target=run, args=("there", ("roads", "parks"))),
        threading.Thread(target=run, args=("back", ("parks", "roads"))),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(tries.values()) == [1, 2], "the database ended one of them, and it ran again"
    assert names(installation, slug) == [{"there", "back"}, {"there", "back"}]
    installation.database.engine.dispose()


def names(installation: Installation, slug: str) -> list[set[str]]:
    """Return what was added to the name of each of the two, and that nothing was added twice."""
    with installation.scope(slug) as scope:
        added = [name.split()[1:] for name in scope.session.scalars(select(Unit.name).where(Unit.code != "desk"))]
    assert all(len(words) == len(set(words)) for words in added)
    return [set(words) for words in added]
