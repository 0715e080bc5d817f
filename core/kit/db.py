"""The database: declarative base, tenant rows, and one transaction of one tenant."""

import os
import threading
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar, cast

import psycopg
from sqlalchemy import BigInteger, Integer, MetaData, Table, create_engine, event, insert, text
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.engine import Connection, Engine, make_url
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import DeclarativeBase, Mapped, MappedAsDataclass, Session, mapped_column

from core.kit.clock import Clock
from core.kit.errors import Collision, Refused
from core.kit.outages import COMMIT_UNANSWERED, DOWN, READ_ONLY, CommittedAlone, outage_of
from core.kit.saying import said, unstopped, word

INSTANT = TIMESTAMP(timezone=True)
"""Column type of every instant: stored in UTC, to the microsecond."""
ROW_ID_SEQUENCE = "row_id"
ID_BLOCK = 100
"""Ids are handed out from blocks of this many; the sequences count in steps of it."""


VOUCHING = text("SELECT pg_logical_emit_message(true, 'huiying', '')")
"""Writes to the log and nowhere else: the least that a commit waits for."""
ALONE = "committed on this server alone"
"""Key in the facts of a connection: set when the server gave up waiting for its standby, which it says in a warning."""

NOTICED = {"keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 4, "tcp_user_timeout": 30_000}
"""A database that vanished without a word is noticed within half a minute, and not after the hours that systems wait by
themselves. What an address says otherwise holds."""


class UnsafeRole(Refused):
    """The database role could see rows of every tenant, so the product refuses to start as it."""

    code = "unsafe-database-role"


class DatabaseDown(Refused):
    """The database does not answer."""

    code = "database-down"


class Base(MappedAsDataclass, DeclarativeBase, kw_only=True):
    """Base of all tables. Rows are made with keywords; relationships are not mapped, so nothing loads by surprise."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class OfTenant(MappedAsDataclass, kw_only=True):
    """A row that belongs to a tenant: tenant id first in the primary key, in every unique key and foreign key.

    The database keeps tenants apart by a forced row-level policy on each such table. What a tenant is made of (units,
    accounts, calendars, features) refers to `tenant`; what happens in it refers to those or to its ticket. A reference
    to `tenant` on every row would have each intake lock the one tenant row thirteen times.
    """

    tenant_id: Mapped[int] = mapped_column(Integer, primary_key=True, sort_order=-20)


class TenantRow(OfTenant, kw_only=True):
    """A row of a tenant with an id of its own, handed out by `Session.new_id`."""

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False, sort_order=-10)


class IdBlocks:
    """Hands out ids from sequence blocks, so that a row's id is known before it is written.

    One sequence step is `ID_BLOCK` ids. A process that ends early leaves gaps; a forked child starts a block of its own.
    A server that is killed forgets a step after which nothing was committed, and takes it again for somebody else: so the block of
    a transaction that did not commit is used no further.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._blocks: dict[str, tuple[int, int]] = {}
        self._pid = os.getpid()

    def take(self, session: "TenantSession", sequence: str) -> int:
        """Return the next id of `sequence`, asking the database only when the block is used up."""
        with self._lock:
            if self._pid != os.getpid():
                self._blocks.clear()
                self._pid = os.getpid()
            following, end = self._blocks.get(sequence, (0, 0))
            if following == end:
                end = int(session.execute(text("SELECT nextval(:sequence)"), {"sequence": sequence}).scalar_one())
                following = end - ID_BLOCK
                session.fetched_blocks.add((sequence, end))
            self._blocks[sequence] = (following + 1, end)
            return following + 1

    def leave(self, fetched: Collection[tuple[str, int]]) -> None:
        """Use these blocks, each named by its sequence and its last id, no further."""
        with self._lock:
            for sequence, end in fetched:
                if self._blocks.get(sequence, (0, 0))[1] == end:
                    del self._blocks[sequence]


class TenantSession(Session):
    """A session born with its tenant; the tenant is set at the start of each transaction and never changes.

    After its end it is of no use: asked again it refuses, where it would else take a connection that nobody gives back.
    """

    def __init__(self, engine: Engine, ids: IdBlocks, tenant_id: int | None, role: str | None) -> None:
        super().__init__(engine, autoflush=False, expire_on_commit=False, close_resets_only=False)
        self._ids = ids
        self._tenant_id = tenant_id
        self._role = role
        self._gathered: list[Base] | None = None
        self.fetched_blocks: set[tuple[str, int]] = set()
        """The blocks of ids that were fetched in this transaction: the sequence and the last id of each."""

    @property
    def tenant_id(self) -> int | None:
        return self._tenant_id

    def new_id(self, sequence: str = ROW_ID_SEQUENCE) -> int:
        """Return an id that no other row of the installation has."""
        return self._ids.take(self, sequence)

    def vouch_for_earlier(self) -> None:
        """Have the commit wait for a synchronous standby although nothing is written.

        For an answer that says what an earlier transaction did: that one may be on this server alone.
        """
        self.execute(VOUCHING)

    @contextmanager
    def gathering(self) -> Iterator[list[Base]]:
        """Keep rows added in the block in a list, away from the unit of work, to be written by `insert_rows`.

        Rows of the database that the block reads and changes go their ordinary way.
        """
        assert self._gathered is None, "rows are gathered once at a time"
        rows: list[Base] = []
        self._gathered = rows
        try:
            yield rows
        finally:
            self._gathered = None

    def add(self, instance: object, *, _warn: bool = True) -> None:
        if self._gathered is None:
            super().add(instance, _warn=_warn)
        else:
            assert isinstance(instance, Base)
            self._gathered.append(instance)

    @property
    def fresh(self) -> list[Any]:
        """The rows added and not written yet, in the order of adding where they are being gathered."""
        return list(self.new) if self._gathered is None else self._gathered

    def withdraw(self, row: object) -> None:
        """Take back a row that was added and is not written yet."""
        if self._gathered is None:
            self.expunge(row)
        else:
            self._gathered.remove(cast(Base, row))


@event.listens_for(TenantSession, "after_begin")
def _enter_tenant(session: Session, _transaction: Any, connection: Connection) -> None:
    # `SET LOCAL` and not set_config(): a distributed database passes only the statement on to its workers.
    if not isinstance(session, TenantSession):
        return
    if session._role:
        connection.exec_driver_sql(f'SET LOCAL ROLE "{session._role}"')
    # Without a tenant too: nothing that was set on the pooled connection before may hold in this transaction.
    tenant = "" if session.tenant_id is None else int(session.tenant_id)
    connection.exec_driver_sql(f"SET LOCAL app.tenant = '{tenant}'")


class Database:
    """One PostgreSQL, reached as a role that row-level security binds."""

    _guard: ClassVar[str] = """
        SELECT EXISTS (SELECT FROM pg_roles p
                       WHERE (p.rolsuper OR p.rolbypassrls) AND pg_has_role(r.oid, p.oid, 'MEMBER'))
            OR EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                       WHERE c.relkind IN ('r', 'p') AND n.nspname NOT IN ('pg_catalog', 'information_schema')
                         AND n.nspname NOT LIKE 'pg_toast%' AND pg_has_role(r.oid, c.relowner, 'MEMBER'))
        FROM pg_roles r WHERE r.rolname = current_user"""

    def __init__(self, url: str, *, pool_size: int = 5) -> None:
        # hide_parameters: a resident's words and phone must not appear in the text of an exception.
        self.engine = create_engine(
            as_psycopg(url),
            pool_size=pool_size,
            max_overflow=5,
            hide_parameters=True,
            connect_args={name: value for name, value in NOTICED.items() if name not in make_url(url).query},
        )
        event.listen(self.engine, "connect", _notice_pooler)
        event.listen(self.engine, "connect", _heed_warnings)
        self.clock = Clock(self.transaction)
        self._ids = IdBlocks()

    @contextmanager
    def transaction(self, tenant_id: int | None, *, role: str | None = None) -> Iterator[TenantSession]:
        """Open one transaction of one tenant: all written at the end, or nothing.

        With `tenant_id` None only the tables shared by all tenants have rows. `role` is switched to for the
        length of the transaction.
        """
        with TenantSession(self.engine, self._ids, tenant_id, role) as session:
            try:
                _begin(session)
                yield session
                _commit(session)
            except BaseException as error:
                self._ids.leave(session.fetched_blocks)
                session.rollback()
                if outage_of(error) is READ_ONLY:  # the pool leads to a server that another one has replaced
                    self.engine.dispose()
                raise

    def refuse_unsafe_role(self) -> None:
        """Raise `UnsafeRole` when the role is, or may become, one that owns tables or bypasses row-level security.

        Raises `DatabaseDown` when nobody answers.
        """
        try:
            with self.engine.connect() as connection:
                if connection.execute(text(self._guard)).scalar_one():
                    raise UnsafeRole(
                        "数据库账号权限过大：它是表的所有者、超级用户或可绕过行级隔离，租户之间将失去隔离。"
                        "请在 DATABASE_URL 中改用受限账号 huiying_app。"
                    )
        except OperationalError as error:
            raise DatabaseDown(database_down_in_words(error)) from error

    def dispose(self) -> None:
        """Close the pool, for instance in a forked child that must not share its parent's connections."""
        self.engine.dispose(close=False)


def _notice_pooler(connection: psycopg.Connection[Any], _record: Any) -> None:
    """Prepare no statements when a pooler stands between: the next transaction may go to a session without them.

    A pooler answers for the server, so the process it claims to be is not the one that works.
    """
    connection.autocommit = True
    (process,) = connection.execute("SELECT pg_backend_pid()").fetchone() or (0,)
    connection.autocommit = False
    if process != connection.info.backend_pid:
        connection.prepare_threshold = None


def _heed_warnings(connection: psycopg.Connection[Any], record: Any) -> None:
    """Remember when a commit ends without its standby, as a time-out or an administrator makes it: that is no error."""

    def heed(warning: psycopg.errors.Diagnostic) -> None:
        if warning.sqlstate == "01000" and "synchronous replication" in (warning.message_primary or ""):
            record.info[ALONE] = True

    connection.add_notice_handler(heed)


def _begin(session: TenantSession) -> None:
    """Begin the transaction now, on a fresh connection if the pooled one died with a restarted database."""
    try:
        session.connection()
    except OperationalError as error:
        if not error.connection_invalidated:
            raise
        session.rollback()
        session.connection()


def _commit(session: TenantSession) -> None:
    """Commit; where the connection is lost meanwhile, say on the error that nobody knows how it ended.

    Raises `CommittedAlone` when the server did not wait until its standby had it too.
    """
    session.flush()
    facts = session.connection().info
    try:
        session.commit()
    except DBAPIError as error:
        if is_connection_lost(error):
            error.add_detail(COMMIT_UNANSWERED)
        raise
    if facts.pop(ALONE, False):
        raise CommittedAlone


def is_connection_lost(error: BaseException) -> bool:
    """Tell whether the connection was lost on the way: then the work is undone, and nothing in it was at fault."""
    return isinstance(error, DBAPIError) and error.connection_invalidated


def database_down_in_words(error: DBAPIError) -> str:
    """Say in one sentence why the database cannot do it now, with the server's first line as the reason."""
    reason = str(error.orig).strip().splitlines()[0] if error.orig else "没有应答"
    outage = outage_of(error)
    if outage is not None and outage is not DOWN:
        return said("{why}（{reason}）。没有办成，请处理后重新执行。", why=unstopped(outage.why), reason=word(reason))
    return said(
        "数据库没有应答（{reason}）。请检查 DATABASE_URL，或先用 huiying up 启动自带的数据库。", reason=word(reason)
    )


def as_psycopg(url: str) -> str:
    """Name the driver in a plain `postgresql://` address."""
    return url.replace("postgresql://", "postgresql+psycopg://", 1) if url.startswith("postgresql://") else url


def insert_rows(session: Session, rows: Iterable[Base]) -> None:
    """Write rows in one round trip; afterwards they are plain values, no part of the session.

    The unit of work sends one statement per table and waits for each; an intake writes about ten tables, so the
    waiting would be most of its time. Every row must have its whole primary key. Raises `Collision` when a unique
    key is already taken, DBAPIError for whatever else the database says.
    """
    dialect = session.get_bind().dialect
    assert isinstance(dialect, DefaultDialect)
    by_table: dict[Table, list[dict[str, Any]]] = {}
    for row in rows:
        table = row.__table__
        assert isinstance(table, Table)
        columns = _insert_statement(table, dialect).columns
        by_table.setdefault(table, []).append({name: getattr(row, name) for name in columns})
    connection = session.connection().connection.driver_connection
    assert isinstance(connection, psycopg.Connection)
    try:
        with connection.pipeline(), connection.cursor() as cursor:
            for table in _parents_first():
                if table in by_table:
                    insertion = _insert_statement(table, dialect)
                    for name, process in insertion.processors:
                        for values in by_table[table]:
                            values[name] = process(values[name])
                    cursor.executemany(insertion.sql, by_table[table])
    except psycopg.errors.UniqueViolation as error:
        raise Collision(error.diag.constraint_name or "") from error
    except psycopg.Error as error:
        if is_lost := connection.closed:
            session.connection().invalidate(error)
        raise DBAPIError.instance(
            None,
            None,
            error,
            psycopg.Error,
            hide_parameters=True,
            connection_invalidated=is_lost,
            dialect=dialect,
        ) from error


@cache
def _parents_first() -> list[Table]:
    return Base.metadata.sorted_tables


@dataclass(frozen=True, slots=True)
class _Insertion:
    """A table's insert statement for the driver, its columns, and how values of some types are made ready for it."""

    sql: str
    columns: tuple[str, ...]
    processors: tuple[tuple[str, Callable[[Any], Any]], ...]


@cache
def _insert_statement(table: Table, dialect: DefaultDialect) -> _Insertion:
    columns = tuple(column.key for column in table.columns)
    processors = ((column.key, column.type.dialect_impl(dialect).bind_processor(dialect)) for column in table.columns)
    return _Insertion(
        sql=str(insert(table).compile(dialect=dialect, column_keys=list(columns))),
        columns=columns,
        processors=tuple((name, process) for name, process in processors if process is not None),
    )
