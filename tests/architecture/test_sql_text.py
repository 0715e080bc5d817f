"""No SQL is ever made of values, and nothing is set for longer than a transaction; the reader of code finds it planted."""

from functools import cache

import pytest

from tests.architecture.sql_text import ROOT, Finding, connections_in, findings_in

READ = ("core", "plugins", "tenants", "migrations")
MADE_OF_OUR_OWN_WORDS = {
    "core/kit/db.py:_enter_tenant": (
        "the one place that sets role and tenant: a role's name from the code, and int(); SET takes no parameters"
    ),
    "core/embedded/doctor/database.py:_lacks_notice": (
        "the doctor looks into each tenant's calendars by itself, without the product's sessions; psycopg.sql quotes the number"
    ),
    "core/statistics/counting.py:_durations": "a measure's column, from the table of measures in the code",
    "core/tenancy/catalogue.py:faults_of": "a rule from the table of rules in the code",
    "core/tenancy/guest.py:guest": "int(), and what SHOW said of the same setting; SET takes no parameters",
    "core/tenancy/moving/deleting.py:delete_rows": "the owner deletes a tenant in its name alone; psycopg.sql quotes the number",
    "core/tenancy/plugin_schemas.py:open_schema": "schema_of() refuses ids with anything but letters, digits, - and _",
    "core/tenancy/plugin_schemas.py:remember": "as open_schema, and a digest that is asserted to be letters and digits",
}
"""Places where text that reaches the database is put together all the same, and why nothing of it is a value."""

WITHOUT_A_SESSION = {
    "core/conformance/on_data.py:_objects": "the names of all objects, before and after a plugin's migrations",
    "core/jobs/leadership.py:leadership": "an advisory lock, and nothing of any table; thrown away afterwards",
    "core/kit/db.py:refuse_unsafe_role": "what the role may, from the catalogue",
    "core/migrations/plugins.py:differences": "tables as the owner sees them, from the catalogue",
    "core/tenancy/plugin_schemas.py:purge": "the owner, whom a command was told to remove a plugin's tables",
    "core/tenancy/plugin_schemas.py:unprepared": "comments of schemas, from the catalogue",
}
"""Places that take a connection as it comes from the pool, where a tenant could still be set; none reads tenants' rows."""
IMPORTS = (
    "from sqlalchemy import text, literal_column\nfrom psycopg.sql import SQL, Identifier\nfrom alembic import op\n"
)
PLANTED = {
    "an f-string": "def find(session, name: str):\n    session.execute(text(f\"SELECT id FROM unit WHERE name = '{name}'\"))",
    "a per cent sign": "def find(session, name: str):\n    session.execute(text(\"SELECT id FROM unit WHERE name = '%s'\" % name))",
    "a sum": 'def find(session, name: str):\n    session.execute(text("SELECT id FROM unit WHERE name = " + name))',
    "format": 'def find(session, name: str):\n    session.execute(text("SELECT id FROM {}".format(name)))',
    "join": 'def find(session, names: list[str]):\n    session.execute(text("SELECT " + ", ".join(names) + " FROM unit"))',
    "a name for it": 'def find(session, name: str):\n    query = f"SELECT {name}"\n    session.execute(text(query))',
    "text that grows": 'def find(cursor, name: str):\n    query = "SELECT 1"\n    query += f" FROM {name}"\n    cursor.execute(query)',
    "a raw cursor": 'def find(cursor, name: str):\n    cursor.execute(f"SELECT * FROM {name}")',
    "bytes": 'def find(cursor, name: str):\n    cursor.execute(f"SELECT * FROM {name}".encode())',
    "the driver": 'def find(connection, name: str):\n    connection.exec_driver_sql(f"SELECT * FROM {name}")',
    "a parameter": "def find(cursor, query: str):\n    cursor.execute(query)",
    "a parameter of a private function": (
        'def _ask(cursor, query: str):\n    cursor.execute(query)\n\ndef find(cursor, name: str):\n    _ask(cursor, f"SELECT {name}")'
    ),
    "a function that returns text": 'def words(name: str) -> str:\n    return name\n\ndef find(cursor):\n    cursor.execute(words("x"))',
    "a migration": 'def upgrade(name: str):\n    op.execute(f"DROP TABLE {name}")',
    "composed of a value": 'def find(cursor, name: str):\n    cursor.execute(SQL(f"SELECT * FROM {name}").format())',
    "a literal column": "def find(name: str):\n    return literal_column(name)",
    "by another name": 'import sqlalchemy as sa\ndef find(session, name: str):\n    session.execute(sa.text("SELECT " + name))',
    "one of two": 'def find(cursor, name: str):\n    cursor.execute("SELECT 1" if name else f"SELECT {name}")',
    "in a loop": 'def find(cursor, names: list[str]):\n    for query in [f"SELECT {name}" for name in names]:\n        cursor.execute(query)',
    "a session's setting": 'def find(cursor):\n    cursor.execute("SET statement_timeout = 0")',
    "a session's setting behind another statement": 'def find(cursor):\n    cursor.execute("SELECT 1; SET row_security = off")',
    "a setting taken back": 'def find(cursor):\n    cursor.execute("RESET ALL")',
    "a session's setting by a function": "def find(cursor):\n    cursor.execute(\"SELECT set_config('a.b', '1', false)\")",
    "a tenant": "def find(cursor):\n    cursor.execute(\"SET LOCAL app.tenant = '1'\")",
    "a tenant by a function": "def find(cursor):\n    cursor.execute(\"SELECT set_config('app.tenant', '1', true)\")",
    "a role": 'def find(cursor):\n    cursor.execute("SET LOCAL ROLE huiying_owner")',
}
WRITTEN_OUT = {
    "a literal with parameters": 'def find(cursor, name: str):\n    cursor.execute("SELECT %s", [name])',
    "a constant": 'QUERY = "SELECT 1"\ndef find(session):\n    session.execute(text(QUERY))',
    "made of constants": 'T = ("a", "b")\ndef up():\n    for table in T:\n        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")',
    "another module's constant": (
        'from core.kit.policies import APP_ROLE\ndef up():\n    op.execute(f"GRANT SELECT ON unit TO {APP_ROLE}")'
    ),
    "quoted": 'def find(cursor, name: str):\n    cursor.execute(SQL("SELECT * FROM {}").format(Identifier(name)))',
    "a statement": "from sqlalchemy import select\ndef find(session, name: str):\n    session.execute(select(Unit).where(Unit.name == name))",
    "a private function's callers": (
        'def _ask(cursor, query: str):\n    cursor.execute(query)\n\ndef find(cursor):\n    _ask(cursor, "SELECT 1")'
    ),
    "a form's field": 'from core.web.input import text\ndef read(name: str):\n    return text(f"{name}_on")',
    "a setting of one transaction": "def find(cursor):\n    cursor.execute(\"SET LOCAL lock_timeout = '1s'\")",
}


@cache
def read_ours() -> list[Finding]:
    paths = [path for top in READ for path in sorted((ROOT / top).rglob("*.py"))]
    return [finding for path in paths for finding in findings_in(path.relative_to(ROOT).as_posix(), path.read_text())]


def test_no_sql_is_made_of_values() -> None:
    findings = read_ours()

    assert [str(finding) for finding in findings if finding.place not in MADE_OF_OUR_OWN_WORDS] == []
    assert {finding.place for finding in findings} == set(MADE_OF_OUR_OWN_WORDS), "a place in the list needs it no more"


def test_the_places_that_set_role_or_tenant_are_these() -> None:
    assert {finding.place for finding in read_ours() if "sets role or tenant" in finding.what} == {
        "core/kit/db.py:_enter_tenant",
        "core/embedded/doctor/database.py:_lacks_notice",
        "core/tenancy/moving/deleting.py:delete_rows",
    }


def test_connections_are_taken_through_sessions_that_have_their_tenant() -> None:
    paths = [path for top in ("core", "plugins", "tenants") for path in sorted((ROOT / top).rglob("*.py"))]
    taken = [each for path in paths for each in connections_in(path.relative_to(ROOT).as_posix(), path.read_text())]

    assert {each.place for each in taken} == set(WITHOUT_A_SESSION)


@pytest.mark.parametrize("call", ["engine.connect()", "self.database.engine.begin()", "scope._engine.raw_connection()"])
def test_a_planted_connection_is_found(call: str) -> None:
    (found,) = connections_in("core/planted.py", f"def look(self):\n    with {call} as connection:\n        pass\n")

    assert found.place == "core/planted.py:look"


@pytest.mark.parametrize("code", PLANTED.values(), ids=list(PLANTED))
def test_planted_sql_is_found(code: str) -> None:
    found = list(findings_in("core/planted.py", IMPORTS + code))

    assert len(found) == 1, [str(each) for each in found]


@pytest.mark.parametrize("code", WRITTEN_OUT.values(), ids=list(WRITTEN_OUT))
def test_sql_that_is_written_out_is_not_found(code: str) -> None:
    assert list(findings_in("core/planted.py", IMPORTS + code)) == []
