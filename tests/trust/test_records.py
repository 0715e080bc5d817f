"""Ratings, letters, opinions and the rest are vouched for by the entries that tell of them: a changed one shows."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.journey import center_acts, consult, coordinate, explain, findings, handle, join, lead, press, tell
from core.journey.audit import KINDS, LABELS
from core.journey.center import Said, keep_as_entry
from core.journey.reveal import reveal_contact
from core.kit.db import Base
from core.tenancy.scope import Installation
from core.tickets.contact import Contact
from core.tickets.models import TicketEvent
from core.tickets.records import marks_of, table_of
from core.tickets.timeline import Order
from tests.builders import LEADER, OPERATOR, SUPERVISOR, beijing, make_actor, make_district
from tests.panels.making import PanelCase
from tests.press.pressing import Pressing
from tests.trust.spoiling import Owner, Proven


class Evidence(PanelCase, Pressing, Proven):
    """A ticket about which evidence of every kind can be made."""


def rated(walk: Evidence) -> None:
    walk.answered_badly()


def asked_why(walk: Evidence) -> None:
    walk.answered_badly()
    walk.do(explain.ask_cause, "2026-03-16 10:00", actor=OPERATOR, cause="attitude")


def asked(walk: Evidence) -> None:
    walk.take_in()
    walk.answer()
    walk.follow_up()


def written_to(walk: Evidence) -> None:
    walk.take_in()
    walk.dispatch()
    walk.write()
    walk.acknowledge()


def adjudicated(walk: Evidence) -> None:
    walk.answered_badly()
    walk.file("rating", "2026-03-16 10:00")
    walk.decide("2026-03-16 11:00", reason_code="policy")


def consulted(walk: Evidence) -> None:
    walk.take_in()
    walk.do(consult.open_consultation, "2026-03-12 11:00", actor=OPERATOR, question="由谁修复")
    walk.do(consult.give_opinion, "2026-03-12 12:00", actor=walk.clerk("roads"), text="属绿化带内")
    walk.do(consult.decide_consultation, "2026-03-13 11:00", actor=SUPERVISOR, unit="roads", reason="路面在红线内")


def asked_units(walk: Evidence) -> None:
    walk.take_in()
    walk.do(consult.open_consultation, "2026-03-12 11:00", actor=OPERATOR, question="由谁修复")


def joined(walk: Evidence) -> None:
    walk.take_in()
    walk.dispatch(co=["parks"])
    walk.sign()
    walk.contribute("parks")


def contacted(walk: Evidence) -> None:
    walk.take_in()
    walk.dispatch()
    walk.sign()
    walk.do(handle.contact, "2026-03-12 12:00", actor=walk.lead_clerk(), reached=True, what="约定明日到场")


def revealed(walk: Evidence) -> None:
    walk.take_in(contact=Contact("陈某某", "13800000001"))
    order = Order(OPERATOR, beijing("2026-03-12 12:00"))
    walk.run(lambda scope: reveal_contact(scope, walk.serial_no, order, purpose="verify", words="核实地点"))


def read_and_settled(walk: Evidence) -> None:
    walk.take_in()
    walk.dispatch()
    walk.do(lead.read_ticket, "2026-03-12 12:00", actor=LEADER)
    how: Any = {"title": "养护办法", "analysis": "普遍沉降", "measure": "每年普查"}
    walk.do(coordinate.record_policy, "2026-03-12 13:00", actor=walk.lead_clerk(), **how)


def found_and_fined(walk: Evidence) -> None:
    walk.take_in()
    walk.dispatch()
    clerk = walk.lead_clerk()
    walk.do(findings.verify, "2026-03-12 12:00", actor=clerk, result="true", found="坑洞三处")
    walk.do(findings.record_enforcement, "2026-03-12 13:00", actor=clerk, measure="stop", words="违规开挖")


def replied(walk: Evidence) -> None:
    walk.take_in()
    walk.dispatch()
    walk.sign()
    walk.reply(text="已收悉", confirmed="另有电话答复")


def told_in_vain(walk: Evidence) -> None:
    walk.take_in()
    walk.dispatch()
    how: Any = {"way": "phone", "arrived": False, "what": "无人接听"}
    walk.do(tell.tell_at_desk, "2026-03-12 12:00", actor=OPERATOR, **how)


def written_down_and_visited(walk: Evidence) -> None:
    worker = make_actor("社工", "community-worker", id=77, unit_id=walk.unit_id("parks"))
    told = walk.take_in()
    said = Said("路面坑洼", "counter", "self", "1", no_phone=True, told=True)
    walk.run(lambda scope: keep_as_entry(scope, said, told, "", actor=worker, now=beijing("2026-03-12 10:00")))
    walk.do(center_acts.visit_at_home, "2026-03-12 12:00", actor=worker, outcome="met", found="坑还在")


def told_apart(walk: Evidence) -> None:
    walk.take_in()
    other = Proven(walk.installation, walk.slug)
    other.take_in()
    walk.do(join.tell_apart, "2026-03-12 12:00", actor=OPERATOR, other=other.serial_no)


def met_about(walk: Evidence) -> None:
    """Call a meeting over the ticket, and afterwards another one over another ticket alone."""
    other = Proven(walk.installation, walk.slug)
    for each in (walk, other):
        each.take_in()
        how: Any = {"kind": "special", "subject": "谁来补路", "meets_at": beijing("2026-03-13 09:00"), "place": "现场"}
        each.do(coordinate.call_meeting, "2026-03-12 12:00", actor=OPERATOR, **how)


def judged_by_a_panel(walk: Evidence) -> None:
    walk.answered_badly()
    with tempfile.TemporaryDirectory() as folder:
        walk.hire(Path(folder))
    walk.open()
    walk.vote_all("2026-03-17 10:00", "keep")


def held_to_account(walk: Evidence) -> None:
    """Hold the unit to account at itself: somebody must be named first, so the case has been opened and no more."""
    walk.take_in()
    walk.dispatch()
    walk.do(press.hold_to_account, "2026-03-12 12:00", actor=SUPERVISOR, authority="roads", reason="拖延")


MADE: dict[str, Callable[[Evidence], None]] = {
    "accountability_evidence": held_to_account,
    "accountability_step": held_to_account,
    "rating": rated,
    "rating_cause": asked_why,
    "follow_up": asked,
    "letter": written_to,
    "letter_receipt": written_to,
    "adjudication": adjudicated,
    "opinion": consulted,
    "consultation_step": asked_units,
    "contribution": joined,
    "contact_attempt": contacted,
    "verification": found_and_fined,
    "reply_check": replied,
    "distinct_pair": told_apart,
    "enforcement": found_and_fined,
    "contact_reveal": revealed,
    "counter_entry": written_down_and_visited,
    "home_visit": written_down_and_visited,
    "telling": told_in_vain,
    "panel_draw": judged_by_a_panel,
    "panel_vote": judged_by_a_panel,
    "meeting_ticket": met_about,
    "policy": read_and_settled,
    "reading": read_and_settled,
}
CHANGES = {
    "accountability_evidence": "sha256 = reverse(sha256)",
    "accountability_step": "reason = '另有原因'",
    "rating": "resolved = 'yes', satisfaction = 'satisfied'",
    "rating_cause": "cause = 'unsolved'",
    "follow_up": "note = '诉求人满意'",
    "letter": "text = '请知悉'",
    "letter_receipt": "at = at - interval '1 day'",
    "adjudication": "reason_code = 'other'",
    "opinion": "text = '属我单位'",
    "consultation_step": "authority = 'government'",
    "contribution": "text = ''",
    "contact_attempt": "at = 'infinity'",
    "verification": "result = 'false'",
    "reply_check": "level = 'passed'",
    "distinct_pair": "found_by = '另一人'",
    "enforcement": "measure = 'none'",
    "panel_draw": "seed = seed || '0'",
    "panel_vote": "verdict = 'exclude'",
    "meeting_ticket": "meeting_id = (SELECT max(id) FROM meeting WHERE DISTRICT)",
    "policy": "measure = '每月普查'",
    "reading": "at = at - interval '1 day'",
    "contact_reveal": "purpose = 'follow_up'",
    "counter_entry": "kind = 'door'",
    "home_visit": "outcome = 'nobody'",
    "telling": "arrived = true",
}


@pytest.fixture
def evidence(installation: Installation) -> Evidence:
    return Evidence(installation, make_district(installation, duties=[{"code": "road", "keywords": ["坑洼"]}]))


def made(evidence: Evidence, table: str, owner_url: str) -> tuple[Owner, TicketEvent]:
    """Make a record in this table and return the owner, and the entry that vouches for it."""
    MADE[table](evidence)
    assert evidence.found() == []
    [entry] = [entry for entry in evidence.entries() if table in map(table_of, marks_of(entry))]
    return Owner(owner_url, evidence), entry


def where(table: str) -> str:
    parents = {
        "opinion": ("consultation_id", "consultation"),
        "consultation_step": ("consultation_id", "consultation"),
        "letter_receipt": ("letter_id", "letter"),
        "panel_draw": ("panel_id", "review_panel"),
        "panel_vote": ("panel_id", "review_panel"),
    }
    if table not in parents:
        return "OURS"
    column, parent = parents[table]
    return f"DISTRICT AND {column} IN (SELECT id FROM {parent} WHERE OURS)"


def test_every_kind_of_record_is_made_and_changed_here() -> None:
    assert set(LABELS) == set(MADE) == set(CHANGES)


@pytest.mark.parametrize("table", list(MADE))
def test_a_changed_record_is_named_with_the_entry_that_tells_of_it(
    evidence: Evidence, owner_url: str, table: str
) -> None:
    owner, entry = made(evidence, table, owner_url)

    assert owner.do(f"UPDATE {table} SET {CHANGES[table]} WHERE {where(table)}") == 1

    assert evidence.found() == [("record-changed", evidence.serial_no, entry.seq, f"所载{LABELS[table]}被改动")]


@pytest.mark.parametrize("table", sorted(set(MADE) - {"letter"}))
def test_a_deleted_record_is_named_with_the_entry_that_tells_of_it(
    evidence: Evidence, owner_url: str, table: str
) -> None:
    owner, entry = made(evidence, table, owner_url)

    assert owner.do(f"DELETE FROM {table} WHERE {where(table)}") == 1

    assert evidence.found() == [("record-changed", evidence.serial_no, entry.seq, f"所载{LABELS[table]}被删除")]


@pytest.mark.parametrize("table", ["rating", "follow_up", "letter", "opinion", "contribution", "contact_attempt"])
def test_a_record_that_was_added_is_named(evidence: Evidence, owner_url: str, table: str) -> None:
    owner, _ = made(evidence, table, owner_url)
    other = {"rating": "cycle_no", "letter": "number"}.get(table)
    columns = [column.key for column in Base.metadata.tables[table].columns]
    values = ["id + 5000000" if name == "id" else f"{name} + 90" if name == other else name for name in columns]
    values = ["'another'" if name == "cause" else value for name, value in zip(columns, values, strict=True)]
    names = ", ".join(f'"{name}"' for name in columns)

    owner.do(f"INSERT INTO {table} ({names}) SELECT {', '.join(values)} FROM {table} WHERE {where(table)}")

    words = f"{LABELS[table]}被添加，流转记录没有记载"
    assert evidence.found() == [("record-changed", evidence.serial_no, None, words)]


def test_a_record_moved_to_another_ticket_is_missed_here_and_strange_there(evidence: Evidence, owner_url: str) -> None:
    owner, entry = made(evidence, "rating", owner_url)
    other = Proven(evidence.installation, evidence.slug)
    other.take_in()

    owner.do("UPDATE rating SET ticket_id = %(other)s WHERE OURS", other=other.ticket().id)

    assert sorted(evidence.found(), key=str) == sorted(
        [
            ("record-changed", evidence.serial_no, entry.seq, "所载评价被删除"),
            ("record-changed", other.serial_no, None, "评价被添加，流转记录没有记载"),
        ],
        key=str,
    )


def test_a_rating_of_before_entries_carried_fingerprints_is_believed(evidence: Evidence, owner_url: str) -> None:
    owner, entry = made(evidence, "rating", owner_url)
    before = [each for each in evidence.entries() if each.seq < entry.seq][-1]
    # As an older version of the product wrote the entry: the same without the fingerprint, and rightly hashed.
    owner.do("UPDATE ticket_event SET detail = detail - 'records' WHERE OURS AND seq = %(seq)s", seq=entry.seq)
    owner.rewrite(entry.seq)
    assert before.hash == evidence.entries()[before.seq - 1].hash
    assert evidence.found() == []

    owner.do("UPDATE rating SET at = at + interval '1 s' WHERE OURS")

    assert evidence.found() == [("record-changed", evidence.serial_no, None, "评价被添加，流转记录没有记载")]


def test_the_result_of_a_command_that_was_changed_is_named(walk: Proven, owner: Owner) -> None:
    command_id = f"sign-{walk.serial_no}"
    words = f"命令编号 {command_id} 的办理结果与流转记录不符"
    assert owner.do("UPDATE command_log SET version = version + 1 WHERE OURS") == 1

    assert walk.found() == [("record-changed", walk.serial_no, None, words)]


def test_a_timeline_that_was_changed_vouches_for_nothing_and_is_named_alone(walk: Proven, owner: Owner) -> None:
    owner.do("UPDATE ticket_event SET detail = '{}' WHERE OURS AND kind = 'evaluate'")

    assert [(fault, words) for fault, _, _, words in walk.found()] == [("entry-changed", "内容被改动")]


def test_each_kind_has_words_of_its_own() -> None:
    assert len({kind.label for kind in KINDS}) == len(KINDS)
