"""The roles of the database: who owns the schema, who works in it, who may look across tenants.

`huiying_owner` owns the schema and migrates it; it bypasses row-level security so that a backfill reaches every row.
`huiying_app` is what web and workers are: bound by row-level security, owner of nothing. `huiying_stats` cannot sign
in; the app switches to it for counts across tenants, and inherits nothing from it meanwhile.
"""

from collections.abc import Callable
from typing import Any

from psycopg import Connection
from psycopg.sql import SQL, Composed, Identifier, Literal

from core.kit.policies import APP_ROLE, STATS_ROLE

OWNER_ROLE = "huiying_owner"
DATABASE = "huiying"
GRANT_OPTIONS_SINCE = 160000

OWNER_IS = "LOGIN NOSUPERUSER BYPASSRLS NOCREATEDB NOCREATEROLE NOREPLICATION"
APP_IS = "LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOREPLICATION"
STATS_IS = "NOLOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOREPLICATION"
APP_LIMITS = {"idle_in_transaction_session_timeout": "30s", "lock_timeout": "10s", "statement_timeout": "60s"}
"""A frozen worker lets go of its rows, and no single statement holds the desk up."""


def role_statements(server_version: int, *, owner_password: str, app_password: str) -> list[Composed]:
    """Return what a superuser runs once per server to make the roles."""
    owner, app, stats = Identifier(OWNER_ROLE), Identifier(APP_ROLE), Identifier(STATS_ROLE)
    membership = SQL("GRANT {} TO {} WITH INHERIT FALSE, SET TRUE").format(stats, app)
    if server_version < GRANT_OPTIONS_SINCE:
        membership = SQL("GRANT {} TO {}").format(stats, app)
    inherits = SQL("NOINHERIT" if server_version < GRANT_OPTIONS_SINCE else "INHERIT")
    limits = [
        SQL("ALTER ROLE {} SET {} = {}").format(app, Identifier(name), Literal(value))
        for name, value in APP_LIMITS.items()
    ]
    return [
        SQL("CREATE ROLE {} {} PASSWORD {}").format(owner, SQL(OWNER_IS), Literal(owner_password)),
        SQL("CREATE ROLE {} {} {} PASSWORD {}").format(app, SQL(APP_IS), inherits, Literal(app_password)),
        SQL("CREATE ROLE {} {}").format(stats, SQL(STATS_IS)),
        membership,
        *limits,
    ]


def database_statements(database: str) -> list[Composed]:
    """Return what a superuser runs once per database, connected to it: nobody gets in who was not named."""
    name, app = Identifier(database), Identifier(APP_ROLE)
    return [
        SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(name),
        SQL("GRANT CONNECT ON DATABASE {} TO {}").format(name, app),
        SQL("REVOKE CREATE ON SCHEMA public FROM PUBLIC").format(),
        *(SQL("REVOKE EXECUTE ON FUNCTION {} FROM PUBLIC").format(SQL(function)) for function in LARGE_OBJECTS),
    ]


LARGE_OBJECTS = (
    "lo_creat(integer)",
    "lo_create(oid)",
    "lo_from_bytea(oid, bytea)",
    "lo_open(oid, integer)",
    "lo_unlink(oid)",
)
"""Large objects belong to no tenant, so the app has none."""


def make_roles(connection: Connection[Any], *, owner_password: str, app_password: str) -> None:
    """Make the roles that are missing; existing ones only get these passwords, so the doctor sees what was changed."""
    existing = {name for (name,) in connection.execute("SELECT rolname FROM pg_roles")}
    if not {OWNER_ROLE, APP_ROLE, STATS_ROLE} <= existing:
        statements = role_statements(
            connection.info.server_version, owner_password=owner_password, app_password=app_password
        )
        for statement in statements:
            connection.execute(statement)
        return
    for role, password in ((OWNER_ROLE, owner_password), (APP_ROLE, app_password)):
        connection.execute(SQL("ALTER ROLE {} PASSWORD {}").format(Identifier(role), Literal(password)))


def make_database(connect: Callable[[str], Connection[Any]], database: str, *, template: str = "template0") -> None:
    """Make a database that the owner role owns; it gets its name last, so there never is a half-closed one of it."""
    draft = f"{database}_draft"
    with connect("postgres") as connection:
        connection.execute(SQL("DROP DATABASE IF EXISTS {}").format(Identifier(draft)))
        made = SQL("CREATE DATABASE {} OWNER {} TEMPLATE {}")
        connection.execute(made.format(Identifier(draft), Identifier(OWNER_ROLE), Identifier(template)))
    with connect(draft) as connection:
        for statement in database_statements(draft):
            connection.execute(statement)
    with connect("postgres") as connection:
        connection.execute(SQL("ALTER DATABASE {} RENAME TO {}").format(Identifier(draft), Identifier(database)))


def database_exists(connection: Connection[Any], database: str) -> bool:
    """Return whether the server has this database."""
    return connection.execute("SELECT FROM pg_database WHERE datname = %s", [database]).rowcount > 0


def explained(database: str = DATABASE) -> str:
    """Return the SQL for a server of one's own, to be run by its superuser; the passwords are to be replaced."""
    first = role_statements(GRANT_OPTIONS_SINCE, owner_password="<密码一>", app_password="<密码二>")  # noqa: S106 -- to be replaced by whoever runs it  # nosec B106
    made = SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0 ENCODING 'UTF8'")
    then = made.format(Identifier(database), Identifier(OWNER_ROLE))
    lines = [statement.as_string(None) + ";" for statement in (*first, then)]
    inside = [statement.as_string(None) + ";" for statement in database_statements(database)]
    older = f"-- PostgreSQL 15:GRANT 不带 WITH 子句，另执行 ALTER ROLE {APP_ROLE} NOINHERIT;"
    return "\n".join([*lines, older, f"\\connect {database}", *inside])
