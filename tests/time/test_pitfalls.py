"""What goes wrong with time limits elsewhere, each complaint a test. Numbers are those of the list of pitfalls."""

from dataclasses import astuple

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from core.hooks.values import Mark
from core.journey import handle, join
from core.journey.calendar import import_notices
from core.sla.models import ClockEvent, Timer
from core.sla.requests import NothingRuns
from tests.builders import OPERATOR, beijing
from tests.time.districts import Timed, days, local, timed_district, wall_hours, working_hours

LIMITS = {"reply": days(20), "handle": days(5), "first_contact": days(1)}


@pytest.fixture
def walk(database_url: str) -> Timed:
    """Return a ticket signed on Thursday 25 September 2025, with five days until 9 October."""
    walk = timed_district(database_url, LIMITS)  # type: ignore[arg-type]
    walk.take_in("2025-09-25 15:00")
    walk.dispatch("2025-09-25 15:00")
    walk.sign("2025-09-25 16:00")
    assert walk.due("handle") == "2025-10-09 18:00"
    return walk


def test_a_pause_over_the_holidays_costs_only_the_hours_that_were_worked(walk: Timed) -> None:
    """2: elsewhere days of rest within a pause are given to a limit in days as well."""
    walk.pause("2025-09-30 17:00", days=3)
    walk.resume("2025-10-09 10:00")

    assert walk.due("handle") == "2025-10-10 11:00", "two working hours, not eight days"


def test_a_pause_never_moves_the_start(walk: Timed) -> None:
    """3: elsewhere the time held is added to the time of creation, and rest counted twice."""
    walk.pause("2025-09-26 11:00", days=1)
    walk.supervise("2025-09-28 18:00")

    assert local(walk.clock("handle").started_at) == "2025-09-25 15:00"
    assert walk.due("handle") == "2025-10-11 16:00", "12 of the 14 hours of Friday and Sunday were lost"


def test_nothing_is_violated_while_time_stands_still(walk: Timed) -> None:
    """6: elsewhere a ticket that waits is called overdue."""
    walk.pause("2025-09-29 10:00", days=15)

    walk.supervise("2025-10-20 10:00")

    assert walk.events("handle") == []
    assert (walk.clock("handle").state, walk.clock("handle").overdue_at) == ("paused", None)
    assert walk.ticket().next_due_at == beijing("2025-09-26 18:00"), "the call to the resident is still owed"


def test_time_spent_closed_belongs_to_no_cycle(database_url: str) -> None:
    """7: elsewhere the weeks between an answer and its redoing count as handled, or the old verdict changes."""
    walk = timed_district(database_url, {"reply": days(5)})
    walk.take_in("2025-11-03 10:00")
    walk.dispatch("2025-11-03 10:00")
    walk.sign("2025-11-03 11:00")
    walk.reply("2025-11-04 10:00")
    walk.pass_reply("2025-11-04 11:00")
    first = astuple(walk.clock("reply"))
    walk.redo("2025-11-24 10:00")
    walk.dispatch("2025-11-24 10:00")
    walk.sign("2025-11-24 10:30")
    walk.reply("2025-11-25 10:00")
    walk.pass_reply("2025-11-25 11:00")

    before, after = [clock for clock in walk.clocks() if clock.name == "reply"]
    assert astuple(before) == first
    assert [clock.elapsed_seconds for clock in (before, after)] == [7 * 3600, 7 * 3600]


def test_what_a_person_moved_stays_on_record_beside_the_pauses(walk: Timed) -> None:
    """8: elsewhere a due time set by hand is moved by a pause, and nobody can say why."""
    walk.extend("2025-09-28 10:00", days=2)
    walk.pause("2025-09-29 09:00", days=1)
    walk.resume("2025-09-30 09:00")

    account = next(each for each in walk.accounts() if each.name == "handle")
    assert account.adjustments == ("延期 2 个工作日（须专家鉴定）",)
    assert account.pauses == ("2025-09-29 09:00 至 2025-09-30 09:00（待诉求人补充）",)
    assert [local(move.due_at) for move in account.history] == [
        "2025-10-09 18:00",
        "2025-10-11 18:00",
        "2025-10-13 18:00",
    ]
    assert account.agrees


def test_a_warning_looks_back_on_working_time_across_lunch_and_night(database_url: str) -> None:
    """10: elsewhere a warning before the end lands at midnight, or in the lunch break. Golden case D02."""
    three_hours = Mark("soon", "yellow", "limits/soon", "还剩三小时", working_seconds_left=3 * 3600)
    walk = timed_district(database_url, {"reply": days(20), "handle": working_hours(10)}, marks=[three_hours])
    walk.take_in("2025-09-29 16:00")
    walk.dispatch("2025-09-29 16:00")
    assert walk.timers("handle") == {"soon": "2025-09-30 16:00", "overdue": "2025-10-09 10:00"}

    walk.pause("2025-09-30 09:00", days=1)
    walk.resume("2025-09-30 10:00")

    assert walk.timers("handle") == {"soon": "2025-09-30 17:00", "overdue": "2025-10-09 11:00"}


def test_a_clock_that_was_ended_presses_nobody(walk: Timed) -> None:
    """12: elsewhere a limit that no longer holds goes on escalating."""
    walk.redirect("2025-09-26 10:00", lead="parks")

    walk.supervise("2025-12-01 10:00")

    assert walk.events("handle", "roads") == []
    assert [mark for mark, _, _ in walk.events("handle", "parks")] == ["yellow", "overdue"]


def test_answering_one_duty_leaves_the_others_due(walk: Timed) -> None:
    """14: elsewhere the next target hides the first response."""
    walk.do(handle.contact, "2025-09-26 10:00", actor=walk.lead_clerk(), reached=True)

    assert {clock.name: clock.state for clock in walk.clocks()} == {
        "reply": "running",
        "return_window": "running",
        "first_contact": "met",
        "handle": "running",
    }


def test_a_mark_is_told_once_per_arm_however_often_one_looks(walk: Timed) -> None:
    """16, 17: elsewhere the same warning comes with every sweep, or one a day hides all others."""
    for minute in range(5):
        walk.supervise(f"2025-10-09 18:0{minute}")

    told = walk.run(lambda scope: scope.session.scalars(select(ClockEvent.mark)).all())
    clocks = [clock for clock in walk.clocks() if clock.overdue_at]
    assert sorted(told).count("overdue") == len(clocks) + 1, "and the window that closed"
    assert [mark for mark, _, _ in walk.events("handle")] == ["yellow", "overdue"]


def test_an_attached_ticket_keeps_only_the_residents_clock(database_url: str) -> None:
    """18: elsewhere a merged ticket goes on escalating for units that do not have it."""
    walk = timed_district(database_url, {"reply": days(5), "dispatch": working_hours(4)})
    master = Timed(walk.installation, walk.slug)
    master.take_in("2025-11-03 10:00")
    walk.take_in("2025-11-03 10:00")

    walk.do(join.attach, "2025-11-03 11:00", actor=OPERATOR, master=master.serial_no)

    assert [(clock.name, clock.state) for clock in walk.clocks()] == [("dispatch", "cancelled"), ("reply", "running")]
    assert walk.timers("dispatch") == {}


def test_what_has_stopped_never_changes_again(walk: Timed) -> None:
    """29: elsewhere the time by which a limit was missed grows after the answer."""
    walk.supervise("2025-10-09 18:00")
    walk.do(handle.contact, "2025-10-10 09:30", actor=walk.lead_clerk(), reached=True)
    walk.reply("2025-10-10 10:00")
    walk.pass_reply("2025-10-10 11:00")
    stopped = [astuple(clock) for clock in walk.clocks()]
    assert walk.clock("handle").state == "breached"

    walk.supervise("2025-12-01 10:00")
    notice = '[[notice]]\nyear = 2025\nsource = "更正"\n[[notice.festival]]\nname = "补休"\nfrom = 2025-10-09\nuntil = 2025-10-10\n'
    import_notices(walk.installation, walk.slug, notice, now=beijing("2025-10-10 12:00"))

    assert [astuple(clock) for clock in walk.clocks()] == stopped


def test_a_clock_that_has_ended_is_not_paused_nor_resumed(walk: Timed) -> None:
    """30: elsewhere a clock that is gone keeps a pause that never ends."""
    walk.pause("2025-09-26 10:00")
    walk.redirect("2025-09-26 11:00", lead="parks")

    with pytest.raises(NothingRuns):
        walk.resume("2025-09-26 12:00")
    assert [pause[2] for pause in walk.pauses("handle", "roads")] == ["2025-09-26 11:00"]
    waiting = walk.run(lambda scope: scope.session.scalars(select(Timer).where(Timer.kind == "resume")).all())
    assert waiting == []


@pytest.mark.parametrize(
    "change",
    [
        "state = 'paused'",
        "due_at = NULL",
        "state = 'met'",
        "state = 'stopped'",
        "name = 'nap'",
        "subject = 'nobody'",
    ],
)
def test_the_database_refuses_a_clock_that_cannot_be(walk: Timed, change: str) -> None:
    """30, too: what the code must not write, the tables do not take."""
    clock = walk.clock("handle")

    with pytest.raises(IntegrityError):
        walk.run(lambda scope: scope.session.execute(text(f"UPDATE sla_clock SET {change} WHERE id = {clock.id}")))


def test_a_clock_has_one_open_pause_and_a_subject_one_clock_of_a_name(walk: Timed) -> None:
    clock = walk.clock("handle")
    walk.pause("2025-09-26 10:00")
    copied = "SELECT tenant_id, id + 1, clock_id, kind, reason, started_at, ended_at, request_id FROM sla_pause"
    twin = (
        "INSERT INTO sla_clock SELECT (jsonb_populate_record(c, jsonb_build_object('id', c.id + 1))).* FROM sla_clock c"
    )

    for statement in (
        f"INSERT INTO sla_pause (tenant_id, id, clock_id, kind, reason, started_at, ended_at, request_id) {copied}",
        f"{twin} WHERE id = {clock.id}",
    ):
        with pytest.raises(IntegrityError):
            walk.run(lambda scope, statement=statement: scope.session.execute(text(statement)))


def test_an_hour_on_site_runs_through_the_night_and_the_new_year(database_url: str) -> None:
    """28: one arithmetic for every clock. Golden case C02."""
    walk = timed_district(database_url, {"reply": days(5), "on_site": wall_hours(1)})
    walk.take_in("2026-02-16 23:20")

    walk.dispatch("2026-02-16 23:30")

    assert walk.due("on_site") == "2026-02-17 00:30"
