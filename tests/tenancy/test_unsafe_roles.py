"""Huiying refuses to start as a role that could see the rows of every tenant, however it came by that power."""

import secrets
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg.sql import SQL, Identifier, Literal
from sqlalchemy import make_url

from core.kit.db import Database, UnsafeRole
from core.process import installation_from_environment
from tests.servers import TestServers


@pytest.fixture
def superuser(servers: TestServers) -> Iterator[psycopg.Connection[Any]]:
    with servers._servers.postgres.connect() as connection:
        yield connection


def refuses(url: str) -> bool:
    database = Database(url)
    try:
        database.refuse_unsafe_role()
    except UnsafeRole:
        return True
    finally:
        database.engine.dispose()
    return False


def test_the_owner_of_the_tables_is_refused(owner_url: str) -> None:
    assert refuses(owner_url)


def test_the_role_that_row_level_security_binds_is_not_refused(database_url: str) -> None:
    assert not refuses(database_url)


@pytest.mark.parametrize(
    ("made", "is_refused"),
    [
        ("CREATE ROLE {role} LOGIN PASSWORD {password}", False),
        ("CREATE ROLE {role} LOGIN PASSWORD {password} SUPERUSER", True),
        ("CREATE ROLE {role} LOGIN PASSWORD {password} BYPASSRLS", True),
        ("CREATE ROLE {role} LOGIN PASSWORD {password} IN ROLE huiying_owner", True),
        ("CREATE ROLE {role} LOGIN PASSWORD {password} IN ROLE huiying_app", False),
        ("CREATE ROLE {role} LOGIN PASSWORD {password} IN ROLE {power}", True),
    ],
    ids=["plain", "superuser", "bypassrls", "member of the owner", "member of the app", "member of a superuser"],
)
def test_a_role_is_refused_for_what_it_is_or_may_become(
    superuser: psycopg.Connection[Any], database_url: str, made: str, is_refused: bool
) -> None:
    role, power, password = f"trial_{secrets.token_hex(4)}", f"power_{secrets.token_hex(4)}", secrets.token_hex(8)
    url = make_url(database_url).set(username=role, password=password)
    names = {"role": Identifier(role), "power": Identifier(power)}
    superuser.execute(SQL("CREATE ROLE {power} SUPERUSER").format(**names))
    superuser.execute(SQL(made).format(**names, password=Literal(password)))
    superuser.execute(
        SQL("GRANT CONNECT ON DATABASE {} TO {}").format(Identifier(url.database or ""), Identifier(role))
    )
    superuser.commit()
    try:
        assert refuses(url.render_as_string(hide_password=False)) is is_refused
    finally:
        superuser.execute(
            SQL("REVOKE ALL ON DATABASE {} FROM {}").format(Identifier(url.database or ""), names["role"])
        )
        superuser.execute(SQL("DROP ROLE {role}").format(**names))
        superuser.execute(SQL("DROP ROLE {power}").format(**names))
        superuser.commit()


def test_no_process_starts_as_the_owner(owner_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", owner_url)

    with pytest.raises(UnsafeRole, match="huiying_app"):
        installation_from_environment(on_wake=lambda: None)
