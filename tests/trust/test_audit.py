"""What the owner of the database does to evidence is found by the audit and named: ticket, entry, seal, and what was done."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from psycopg.types.json import Jsonb

from core.journey.audit import KeptSeal, KeptSealUnclear, audit_tenant
from core.tenancy.scope import Installation
from core.tickets.models import TicketEvent
from core.tickets.queries import Chain, NoSuchTicket
from tests.builders import beijing, make_district
from tests.trust.spoiling import Owner, Proven
from tests.trust.test_tampering import VALUES


def test_what_nobody_touched_is_whole(walk: Proven) -> None:
    sealed = walk.seal()

    audit = walk.audit()

    assert (audit.tickets, audit.seals, audit.newest, audit.findings) == (3, 1, sealed, ())
    assert walk.found_in_ticket() == []


def test_before_the_first_seal_timelines_are_checked_all_the_same(walk: Proven, owner: Owner) -> None:
    assert walk.found() == []

    owner.do("UPDATE ticket_event SET summary = '无人受理' WHERE OURS AND seq = 2")

    assert walk.found() == [("entry-changed", walk.serial_no, 2, "内容被改动")]


def test_one_changed_field_names_its_entry(walk: Proven, owner: Owner) -> None:
    walk.seal()
    owner.do("UPDATE ticket_event SET at = at - interval '1 day' WHERE OURS AND kind = 'dispatch'")

    [finding] = walk.audit().findings

    assert (finding.fault, finding.serial_no, finding.kind, finding.at, finding.words) == (
        "entry-changed",
        walk.serial_no,
        "派单",
        beijing("2026-03-11 10:10"),
        "内容被改动",
    )


def test_the_last_entry_deleted_is_named(walk: Proven, owner: Owner) -> None:
    walk.seal()
    last = walk.ticket().version
    owner.do("DELETE FROM ticket_event WHERE OURS AND seq = %(last)s", last=last)

    assert walk.found() == [("entry-removed", walk.serial_no, last, "被删除，第 1 次封存时还在")]


def test_a_middle_entry_deleted_is_named(walk: Proven, owner: Owner) -> None:
    owner.do("DELETE FROM ticket_event WHERE OURS AND seq = 4")

    assert walk.found() == [("entry-removed", walk.serial_no, 4, "被删除")]


def test_a_middle_entry_deleted_and_the_gap_closed_is_named(walk: Proven, owner: Owner) -> None:
    owner.do("DELETE FROM ticket_event WHERE OURS AND seq = 4")
    owner.do("UPDATE ticket_event SET seq = -seq WHERE OURS AND seq > 4")
    owner.do("UPDATE ticket_event SET seq = -seq - 1 WHERE OURS AND seq < 0")

    assert walk.found() == [("entry-removed", walk.serial_no, 4, "被删除")]


def test_an_inserted_entry_is_named(walk: Proven, owner: Owner) -> None:
    owner.put_in(4, at=beijing("2026-03-12 10:30"))

    assert walk.found() == [("entry-added", walk.serial_no, 4, "被添加")]


def test_two_swapped_entries_are_both_named(walk: Proven, owner: Owner) -> None:
    owner.swap(3, 5)

    assert walk.found() == [
        ("entry-moved", walk.serial_no, 3, "次序被调换，本是第 5 条"),
        ("entry-moved", walk.serial_no, 5, "次序被调换，本是第 3 条"),
    ]


def test_an_entry_moved_to_another_ticket_is_missed_here_and_strange_there(walk: Proven, owner: Owner) -> None:
    first = Proven(walk.installation, walk.slug)
    first.take_in()
    length = first.ticket().version
    owner.do(
        "UPDATE ticket_event SET ticket_id = %(to)s, seq = %(seq)s WHERE OURS AND seq = 4",
        to=first.ticket().id,
        seq=length + 1,
    )

    assert sorted(walk.found()) == [
        ("entry-added", first.serial_no, length + 1, "被添加"),
        ("entry-removed", walk.serial_no, 4, "被删除"),
    ]


def test_a_whole_ticket_deleted_with_all_its_rows_shows_against_the_seal(walk: Proven, owner: Owner) -> None:
    walk.seal()
    length = walk.ticket().version
    owner.delete_ticket()

    expected = [("ticket-removed", walk.serial_no, 1, f"整件被删除：第 1 次封存时还在，有 {length} 条记录")]
    findings = walk.audit().findings
    assert [(each.fault, each.serial_no, each.seal, each.words) for each in findings if each.serial_no] == expected
    assert {(each.record or "").split()[0] for each in findings if each.record} == {"派单依据", "来件"}
    assert walk.found_in_ticket() == expected


def test_a_ticket_that_never_was_is_refused(walk: Proven) -> None:
    walk.serial_no = "T0"

    with pytest.raises(NoSuchTicket):
        walk.found_in_ticket()


def test_a_chain_rewritten_with_right_hashes_shows_against_the_seal(walk: Proven, owner: Owner) -> None:
    walk.seal("2026-03-12 00:00")
    last = walk.ticket().version
    walk.redo()
    walk.seal("2026-03-14 00:00")
    owner.rewrite(last + 1, summary="诉求人满意，未要求重办")

    [finding] = walk.audit().findings

    assert (finding.fault, finding.serial_no, finding.entry, finding.until, finding.seal) == (
        "rewritten",
        walk.serial_no,
        last + 1,
        walk.ticket().version if walk.ticket().version > last + 1 else None,
        2,
    )


def test_a_changed_sealed_head_is_named_with_its_seal(walk: Proven, owner: Owner) -> None:
    walk.seal()
    owner.do("UPDATE sealed_head SET hash = '\\x00' WHERE OURS")

    assert walk.found() == [
        ("seal-changed", None, 1, "被改动"),
        ("sealed-head-changed", walk.serial_no, walk.ticket().version, "第 1 次封存中，这一条的封存值被改动"),
    ]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("UPDATE sealed_head SET serial_no = 'T-0' WHERE OURS", "被改动"),
        ("UPDATE sealed_head SET seq = seq - 1 WHERE OURS", "被改动"),
        ("DELETE FROM sealed_head WHERE OURS", "被改动：写作 3 件，清单有 2 件"),
        ("UPDATE seal SET heads = 2 WHERE DISTRICT AND number = 1", "被改动：写作 2 件，清单有 3 件"),
        ("UPDATE seal SET sealed_at = sealed_at + interval '1 us' WHERE DISTRICT AND number = 1", "被改动"),
        ("UPDATE seal SET sealed_at = 'infinity' WHERE DISTRICT AND number = 1", "被改动"),
        ("UPDATE seal SET digest = '\\x0001' WHERE DISTRICT AND number = 1", "被改动"),
    ],
)
def test_a_changed_seal_is_named_and_no_other(walk: Proven, owner: Owner, change: str, words: str) -> None:
    walk.seal("2026-03-14 00:00")
    walk.seal("2026-03-15 00:00")
    owner.do(change)

    seals = [finding for finding in walk.audit().findings if finding.fault == "seal-changed"]

    assert [(finding.seal, finding.words) for finding in seals] == [(1, words)]


def test_a_seal_deleted_from_between_is_named(walk: Proven, owner: Owner) -> None:
    for day in (14, 15, 16):
        walk.seal(f"2026-03-{day} 00:00")
        walk.take_in()
    owner.do("DELETE FROM sealed_head WHERE DISTRICT AND seal_number = 2")
    owner.do("DELETE FROM sealed_record WHERE DISTRICT AND seal_number = 2")
    owner.do("DELETE FROM seal WHERE DISTRICT AND number = 2")

    assert walk.found() == [("seal-removed", None, 2, "被删除")]


def test_the_newest_seal_deleted_shows_against_what_was_kept_elsewhere(walk: Proven, owner: Owner) -> None:
    walk.seal("2026-03-14 00:00")
    newest = walk.seal("2026-03-15 00:00")
    kept = KeptSeal.read(str(KeptSeal(newest.number, newest.digest)))
    assert walk.found(kept=kept) == []
    owner.do("DELETE FROM seal WHERE DISTRICT AND number = 2")

    assert walk.found() == []
    assert walk.found(kept=kept) == [("seal-removed", None, 2, "被删除：另处留有它的摘要")]

    walk.seal("2026-03-16 00:00")
    assert walk.found(kept=kept) == [("seal-changed", None, 2, "被改动：与另处留存的摘要不符")]


@pytest.mark.parametrize("words", ["", "1", "x:00", "1:0g", "1:000"])
def test_a_kept_seal_that_cannot_be_read_is_refused(words: str) -> None:
    with pytest.raises(KeptSealUnclear):
        KeptSeal.read(words)


def test_a_seal_under_an_older_key_still_holds_under_a_newer_one(walk: Proven) -> None:
    walk.seal("2026-03-14 00:00")
    keys = walk.installation.keys
    try:
        walk.installation.keys = type(keys)({1: b"k" * 32, 2: b"n" * 32})
        walk.seal("2026-03-15 00:00")
        assert walk.found() == []

        walk.installation.keys = type(keys)({1: b"k" * 32, 2: b"other key of somebody".ljust(32)})
        assert walk.found() == [("seal-changed", None, 2, "被改动")]
    finally:
        walk.installation.keys = keys


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data(), column=st.sampled_from(sorted(set(VALUES) - {"tenant_id", "ticket_id"})))
def test_any_change_of_any_column_in_the_database_is_found(walk: Proven, owner: Owner, data: Any, column: str) -> None:
    seq = data.draw(st.integers(1, walk.ticket().version), label="entry")
    before = owner.column(column, seq=seq)
    value = data.draw(VALUES[column], label=column)
    assume(value != before)
    assume(column != "seq" or not 1 <= value <= walk.ticket().version)
    change = f"UPDATE ticket_event SET {column} = %(value)s WHERE OURS AND seq = %(seq)s"
    now_at = value if column == "seq" else seq

    owner.do(change, seq=seq, value=Jsonb(value) if column == "detail" else value)
    try:
        fault = {"hash": "hash-changed", "seq": "entry-moved"}.get(column, "entry-changed")
        assert [finding[:3] for finding in walk.found_in_ticket()] == [(fault, walk.serial_no, now_at)]
    finally:
        owner.do(change, seq=now_at, value=Jsonb(before) if column == "detail" else before)
    assert walk.found_in_ticket() == []


@pytest.mark.parametrize("value", ["infinity", "-infinity", "20000-01-01", "4000-01-01 BC"])
def test_a_time_that_cannot_be_read_is_a_changed_entry(walk: Proven, owner: Owner, value: str) -> None:
    owner.do("UPDATE ticket_event SET at = %(value)s WHERE OURS AND seq = 3", value=value)

    assert walk.found() == [("entry-changed", walk.serial_no, 3, "内容被改动")]


@pytest.mark.parametrize("value", ["1" * 5000, "[" * 3000 + "]" * 3000, "[]", '"x"', "null", "1e400", '{"records": 1}'])
def test_a_detail_that_cannot_be_read_is_a_changed_entry(walk: Proven, owner: Owner, value: str) -> None:
    owner.do("UPDATE ticket_event SET detail = %(value)s::jsonb WHERE OURS AND seq = 3", value=value)

    assert walk.found() == [("entry-changed", walk.serial_no, 3, "内容被改动")]


def test_every_column_of_an_entry_was_tried() -> None:
    assert set(VALUES) == set(TicketEvent.__table__.columns.keys())


def test_what_moves_and_is_sealed_while_it_is_audited_is_no_finding(walk: Proven) -> None:
    walk.seal("2026-03-14 00:00")
    moved = []

    def watched(chains: Iterator[Chain]) -> Iterator[Chain]:
        walk.redo()
        walk.take_in()
        moved.append(walk.seal("2026-03-15 00:00").heads)
        yield from chains

    audit = walk.run(lambda scope: audit_tenant(scope, watched=watched))

    assert (moved, audit.tickets, audit.seals, audit.findings) == ([2], 3, 1, ())


def test_another_district_is_not_accused(walk: Proven, owner: Owner, installation: Installation) -> None:
    neighbour = Proven(installation, make_district(installation))
    neighbour.take_in()
    owner.do("DELETE FROM ticket_event WHERE OURS AND seq = 1")

    assert neighbour.found() == []
