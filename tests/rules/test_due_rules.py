"""Time limits with pauses, extensions, tightened deadlines and marks; and the words in which they are explained."""

from datetime import datetime

import pytest

from core.hooks.values import Budget, Mark
from core.sla.explanation import explain
from core.sla.ledger import Cap, Extension, Pause, PauseImpossible, Tightening
from core.sla.rules import Elapsed, Reading, elapsed, mark_at, reckon
from core.workdays.rules import Timetable
from core.workdays.shipped import shipped_timetable
from core.workdays.specification import CalendarSpec, CalendarUnusable, DatedDay, DayKind, Hours, Segment

OFFICES = shipped_timetable("GZ")
NIGHTS = shipped_timetable("NIGHT")
FIVE_DAYS = Budget("wd_eod", 5)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=OFFICES.zone)


def hours(amount: float) -> int:
    return round(amount * 3600)


def test_a_review_of_seven_working_hours_moves_the_limit_by_one_working_day() -> None:
    review = Pause(at("2025-09-30 10:00"), at("2025-10-09 10:00"))

    reckoning = reckon(OFFICES, Budget("wd_eod", 5), at("2025-09-25 15:00"), pauses=[review])

    assert (reckoning.base, reckoning.due) == (at("2025-10-09 18:00"), at("2025-10-10 18:00"))


def test_whole_days_end_at_the_close_whatever_hours_were_lost() -> None:
    pause = Pause(at("2025-09-29 11:00"), at("2025-09-29 12:00"))

    whole = reckon(OFFICES, FIVE_DAYS, at("2025-09-25 15:00"), pauses=[pause], reading=Reading(whole_days=True))

    assert whole.due == at("2025-10-10 18:00")


def test_an_extension_counts_from_the_due_time_of_its_moment() -> None:
    pause = Pause(at("2025-09-29 09:00"), at("2025-09-29 18:00"))
    extension = Extension(at("2025-10-09 10:00"), 3)

    reckoning = reckon(OFFICES, FIVE_DAYS, at("2025-09-25 15:00"), pauses=[pause], adjustments=[extension])

    assert [step.due for step in reckoning.steps] == [at("2025-10-10 18:00"), at("2025-10-14 18:00")]


def test_an_extension_of_a_night_shift_counts_from_the_evening_before() -> None:
    reckoning = reckon(
        NIGHTS, Budget("wd_eod", 1), at("2025-10-01 10:00"), adjustments=[Extension(at("2025-10-02 10:00"), 1)]
    )

    assert (reckoning.base, reckoning.due) == (at("2025-10-03 08:00"), at("2025-10-04 08:00"))


def test_a_pause_that_begins_after_the_limit_has_no_effect() -> None:
    late = Pause(at("2025-10-10 09:00"), at("2025-10-20 09:00"))

    assert reckon(OFFICES, FIVE_DAYS, at("2025-09-25 15:00"), pauses=[late]).due == at("2025-10-09 18:00")


def test_an_instruction_tightens_the_limit_and_never_loosens_it() -> None:
    tighter = Tightening(at("2025-09-26 09:00"), at("2025-09-30 12:00"))
    looser = Tightening(at("2025-09-26 10:00"), at("2025-12-01 12:00"))

    reckoning = reckon(OFFICES, FIVE_DAYS, at("2025-09-25 15:00"), adjustments=[tighter, looser])

    assert reckoning.due == at("2025-09-30 12:00")


def test_a_cap_holds_after_everything_else_and_never_lengthens() -> None:
    extension = Extension(at("2025-10-09 10:00"), 3)
    low, high = Cap(at("2025-10-10 12:00"), "答复时限"), Cap(at("2025-12-01 12:00"), "答复时限")

    due = reckon(OFFICES, FIVE_DAYS, at("2025-09-25 15:00"), adjustments=[extension]).due

    assert due == at("2025-10-13 18:00")
    assert reckon(OFFICES, FIVE_DAYS, at("2025-09-25 15:00"), adjustments=[extension], cap=low).due == low.until
    assert reckon(OFFICES, FIVE_DAYS, at("2025-09-25 15:00"), adjustments=[extension], cap=high).due == due


def test_a_cap_that_was_over_at_the_start_holds_nothing() -> None:
    over = Cap(at("2025-09-25 15:00"), "答复时限")

    assert reckon(OFFICES, FIVE_DAYS, at("2025-09-25 15:00"), cap=over).due == at("2025-10-09 18:00")


def test_what_is_changed_at_the_instant_a_pause_begins_is_held_by_it() -> None:
    noon, until = at("2025-09-29 12:00"), at("2025-09-30 12:00")
    pause = Pause(noon, at("2025-09-29 18:00"))

    reckoning = reckon(
        OFFICES, FIVE_DAYS, at("2025-09-25 15:00"), pauses=[pause], adjustments=[Tightening(noon, until)]
    )

    assert reckoning.due == at("2025-09-30 18:00"), "four hours later than the deadline"


def test_natural_days_are_paused_by_whole_days_of_all_pauses_together() -> None:
    pauses = [
        Pause(at("2025-11-04 10:00"), at("2025-11-04 20:00")),
        Pause(at("2025-11-05 10:00"), at("2025-11-05 20:00")),
    ]

    reckoning = reckon(OFFICES, Budget("natural", 3), at("2025-11-03 10:00"), pauses=pauses)

    assert (reckoning.base, reckoning.due) == (at("2025-11-06 18:00"), at("2025-11-07 18:00"))


def test_within_the_day_means_the_close_of_the_working_day_under_way_or_next() -> None:
    same_day = Budget("wd_eod", 0)

    assert reckon(OFFICES, same_day, at("2025-09-30 10:00")).due == at("2025-09-30 18:00")
    assert reckon(OFFICES, same_day, at("2025-09-30 19:00")).due == at("2025-10-09 18:00")


def test_the_same_time_on_a_day_with_other_hours_is_its_next_opening_or_its_close() -> None:
    shortened = Timetable(
        CalendarSpec(
            "Asia/Shanghai",
            (Hours(frozenset(range(7)), (Segment.parse("08:00-20:00"),)),),
            days=(
                DatedDay(
                    OFFICES.date_of(at("2025-11-05 00:00")), DayKind.WORK, "短日", (Segment.parse("09:00-12:00"),)
                ),
            ),
        )
    )
    next_day = Budget("wd_same", 1)

    assert reckon(shortened, next_day, at("2025-11-04 08:30")).due == at("2025-11-05 09:00")
    assert reckon(shortened, next_day, at("2025-11-04 16:00")).due == at("2025-11-05 12:00")


def test_a_mark_three_working_hours_before_an_early_end_falls_on_the_last_afternoon() -> None:
    mark = Mark("yellow", "yellow", "rule", "reason", working_seconds_left=hours(3))

    reached = mark_at(OFFICES, mark, FIVE_DAYS, start=at("2025-09-25 15:00"), due=at("2025-10-09 10:00"))

    assert reached == at("2025-09-30 16:00")


def test_a_mark_that_leaves_exactly_the_day_falls_on_its_opening() -> None:
    mark = Mark("yellow", "yellow", "rule", "reason", working_seconds_left=hours(7))

    reached = mark_at(OFFICES, mark, FIVE_DAYS, start=at("2025-09-25 15:00"), due=at("2025-10-09 18:00"))

    assert reached == at("2025-10-09 09:00")


def test_a_mark_never_lies_before_the_start() -> None:
    mark = Mark("yellow", "yellow", "rule", "reason", working_seconds_left=hours(3))
    start, due = at("2025-10-09 10:00"), at("2025-10-09 12:00")

    assert mark_at(OFFICES, mark, Budget("ws", hours(2)), start=start, due=due) == start


def test_a_share_of_a_wall_clock_is_a_share_of_its_wall_time() -> None:
    mark = Mark("yellow", "yellow", "rule", "reason", share_used=0.5)
    start, due = at("2026-02-16 23:30"), at("2026-02-17 00:30")

    assert mark_at(OFFICES, mark, Budget("wall", hours(1)), start=start, due=due) == at("2026-02-17 00:00")


def test_a_mark_after_the_end_falls_on_the_close_of_a_later_working_day() -> None:
    mark = Mark("next-day", "red", "rule", "reason", working_days_over=1)
    start = at("2025-09-25 15:00")

    assert mark_at(OFFICES, mark, FIVE_DAYS, start=start, due=at("2025-09-30 18:00")) == at("2025-10-09 18:00")
    assert mark_at(OFFICES, mark, FIVE_DAYS, start=start, due=at("2025-09-30 10:00")) == at("2025-10-09 18:00")


def test_elapsed_time_knows_what_was_paused_on_both_axes() -> None:
    pause = Pause(at("2025-09-26 17:30"), at("2025-09-28 10:00"))

    spent = elapsed(OFFICES, at("2025-09-26 17:00"), at("2025-09-28 11:00"), pauses=[pause])

    assert tuple(getattr(spent, name).total_seconds() for name in Elapsed.__slots__) == (
        hours(3),
        hours(42),
        hours(1.5),
        hours(40.5),
    )


def test_a_pause_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(PauseImpossible):
        Pause(at("2025-09-29 11:00"), at("2025-09-29 10:00"))


def test_a_year_without_notice_is_provisional_and_one_with_it_is_not() -> None:
    day = Budget("wd_eod", 1)

    assert reckon(OFFICES, day, at("2026-12-31 10:00")).is_provisional
    assert reckon(OFFICES, day, at("2003-12-31 10:00")).is_provisional
    assert not reckon(OFFICES, day, at("2026-12-30 10:00")).is_provisional
    assert not reckon(NIGHTS, day, at("2026-12-31 10:00")).is_provisional


def test_a_calendar_without_working_time_is_refused() -> None:
    with pytest.raises(CalendarUnusable):
        CalendarSpec("Asia/Shanghai", (Hours(frozenset({0}), ()),))


def test_working_time_that_runs_out_is_refused_instead_of_searched_for_ever() -> None:
    ended = Hours(frozenset(range(5)), (Segment.parse("09:00-17:00"),), valid_until=OFFICES.date_of(at("2025-12-31")))
    timetable = Timetable(CalendarSpec("Asia/Shanghai", (ended,)))

    with pytest.raises(CalendarUnusable):
        reckon(timetable, FIVE_DAYS, at("2025-12-30 10:00"))


def test_working_days_are_explained_with_every_day_left_out() -> None:
    extension = Extension(at("2025-10-09 10:00"), 2, "待专家鉴定")

    lines = explain(OFFICES, Budget("wd_eod", 4), at("2025-09-26 10:00"), adjustments=[extension])

    assert lines == (
        "时限：4 个工作日（当日不计，次日起算，到最后一个工作日下班为止）",
        "起点：2025-09-26（周五）10:00",
        "2025-09-27（周六）：周末，不计",
        "第 1 个工作日：2025-09-28（周日），国庆节调休上班，09:00–12:00、14:00–18:00",
        "第 2 至 3 个工作日：2025-09-29（周一） 至 2025-09-30（周二）",
        "2025-10-01（周三） 至 2025-10-05（周日）：国庆节放假，不计",
        "2025-10-06（周一）：中秋放假，不计",
        "2025-10-07（周二） 至 2025-10-08（周三）：国庆节放假，不计",
        "第 4 个工作日：2025-10-09（周四）",
        "原截止：2025-10-09（周四）18:00",
        "延期：2025-10-09（周四）10:00 准予延期 2 个工作日（待专家鉴定）",
        "第 1 个工作日：2025-10-10（周五）",
        "第 2 个工作日：2025-10-11（周六），国庆节调休上班，09:00–12:00、14:00–18:00",
        "延至 2025-10-11（周六）18:00",
        "截止：2025-10-11（周六）18:00",
    )


def test_natural_days_are_explained_with_the_roll_over() -> None:
    assert explain(OFFICES, Budget("natural", 7), at("2025-09-20 10:00")) == (
        "时限：7 个自然日（当日不计，次日起算，节假日照计）",
        "起点：2025-09-20（周六）10:00",
        "第 7 个自然日：2025-09-27（周六）",
        "2025-09-27（周六）：周末，不计",
        "末日不上班，顺延至 2025-09-28（周日）",
        "截止：2025-09-28（周日）18:00",
    )


def test_a_cap_is_explained_whether_it_holds_or_not() -> None:
    start = at("2025-11-03 10:00")

    held = explain(OFFICES, Budget("wd_eod", 2), start, cap=Cap(at("2025-11-04 12:00"), "答复时限"))
    free = explain(OFFICES, Budget("wd_eod", 2), start, cap=Cap(at("2025-11-10 18:00"), "答复时限"))

    assert held[-2:] == (
        "封顶：不晚于答复时限 2025-11-04（周二）12:00，截止提前至 2025-11-04（周二）12:00",
        "截止：2025-11-04（周二）12:00",
    )
    assert free[-2:] == (
        "封顶：不晚于答复时限 2025-11-10（周一）18:00，本身不超过，不变",
        "截止：2025-11-05（周三）18:00",
    )
