"""Sessions of three districts interleaved at random, on few connections: each sees its own rows, and exactly those."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import delete, select
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import SessionTransaction

from core.kit.db import Database, TenantSession
from core.tenancy.models import Tally
from core.tenancy.scope import Installation
from tests.builders import make_district

AT = datetime(2026, 3, 12, 2, 0, tzinfo=UTC)
AT_ONCE = 4
pick = st.integers(min_value=0, max_value=AT_ONCE - 1)


@dataclass
class Open:
    """A session under way: what its tenant sees of it, and what it saw at each savepoint."""

    tenant: int
    session: TenantSession
    ending: ExitStack
    written: set[int] = field(default_factory=set)
    savepoints: list[tuple[SessionTransaction, frozenset[int]]] = field(default_factory=list)


def row_of(tenant: int, session: TenantSession) -> Tally:
    number = session.new_id()
    return Tally(tenant_id=tenant, kind="proofs", key=number.to_bytes(8), since=AT, count=number)


class Interleaving(RuleBasedStateMachine):
    """The model: for each district the ids that were committed, and for each session those it wrote itself."""

    database: Database
    tenants: tuple[int, ...]

    def __init__(self) -> None:
        super().__init__()
        self.open: list[Open] = []
        self.committed: dict[int, set[int]] = {tenant: set() for tenant in self.tenants}

    def teardown(self) -> None:
        for one in self.open:
            one.session.rollback()
            one.ending.close()
        for tenant in self.tenants:
            with self.database.transaction(tenant) as session:
                session.execute(delete(Tally))

    @precondition(lambda self: len(self.open) < AT_ONCE)
    @rule(which=st.integers(min_value=0, max_value=2))
    def begin(self, which: int) -> None:
        ending = ExitStack()
        session = ending.enter_context(self.database.transaction(self.tenants[which]))
        self.open.append(Open(self.tenants[which], session, ending))

    @precondition(lambda self: self.open)
    @rule(which=pick)
    def write(self, which: int) -> None:
        one = self._one(which)
        row = row_of(one.tenant, one.session)
        one.session.add(row)
        one.session.flush()
        one.written.add(row.count)

    @precondition(lambda self: self.open)
    @rule(which=pick, other=st.integers(min_value=0, max_value=2))
    def write_for_another(self, which: int, other: int) -> None:
        one, stranger = self._one(which), self.tenants[other]
        if stranger == one.tenant:
            return
        with pytest.raises(ProgrammingError), one.session.begin_nested():
            one.session.add(row_of(stranger, one.session))

    @precondition(lambda self: self.open)
    @rule(which=pick)
    def take_back_all(self, which: int) -> None:
        one = self._one(which)
        mine = one.written - self.committed[one.tenant]
        taken = one.session.execute(delete(Tally).where(Tally.count.in_(mine)).returning(Tally.count))
        assert set(taken.scalars()) == mine
        one.written -= mine

    @precondition(lambda self: self.open)
    @rule(which=pick)
    def delete_what_others_wrote(self, which: int) -> None:
        one = self._one(which)
        theirs = {row for tenant, rows in self.committed.items() if tenant != one.tenant for row in rows}
        assert list(one.session.scalars(delete(Tally).where(Tally.count.in_(theirs)).returning(1))) == []

    @precondition(lambda self: self.open)
    @rule(which=pick)
    def savepoint(self, which: int) -> None:
        one = self._one(which)
        one.savepoints.append((one.session.begin_nested(), frozenset(one.written)))

    @precondition(lambda self: self.open)
    @rule(which=pick)
    def back_to_the_savepoint(self, which: int) -> None:
        one = self._one(which)
        if one.savepoints:
            savepoint, written = one.savepoints.pop()
            savepoint.rollback()
            one.written = set(written)

    @precondition(lambda self: self.open)
    @rule(which=pick)
    def commit(self, which: int) -> None:
        one = self._take(which)
        one.ending.close()
        self.committed[one.tenant] |= one.written

    @precondition(lambda self: self.open)
    @rule(which=pick)
    def roll_back(self, which: int) -> None:
        one = self._take(which)
        one.session.rollback()
        one.ending.close()

    @rule()
    def look_without_a_tenant(self) -> None:
        with self.database.transaction(None) as session:
            assert list(session.scalars(select(Tally.count))) == []

    @invariant()
    def everybody_sees_exactly_their_own(self) -> None:
        for one in self.open:
            seen = set(one.session.execute(select(Tally.tenant_id, Tally.count)))
            assert seen == {(one.tenant, row) for row in self.committed[one.tenant] | one.written}

    def _one(self, which: int) -> Open:
        return self.open[which % len(self.open)]

    def _take(self, which: int) -> Open:
        return self.open.pop(which % len(self.open))


@pytest.fixture
def few_connections(database_url: str) -> Iterator[Database]:
    database = Database(database_url, pool_size=2)
    yield database
    database.engine.dispose()


def test_interleaved_sessions_see_exactly_their_own_rows(installation: Installation, few_connections: Database) -> None:
    Interleaving.database = few_connections
    Interleaving.tenants = tuple(installation.tenant(make_district(installation)).id for _ in range(3))

    run_state_machine_as_test(
        Interleaving, settings=settings(max_examples=40, stateful_step_count=40, deadline=None, derandomize=True)
    )
