"""A notice of rest days comes in: exactly the due times that it changes move, and no mark is lost or given twice."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from core.cli import calendar as command
from core.journey.calendar import NotNational, import_notices, move_clocks, preview_notices
from core.kit.errors import Refused
from core.tenancy.scope import Installation
from core.workdays.models import WorkCalendarVersion
from core.workdays.queries import current_calendar
from core.workdays.service import publish
from core.workdays.shipped import SHIPPED
from core.workdays.specification import CalendarUnusable, DatedDay, DayKind
from tests.builders import beijing
from tests.time.districts import Timed, days, local, timed_district, wall_hours

NEW_YEAR = """
[[notice]]
year = 2027
source = "国办发明电〔2026〕7号"
[[notice.festival]]
name = "元旦"
from = 2027-01-01
until = 2027-01-04
work = [2027-01-09]
"""
NOW = "2026-12-30 10:00"


@pytest.fixture
def walk(database_url: str) -> Timed:
    """Return a ticket whose reply is due on 5 January 2027, a year without a notice."""
    walk = timed_district(database_url, {"reply": days(5), "handle": days(3)})
    walk.take_in("2026-12-28 10:00")
    walk.dispatch("2026-12-28 11:00")
    assert (walk.due("reply"), walk.clock("reply").due_provisional) == ("2027-01-05 18:00", True)
    assert walk.due("handle") == "2026-12-31 18:00"
    return walk


def bring_in(walk: Timed, text: str = NEW_YEAR, *, at: str = NOW) -> list[tuple[str, str, str]]:
    told = import_notices(walk.installation, walk.slug, text, now=beijing(at))
    return [(shift.clock, local(shift.before), local(shift.after)) for shift in told.recalculation.shifts]


def test_a_provisional_day_that_becomes_a_day_of_rest_moves_the_due_time(walk: Timed) -> None:
    """P8: the due time moves, its marks are set anew, and none is lost."""
    assert walk.timers("reply") == {"yellow": "2027-01-04 16:48", "overdue": "2027-01-05 18:00"}

    assert bring_in(walk) == [("reply", "2027-01-05 18:00", "2027-01-06 18:00")]

    clock = walk.clock("reply")
    assert (clock.due_provisional, clock.rev, clock.arm) == (False, 1, 1)
    assert walk.timers("reply") == {"yellow": "2027-01-05 16:48", "overdue": "2027-01-06 18:00"}
    assert walk.due("handle") == "2026-12-31 18:00"
    assert walk.summaries("clock_moved") == ["答复时限由 2027-01-05 18:00 延至 2027-01-06 18:00（工作日历更新）"]
    for at in ("2027-01-05 18:00", "2027-01-06 18:00", "2027-01-07 09:00"):
        walk.supervise(at)
    assert walk.events("reply") == [("yellow", 1, "2027-01-05 16:48"), ("overdue", 0, "2027-01-06 18:00")]
    assert walk.disagreeing() == []


def test_a_warning_given_before_is_given_again_and_the_light_goes_back(walk: Timed) -> None:
    walk.supervise("2027-01-04 17:00")
    assert walk.clock("reply").light == "yellow"

    bring_in(walk, at="2027-01-04 17:30")

    assert (walk.clock("reply").light, walk.ticket().light) == ("green", "red"), "the unit's own limit is over"
    walk.supervise("2027-01-05 17:00")
    assert walk.events("reply") == [("yellow", 0, "2027-01-04 16:48"), ("yellow", 1, "2027-01-05 16:48")]


def test_a_mark_reached_while_the_product_was_away_survives_the_new_calendar(walk: Timed) -> None:
    bring_in(walk, at="2027-01-04 17:30")

    walk.supervise("2027-01-04 17:31")
    assert walk.events("reply") == [("yellow", 0, "2027-01-04 16:48")]
    walk.supervise("2027-01-07 09:00")

    assert [(mark, arm) for mark, arm, _ in walk.events("reply")] == [("yellow", 0), ("yellow", 1), ("overdue", 0)]


def test_what_is_overdue_is_not_made_good_by_a_new_calendar(walk: Timed) -> None:
    walk.supervise("2027-01-05 18:00")

    assert bring_in(walk, at="2027-01-05 19:00") == []

    assert walk.due("reply") == "2027-01-05 18:00"
    assert walk.disagreeing() == []


def test_a_due_time_does_not_move_into_the_past(database_url: str) -> None:
    walk = timed_district(database_url, {"reply": days(5)})
    walk.take_in("2026-12-28 10:00")
    worked = NEW_YEAR.replace("until = 2027-01-04", "until = 2027-01-01").replace(
        "2027-01-09", "2027-01-02, 2027-01-03"
    )

    told = import_notices(walk.installation, walk.slug, worked, now=beijing("2027-01-05 10:00"))

    assert (told.recalculation.shifts, told.recalculation.kept) == ([], 1)
    assert walk.due("reply") == "2027-01-05 18:00"
    assert walk.disagreeing() == []


def test_only_tickets_with_days_of_the_change_ahead_are_touched(walk: Timed) -> None:
    early = Timed(walk.installation, walk.slug)
    early.take_in("2026-12-23 10:00")
    before = early.clock("reply")

    bring_in(walk)

    assert [(clock.rev, clock.calendar_version_id) for clock in early.clocks()] == [(0, before.calendar_version_id)]
    assert [(clock.name, clock.rev) for clock in walk.clocks()] == [("reply", 1), ("return_window", 0), ("handle", 0)]


def test_a_paused_clock_counts_by_the_new_calendar_when_it_goes_on(database_url: str) -> None:
    walk = timed_district(database_url, {"reply": days(20), "handle": days(4)})
    walk.take_in("2026-12-28 10:00")
    walk.dispatch("2026-12-28 11:00")
    walk.pause("2026-12-29 09:00", days=3)
    bring_in(walk)

    walk.resume("2026-12-30 09:00")

    # Four days from Monday are 4 January by the old calendar and 5 by the new one; one day was lost.
    assert walk.due("handle") == "2027-01-06 18:00"
    assert walk.disagreeing() == []


def test_the_same_notice_again_changes_nothing(walk: Timed) -> None:
    bring_in(walk)

    told = import_notices(walk.installation, walk.slug, NEW_YEAR, now=beijing(NOW))

    assert (told.is_new, told.version, told.recalculation.shifts) == (False, 2, [])


def test_an_interrupted_run_goes_on_with_the_next(walk: Timed, monkeypatch: pytest.MonkeyPatch) -> None:
    others = [Timed(walk.installation, walk.slug) for _ in range(4)]
    for other in others:
        other.take_in("2026-12-28 10:00")
    monkeypatch.setattr("core.journey.calendar.BATCH", 2)

    def stop(done: int, of: int) -> None:
        assert of == 5
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_notices(walk.installation, walk.slug, NEW_YEAR, now=beijing(NOW), progress=stop)
    moved = [other.due("reply") for other in (walk, *others)]
    assert moved.count("2027-01-06 18:00") == 2

    assert len(bring_in(walk)) == 3
    assert {other.due("reply") for other in (walk, *others)} == {"2027-01-06 18:00"}
    assert (
        sorted(clock.rev for other in (walk, *others) for clock in other.clocks() if clock.name == "reply") == [1] * 5
    )


def test_a_look_ahead_names_what_would_move_and_changes_nothing(walk: Timed) -> None:
    told = preview_notices(walk.installation, walk.slug, NEW_YEAR, now=beijing(NOW))

    assert [(shift.serial_no, shift.clock, shift.unit, local(shift.after)) for shift in told.recalculation.shifts] == [
        (walk.serial_no, "reply", "道路管理处", "2027-01-06 18:00")
    ]
    assert (told.is_new, told.version) == (True, 2)
    assert walk.due("reply") == "2027-01-05 18:00"
    versions = walk.run(lambda scope: scope.session.scalars(select(WorkCalendarVersion.number)).all())
    assert versions == [1]


def test_a_local_day_of_rest_moves_clocks_as_a_national_one_does(walk: Timed) -> None:
    closed = DatedDay(date(2026, 12, 31), DayKind.REST, "台风停工")

    def close(scope: Any) -> None:
        spec = current_calendar(scope).timetable.spec
        changed = type(spec)(spec.zone, spec.hours, spec.follows_national, spec.notices, (closed,))
        publish(scope, "工作日历", changed, now=beijing(NOW))

    walk.run(close)
    walk.installation.forget()

    told = move_clocks(walk.installation, walk.slug, now=beijing(NOW))

    assert [(shift.clock, local(shift.after)) for shift in told.shifts] == [
        ("handle", "2027-01-04 18:00"),
        ("reply", "2027-01-06 18:00"),
    ]


def test_clocks_by_the_wall_do_not_move(database_url: str) -> None:
    walk = timed_district(database_url, {"reply": wall_hours(24 * 9)})
    walk.take_in("2026-12-28 10:00")

    assert bring_in(walk) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[notice]", "TOML"),
        ("", "没有放假安排"),
        ("year = 2027", "不认识 year"),
        ('[[notice]]\nyear = 2027\nsource = "x"', "没有一天放假"),
        (NEW_YEAR.replace("year = 2027", "year = 2029"), "请检查年份"),
        (NEW_YEAR.replace("until", "till"), "缺少 until"),
        (NEW_YEAR + NEW_YEAR, "不止一份"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_place(walk: Timed, text: str, said: str) -> None:
    with pytest.raises(CalendarUnusable, match=said):
        bring_in(walk, text)


def test_a_calendar_without_working_time_is_refused_and_nothing_changes(database_url: str) -> None:
    walk = timed_district(database_url, {"reply": days(1)})
    only = SHIPPED["GZ"]()

    def work_one_day(scope: Any) -> None:
        hours = type(only.hours[0])(only.hours[0].days, only.hours[0].segments, valid_until=date(2027, 1, 4))
        spec = type(only)(only.zone, (hours,), True, only.notices)
        publish(scope, "工作日历", spec, now=datetime(2026, 12, 1, tzinfo=UTC))

    walk.run(work_one_day)
    walk.installation.forget()

    with pytest.raises(CalendarUnusable):
        bring_in(
            walk, NEW_YEAR.replace("2027-01-04", "2027-01-05").replace("work = [2027-01-09]", ""), at="2027-01-01 10:00"
        )
    assert walk.run(lambda scope: current_calendar(scope).number) == 2


def test_a_district_that_follows_no_national_notices_is_told_so(database_url: str) -> None:
    walk = timed_district(database_url, {"reply": days(1)})
    walk.run(lambda scope: publish(scope, "热线", SHIPPED["RX"](), now=datetime(2026, 12, 1, tzinfo=UTC)))
    walk.installation.forget()

    with pytest.raises(NotNational):
        bring_in(walk)


@pytest.fixture
def shell(walk: Timed, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Run commands on the district of the walk, and return a file with the notice."""

    @contextmanager
    def installed() -> Iterator[Installation]:
        yield walk.installation

    class Clock(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:  # type: ignore[override]
            return beijing(NOW)

    monkeypatch.setattr(command, "installed", installed)
    monkeypatch.setattr(command, "datetime", Clock)
    monkeypatch.setattr(command.time, "sleep", lambda _: None)
    file = tmp_path / "2027.toml"
    file.write_text(NEW_YEAR, encoding="utf-8")
    return file


def run(*arguments: object) -> Result:
    return CliRunner().invoke(command.calendar, ["import", *map(str, arguments)], catch_exceptions=False)


def test_the_command_lists_first_and_moves_then(walk: Timed, shell: Path) -> None:
    looked = run(shell, "--tenant", walk.slug, "--dry-run")
    done = run(shell, "--tenant", walk.slug)

    move = f"{walk.serial_no} 答复 道路管理处 2027-01-05 18:00 → 2027-01-06 18:00"
    assert looked.stdout.splitlines() == [
        move,
        "2027 年放假安排：1 个时限会变动。",
        "以上没有执行；去掉 --dry-run 即发布工作日历第 2 版并变动这些时限。",
    ]
    assert done.stdout.splitlines() == [move, "2027 年放假安排：1 个时限已变动。", "已发布工作日历第 2 版。"]
    assert walk.due("reply") == "2027-01-06 18:00"


def test_the_command_speaks_to_machines(walk: Timed, shell: Path) -> None:
    told = json.loads(run(shell, "--tenant", walk.slug, "--json").stdout.splitlines()[-1])

    assert told == {
        "tenant": walk.slug,
        "years": [2027],
        "version": 2,
        "is_new": True,
        "dry_run": False,
        "moves": [
            {
                "serial_no": walk.serial_no,
                "clock": "reply",
                "unit": "道路管理处",
                "from": "2027-01-05T18:00:00+08:00",
                "to": "2027-01-06T18:00:00+08:00",
            }
        ],
        "confirmed": 0,
        "kept": 0,
    }


def test_the_command_says_what_is_wrong_with_the_file(walk: Timed, shell: Path) -> None:
    shell.write_bytes(b"\xff\xfe\x00")
    for file in (shell, shell.with_name("missing.toml")):
        with pytest.raises(Refused, match=file.name):
            run(file, "--tenant", walk.slug)
