"""Call records: each ends in one of four ways, none vanishes, and the caller's phone is protected."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from core.intake.calls.models import CallRecord, CallStep
from core.intake.calls.rules import CallUnusable, IncomingCall
from core.intake.calls.service import CallReused, CallSettled, phone_of
from core.journey import call_records as journey
from core.journey.breach import affected
from core.journey.call_table import read_call_table
from core.journey.erase import erase_due, erase_person
from core.journey.lists import ListUnusable
from core.journey.person import export_person
from core.journey.queries.call_records import call_lines, count_calls, opened_call
from core.people.roles import NotPermitted
from core.tenancy.models import SecurityEvent
from core.tenancy.scope import Installation
from core.tickets.models import TicketContact
from core.tickets.reveals import TooManyReveals
from core.tickets.sealing import opened
from tests.builders import OPERATOR, beijing, make_actor, make_appeal, make_district
from tests.journey.walking import Walk

PHONE = "13800000007"
NOW = beijing("2026-03-12 10:00")
ADMINISTRATOR = make_actor("管理员", "administrator", id=9)


@pytest.fixture
def walk(installation: Installation) -> Walk:
    return Walk(installation, make_district(installation))


def call(source_id: str = "c-1", at: str = "2026-03-12 09:30", **how: Any) -> IncomingCall:
    given = {"channel": "desk", "line": "12345", "phone": PHONE, "seconds": 95, "answered_by": "7 号坐席", **how}
    return IncomingCall(source_id, beijing(at), **given)


def receive(walk: Walk, *calls: IncomingCall) -> journey.Kept:
    return walk.run(lambda scope: journey.receive_calls(scope, calls, actor=OPERATOR, now=NOW))


def numbers(walk: Walk) -> list[int]:
    return walk.run(lambda scope: [line.number for line in call_lines(scope)])


def test_a_call_is_kept_once_by_the_telephone_systems_id(walk: Walk) -> None:
    missed = call("c-2", "2026-03-12 09:40", seconds=0, answered_by="")
    assert receive(walk, call(), missed) == journey.Kept(2, 0)
    assert receive(walk, call(), missed) == journey.Kept(0, 2)

    with pytest.raises(CallReused, match="另一个编号"):
        receive(walk, call(at="2026-03-12 09:31"))
    with pytest.raises(CallUnusable, match="没有接听人"):
        receive(walk, call("c-3", answered_by=""))
    with pytest.raises(CallUnusable, match="还没有到"):
        receive(walk, call("c-3", "2026-03-12 10:01"))

    lines = walk.run(lambda scope: call_lines(scope))
    assert [(line.phone, line.line, line.length, line.missed) for line in lines] == [
        ("138****0007", "12345", "1 分 35 秒", False),
        ("138****0007", "12345", "0 秒", True),
    ]
    assert walk.run(lambda scope: [count_calls(scope, tab) for tab in ("open", "missed", "ended")]) == [2, 1, 0]


def test_a_ticket_made_of_a_call_has_its_line_its_moment_and_the_callers_phone(walk: Walk) -> None:
    receive(walk, call())
    (number,) = numbers(walk)
    appeal = make_appeal(text="路灯不亮")

    accepted = walk.run(lambda scope: journey.make_ticket(scope, number, appeal, actor=OPERATOR, now=NOW))
    again = walk.run(lambda scope: journey.make_ticket(scope, number, appeal, actor=OPERATOR, now=NOW))

    walk.serial_no = accepted.serial_no
    ticket = walk.ticket()
    (contact,) = walk.rows(TicketContact)
    assert (again.serial_no, again.created) == (accepted.serial_no, False)
    assert (ticket.source, ticket.submitted_at, ticket.accepted_at) == ("12345", beijing("2026-03-12 09:30"), NOW)
    assert opened(walk.installation.keys, contact).phone == (appeal.contact.phone or PHONE)
    shown = walk.run(lambda scope: opened_call(scope, number))
    assert (shown.line.state, shown.ticket) == ("ticket", accepted.serial_no)


def test_the_other_three_ends_need_words_and_none_is_decided_twice(walk: Walk) -> None:
    walk.take_in("2026-03-12 09:00")
    receive(walk, call("a"), call("b"), call("c"))
    joined, answered, nothing = numbers(walk)

    walk.run(
        lambda scope: journey.join_call(
            scope, joined, serial_no=walk.serial_no, words="又来催问", actor=OPERATOR, now=NOW
        )
    )
    walk.run(lambda scope: journey.answer_call(scope, answered, words="告知办事窗口", actor=OPERATOR, now=NOW))
    walk.run(lambda scope: journey.dismiss_call(scope, nothing, words="拨错号码", actor=OPERATOR, now=NOW))

    with pytest.raises(CallSettled, match="坐席甲处理（无需处理）"):
        walk.run(lambda scope: journey.answer_call(scope, nothing, words="再答", actor=OPERATOR, now=NOW))
    assert walk.entries()[-1].summary == "诉求人 2026-03-12 09:30 来电：又来催问"
    lines = walk.run(lambda scope: call_lines(scope, "ended"))
    assert sorted((line.state, line.words) for line in lines) == [
        ("answered", "告知办事窗口"),
        ("joined", "又来催问"),
        ("nothing", "拨错号码"),
    ]
    assert numbers(walk) == []


def test_a_missed_call_is_called_back_and_who_saw_its_number_is_kept(
    walk: Walk, monkeypatch: pytest.MonkeyPatch
) -> None:
    receive(walk, call(seconds=0, answered_by=""))
    (number,) = numbers(walk)
    with pytest.raises(NotPermitted):
        walk.run(
            lambda scope: journey.reveal_phone(
                scope, number, words="回拨", actor=make_actor("见习", "trainee", id=8), now=NOW
            )
        )

    revealed = walk.run(lambda scope: journey.reveal_phone(scope, number, words="回拨", actor=OPERATOR, now=NOW))
    walk.run(lambda scope: journey.call_back(scope, number, reached=False, words="", actor=OPERATOR, now=NOW))

    assert revealed.phone == PHONE
    shown = walk.run(lambda scope: opened_call(scope, number))
    assert ([step.label for step in shown.steps], shown.line.tries) == (["查看来电号码", "回拨未接通"], 1)
    kinds = walk.run(
        lambda scope: scope.session.execute(
            select(SecurityEvent.kind, SecurityEvent.detail["shown"]).where(SecurityEvent.tenant_id == scope.tenant.id)
        ).all()
    )
    assert kinds == [("unmasked", ["phone"])]
    concerned = walk.run(
        lambda scope: affected(
            scope,
            since=NOW,
            until=NOW + timedelta(hours=1),
            accounts=(),
            actor=ADMINISTRATOR,
            reason="账号被盗",
            now=NOW + timedelta(hours=2),
        )
    )
    assert [(each.contact.phone, each.tickets) for each in concerned.persons] == [(PHONE, [f"来电记录 {number}"])]
    monkeypatch.setattr("core.tickets.reveals.A_DAY", 1)
    with pytest.raises(TooManyReveals):
        walk.run(lambda scope: journey.reveal_phone(scope, number, words="再看", actor=OPERATOR, now=NOW))


def test_a_person_gets_their_calls_and_has_them_erased_while_the_records_stay(walk: Walk) -> None:
    receive(walk, call("a"), replace(call("b"), phone="13800000008"), call("c"))
    first, _other, still_open = numbers(walk)[0], numbers(walk)[1], numbers(walk)[2]
    walk.run(lambda scope: journey.answer_call(scope, first, words=f"已告知 {PHONE}", actor=OPERATOR, now=NOW))

    given = walk.run(lambda scope: export_person(scope, PHONE, actor=ADMINISTRATOR, reason="本人申请", now=NOW))
    walk.run(lambda scope: erase_person(scope, PHONE, actor=ADMINISTRATOR, reason="本人申请", now=NOW))

    assert [(each["line"], each["missed"]) for each in given["calls"]] == [("12345", False), ("12345", False)]
    records = walk.run(
        lambda scope: {
            record.id: (phone_of(scope, record), record.words)
            for record in scope.session.scalars(select(CallRecord).where(CallRecord.tenant_id == scope.tenant.id))
        }
    )
    assert len(records) == 3, "no record vanishes"
    assert records[first] == ("", "已告知 ＊＊")
    assert records[still_open][0] == PHONE, "somebody has to call back yet"
    steps = walk.run(
        lambda scope: len(scope.session.scalars(select(CallStep).where(CallStep.tenant_id == scope.tenant.id)).all())
    )
    assert steps == 1


def test_a_table_of_calls_is_read_as_telephone_systems_write_it_and_refused_whole_with_its_faults(
    tmp_path: Path,
) -> None:
    table = tmp_path / "calls.csv"
    table.write_text(
        "通话编号,来电时间,主叫号码,被叫号码,通话时长,坐席工号,录音\n"
        "c-1,2026-03-12 09:30:05,13800000007,12345,0:01:35,7,/rec/1.wav\n"
        "c-2,2026-03-12 09:40:00,,96110,0,,\n",
        encoding="utf-8",
    )
    zone = ZoneInfo("Asia/Shanghai")

    first, second = read_call_table(table, channel="desk", zone=zone)

    assert (first.began_at, first.seconds, first.answered_by, first.recording) == (
        beijing("2026-03-12 09:30:05"),
        95,
        "7",
        "/rec/1.wav",
    )
    assert (second.line, second.phone, second.missed) == ("96110", "", True)
    table.write_text("通话编号,来电时间,时长\nc-1,昨天,5\nc-2,2026-03-12 09:40,半分钟\n", encoding="utf-8")
    with pytest.raises(ListUnusable, match=r"第 2 行.*第 3 行.*半分钟"):
        read_call_table(table, channel="desk", zone=zone)


def test_the_phone_of_a_settled_call_goes_when_the_days_are_over_and_not_before(walk: Walk) -> None:
    receive(walk, call("a"), call("b"))
    settled, still_open = numbers(walk)
    walk.run(lambda scope: journey.answer_call(scope, settled, words="已告知", actor=OPERATOR, now=NOW))

    for later, gone in ((timedelta(days=30), 0), (timedelta(days=30, seconds=1), 1), (timedelta(days=60), 0)):
        with walk.installation.scope(walk.slug) as scope:
            assert erase_due(scope, days=30, now=NOW + later) == gone

    has_phone = walk.run(lambda scope: [opened_call(scope, each).has_phone for each in (settled, still_open)])
    assert has_phone == [False, True]
