"""What residents say of themselves stands in their tickets, encrypted, and turns up nowhere else."""

import logging
from dataclasses import fields
from typing import Any

import psycopg
import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from redis import Redis

from core.hooks import Authenticated, InboundAppeal, InboundPayload, InboundRequest
from core.intake.inbound import payload_of
from core.jobs.hints import waker
from core.tenancy.scope import Installation
from tests.builders import make_installation
from tests.inbound.making import (
    CANARY,
    FEATURE,
    Wire,
    body_of,
    items_of,
    make_wired_district,
    phone_of,
    push,
    signed,
    tickets_of,
    work,
)
from tests.inbound.test_payloads import NOW

BODY = body_of("路灯不亮", phone=CANARY)


def _tells(*given: Any) -> Any:
    """Fail with everything that was given in the words of the error."""
    told = [getattr(each, "body", each) for each in given]
    raise RuntimeError(f"{CANARY} {told}")


@pytest.mark.parametrize("broken", ["vouch", "read", ""])
def test_a_phone_number_is_in_no_log_no_job_and_no_table_but_encrypted(
    app: Flask,
    installation: Installation,
    wire: Wire,
    owner_url: str,
    caplog: pytest.LogCaptureFixture,
    broken: str,
) -> None:
    slug = make_wired_district(installation)
    caplog.set_level(logging.DEBUG)
    if broken:
        setattr(wire, broken, _tells)

    answer = push(app, slug, BODY)
    work(installation)

    tenant_id = installation.tenant(slug).id
    with psycopg.connect(owner_url.replace("+psycopg", "")) as connection:
        tables = [
            row[0]
            for row in connection.execute(
                "SELECT c.table_name FROM information_schema.columns c JOIN pg_class t ON t.relname = c.table_name"
                " WHERE c.column_name = 'tenant_id' AND c.table_schema = 'public' AND t.relkind = 'r'"
            )
        ]
        for table in tables:
            connection.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        stored = {
            table: str(
                connection.execute(f"SELECT t::text FROM {table} t WHERE tenant_id = %s", [tenant_id]).fetchall()
            )
            for table in tables
        }
        connection.rollback()
    assert "inbound_item" in stored
    assert str(items_of(installation, slug)[0].id) in stored["inbound_item"]
    assert [table for table, rows in stored.items() if CANARY in rows or CANARY.encode().hex() in rows] == []
    assert CANARY not in caplog.text + answer.get_data(as_text=True)
    if not broken:
        [ticket] = tickets_of(installation, slug)
        assert phone_of(installation, slug, ticket) == CANARY


def test_the_hint_to_the_workers_names_nobody(database_url: str, valkey_url: str, wire: Wire) -> None:
    from core.web import create_app

    installation = make_installation(database_url, features=[wire.feature()])
    installation._on_wake = waker(valkey_url)
    slug = make_wired_district(installation)

    assert push(create_app(installation), slug, BODY).status_code == 202

    queue = Redis.from_url(valkey_url)
    kept = [str(queue.dump(key)) for key in queue.scan_iter()]
    assert kept != []
    assert [content for content in kept if CANARY in content] == []


@pytest.mark.parametrize("kind", [InboundRequest, InboundPayload, InboundAppeal, Authenticated])
def test_values_show_nothing_that_somebody_said(kind: type[Any]) -> None:
    said = {each.name: CANARY for each in fields(kind)} | {
        "headers": {"x": CANARY},
        "query": {"x": CANARY},
        "body": CANARY.encode(),
        "received_at": NOW,
        "message_id": "m-1",
        "content_type": "application/json",
        "rule_id": "test.wire/key",
        "reason": "签名核对无误",
        "mailbox": "市长信箱",
        "channel": "wire",
        "nature": None,
        "affected_count": 1,
        "keep_private": True,
        "submitted_at": None,
    }

    assert CANARY not in repr(kind(**{each.name: said[each.name] for each in fields(kind)}))


def test_an_item_of_one_district_is_unknown_to_every_other(
    app: Flask, installation: Installation, slug: str, wire: Wire
) -> None:
    neighbour = make_wired_district(installation)
    wire.read = _tells
    push(app, slug, BODY)
    work(installation)

    assert len(items_of(installation, slug)) == 1
    assert items_of(installation, neighbour) == []
    # A body that one district holds is not taken for another's.
    assert push(app, neighbour, BODY).status_code == 202
    assert len(items_of(installation, neighbour)) == 1


def test_a_key_of_one_district_opens_no_other(app: Flask, installation: Installation, slug: str) -> None:
    neighbour = make_wired_district(installation, key="邻区自己的密钥，别的区不知道它")

    assert push(app, neighbour, BODY).status_code == 401
    assert push(app, slug, BODY).status_code == 202


@given(
    body=st.one_of(
        st.binary(max_size=400),
        st.text(max_size=100).map(lambda text: body_of(text)),
        st.recursive(
            st.none() | st.booleans() | st.floats() | st.text(max_size=20), lambda inner: st.lists(inner, max_size=3)
        ).map(lambda value: repr({"appeals": value}).encode(errors="replace")),
    ),
    content_type=st.sampled_from(
        [
            "application/json",
            "text/xml; charset=gbk",
            "application/x-www-form-urlencoded",
            "x" * 500,
            "multipart/form-data",
        ]
    ),
)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_pushed_is_kept_byte_by_byte_and_never_lost(
    app: Flask, installation: Installation, slug: str, body: bytes, content_type: str
) -> None:
    before = len(items_of(installation, slug))
    message_id = f"m-{before}"

    answer = push(app, slug, body, headers=signed(message_id, body) | {"content-type": content_type})
    work(installation)

    item = items_of(installation, slug)[-1]
    assert (answer.status_code, answer.get_json()) == (202, {"number": str(item.id)})
    with installation.scope(slug) as scope:
        assert payload_of(scope, item).body == body
    assert item.state in ("taken_in", "needs_person")
    assert bool(item.failure) == (item.state == "needs_person")
    assert item.failure != "" or item.tickets != {}
    assert FEATURE not in item.message_id
