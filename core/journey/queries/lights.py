"""The dot 绿黄红点 of a ticket or a clock: how much time is left, in words, with shape and colour to match."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from core.hooks.values import Budget, BudgetMode
from core.sla.budgets import MODE_WORDS, budget_words
from core.sla.labels import CLOCK_LABELS
from core.sla.models import Clock
from core.tickets.states import ANSWERED, STATE_LABELS, State
from core.workdays.rules import Timetable

CALENDAR_DAY = 86_400
AROUND_THE_CLOCK = ("wall", "natural")
"""Modes whose time also passes outside working hours."""


@dataclass(frozen=True, slots=True)
class Light:
    """What a dot shows. While `ticking`, a page may count `seconds_left` down; a day is `day_seconds` long."""

    tone: str
    shape: str
    words: str
    explained: str
    ticking: bool = False
    seconds_left: int = 0
    day_seconds: int = CALENDAR_DAY


def settled(state: str) -> Light:
    """Return the dot of a ticket on which no time runs."""
    label = STATE_LABELS[State(state)]
    if state in ANSWERED:
        return Light("grey", "done", label, "已答复，不再计时")
    return Light("grey", "none", label, "没有正在计时的时限")


def countdown(timetable: Timetable, clock: Clock, *, now: datetime, handed_in_at: datetime | None = None) -> Light:
    """Return the dot of a running clock; once the reply is handed in, time stands still until the review ends."""
    at = handed_in_at or now
    around_the_clock = clock.mode in AROUND_THE_CLOCK
    left = clock.due_at - at if around_the_clock else timetable.between(at, clock.due_at)
    day = CALENDAR_DAY if around_the_clock else _working_day_seconds(timetable, clock.due_at)
    is_over = at > clock.due_at
    tone = "red" if is_over else "yellow" if clock.light == "red" else clock.light
    return Light(
        tone=tone,
        shape="paused" if handed_in_at else tone,
        words=left_in_words(left, is_over=is_over, day_seconds=day),
        explained=explained(timetable, clock) + ("；答复已提交，审核期间不计时" if handed_in_at else ""),
        ticking=handed_in_at is None and (around_the_clock or timetable.next_stretch(now).start <= now),
        seconds_left=int(left.total_seconds()),
        day_seconds=day,
    )


def explained(timetable: Timetable, clock: Clock) -> str:
    """Say a clock's limit: how much, until when, counted how, and on what ground."""
    budget = Budget(cast(BudgetMode, clock.mode), clock.amount)
    due = clock.due_at.astimezone(timetable.zone)
    provisional = "（暂定）" if clock.due_provisional else ""
    name = CLOCK_LABELS[clock.name]
    return f"{name}时限 {budget_words(budget)}，{due:%m-%d %H:%M} 截止{provisional}；{MODE_WORDS[budget.mode]}"


def left_in_words(left: timedelta, *, is_over: bool, day_seconds: int) -> str:
    """Write what is left, or how long it is over: `剩 1天5时`, `剩 2时41分`, `超 35分`. Never nothing: at least a minute."""
    minutes = max(1, int(abs(left.total_seconds()) // 60))
    days, rest = divmod(minutes, day_seconds // 60)
    hours, minute = divmod(rest, 60)
    amount = f"{days}天{hours}时" if days else f"{hours}时{minute:02d}分" if hours else f"{minute}分"
    return f"{'超' if is_over else '剩'} {amount}"


def _working_day_seconds(timetable: Timetable, due: datetime) -> int:
    day = timetable.day_ending_at(due)
    if not timetable.is_working_day(day):
        return CALENDAR_DAY
    return int(timetable.between(timetable.opening_of(day), timetable.close_of(day)).total_seconds()) or CALENDAR_DAY
