"""Due times against a loop over the days: `python -m benchmarks.due [rounds]`.

The loop asks the calendar of one day after the other, as the ticket systems we looked at do. Both sides get the same
limits and starts, take turns in one run, and must come to the same due times. Without pauses: each of them would have
the loop begin anew.
"""

import random
import statistics
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial

from core.hooks.values import Budget
from core.sla.rules import Reckoning, reckon
from core.workdays.days import Days
from core.workdays.rules import Timetable
from core.workdays.shipped import shipped_timetable

STARTS = 500
ROUNDS = 15
FIRST_START = datetime(2026, 1, 1, tzinfo=UTC)
SPAN_DAYS = 300
HOUR = 3600
AIM = 20
AIM_AT = ("20 working days", "20 days of working time")
LIMITS = {
    "1 working day": Budget("wd_eod", 1),
    "5 working days": Budget("wd_eod", 5),
    "20 working days": Budget("wd_eod", 20),
    "180 working days": Budget("wd_eod", 180),
    "4 hours of working time": Budget("ws", 4 * HOUR),
    "5 days of working time": Budget("ws", 5 * 7 * HOUR),
    "20 days of working time": Budget("ws", 20 * 7 * HOUR),
}

Due = Callable[[Budget, datetime], Reckoning]


def day_by_day(timetable: Timetable, days: Days, budget: Budget, start: datetime) -> Reckoning:
    """Return the due time found by going through the days one by one."""
    walk = _whole_days if budget.mode == "wd_eod" else _hours
    due = walk(timetable, days, start.astimezone(timetable.zone), budget.amount).astimezone(UTC)
    return Reckoning(due, due, (), timetable.is_provisional(start) or timetable.is_provisional(due))


def _whole_days(timetable: Timetable, days: Days, start: datetime, left: int) -> datetime:
    day = start.date()
    while True:
        day += timedelta(days=1)
        known = days.day(day)
        left -= known.is_working
        if not left:
            midnight = datetime.combine(day, datetime.min.time(), timetable.zone)
            return midnight + timedelta(seconds=known.segments[-1].end)


def _hours(timetable: Timetable, days: Days, start: datetime, seconds: int) -> datetime:
    day, left = start.date(), timedelta(seconds=seconds)
    while True:
        midnight = datetime.combine(day, datetime.min.time(), timetable.zone)
        for segment in days.day(day).segments:
            begin = max(start, midnight + timedelta(seconds=segment.start))
            end = midnight + timedelta(seconds=segment.end)
            if begin < end:
                if left <= end - begin:
                    return begin + left
                left -= end - begin
        day += timedelta(days=1)


def microseconds(due: Due, budget: Budget, starts: list[datetime]) -> float:
    """Return how long one due time takes."""
    begun = time.perf_counter()
    for start in starts:
        due(budget, start)
    return (time.perf_counter() - begun) / len(starts) * 1e6


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    timetable, chance = shipped_timetable("GZ"), random.Random(20_260_101)
    starts = [FIRST_START + timedelta(seconds=chance.randrange(SPAN_DAYS * 24 * HOUR)) for _ in range(STARTS)]
    ours: Due = partial(reckon, timetable)
    theirs: Due = partial(day_by_day, timetable, Days(timetable.spec))
    print(f"{'limit':25} {'day loop':>10} {'ours':>10} {'ratio':>8}")
    for name, budget in LIMITS.items():
        assert [ours(budget, start) for start in starts] == [theirs(budget, start) for start in starts], name
        measured = [(microseconds(theirs, budget, starts), microseconds(ours, budget, starts)) for _ in range(rounds)]
        loop, direct = (statistics.median(side) for side in zip(*measured, strict=True))
        aim = f"   (aim {AIM})" if name in AIM_AT else ""
        print(f"{name:25} {loop:7.2f} µs {direct:7.2f} µs {loop / direct:8.1f}{aim}")
    print(f"{len(LIMITS) * len(starts):,} due times, all the same on both sides")


if __name__ == "__main__":
    main()
