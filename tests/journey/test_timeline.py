"""The timeline is linked entry by entry: whatever is changed, dropped, put in or cut off later shows."""

import copy
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, inspect, text, update

from core.tenancy.scope import Installation
from core.tickets.models import Ticket, TicketEvent
from core.tickets.queries import chains
from core.tickets.service import lock_ticket, note
from core.tickets.states import State
from core.tickets.timeline import Order, entry_hash, first_broken_entry
from tests.builders import OPERATOR, beijing, make_actor, make_district
from tests.journey.walking import Walk


def long_walk(walk: Walk) -> None:
    walk.take_in(matter="road")
    walk.dispatch(command_id=f"dispatch-{walk.serial_no}")
    walk.sign()
    walk.reply()
    walk.pass_reply()
    walk.rate()


def copies(walk: Walk) -> tuple[Ticket, list[TicketEvent]]:
    """Return the ticket and its entries as plain values that a test may change."""
    return _copy(walk.ticket()), [_copy(entry) for entry in walk.entries()]


def _copy(row: Any) -> Any:
    return type(row)(**{column.key: copy.deepcopy(getattr(row, column.key)) for column in inspect(type(row)).columns})


def test_every_walk_leaves_a_whole_chain(walk: Walk) -> None:
    long_walk(walk)

    ticket, entries = copies(walk)

    assert first_broken_entry(ticket, entries) is None
    assert [entry.seq for entry in entries] == list(range(1, ticket.version + 1))
    assert entries[-1].hash == ticket.head_hash


def test_an_entry_covers_the_one_before(walk: Walk) -> None:
    long_walk(walk)
    _, entries = copies(walk)

    hashes = [entry_hash(previous.hash, entry) for previous, entry in pairwise(entries)]

    assert hashes == [entry.hash for entry in entries[1:]]


CHANGES: dict[str, Callable[[TicketEvent], None]] = {
    "at": lambda entry: setattr(entry, "at", entry.at + timedelta(microseconds=1)),
    "kind": lambda entry: setattr(entry, "kind", "note"),
    "from_state": lambda entry: setattr(entry, "from_state", "archived"),
    "to_state": lambda entry: setattr(entry, "to_state", "archived"),
    "actor_kind": lambda entry: setattr(entry, "actor_kind", "nobody"),
    "actor_id": lambda entry: setattr(entry, "actor_id", 99),
    "actor_name": lambda entry: setattr(entry, "actor_name", "某人"),
    "summary": lambda entry: setattr(entry, "summary", entry.summary + "。"),
    "detail": lambda entry: setattr(entry, "detail", {**entry.detail, "x": 1}),
    "command_id": lambda entry: setattr(entry, "command_id", "other"),
    "hash": lambda entry: setattr(entry, "hash", bytes(32)),
    "tenant_id": lambda entry: setattr(entry, "tenant_id", entry.tenant_id + 1),
    "ticket_id": lambda entry: setattr(entry, "ticket_id", entry.ticket_id + 1),
}


def test_changes_cover_every_column_of_an_entry() -> None:
    assert {*CHANGES, "seq"} == {column.key for column in inspect(TicketEvent).columns}


@pytest.mark.parametrize("column", list(CHANGES))
def test_a_changed_entry_shows_at_its_place(walk: Walk, column: str) -> None:
    long_walk(walk)
    for place in (0, 3, -1):
        ticket, entries = copies(walk)
        CHANGES[column](entries[place])

        assert first_broken_entry(ticket, entries) == entries[place].seq


def test_an_entry_that_was_dropped_shows_where_it_was(walk: Walk) -> None:
    long_walk(walk)
    for place in range(len(copies(walk)[1])):
        ticket, entries = copies(walk)
        del entries[place]

        assert first_broken_entry(ticket, entries) == place + 1


def test_a_tail_that_was_cut_off_shows_at_its_beginning(walk: Walk) -> None:
    long_walk(walk)
    ticket, entries = copies(walk)

    assert [first_broken_entry(ticket, entries[:kept]) for kept in range(len(entries))] == list(
        range(1, len(entries) + 1)
    )


def test_entries_that_changed_places_show(walk: Walk) -> None:
    long_walk(walk)
    ticket, entries = copies(walk)
    entries[2], entries[3] = entries[3], entries[2]
    assert first_broken_entry(ticket, entries) == 3

    entries[2].seq, entries[3].seq = 3, 4
    assert first_broken_entry(ticket, entries) == 3


def test_an_entry_that_was_put_in_shows(walk: Walk) -> None:
    long_walk(walk)
    ticket, entries = copies(walk)
    put_in = _copy(entries[-1])
    put_in.seq += 1
    put_in.hash = entry_hash(entries[-1].hash, put_in)

    assert first_broken_entry(ticket, [*entries, put_in]) == put_in.seq + 1


def test_a_state_that_changed_without_an_entry_shows(walk: Walk) -> None:
    long_walk(walk)
    ticket, entries = copies(walk)
    ticket.state = "archived"

    assert first_broken_entry(ticket, entries) == len(entries) + 1


def test_a_timeline_of_another_ticket_does_not_fit(walk: Walk) -> None:
    long_walk(walk)
    _, of_another = copies(walk)
    walk.take_in()
    ticket, _ = copies(walk)

    assert first_broken_entry(ticket, of_another) is not None


SAFE_TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=30)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | SAFE_TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(SAFE_TEXT, inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    detail=st.dictionaries(SAFE_TEXT, JSON, max_size=3),
    summary=SAFE_TEXT,
    at=st.datetimes(timezones=st.just(UTC)).filter(lambda at: at.year > 1900),
)
def test_whatever_an_entry_says_it_is_the_same_when_read_back(
    walk: Walk, detail: dict[str, Any], summary: str, at: datetime
) -> None:
    if not walk.serial_no:
        walk.take_in()
    actor = replace(OPERATOR, name=summary[:10])

    with walk.installation.scope(walk.slug) as scope:
        ticket = lock_ticket(scope, walk.serial_no)
        note(scope, ticket, "note", Order(actor, at), summary=summary, detail=detail)

    assert first_broken_entry(walk.ticket(), walk.entries()) is None


def test_chains_are_read_whole_in_batches_of_any_size(installation: Installation) -> None:
    walk = Walk(installation, make_district(installation))
    numbers = []
    for _ in range(5):
        numbers.append(walk.take_in().serial_no)
        walk.dispatch()

    for batch in (1, 2, 5, 100):
        with installation.scope(walk.slug) as scope:
            read = [(chain.ticket.serial_no, len(chain.entries)) for chain in chains(scope, batch=batch)]
        assert read == [(number, 6) for number in numbers]


def test_a_ticket_that_moves_while_chains_are_read_is_seen_whole(installation: Installation) -> None:
    walk = Walk(installation, make_district(installation))
    for _ in range(3):
        walk.take_in()

    with installation.scope(walk.slug) as scope:
        for chain in chains(scope, batch=1):
            assert first_broken_entry(chain.ticket, chain.entries) is None
            if walk.ticket().state == State.ACCEPTED:
                walk.dispatch()

    assert (chain.ticket.serial_no, len(chain.entries)) == (walk.serial_no, 6)


def test_the_application_itself_cannot_rewrite_a_timeline(walk: Walk) -> None:
    walk.take_in()

    for statement in (update(TicketEvent).values(summary=""), delete(TicketEvent), text("TRUNCATE ticket_event")):
        with pytest.raises(Exception, match="permission denied"), walk.installation.scope(walk.slug) as scope:
            scope.session.execute(statement)


def test_who_did_it_is_kept_with_each_entry(walk: Walk) -> None:
    walk.take_in()
    walk.dispatch(actor=make_actor("甲", "operator", id=41))

    entry = next(entry for entry in walk.entries() if entry.kind == "dispatch")

    assert (entry.kind, entry.actor_kind, entry.actor_id, entry.actor_name, entry.at) == (
        "dispatch",
        "staff",
        41,
        "甲",
        beijing("2026-03-12 10:10"),
    )
