"""The verdict of a storm finds what it is there to find: each fault that is planted is told, and nothing else is."""

import os
import secrets
from collections.abc import Iterator
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine import make_url

from benchmarks.chaos.intake.comparing import Compared, OfWay, compare
from benchmarks.chaos.journal import Receipt
from benchmarks.verdicts import Owner
from core.embedded.home import open_home
from core.embedded.postgres import Postgres
from core.journey.sealing import seal_now
from core.tenancy.scope import Installation
from tests.builders import KEYS, beijing, make_ticket
from tests.servers import RUN_HOME

NOW = beijing("2026-03-12 10:00")
DESK = "(SELECT id FROM ticket WHERE tenant_id = %(tenant)s AND title = %(desk)s)"
COPY = f"""
    INSERT INTO ticket SELECT (jsonb_populate_record(t, jsonb_build_object('id', t.id + 1000000, 'serial_no', 'TWICE'))).*
    FROM ticket t WHERE tenant_id = %(tenant)s AND id = {DESK}
"""
REACH = f"""
    INSERT INTO sla_event (tenant_id, clock_id, mark, arm, at, fired_at)
    SELECT tenant_id, id, 'yellow', 0, now(), now() FROM sla_clock WHERE tenant_id = %(tenant)s AND ticket_id = {DESK}
"""
GIVEN_UP = """
    INSERT INTO job (tenant_id, id, kind, payload, dedup_key, run_after, created_at, state, attempts, finished_at)
    VALUES (%(tenant)s, 1, 'test', '{}', 'test/1', now(), now(), 'dead', 6, now())
"""
OF_DESK = f"tenant_id = %(tenant)s AND ticket_id = {DESK}"
PLANTED: dict[str, tuple[tuple[str, ...], dict[str, int]]] = {
    "an acknowledged ticket is gone": (
        (f"DELETE FROM ticket WHERE tenant_id = %(tenant)s AND id = {DESK}",),
        {"lost": 1, "half_written": 0},
    ),
    "an appeal became two tickets": ((COPY,), {"doubled": 1, "half_written": 2}),
    "a ticket is there that nobody handed in": (
        ("UPDATE ticket SET title = 'strange' WHERE tenant_id = %(tenant)s AND title = %(desk)s",),
        {"lost": 1, "doubled": 1},
    ),
    "two messages say that they became one ticket": (
        (f"UPDATE intake_event SET ticket_id = {DESK} WHERE tenant_id = %(tenant)s",),
        {"mismatched": 3},
    ),
    "another number": (
        ("UPDATE ticket SET serial_no = 'OTHER' WHERE tenant_id = %(tenant)s AND title = %(desk)s",),
        {"mismatched": 1},
    ),
    "another code": (
        ("UPDATE ticket SET code_version = 9 WHERE tenant_id = %(tenant)s AND title = %(desk)s",),
        {"mismatched": 1},
    ),
    "an entry of the timeline is gone": (
        (f"DELETE FROM ticket_event WHERE {OF_DESK} AND seq = 2",),
        {"half_written": 1},
    ),
    "the clock is gone": ((f"DELETE FROM sla_clock WHERE {OF_DESK}",), {"half_written": 1}),
    "a clock runs for ever": (("DELETE FROM sla_timer WHERE tenant_id = %(tenant)s",), {"half_written": 3}),
    "messages that nobody will send": (
        ("UPDATE message SET transport = 'sms' WHERE tenant_id = %(tenant)s",),
        {"half_written": 3},
    ),
    "a job was given up": ((GIVEN_UP,), {"given_up": 1}),
    "a mark was reached twice": ((REACH, REACH), {"marks_twice": 1}),
    "the newest acknowledged seal is gone": (
        ("DELETE FROM seal WHERE tenant_id = %(tenant)s AND number = 2",),
        {"seals": 1, "seals_lost": 1},
    ),
}


@pytest.fixture
def receipts(installation: Installation, district: str) -> list[Receipt]:
    """Three appeals that were acknowledged, each by another way; of the push no number was told."""
    made = {}
    for way in ("api", "desk", "push"):
        key = secrets.token_hex(8)
        told = make_ticket(installation, district, title=key, external_id=key, urgency="urgent", now=NOW)
        made[way] = Receipt(way, key, told.serial_no, told.access_code)
    return [made["api"], made["desk"], Receipt("push", made["push"].key)]


@pytest.fixture
def kept(installation: Installation, district: str, receipts: list[Receipt]) -> list[str]:
    """Two seals that were acknowledged."""
    seals = [installation.run(district, partial(seal_now, now=NOW)) for _ in range(2)]
    return [f"{seal.number}:{seal.digest.hex()}" for seal in seals]


@pytest.fixture
def almighty(owner_url: str, kept: list[str]) -> Iterator[Owner]:
    """A connection that may do whatever nobody may, once all is written; nothing of it stays."""
    database = make_url(owner_url).database
    with Postgres(open_home(Path(os.environ[RUN_HOME]))).connect(database or "") as connection:
        connection.autocommit = False
        connection.execute("SET LOCAL session_replication_role = replica")
        connection.execute("ALTER TABLE sla_event DROP CONSTRAINT pk_sla_event")
        yield connection
        connection.rollback()


def summary(compared: Compared) -> dict[str, int]:
    """Return the counts, without the ways one by one."""
    counts = {
        name: found for name, found in asdict(compared).items() if name not in ("by_way", "unknown", "without_ticket")
    }
    sums = ("lost", "doubled", "mismatched")
    return {**counts, **{name: getattr(compared, name) for name in sums}}


FAULTLESS = {
    "half_written": 0,
    "given_up": 0,
    "marks_twice": 0,
    "seals": 2,
    "seals_lost": 0,
    "lost": 0,
    "doubled": 0,
    "mismatched": 0,
}


def judged(owner: Owner, installation: Installation, slug: str, receipts: list[Receipt], kept: list[str]) -> Compared:
    return compare(owner, KEYS, installation.tenant(slug).id, receipts, kept_seals=kept)


def test_where_everything_is_as_it_was_told_nothing_is_found(
    almighty: Owner, installation: Installation, district: str, receipts: list[Receipt], kept: list[str]
) -> None:
    compared = judged(almighty, installation, district, receipts, kept)

    assert summary(compared) == FAULTLESS
    assert compared.by_way == {way: OfWay(1, 0, 0, 0) for way in ("api", "desk", "push")}
    assert (compared.acknowledged, compared.faults) == (3, 0)


@pytest.mark.parametrize("what", PLANTED)
def test_what_is_planted_is_found(
    what: str, almighty: Owner, installation: Installation, district: str, receipts: list[Receipt], kept: list[str]
) -> None:
    statements, expected = PLANTED[what]
    named: dict[str, Any] = {"tenant": installation.tenant(district).id, "desk": receipts[1].key}
    for statement in statements:
        assert almighty.execute(statement, named).rowcount > 0

    compared = judged(almighty, installation, district, receipts, kept)

    assert summary(compared) == FAULTLESS | expected
    assert compared.faults > 0


def test_a_code_that_was_told_wrong_is_found(
    almighty: Owner, installation: Installation, district: str, receipts: list[Receipt], kept: list[str]
) -> None:
    told = [replace(receipts[0], access_code="0000000000"), *receipts[1:]]

    compared = judged(almighty, installation, district, told, kept)

    assert compared.by_way["api"] == OfWay(1, 0, 0, 1)
    assert summary(compared) == FAULTLESS | {"mismatched": 1}
