"""What holds of working time whatever the calendar: laws of arithmetic, and agreement with counting minute by minute."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from core.hooks.values import Budget
from core.sla.ledger import Pause, Tightening
from core.sla.rules import reckon
from core.workdays.rules import Timetable
from core.workdays.shipped import SHIPPED, shipped_timetable
from core.workdays.specification import CalendarSpec, DatedDay, DayKind, Hours, Segment

SOME = settings(max_examples=150, deadline=None)
MINUTE = timedelta(minutes=1)
NEW_YORK = ZoneInfo("America/New_York")

timetables = st.sampled_from(sorted(SHIPPED)).map(shipped_timetable)
instants = st.timedeltas(timedelta(0), timedelta(days=1100)).map(lambda past: datetime(2024, 6, 1, tzinfo=UTC) + past)
amounts = st.timedeltas(timedelta(0), timedelta(days=60))
pauses = st.tuples(instants, st.timedeltas(timedelta(0), timedelta(days=9))).map(lambda at: Pause(at[0], at[0] + at[1]))


@SOME
@given(timetables, instants, amounts)
def test_the_time_added_is_the_time_between(timetable: Timetable, start: datetime, amount: timedelta) -> None:
    assert timetable.between(start, timetable.add(start, amount)) == amount


@SOME
@given(timetables, instants, amounts, amounts)
def test_adding_in_two_parts_is_adding_at_once(
    timetable: Timetable, start: datetime, first: timedelta, second: timedelta
) -> None:
    assert timetable.add(timetable.add(start, first), second) == timetable.add(start, first + second)


@SOME
@given(timetables, instants, instants, instants)
def test_working_time_of_two_spans_is_that_of_the_whole(
    timetable: Timetable, first: datetime, second: datetime, third: datetime
) -> None:
    assert timetable.between(first, second) + timetable.between(second, third) == timetable.between(first, third)


@SOME
@given(timetables, instants, instants, amounts)
def test_who_starts_later_ends_no_earlier(
    timetable: Timetable, one: datetime, other: datetime, amount: timedelta
) -> None:
    earlier, later = sorted((one, other))

    assert timetable.add(earlier, amount) <= timetable.add(later, amount)


@SOME
@given(timetables, instants, amounts)
def test_looking_back_leaves_exactly_the_time_looked_for(
    timetable: Timetable, end: datetime, amount: timedelta
) -> None:
    assert timetable.between(timetable.look_back(end, amount), end) == amount


@SOME
@given(timetables, instants, amounts.filter(bool))
def test_adding_undoes_looking_back_within_working_time(
    timetable: Timetable, moment: datetime, amount: timedelta
) -> None:
    end = timetable.add(moment, MINUTE)

    assert timetable.add(timetable.look_back(end, amount), amount) == end


@SOME
@given(timetables, instants, amounts.filter(bool))
def test_no_earlier_instant_would_do(timetable: Timetable, start: datetime, amount: timedelta) -> None:
    due = timetable.add(start, amount)

    assert timetable.between(start, due - timedelta.resolution) < amount


@SOME
@given(timetables, instants.map(lambda instant: instant.date()), st.integers(1, 60))
def test_the_nth_working_day_has_n_working_days_before_it(timetable: Timetable, day: date, count: int) -> None:
    found = timetable.working_day_after(day, count)

    between = [date.fromordinal(each) for each in range(day.toordinal() + 1, found.toordinal() + 1)]
    assert sum(timetable.is_working_day(each) for each in between) == count
    assert timetable.is_working_day(found)


@SOME
@given(timetables, instants, st.integers(0, 30), st.sampled_from(["ws", "wd_eod", "wd_same"]))
def test_a_pause_outside_hours_has_no_effect(timetable: Timetable, start: datetime, amount: int, mode: str) -> None:
    budget = Budget(mode, amount * 3600 if mode == "ws" else amount)  # type: ignore[arg-type]
    close = timetable.close_of(timetable.working_day_after(timetable.date_of(start), 1))
    opening = timetable.next_stretch(close).start

    paused = reckon(timetable, budget, start, pauses=[Pause(close, max(close, opening))])

    assert paused.due == reckon(timetable, budget, start).due


@SOME
@given(timetables, instants, st.integers(0, 40), st.lists(pauses, max_size=4))
def test_pauses_in_any_order_and_overlap_add_their_union(
    timetable: Timetable, start: datetime, hours: int, held: list[Pause]
) -> None:
    budget = Budget("ws", hours * 3600)

    once = reckon(timetable, budget, start, pauses=held)

    assert reckon(timetable, budget, start, pauses=[*reversed(held), *held]).due == once.due
    counted = [step for step in once.steps if isinstance(step.event, Pause) and step.event.start <= step.before]
    lost = sum((timetable.between(step.event.start, step.event.end) for step in counted), timedelta(0))  # type: ignore[union-attr]
    assert timetable.between(start, once.due) == timedelta(hours=hours) + lost


@SOME
@given(timetables, instants, st.integers(1, 10), st.lists(pauses, max_size=3), instants)
def test_a_tightened_deadline_never_comes_later(
    timetable: Timetable, start: datetime, days: int, held: list[Pause], until: datetime
) -> None:
    budget = Budget("wd_eod", days)

    tightened = reckon(timetable, budget, start, pauses=held, adjustments=[Tightening(start, until)])

    assert tightened.due <= reckon(timetable, budget, start, pauses=held).due


# Against counting minute by minute, on calendars made up at random. Boundaries keep clear of the hour that summer time
# takes and gives back, where "01:30" is no one instant and counting by the wall clock has no right answer.

minutes = st.integers(0, 1439).filter(lambda minute: not 55 <= minute <= 185)


@st.composite
def segments(draw: st.DrawFn) -> tuple[Segment, ...]:
    ends = sorted(draw(st.sets(minutes, min_size=2, max_size=6)))
    pairs = [Segment(start * 60, end * 60) for start, end in zip(ends[::2], ends[1::2], strict=False)]
    if draw(st.booleans()):
        last = pairs[-1].start
        pairs = [*pairs[:-1], Segment(last, min((1440 + draw(st.integers(0, 50))) * 60, last + 86_400))]
    return tuple(pairs)


@st.composite
def calendars(draw: st.DrawFn) -> CalendarSpec:
    first = date(2026, 3, 1)
    dated = draw(st.lists(st.tuples(st.integers(0, 30), st.sampled_from(DayKind), segments()), max_size=4))
    return CalendarSpec(
        zone=draw(st.sampled_from(["Asia/Shanghai", "America/New_York", "Europe/Berlin", "Asia/Kathmandu"])),
        hours=(
            Hours(frozenset(range(7)), draw(segments())),
            Hours(frozenset({5, 6}), ()),
            Hours(draw(st.frozensets(st.integers(0, 6))), draw(segments()), valid_from=date(2026, 3, 16)),
        ),
        days=tuple(
            DatedDay(first + timedelta(days=day), kind, "试", () if kind is DayKind.REST else hours)
            for day, kind, hours in dated
        ),
    )


def is_worked(timetable: Timetable, minute: datetime) -> bool:
    """Tell whether a minute is worked, by the wall clock alone."""
    local = minute.astimezone(timetable.zone)
    second = local.hour * 3600 + local.minute * 60
    today, yesterday = timetable.day(local.date()), timetable.day(local.date() - timedelta(days=1))
    return any(segment.start <= second < segment.end for segment in today.segments) or any(
        segment.start <= second + 86_400 < segment.end for segment in yesterday.segments
    )


@settings(max_examples=80, deadline=None)
@given(calendars(), st.integers(0, 20 * 1440), st.integers(1, 8 * 1440), st.integers(1, 600))
def test_counting_agrees_with_minute_by_minute(spec: CalendarSpec, offset: int, length: int, wanted: int) -> None:
    timetable = Timetable(spec)
    start = datetime(2026, 3, 2, tzinfo=UTC) + offset * MINUTE
    end = start + length * MINUTE

    worked = [instant for each in range(length) if is_worked(timetable, instant := start + each * MINUTE)]

    assert timetable.between(start, end) == len(worked) * MINUTE
    if len(worked) >= wanted:
        assert timetable.add(start, wanted * MINUTE) == worked[wanted - 1] + MINUTE
        assert timetable.look_back(end, wanted * MINUTE) == worked[-wanted]


def test_a_night_over_the_change_of_clocks_is_an_hour_short_or_long() -> None:
    nights = shipped_timetable("NYNIGHT")

    shorter = nights.close_of(date(2026, 3, 7)) - nights.opening_of(date(2026, 3, 7))
    longer = nights.close_of(date(2026, 10, 31)) - nights.opening_of(date(2026, 10, 31))

    assert (shorter, longer) == (timedelta(hours=11), timedelta(hours=13))


def test_eight_working_hours_from_the_night_of_the_change_end_an_hour_later_on_the_wall() -> None:
    nights = shipped_timetable("NYNIGHT")

    ended = nights.add(datetime(2026, 3, 7, 20, tzinfo=NEW_YORK), timedelta(hours=8))

    assert ended == datetime(2026, 3, 8, 5, tzinfo=NEW_YORK)
