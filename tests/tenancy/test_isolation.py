"""Two districts with a row in every table: whatever one of them asks of the database, the other's rows are not there."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from sqlalchemy import (
    CursorResult,
    Delete,
    Engine,
    Insert,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
    Update,
    and_,
    delete,
    exists,
    func,
    insert,
    inspect,
    literal,
    select,
    text,
    update,
)
from sqlalchemy.exc import DBAPIError, IntegrityError, ProgrammingError

from core.hooks.tables import EVIDENCE
from core.kit.db import Database, TenantSession, insert_rows
from core.kit.errors import Collision
from core.kit.policies import STATS_ROLE
from core.tenancy.catalogue import APPEND_ONLY
from core.tenancy.models import SHARED_TABLES
from core.tenancy.scope import Installation
from core.tickets.models import Ticket
from tests.builders import make_district
from tests.tenancy.conftest import Filled
from tests.tenancy.filling import POINTED_TOGETHER, Row, foreign_keys, schemas_of

REFUSED_BY_POLICY = "42501"
NO_PARENT = "23503"
CANARY = "13800000001"


def of_row(table: Table, row: Row) -> Any:
    """Return the condition that the row's primary key is this."""
    return and_(*(column == row[column.key] for column in table.primary_key))


def is_evidence(table: Table) -> bool:
    return table.fullname in APPEND_ONLY or table.comment == EVIDENCE


def count(session: TenantSession, table: Table) -> int:
    return session.scalar(select(func.count()).select_from(table)) or 0


def refusal(session: TenantSession, statement: Any) -> tuple[str, str]:
    """Carry out the statement, which must fail, and return the server's code and sentence."""
    with pytest.raises(DBAPIError) as error, session.begin_nested():
        session.execute(statement)
    assert error.value.orig is not None
    return str(getattr(error.value.orig, "sqlstate", "")), str(error.value.orig)


def test_both_districts_have_a_row_in_every_table(
    database: Database, tables: list[Table], here: Filled, there: Filled
) -> None:
    for district in (here, there):
        with database.transaction(district.tenant_id) as session:
            seen = [
                table.fullname
                for table in tables
                if session.scalar(select(exists().where(of_row(table, district.rows[table.fullname]))))
            ]
        assert seen == [table.fullname for table in tables]


def test_without_a_tenant_there_are_no_rows_and_no_error(
    database: Database, tables: list[Table], here: Filled, there: Filled
) -> None:
    for _ in ("on a fresh connection", "on one that had a tenant before"):
        with database.transaction(None) as session:
            assert {table.fullname: count(session, table) for table in tables} == {
                table.fullname: 0 for table in tables
            }
        with database.transaction(here.tenant_id) as session:
            assert count(session, tables[0]) > 0


def test_without_a_tenant_nothing_can_be_written(database: Database, tables: list[Table], there: Filled) -> None:
    with database.transaction(None) as session:
        codes = {
            table.fullname: refusal(session, insert(table).values(**there.rows[table.fullname]))[0] for table in tables
        }

    assert codes == {table.fullname: REFUSED_BY_POLICY for table in tables}


def test_all_that_is_seen_is_ones_own(database: Database, tables: list[Table], here: Filled, there: Filled) -> None:
    with database.transaction(here.tenant_id) as session:
        seen = {table.fullname: set(session.scalars(select(table.c.tenant_id).distinct())) for table in tables}

    assert seen == {table.fullname: {here.tenant_id} for table in tables}


def test_a_row_of_the_other_district_is_not_found_by_its_key(
    database: Database, tables: list[Table], here: Filled, there: Filled
) -> None:
    with database.transaction(here.tenant_id) as session:
        found = [
            table.fullname
            for table in tables
            if session.scalar(select(exists().where(of_row(table, there.rows[table.fullname]))))
        ]

    assert found == []


def test_a_row_of_the_other_district_is_not_changed_or_deleted_by_its_key(
    database: Database, tables: list[Table], here: Filled, there: Filled
) -> None:
    with database.transaction(here.tenant_id) as session:
        for table in tables:
            which = of_row(table, there.rows[table.fullname])
            assert _touched(session, update(table).where(which).values(tenant_id=table.c.tenant_id)) == 0
            assert _touched(session, delete(table).where(which)) == 0

    with database.transaction(there.tenant_id) as session:
        assert all(
            session.scalar(select(exists().where(of_row(table, there.rows[table.fullname])))) for table in tables
        )


def test_a_row_cannot_be_written_into_the_other_district(
    database: Database, tables: list[Table], here: Filled, there: Filled
) -> None:
    with database.transaction(here.tenant_id) as session:
        codes = {
            table.fullname: refusal(session, insert(table).values(**there.rows[table.fullname]))[0] for table in tables
        }

    assert codes == {table.fullname: REFUSED_BY_POLICY for table in tables}


def test_a_row_cannot_be_moved_into_the_other_district(
    database: Database, tables: list[Table], here: Filled, there: Filled
) -> None:
    with database.transaction(here.tenant_id) as session:
        codes = {
            table.fullname: refusal(
                session,
                update(table).where(of_row(table, here.rows[table.fullname])).values(tenant_id=there.tenant_id),
            )[0]
            for table in tables
        }

    assert codes == {table.fullname: REFUSED_BY_POLICY for table in tables}


def test_a_parent_in_the_other_district_is_refused_like_one_that_does_not_exist(
    database: Database, tables: list[Table], here: Filled, there: Filled
) -> None:
    nowhere = 777
    refusals = {}
    with database.transaction(here.tenant_id) as session:
        for table in tables:
            for pairs in foreign_keys(table):
                for here_column, (parent, column) in pairs.items():
                    name, theirs = f"{table.fullname}.{here_column}", there.rows[parent][column]
                    if theirs == here.rows[parent][column]:
                        continue  # a number that each district counts for itself tells nothing of the other
                    refusals[name] = [
                        refusal(
                            session,
                            _pointing(
                                session,
                                table,
                                here.rows,
                                {here_column: id_, **POINTED_TOGETHER.get(name, {})},
                            ),
                        )
                        for id_ in (theirs, nowhere)
                    ]

        session.rollback()

    assert len(refusals) > 20
    for name, (to_theirs, to_nobodys) in refusals.items():
        assert to_theirs[0] == NO_PARENT, name
        assert to_theirs == to_nobodys, name


def test_the_same_values_are_free_in_each_district(tables: list[Table], here: Filled, there: Filled) -> None:
    """Both were filled with the same logins, codes and external ids: uniqueness told neither of the other."""
    keys = {"tenant_id", "id"}
    for table in tables:
        parents = {column for pairs in foreign_keys(table) for column in pairs}
        mine, theirs = (
            {name: value for name, value in district.rows[table.fullname].items() if name not in keys | parents}
            for district in (here, there)
        )
        assert mine == theirs


def test_what_the_server_says_of_a_fault_repeats_no_value(
    database: Database, here: Filled, tables: list[Table]
) -> None:
    (ticket,) = (table for table in tables if table.fullname == "ticket")
    own = here.rows["ticket"]
    with database.transaction(here.tenant_id) as session:
        for faulty in ({"serial_no": CANARY, "nature": CANARY}, {"text": CANARY}, {"title": CANARY, "id": None}):
            with pytest.raises(DBAPIError) as error, session.begin_nested():
                session.execute(insert(ticket).values(**{**own, **faulty}))
            assert CANARY not in str(error.value)


def test_a_unique_key_that_is_taken_is_named_without_its_values(database: Database, here: Filled) -> None:
    with database.transaction(here.tenant_id) as session:
        taken = Ticket(**{**here.rows["ticket"], "text": CANARY})
        with pytest.raises(Collision) as collision:
            insert_rows(session, [taken])
        session.rollback()

    assert str(collision.value) == "unique constraint pk_ticket already holds such a row"


@pytest.mark.parametrize("ending", ["commit", "rollback", "failure"])
def test_a_connection_back_in_the_pool_knows_no_tenant(
    database: Database, tables: list[Table], here: Filled, there: Filled, ending: str
) -> None:
    if ending == "failure":
        with pytest.raises(ZeroDivisionError), database.transaction(here.tenant_id):
            raise ZeroDivisionError
    else:
        with database.transaction(here.tenant_id) as session:
            backend = session.scalar(select(func.pg_backend_pid()))
            getattr(session, ending)()

    with database.transaction(None) as session:
        assert session.scalar(text("SELECT coalesce(current_setting('app.tenant', true), '')")) == ""
        assert count(session, tables[0]) == 0
        if ending != "failure":
            assert session.scalar(select(func.pg_backend_pid())) == backend


def test_a_connection_that_was_poisoned_shows_the_next_one_nothing(
    database: Database, tables: list[Table], here: Filled, there: Filled
) -> None:
    with database.transaction(here.tenant_id) as session:
        session.execute(text(f"SET SESSION app.tenant = '{there.tenant_id}'"))

    with database.transaction(None) as session:
        assert {table.fullname: count(session, table) for table in tables} == {table.fullname: 0 for table in tables}
    with database.transaction(here.tenant_id) as session:
        assert set(session.scalars(select(tables[0].c.tenant_id))) == {here.tenant_id}


def test_a_session_keeps_its_tenant_through_commits_rollbacks_and_savepoints(
    database: Database, here: Filled, there: Filled
) -> None:
    tenant = text("SELECT current_setting('app.tenant', true)")
    told = []
    with database.transaction(here.tenant_id) as session:
        told.append(session.scalar(tenant))
        with pytest.raises(IntegrityError), session.begin_nested():
            session.execute(text("INSERT INTO dirty_day SELECT * FROM dirty_day"))
        told.append(session.scalar(tenant))
        session.commit()
        told.append(session.scalar(tenant))
        session.rollback()
        told.append(session.scalar(tenant))

    assert told == [str(here.tenant_id)] * 4


def test_a_session_cannot_be_given_to_another_tenant(database: Database, here: Filled, there: Filled) -> None:
    with database.transaction(here.tenant_id) as session:
        with pytest.raises(AttributeError):
            session.tenant_id = there.tenant_id  # type: ignore[misc]
        theirs = there.rows["ticket"]
        assert session.get(Ticket, (theirs["tenant_id"], theirs["id"])) is None


def test_a_statement_outside_a_transaction_sees_nothing(database: Database, tables: list[Table], here: Filled) -> None:
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql(f"SET LOCAL app.tenant = '{here.tenant_id}'")
        seen = {table.fullname: connection.scalar(select(func.count()).select_from(table)) for table in tables}

    assert seen == {table.fullname: 0 for table in tables}


def test_the_statistics_role_reads_counts_and_nothing_else(
    database: Database, owner: Engine, tables: list[Table], here: Filled
) -> None:
    readable = set()
    every = [
        f"{schema}.{name}" if schema else name
        for schema in schemas_of(owner)
        for name in inspect(owner).get_table_names(schema)
    ]
    with database.transaction(here.tenant_id, role=STATS_ROLE) as session:
        for table in every:
            try:
                with session.begin_nested():
                    session.execute(text(f"SELECT count(*) FROM {table}"))
            except ProgrammingError:
                continue
            readable.add(table)

    assert {table for table in readable if not table.startswith("cube_")} <= SHARED_TABLES
    assert "cube_cell" in readable


def test_the_statistics_role_ends_with_its_transaction(database: Database, here: Filled) -> None:
    with database.transaction(here.tenant_id, role=STATS_ROLE) as session:
        assert session.scalar(select(literal(1))) == 1

    with database.transaction(here.tenant_id) as session:
        assert session.scalar(text("SELECT current_user")) == "huiying_app"


def test_evidence_cannot_be_rewritten(database: Database, tables: list[Table], here: Filled) -> None:
    evidence = [table for table in tables if is_evidence(table)]
    with database.transaction(here.tenant_id) as session:
        for table in evidence:
            which = of_row(table, here.rows[table.fullname])
            assert refusal(session, update(table).where(which).values(tenant_id=here.tenant_id))[0] == REFUSED_BY_POLICY
            assert refusal(session, delete(table).where(which))[0] == REFUSED_BY_POLICY
            assert refusal(session, text(f"TRUNCATE {table.fullname}"))[0] == REFUSED_BY_POLICY

    assert {table.fullname for table in evidence} >= set(APPEND_ONLY)


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE mine (id int)",
        "CREATE TEMP TABLE mine (id int)",
        "ALTER TABLE ticket DISABLE ROW LEVEL SECURITY",
        "DROP POLICY tenant_only ON ticket",
        "SET ROLE huiying_owner",
        "SET SESSION AUTHORIZATION huiying_owner",
        "SELECT last_value FROM ticket_no",
        "SELECT lo_create(0)",
        "SELECT pg_read_file('postgresql.conf')",
        "COPY ticket TO PROGRAM 'cat'",
        "COPY ticket FROM STDIN",
    ],
)
def test_the_application_cannot_step_outside_its_rows(database: Database, here: Filled, statement: str) -> None:
    with pytest.raises(DBAPIError), database.transaction(here.tenant_id) as session:
        session.execute(text(statement))


def test_a_district_made_later_is_apart_from_the_beginning(
    installation: Installation, database: Database, tables: list[Table], here: Filled
) -> None:
    newcomer = installation.tenant(make_district(installation, undo_seconds=None))

    with database.transaction(newcomer.id) as session:
        assert {table.fullname for table in tables if count(session, table)} == {
            "unit",
            "work_calendar",
            "work_calendar_version",
        }


def _touched(session: TenantSession, statement: Update | Delete) -> int:
    """Return how many rows the statement reached: none as well where the role may do this to no row at all."""
    try:
        with session.begin_nested():
            result = session.execute(statement)
            assert isinstance(result, CursorResult)
            return result.rowcount
    except ProgrammingError as error:
        if getattr(error.orig, "sqlstate", "") != REFUSED_BY_POLICY:
            raise
        return 0


def _pointing(session: TenantSession, table: Table, rows: Mapping[str, Row], parent: dict[str, Any]) -> Update | Insert:
    """Return a statement that lets a row point to this parent: an existing row, or a new one where rows are never changed."""
    own = rows[table.fullname]
    if session.scalar(select(func.has_table_privilege(table.fullname, "UPDATE"))):
        return update(table).where(of_row(table, own)).values(**parent)
    free = _free_keys(table, own)
    for keys in _unique_keys(table):
        if not keys & {*free, *parent}:
            free |= _free_parent(session, table, rows, keys)
    return insert(table).values(**{**own, **free, **parent})


def _free_keys(table: Table, own: Row) -> dict[str, Any]:
    """Return other values for the columns of unique keys that point nowhere."""
    free: dict[str, Any] = {}
    for keys in _unique_keys(table):
        ours = [name for name in keys if not table.columns[name].foreign_keys]
        numbers = {name: own[name] + 500 for name in ours if type(own[name]) is int}
        free |= numbers or {name: f"{own[name]}-free" for name in ours}
    return free


def _unique_keys(table: Table) -> Iterator[set[str]]:
    """Yield the columns of each unique key, the tenant's left out."""
    for constraint in table.constraints:
        if isinstance(constraint, (PrimaryKeyConstraint, UniqueConstraint)):
            yield {column.key for column in constraint.columns} - {"tenant_id"}


def _free_parent(session: TenantSession, table: Table, rows: Mapping[str, Row], keys: set[str]) -> dict[str, Any]:
    """Return what points to another parent of one's own, where a row's key is its parent's: one that has no such row yet."""
    for pairs in foreign_keys(table):
        if pairs.keys() <= keys:
            (name,) = {parent for parent, _ in pairs.values()}
            parent = table.metadata.tables[name]
            made = {**rows[name], **_free_keys(parent, rows[name])}
            if not session.scalar(select(exists().where(of_row(parent, made)))):
                session.execute(insert(parent).values(**made))
            return {here: made[there] for here, (_, there) in pairs.items()}
    return {}
