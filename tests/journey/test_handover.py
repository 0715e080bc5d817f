"""Shifts of the desk and their hand-over: who sits there, when nobody does, and what the next shift is told."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest

from core.intake.calls.rules import IncomingCall
from core.journey.call_records import receive_calls
from core.journey.desk_shifts import PlannedShift, ShiftsUnusable, put_shifts, show_shifts
from core.journey.handover import HandoverTaken, handovers, take_handover, write_handover
from core.journey.roster_words import RosterUnreadable, read_shifts
from core.people.roles import NotPermitted, SameHands
from core.people.roster.shifts import Gap
from core.people.service import open_account
from core.tenancy.scope import Installation
from tests.builders import OPERATOR, beijing, make_actor, make_district
from tests.journey.walking import Walk

ADMINISTRATOR = make_actor("管理员", "administrator", id=9)
COLLEAGUE = make_actor("坐席庚", "operator", id=21)
FIRST, LAST = date(2026, 3, 12), date(2026, 3, 13)
TABLE = """登录名,开始,结束,班次
geng,2026-03-12 08:00,2026-03-12 20:00,白班
xin,2026-03-12 20:00,2026-03-13 08:00,夜班
geng,2026-03-13 08:00,2026-03-13 20:00,白班
"""


@pytest.fixture
def walk(installation: Installation) -> Walk:
    walk = Walk(installation, make_district(installation))
    with installation.scope(walk.slug) as scope:
        for login, name in (("geng", "坐席庚"), ("xin", "坐席辛")):
            open_account(
                scope,
                login=login,
                name=name,
                password="青山隔岸灯火三更明日再来看",
                roles=["operator"],
                unit_id=None,
                now=beijing("2026-03-01 09:00"),
            )
    return walk


def plan(walk: Walk, *planned: PlannedShift) -> tuple[Gap, ...]:
    now = beijing("2026-03-11 09:00")
    return walk.run(lambda scope: put_shifts(scope, FIRST, LAST, planned, actor=ADMINISTRATOR, now=now))


def test_a_plan_of_days_and_nights_tells_when_nobody_sits_at_the_desk(walk: Walk) -> None:
    planned = read_shifts(TABLE, ZoneInfo("Asia/Shanghai"))

    open_times = plan(walk, *planned)
    again = plan(walk, *planned)

    assert (
        open_times
        == again
        == (
            Gap(beijing("2026-03-12 00:00"), beijing("2026-03-12 08:00")),
            Gap(beijing("2026-03-13 20:00"), beijing("2026-03-14 00:00")),
        )
    )
    shown = walk.run(lambda scope: show_shifts(scope, FIRST, LAST, now=beijing("2026-03-13 03:00")))
    assert [(line.label, line.names, line.is_now) for line in shown.lines] == [
        ("白班", ("坐席庚",), False),
        ("夜班", ("坐席辛",), True),
        ("白班", ("坐席庚",), False),
    ]


def test_a_plan_that_cannot_be_changes_nothing(walk: Walk) -> None:
    good = PlannedShift("geng", beijing("2026-03-12 08:00"), beijing("2026-03-12 20:00"))
    plan(walk, good)

    for planned, why in (
        (PlannedShift("geng", beijing("2026-03-12 19:00"), beijing("2026-03-12 21:00")), "重叠"),
        (PlannedShift("geng", beijing("2026-03-13 08:00"), beijing("2026-03-14 09:00")), "24 小时"),
        (PlannedShift("geng", beijing("2026-03-14 08:00"), beijing("2026-03-14 09:00")), "不在所排的日子里"),
        (PlannedShift("nobody", beijing("2026-03-12 08:00"), beijing("2026-03-12 09:00")), "没有登录名"),
    ):
        with pytest.raises(ShiftsUnusable, match=why):
            plan(walk, good, planned)
    with pytest.raises(RosterUnreadable, match="第 2 行"):
        read_shifts("登录名,开始,结束\ngeng,昨天,2026-03-12 20:00\n", ZoneInfo("Asia/Shanghai"))
    with pytest.raises(NotPermitted):
        walk.run(lambda scope: put_shifts(scope, FIRST, LAST, [], actor=OPERATOR, now=beijing("2026-03-11 09:00")))

    shown = walk.run(lambda scope: show_shifts(scope, FIRST, LAST, now=beijing("2026-03-12 09:00")))
    assert [line.names for line in shown.lines] == [("坐席庚",)]


def test_the_leaving_shift_writes_what_is_open_and_the_coming_one_takes_it(walk: Walk) -> None:
    walk.take_in("2026-03-12 10:00", text="路灯不亮")
    waiting = walk.serial_no
    walk.take_in("2026-03-12 11:00", text="房屋倾斜", urgency="urgent")
    walk.dispatch("2026-03-12 11:01")
    urgent = walk.serial_no
    missed = IncomingCall("m-1", beijing("2026-03-12 19:00"), "desk", line="12345")
    now = beijing("2026-03-12 20:00")
    walk.run(lambda scope: receive_calls(scope, [missed], actor=OPERATOR, now=now))

    written = walk.run(lambda scope: write_handover(scope, words="盯住倾斜的房屋", actor=OPERATOR, now=now))
    with pytest.raises(SameHands):
        walk.run(lambda scope: take_handover(scope, written.id, remark="", actor=OPERATOR, now=now))
    later = now + timedelta(minutes=5)
    walk.run(lambda scope: take_handover(scope, written.id, remark="已知", actor=COLLEAGUE, now=later))
    with pytest.raises(HandoverTaken, match="坐席庚"):
        walk.run(lambda scope: take_handover(scope, written.id, remark="", actor=COLLEAGUE, now=later))

    walk.serial_no = waiting
    walk.dispatch("2026-03-12 21:00")
    (line,) = walk.run(lambda scope: handovers(scope))
    assert [(item.why, item.number, item.title) for item in line.items[:2]] == [
        ("urgent", urgent, "房屋倾斜"),
        ("waiting", waiting, "路灯不亮"),
    ], "as it stood when it was written"
    assert (line.items[2].why, line.counts["dispatch"]) == ("missed", 1)
    assert (line.written_by, line.taken_by, line.taken_at, line.remark) == ("坐席甲", "坐席庚", later, "已知")
