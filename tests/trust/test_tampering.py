"""What was done to a timeline is found and named: which entry, and whether changed, removed, added, moved or rewritten."""

from datetime import UTC, timedelta
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from sqlalchemy import inspect

from core.tickets.models import TicketEvent
from core.tickets.tampering import Fault
from tests.trust.making import START, TENANT, Story, copied, make_entry, make_story

CHANGED, HASH = (Fault.ENTRY_CHANGED, "内容被改动"), (Fault.HASH_CHANGED, "校验值被改动，内容未变")
LENGTHS = st.integers(1, 9)
WORDS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=8)
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "tenant_id": st.integers(1, 2**31 - 1),
    "ticket_id": st.integers(1, 2**63 - 1),
    "seq": st.integers(-(2**31), 2**31 - 1),
    "at": st.datetimes(timezones=st.just(UTC)),
    "kind": WORDS | st.sampled_from(["note", "dispatch", "evaluate"]),
    "from_state": st.none() | WORDS | st.sampled_from(["archived", "accepted"]),
    "to_state": WORDS | st.sampled_from(["archived", "accepted"]),
    "actor_kind": WORDS | st.sampled_from(["system", "resident"]),
    "actor_id": st.none() | st.integers(-(2**63), 2**63 - 1),
    "actor_name": WORDS,
    "summary": WORDS,
    "detail": st.dictionaries(WORDS, st.none() | st.booleans() | st.integers() | st.floats() | WORDS, max_size=3),
    "hash": st.binary(max_size=40),
    "command_id": st.none() | WORDS,
}


def test_every_column_of_an_entry_can_be_spoilt_here() -> None:
    assert set(VALUES) == {column.key for column in inspect(TicketEvent).columns}


def test_a_whole_timeline_has_nothing_to_tell() -> None:
    story = make_story()

    assert story.findings(sealed=[story.sealed_at(2), story.sealed_at(6, seal=2)]) == []


@settings(max_examples=600, deadline=None)
@given(length=LENGTHS, data=st.data(), column=st.sampled_from(sorted(VALUES)))
def test_any_change_of_any_column_of_any_entry_is_found_and_named(length: int, data: Any, column: str) -> None:
    story = make_story(length)
    entry = data.draw(st.sampled_from(story.entries), label="entry")
    value = data.draw(VALUES[column], label=column)
    assume(value != getattr(entry, column))
    assume(column != "seq" or value not in {each.seq for each in story.entries})
    number = entry.seq

    setattr(entry, column, value)
    found = story.findings()

    expected = {"hash": Fault.HASH_CHANGED, "seq": Fault.ENTRY_MOVED}.get(column, Fault.ENTRY_CHANGED)
    assert [(each.fault, each.entry) for each in found] == [(expected, entry.seq)]
    assert column != "seq" or found[0].words == f"次序被调换，本是第 {number} 条"


@settings(max_examples=100, deadline=None)
@given(length=LENGTHS, data=st.data())
def test_any_removed_entry_is_named_whether_or_not_the_gap_was_closed(length: int, data: Any) -> None:
    story = make_story(length)
    place = data.draw(st.integers(1, length))
    del story.entries[place - 1]
    if data.draw(st.booleans(), label="renumbered"):
        story.renumber()

    assert story.told() == [(Fault.ENTRY_REMOVED, place, "被删除")]


@settings(max_examples=100, deadline=None)
@given(length=LENGTHS, data=st.data(), right_hash=st.booleans())
def test_any_added_entry_is_named_wherever_it_was_put_in(length: int, data: Any, right_hash: bool) -> None:
    story = make_story(length)
    place = data.draw(st.integers(1, length + 1))
    added = make_entry(place, story.entries[place - 2].hash if place > 1 else b"", summary="补记")
    if not right_hash:
        added.hash = bytes(32)
    story.entries.insert(place - 1, added)
    story.renumber()

    assert story.told() == [(Fault.ENTRY_ADDED, place, "被添加")]


@settings(max_examples=100, deadline=None)
@given(length=st.integers(2, 9), data=st.data())
def test_any_two_entries_that_changed_places_are_both_named(length: int, data: Any) -> None:
    story = make_story(length)
    first, second = sorted(data.draw(st.lists(st.integers(1, length), min_size=2, max_size=2, unique=True)))
    story.entries[first - 1].seq, story.entries[second - 1].seq = second, first

    assert story.told() == [
        (Fault.ENTRY_MOVED, first, f"次序被调换，本是第 {second} 条"),
        (Fault.ENTRY_MOVED, second, f"次序被调换，本是第 {first} 条"),
    ]


def test_a_finding_tells_what_the_entry_is_and_when_as_it_stands_now() -> None:
    story = make_story()
    story.entries[2].at -= timedelta(days=1)

    [finding] = story.findings()

    assert (finding.serial_no, finding.entry, finding.kind, finding.at) == (
        "T-0001",
        3,
        "派单",
        START + timedelta(minutes=3, days=-1),
    )


def test_an_entry_whose_kind_was_changed_to_nonsense_is_quoted() -> None:
    story = make_story()
    story.entries[2].kind = "whatever"

    assert [finding.kind for finding in story.findings()] == ["“whatever”"]


def test_a_tail_that_was_cut_off_is_named_as_one_piece() -> None:
    story = make_story(6)
    del story.entries[3:]

    [finding] = story.findings()

    assert (finding.fault, finding.entry, finding.until) == (Fault.ENTRY_REMOVED, 4, 6)


def test_a_timeline_without_any_entry_was_removed() -> None:
    story = make_story(3)
    story.entries.clear()

    [finding] = story.findings()

    assert (finding.fault, finding.entry, finding.until) == (Fault.ENTRY_REMOVED, 1, 3)


def test_a_cut_tail_shows_against_the_seal_when_the_ticket_was_made_to_fit() -> None:
    story = make_story(6)
    sealed = [story.sealed_at(4), story.sealed_at(6, seal=2)]
    del story.entries[5:]
    story.rewrite(since=6)

    assert story.told() == []
    assert story.told(sealed=sealed) == [(Fault.ENTRY_REMOVED, 6, "被删除，第 2 次封存时还在")]


def test_an_entry_copied_to_the_end_is_the_added_one() -> None:
    story = make_story(4)
    story.entries.append(copied(story.entries[1], seq=5))

    assert story.told() == [(Fault.ENTRY_ADDED, 5, "被添加")]


def test_an_entry_brought_from_another_ticket_is_added_there() -> None:
    story = make_story(4)
    story.entries.append(make_entry(5, story.entries[-1].hash, ticket_id=701))
    story.entries[-1].ticket_id = story.ticket.id

    assert story.told() == [(Fault.ENTRY_ADDED, 5, "被添加")]


def test_content_and_hash_changed_together_are_a_change_of_that_entry_alone() -> None:
    story = make_story(6)
    story.entries[2].summary, story.entries[2].hash = "无人受理", bytes(32)

    assert story.told() == [(CHANGED[0], 3, CHANGED[1])]


def test_two_changes_are_both_named() -> None:
    story = make_story(6)
    story.entries[0].actor_name = "某人"
    story.entries[4].hash = bytes(32)

    assert story.told() == [(CHANGED[0], 1, CHANGED[1]), (HASH[0], 5, HASH[1])]


def test_a_change_and_a_removal_are_both_named() -> None:
    story = make_story(8)
    story.entries[1].summary = ""
    del story.entries[4]

    assert story.told() == [(CHANGED[0], 2, CHANGED[1]), (Fault.ENTRY_REMOVED, 5, "被删除")]


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("state", "archived", "现状被改动：状态写作「已归档」，流转记录为「回访中」"),
        ("version", 8, "现状被改动：记录条数写作 8，实为 7"),
        ("version", 6, "现状被改动：记录条数写作 6，实为 7"),
        ("version", 2**31 - 1, "现状被改动：记录条数写作 2147483647，实为 7"),
        ("head_hash", bytes(32), "现状被改动：最新一条的校验值对不上"),
    ],
)
def test_a_ticket_that_says_otherwise_than_its_timeline_is_named(column: str, value: Any, words: str) -> None:
    story = make_story(7)
    setattr(story.ticket, column, value)

    assert story.told() == [(Fault.TICKET_CHANGED, None, words)]


def test_a_ticket_set_back_to_an_older_entry_lets_the_later_ones_look_added() -> None:
    story = make_story(4)
    story.ticket.version, story.ticket.head_hash = 3, story.entries[2].hash
    story.ticket.state = story.entries[2].to_state

    assert story.told() == [(Fault.ENTRY_ADDED, 4, "被添加")]


def test_a_ticket_set_back_behind_its_seal_was_changed() -> None:
    story = make_story(4)
    sealed = [story.sealed_at(4)]
    story.ticket.version, story.ticket.head_hash = 3, story.entries[2].hash
    story.ticket.state = story.entries[2].to_state

    assert [(finding.fault, finding.entry) for finding in story.findings(sealed=sealed)] == [
        (Fault.TICKET_CHANGED, None)
    ]


def rewritten(since: int) -> tuple[Story, list[Any]]:
    story = make_story(6)
    sealed = [story.sealed_at(2), story.sealed_at(5, seal=2)]
    story.entries[since - 1].summary = "按时办结"
    story.rewrite(since)
    return story, sealed


def test_a_chain_rewritten_with_right_hashes_shows_against_its_seal() -> None:
    story, sealed = rewritten(since=4)

    assert story.told() == []
    [finding] = story.findings(sealed=sealed)
    assert (finding.fault, finding.entry, finding.until, finding.seal, finding.words) == (
        Fault.REWRITTEN,
        3,
        5,
        2,
        "被改写，校验值也重新算过：与第 2 次封存不符",
    )


def test_what_was_rewritten_after_the_last_seal_cannot_be_told_from_what_was_written() -> None:
    story, sealed = rewritten(since=6)

    assert story.told(sealed=sealed) == []


def test_a_head_of_a_broken_seal_accuses_nobody_and_is_named_itself() -> None:
    story = make_story(6)
    sealed = [story.sealed_at(2), story.sealed_at(5, seal=2)]
    sealed[1].hash = bytes(32)

    assert story.told(sealed=sealed, broken_seals=[2]) == [
        (Fault.SEALED_HEAD_CHANGED, 5, "第 2 次封存中，这一条的封存值被改动")
    ]


def test_a_serial_number_that_was_changed_shows_against_its_seal() -> None:
    story = make_story(3)
    sealed = [story.sealed_at(3)]
    story.ticket.serial_no = "T-0002"

    assert story.told(sealed=sealed) == [(Fault.TICKET_CHANGED, None, "现状被改动：第 1 次封存时编号为 T-0001")]


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_whatever_is_done_at_random_something_is_found(data: Any) -> None:
    """Several changes at once may be named otherwise than somebody would; that they are found is what counts."""
    story = make_story(data.draw(st.integers(2, 7)))
    whole = [copied(entry) for entry in story.entries]
    for _ in range(data.draw(st.integers(1, 4))):
        story.entries = data.draw(st.permutations(story.entries))[: data.draw(st.integers(1, 9))]
        column = data.draw(st.sampled_from(sorted(VALUES)))
        setattr(story.entries[0], column, data.draw(VALUES[column]))
        if data.draw(st.booleans()):
            story.renumber()
    story.entries.sort(key=lambda entry: entry.seq)
    columns = [column.key for column in inspect(TicketEvent).columns]
    as_it_was = [[getattr(entry, column) for column in columns] for entry in whole]
    assume([[getattr(entry, column) for column in columns] for entry in story.entries] != as_it_was)

    assert story.findings() != []


def test_a_timeline_of_another_tenant_does_not_fit() -> None:
    story = make_story(2)
    for entry in story.entries:
        entry.tenant_id = TENANT + 1

    assert story.told()[0] == (CHANGED[0], 1, CHANGED[1])
