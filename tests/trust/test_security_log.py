"""The security log: what it keeps, what it can never hold, and that nothing written into it by others passes as ours."""

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from psycopg.types.json import Jsonb
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from core.tenancy.models import SecurityEvent
from core.tenancy.scope import Installation
from core.tenancy.security_log import (
    KIND_LABELS,
    KINDS,
    LONGEST,
    SecurityKind,
    as_document,
    escaped,
    is_genuine,
    note_security,
    security_events,
)
from tests.builders import beijing, make_district
from tests.trust.spoiling import Proven

NOW = beijing("2026-03-12 10:00")


@pytest.fixture
def district(installation: Installation) -> Proven:
    return Proven(installation, make_district(installation))


def events(district: Proven) -> list[SecurityEvent]:
    return district.run(lambda scope: list(security_events(scope)))


def genuine(district: Proven) -> list[bool]:
    return district.run(lambda scope: [is_genuine(event, scope.keys) for event in security_events(scope)])


def test_an_event_tells_who_did_what_to_whom_and_from_where(district: Proven) -> None:
    district.run(
        lambda scope: note_security(
            scope,
            "role_given",
            actor="王工（管理员）",
            actor_id=7,
            address="2001:db8::1",
            subject="lin",
            detail={"roles": ("clerk", "reviewer"), "unit": 12, "share": 0.5, "at": NOW, "none": None},
            now=NOW,
        )
    )

    [event] = events(district)

    assert as_document(event, tenant=district.slug) == {
        "tenant": district.slug,
        "id": event.id,
        "at": "2026-03-12T02:00:00.000000+00:00",
        "kind": "role_given",
        "actor": "王工（管理员）",
        "actor_id": 7,
        "address": "2001:db8::1",
        "subject": "lin",
        "detail": {"roles": ["clerk", "reviewer"], "unit": 12, "share": "0.5", "at": str(NOW), "none": None},
    }
    assert genuine(district) == [True]


def test_every_kind_has_its_words_and_no_other_is_taken(district: Proven) -> None:
    assert set(KIND_LABELS) == KINDS
    assert len(set(KIND_LABELS.values())) == len(KINDS)
    with pytest.raises(AssertionError):
        district.run(lambda scope: note_security(scope, "lunch", actor="王工", now=NOW))  # type: ignore[arg-type]
    assert events(district) == []


def test_what_a_terminal_or_a_log_would_obey_is_kept_as_escapes(district: Proven) -> None:
    forged = '甲\r\n2026-03-12 sign_in 乙\x1b[2J\x00\u202e{"kind":"sign_in"}\u2028\ud800'
    district.run(
        lambda scope: note_security(
            scope, "trespass", actor=forged, address=forged, subject=forged, detail={forged: [forged]}, now=NOW
        )
    )

    [event] = events(district)

    kept = '甲\\x0d\\x0a2026-03-12 sign_in 乙\\x1b[2J\\x00\\u202e{"kind":"sign_in"}\\u2028\\ud800'
    assert (event.actor, event.address, event.subject, event.detail) == (kept, kept, kept, {kept: [kept]})


@given(st.text(st.characters(exclude_categories=())))
def test_no_text_can_leave_its_line(sent: str) -> None:
    kept = escaped(sent)

    assert len(kept.splitlines()) <= 1
    assert not [each for each in kept if not each.isprintable() and each.isascii()]
    assert escaped(kept[:LONGEST]) == kept[:LONGEST], "what is safe stays as it is"


def test_long_texts_and_endless_details_are_cut_off(district: Proven) -> None:
    detail = {str(number): ["x" * 10_000] * 1000 for number in range(1000)}
    district.run(lambda scope: note_security(scope, "trespass", actor="x" * 10_000, detail=detail, now=NOW))

    [event] = events(district)

    assert event.actor == "x" * LONGEST
    assert len(str(event.detail)) < 200_000


def test_events_come_by_time_and_can_be_chosen(district: Proven) -> None:
    def note(kind: SecurityKind, at: str) -> None:
        now = beijing(f"2026-03-12 {at}")
        district.run(lambda scope: note_security(scope, kind, actor="甲", now=now))

    note("sign_in", "10:02")
    note("locked", "10:00")
    note("sign_in", "10:01")

    chosen = district.run(
        lambda scope: list(security_events(scope, since=NOW, until=beijing("2026-03-12 10:02"), kind="sign_in"))
    )

    assert [event.kind for event in events(district)] == ["locked", "sign_in", "sign_in"]
    assert [event.at for event in chosen] == [beijing("2026-03-12 10:01")]


@pytest.mark.parametrize(
    "change",
    [
        "kind = 'sign_in'",
        "at = at - interval '1 microsecond'",
        "actor = '别人'",
        "actor_id = 8",
        "address = '10.0.0.9'",
        "subject = '别人'",
        "detail = '{\"roles\": []}'",
        "id = id + 1000000000",
        "mark = ''",
    ],
)
def test_an_event_that_the_owner_of_the_database_changes_is_not_genuine(
    district: Proven, owner_url: str, change: str
) -> None:
    district.run(lambda scope: note_security(scope, "locked", actor="甲", actor_id=7, subject="lin", now=NOW))
    tenant = district.installation.tenant(district.slug).id

    with psycopg.connect(owner_url) as connection:
        connection.execute(f"UPDATE security_event SET {change} WHERE tenant_id = %s", [tenant])

    assert genuine(district) == [False]


def test_an_event_of_another_tenant_is_not_genuine_here(district: Proven, owner_url: str) -> None:
    other = Proven(district.installation, make_district(district.installation))
    district.run(lambda scope: note_security(scope, "locked", actor="甲", detail={"n": 1}, now=NOW))
    here, there = (district.installation.tenant(each.slug).id for each in (district, other))

    assert events(other) == []
    with psycopg.connect(owner_url) as connection:
        connection.execute(
            """INSERT INTO security_event SELECT %s, id, kind, at, actor, actor_id, address, subject, %s, mark
               FROM security_event WHERE tenant_id = %s""",
            [there, Jsonb({"n": 1}), here],
        )

    assert genuine(other) == [False]


@pytest.mark.parametrize("statement", ["UPDATE security_event SET actor = ''", "DELETE FROM security_event"])
def test_the_application_can_only_add(district: Proven, statement: str) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"):
        district.run(lambda scope: scope.session.execute(text(statement)))
