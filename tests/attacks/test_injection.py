"""Strings that are SQL, in every place where a request can carry a text: they stay strings."""

from collections.abc import Iterator
from itertools import cycle
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import create_engine, event, text

from core.kit.db import as_psycopg
from core.tenancy.scope import Installation
from tests.attacks.requests import Attempts, asker
from tests.permissions.answers import told_by
from tests.permissions.operations import Operation, operations
from tests.permissions.places import Place

MARK = "q7planted"
"""Stands in each of the strings: a statement whose words hold it was made of what somebody sent."""
CALL = f"{MARK}()"
"""A function of the database that counts how often it was called, as pg_sleep would be."""
STRINGS = [
    template.replace("CALL", CALL).replace("MARK", MARK)
    for template in (
        "' OR '1'='1' AND CALL IS NOT NULL --",
        "' OR CALL IS NOT NULL --",
        '" OR CALL IS NOT NULL --',
        "'; SELECT CALL; --",
        "\\'; SELECT CALL; --",
        "'||CALL||'",
        "'||(SELECT CALL)||'",
        "') OR (SELECT CALL) IS NOT NULL OR ('1'='1",
        "')) UNION SELECT CALL, NULL, NULL --",
        "1; SELECT CALL",
        "1 OR CALL IS NOT NULL",
        "1)/**/OR/**/CALL/**/IS/**/NOT/**/NULL/**/--",
        "CALL",
        "(SELECT CALL)",
        "id,(SELECT CALL) DESC --",
        "'; SET LOCAL app.tenant = '1'; SELECT CALL; --",
        "'||set_config('app.tenant','1',false)||CALL||'",
        "'; RESET ROLE; SELECT CALL; --",
        "'; DROP TABLE ticket; SELECT CALL; --",
        "'; COPY (SELECT CALL) TO '/tmp/MARK'; --",
        "'||pg_sleep(20)||CALL||'",
        "'::int; SELECT CALL --",
        "$$; SELECT CALL; --",
        "$MARK$; SELECT CALL; $MARK$",
        "E'\\x27; SELECT CALL; --",
        "U&'\\0027; SELECT CALL; --",
        "ʼ; SELECT CALL; --",
        "＇; SELECT CALL; --",
        "‘ OR CALL IS NOT NULL --",
        "%27%20OR%20CALL%20IS%20NOT%20NULL--",
        "%(tenant_id)s CALL %s %%",
        ":tenant_id CALL",
        "{tenant} CALL {0.__class__}",
        "/* CALL */",
        "-- \n'; SELECT CALL",
        "'\x00'; SELECT CALL; --",
        "MARK' AND 1=CAST((SELECT version()) AS int) --",
        "MARK' AND 1=(SELECT CALL)::int --",
        "_%MARK%' ESCAPE '\\",
        "MARK\\",
    )
]


OF_ALL_TENANTS = {"GET /healthz"}
"""What tells of every tenant, one after the other, in counts alone."""


class Listener:
    """Hears every statement that goes to the database: which hold what was sent, and which tenant they are for."""

    def __init__(self) -> None:
        self.heard = 0
        self.made_of_strings: list[str] = []
        self.tenants: set[str] = set()

    def hear(self, _connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        """Take note of one statement."""
        self.heard += 1
        if MARK in statement:
            self.made_of_strings.append(statement)
        if statement.startswith("SET LOCAL app.tenant"):
            self.tenants.add(statement.partition("=")[2].strip(" '"))


@pytest.fixture(scope="session")
def planted(addresses: tuple[str, str]) -> Iterator[Any]:
    """A function that whoever can run SQL could call, and how often it was called."""
    engine = create_engine(as_psycopg(addresses[1]))
    with engine.begin() as owner:
        owner.execute(text(f"CREATE SEQUENCE {MARK}_calls"))
        owner.execute(
            text(
                f"CREATE FUNCTION {CALL} RETURNS text LANGUAGE sql SECURITY DEFINER SET search_path = public "
                f"AS $$ SELECT nextval('{MARK}_calls')::text $$"
            )
        )

    def calls() -> int:
        with engine.begin() as owner:
            called = owner.execute(text(f"SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM {MARK}_calls"))
            return int(called.scalar_one())

    yield calls
    with engine.begin() as owner:
        owner.execute(text(f"DROP FUNCTION {CALL}"))
        owner.execute(text(f"DROP SEQUENCE {MARK}_calls"))
    engine.dispose()


@pytest.fixture
def listener(installation: Installation) -> Iterator[Listener]:
    listener = Listener()
    event.listen(installation.database.engine, "before_cursor_execute", listener.hear)
    yield listener
    event.remove(installation.database.engine, "before_cursor_execute", listener.hear)


@pytest.mark.parametrize("of", ["api", "pages"])
def test_no_string_in_no_place_of_no_request_becomes_sql(
    of: str, app: Flask, places: tuple[Place, Place], planted: Any, listener: Listener, installation: Installation
) -> None:
    here, there = places
    strings, before = cycle(STRINGS), planted()
    attempts, sent, wrong = Attempts(app, here, lambda: next(strings)), 0, []

    for operation in operations(app):
        for attempt in attempts.on(operation) if operation.is_api == (of == "api") else ():
            answer = attempt.send(asker(operation, here))
            sent += 1
            if str(operation) in OF_ALL_TENANTS:
                listener.tenants.clear()
            if not _calm(operation, answer.status_code) or there.mark in told_by(answer):
                wrong.append(f"{attempt}: {answer.status_code}")

    assert wrong == []
    assert listener.made_of_strings == []
    assert planted() == before
    assert listener.tenants <= {str(installation.tenant(here.slug).id), ""}
    assert sent > 300
    print(f"\ninjection into {of}: {sent} requests, {listener.heard} statements, {len(STRINGS)} strings")  # noqa: T201


def test_what_would_be_run_is_noticed(planted: Any, listener: Listener, installation: Installation) -> None:
    before = planted()

    with installation.database.transaction(None) as session:
        session.execute(text(f"SELECT 1 WHERE '{MARK}' = '' OR {CALL} IS NOT NULL --'"))

    assert planted() == before + 1
    assert len(listener.made_of_strings) == 1


def _calm(operation: Operation, status: int) -> bool:
    """Tell whether it is no error of ours; of an identity provider that is out of reach it may be said."""
    return status < 500 or (status == 503 and "<provider>" in operation.rule)
