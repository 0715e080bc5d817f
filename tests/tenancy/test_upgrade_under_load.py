"""The schema is brought to its newest version while the version before works on it: nobody fails, nobody waits long."""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import psycopg
import pytest
from alembic import command
from alembic.script import ScriptDirectory
from psycopg.sql import SQL, Identifier, Literal, Placeholder
from sqlalchemy import Engine, create_engine, event, text

from core.kit.db import Database, as_psycopg
from core.migrations import migrate_core, migrations_folder
from core.migrations.giving_way import TablesInUse, give_way, try_again
from core.tenancy.plugin_schemas import outside_of
from tests.architecture.migration_steps import read_released
from tests.tenancy.addresses import Address, core_config
from tests.tenancy.filling import Row, allowed_values, fill, known_to, tables_of_tenants

BEFORE = "".join(release.revision for release in read_released(migrations_folder())[-1:]) or "0010"
"""Where the upgrade begins: at the newest migration of the last release; until there is one, at one of ours."""
TENANT = 1
READERS_WAIT = "500ms"
"""The database itself ends a reader's wait for a lock after this, with an error, which fails the test."""
WRITERS_WAIT = "3s"
BUSY_FOR = 1.2
"""Seconds for which somebody keeps a transaction open on tables that the upgrade changes."""


@pytest.fixture
def ticket(address: Address) -> Row:
    """A ticket in the schema of the version before, with its columns as that version writes them."""
    command.downgrade(core_config(address), BEFORE)
    owner = create_engine(as_psycopg(address.owner))
    database = Database(address.app)
    try:
        tables = {table.name: table for table in tables_of_tenants(owner)}
        with owner.begin() as connection:
            connection.execute(
                text(
                    "INSERT INTO tenant (id, slug, name, kind, zone, serial_prefix, epoch)"
                    " VALUES (1, 'here', 'here', 'district', 'Asia/Shanghai', 'HR', 0)"
                )
            )
        with database.transaction(TENANT) as session:
            some = [table for name, table in tables.items() if name in ("unit", "account", "ticket")]
            return fill(session.connection(), some, allowed_values(owner), TENANT, known_to(some))["ticket"]
    finally:
        owner.dispose()
        database.engine.dispose()


class Worker(threading.Thread):
    """Somebody who works on the database all the time, in transactions of one tenant, and notes the longest one."""

    def __init__(
        self, address: Address, lock_timeout: str, work: Callable[[psycopg.Connection[Any], int], None]
    ) -> None:
        super().__init__(daemon=True)
        self._address = address
        self._lock_timeout = lock_timeout
        self._work = work
        self._done = threading.Event()
        self.count = 0
        self.longest = 0.0
        self.errors: list[str] = []

    def run(self) -> None:
        with psycopg.connect(self._address.app) as connection:
            while not self._done.is_set():
                began = time.monotonic()
                try:
                    enter(connection, self._lock_timeout)
                    self._work(connection, self.count)
                    connection.commit()
                    self.count += 1
                except psycopg.Error as error:
                    self.errors.append(str(error))
                    connection.rollback()
                self.longest = max(self.longest, time.monotonic() - began)
                self._done.wait(0.01)

    def __enter__(self) -> "Worker":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self.join()


def enter(connection: psycopg.Connection[Any], lock_timeout: str) -> None:
    connection.execute(SQL("SET LOCAL lock_timeout = {}").format(Literal(lock_timeout)))
    connection.execute(SQL("SET LOCAL app.tenant = {}").format(Literal(str(TENANT))))


def writing(ticket: Row, first_id: int) -> Callable[[psycopg.Connection[Any], int], None]:
    """Return what writes one ticket more, in the words of the version before."""
    statement = SQL("INSERT INTO ticket ({}) VALUES ({})").format(
        SQL(", ").join(map(Identifier, ticket)), SQL(", ").join(map(Placeholder, ticket))
    )

    def write(connection: psycopg.Connection[Any], count: int) -> None:
        number = first_id + count
        connection.execute(statement, {**ticket, "id": number, "serial_no": f"HR-{number}"})
        connection.execute("UPDATE ticket SET version = version + 1 WHERE id = %s", [number])

    return write


def read(connection: psycopg.Connection[Any], _count: int) -> None:
    connection.execute("SELECT count(*) FROM ticket")
    connection.execute("SELECT count(*) FROM account")


@contextmanager
def somebody_busy(address: Address, ticket: Row, *, seconds: float) -> Iterator[None]:
    """Have a transaction open that has read accounts and written a ticket, from now on for so long."""
    holds = threading.Event()

    def stay() -> None:
        with psycopg.connect(address.app) as connection:
            enter(connection, WRITERS_WAIT)
            read(connection, 0)
            writing(ticket, 50_000_000)(connection, 0)
            holds.set()
            time.sleep(seconds)

    thread = threading.Thread(target=stay, daemon=True)
    thread.start()
    assert holds.wait(10)
    yield
    thread.join()


def test_an_upgrade_goes_on_under_load(address: Address, ticket: Row, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="core.migrations.giving_way")
    writers = [Worker(address, WRITERS_WAIT, writing(ticket, first)) for first in (60_000_000, 70_000_000)]
    readers = [Worker(address, READERS_WAIT, read) for _ in range(2)]

    with ExitStack() as load:
        for worker in (*writers, *readers):
            load.enter_context(worker)
        with somebody_busy(address, ticket, seconds=BUSY_FOR):
            began = time.monotonic()
            migrate_core(address.owner)
            took = time.monotonic() - began

    gave_way = len([record for record in caplog.records if "gave way" in record.message])
    print(  # noqa: T201 -- the figures of the run
        f"upgrade {took:.2f} s, gave way {gave_way} times; {sum(w.count for w in writers)} tickets written, longest "
        f"{max(w.longest for w in writers):.2f} s; {sum(r.count for r in readers)} reads, longest "
        f"{max(r.longest for r in readers):.2f} s"
    )
    assert [worker.errors for worker in (*writers, *readers)] == [[], [], [], []]
    assert gave_way >= 1
    assert address.ask("SELECT version_num FROM alembic_version") == newest(address)
    written = sum(worker.count for worker in writers) + 1
    assert address.see("ticket", question="SELECT count(*) FROM ticket WHERE id >= 50000000") == [written]


def test_an_upgrade_that_never_has_its_turn_says_so_and_keeps_what_is_done(address: Address, ticket: Row) -> None:
    with somebody_busy(address, ticket, seconds=BUSY_FOR), pytest.raises(TablesInUse, match="数据表正被使用"):
        try_again(lambda: command.upgrade(core_config(address), "heads"), patience=0.3)

    assert BEFORE < address.ask("SELECT version_num FROM alembic_version")[0] < newest(address)[0]
    migrate_core(address.owner)
    assert address.ask("SELECT version_num FROM alembic_version") == newest(address)


def test_without_giving_way_a_reader_would_wait(address: Address, ticket: Row) -> None:
    def change() -> None:
        with psycopg.connect(address.owner) as connection:
            connection.execute("ALTER TABLE account ADD mood text")

    changing = threading.Thread(target=change, daemon=True)
    with somebody_busy(address, ticket, seconds=BUSY_FOR), Worker(address, READERS_WAIT, read) as reader:
        changing.start()
        time.sleep(0.8)
    changing.join()

    assert "canceling statement due to lock timeout" in reader.errors[0]


def test_an_upgrade_broken_off_again_and_again_is_finished_in_the_end(
    address: Address, ticket: Row, owner: Engine
) -> None:
    broken_off = 0
    while address.ask("SELECT version_num FROM alembic_version") != newest(address):
        with breaking_off_after(broken_off):
            try:
                command.upgrade(core_config(address), "heads")
            except BrokenOff:
                broken_off += 3

    upgraded = create_engine(as_psycopg(address.owner))
    with upgraded.connect() as broken, owner.connect() as whole:
        assert outside_of(broken, "none") == outside_of(whole, "none")
    upgraded.dispose()
    assert broken_off > 5


class BrokenOff(Exception):  # noqa: N818 -- a fact
    """The migrating process went away here."""


@contextmanager
def breaking_off_after(count: int) -> Iterator[None]:
    """Have whoever migrates in this block go away before the statement after so many."""
    left = count

    def before(*_: object) -> None:
        nonlocal left
        if left == 0:
            raise BrokenOff
        left -= 1

    event.listen(Engine, "before_cursor_execute", before)
    try:
        yield
    finally:
        event.remove(Engine, "before_cursor_execute", before)


def test_the_wait_is_bounded_in_transactions_and_nowhere_else(address: Address) -> None:
    engine = create_engine(as_psycopg(address.owner))
    give_way(engine)
    limit = text("SHOW lock_timeout")

    with engine.connect() as connection:
        first = connection.scalar(limit)
        connection.commit()
        alone = connection.execution_options(isolation_level="AUTOCOMMIT").scalar(limit)
        connection.commit()
        again = connection.execution_options(isolation_level="READ COMMITTED").scalar(limit)
    engine.dispose()

    assert (first, alone, again) == ("200ms", "0", "200ms")


def newest(address: Address) -> list[str]:
    return list(ScriptDirectory.from_config(core_config(address)).get_heads())
