"""The dot 绿黄红点 of a ticket or a clock: how much time is left, in words, with shape and colour to match."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.kit.saying import said, word
from core.sla.budgets import MODE_WORDS, budget_words
from core.sla.labels import CLOCK_LABELS
from core.sla.limits import budget_of
from core.sla.models import Clock
from core.sla.records import reckoning_of, records_of
from core.tenancy.scope import Scope
from core.tickets.states import ANSWERED, STATE_LABELS, State
from core.workdays.queries import timetable as timetable_of
from core.workdays.rules import Timetable

CALENDAR_DAY = 86_400
AROUND_THE_CLOCK = ("wall", "natural")
"""Modes whose time also passes outside working hours."""
STANDS_STILL = "已挂起"


@dataclass(frozen=True, slots=True)
class Light:
    """What a dot shows; `more` is told beside it where there is room.

    While `ticking`, a page may count `seconds_left` down; a day is `day_seconds` long.
    """

    tone: str
    shape: str
    words: str
    explained: str
    more: str = ""
    ticking: bool = False
    seconds_left: int = 0
    day_seconds: int = CALENDAR_DAY


def settled(state: str) -> Light:
    """Return the dot of a ticket on which no time runs."""
    label = STATE_LABELS[State(state)]
    if state in ANSWERED:
        return Light("grey", "done", label, "已答复，不再计时")
    return Light("grey", "none", label, "没有正在计时的时限")


def lights_of(
    scope: Scope, clocks: Collection[Clock], *, now: datetime, handed_in: Mapping[int, datetime | None]
) -> dict[int, Light]:
    """Return the dots of live clocks by their ids. What is left of those that stand still is read from the ledger.

    `handed_in` tells for each ticket since when a reply of it is under review.
    """
    timetable, paused = timetable_of(scope), [clock for clock in clocks if clock.state == "paused"]
    records = records_of(scope, paused) if paused else {}
    lights = {}
    for clock in clocks:
        if record := records.get(clock.id):
            since = record.open_pause.started_at if record.open_pause else now
            due = reckoning_of(clock, record, timetable, cap=None).due
            lights[clock.id] = standing_still(timetable, clock, since=since, due=due)
        else:
            lights[clock.id] = countdown(timetable, clock, now=now, handed_in_at=handed_in.get(clock.ticket_id))
    return lights


def countdown(timetable: Timetable, clock: Clock, *, now: datetime, handed_in_at: datetime | None = None) -> Light:
    """Return the dot of a running clock; once the reply is handed in, time stands still until the review ends."""
    assert clock.due_at is not None
    if clock.subject in ("supervision", "case"):
        handed_in_at = None
    at = handed_in_at or now
    left, day = _left(timetable, clock, at, clock.due_at)
    is_over = at > clock.due_at
    tone = "red" if is_over else "yellow" if clock.light == "red" else clock.light
    return Light(
        tone=tone,
        shape="paused" if handed_in_at else tone,
        words=left_in_words(left, is_over=is_over, day_seconds=day),
        explained=explained(timetable, clock) + ("；答复已提交，审核期间不计时" if handed_in_at else ""),
        ticking=handed_in_at is None and _passes(timetable, clock, now),
        seconds_left=int(left.total_seconds()),
        day_seconds=day,
    )


def standing_still(timetable: Timetable, clock: Clock, *, since: datetime, due: datetime) -> Light:
    """Return the dot of a clock that is paused 挂起 `since` then and was due at `due`: how much is left when it goes on."""
    left, day = _left(timetable, clock, since, due)
    words = said("剩余 {amount}", amount=_amount(left, day_seconds=day))
    return Light(
        "grey",
        "paused",
        STANDS_STILL,
        said(
            "{explained}；{stands_still}，{words}",
            explained=explained(timetable, clock),
            stands_still=word(STANDS_STILL),
            words=words,
        ),
        more=words,
    )


def explained(timetable: Timetable, clock: Clock) -> str:
    """Say a clock's limit: how much, until when, counted how, and on what ground."""
    until = "恢复计时后再定截止时间"
    if clock.due_at is not None:
        until = said(
            "{due_at:%m-%d %H:%M} 截止{due_provisional}",
            due_at=clock.due_at.astimezone(timetable.zone),
            due_provisional=word("（暂定）") if clock.due_provisional else "",
        )
    budget = budget_of(clock)
    return said(
        "{clock}时限 {budget}，{until}；{mode}",
        clock=word(CLOCK_LABELS[clock.name]),
        budget=word(budget_words(budget)),
        until=word(until),
        mode=word(MODE_WORDS[budget.mode]),
    )


def left_in_words(left: timedelta, *, is_over: bool, day_seconds: int) -> str:
    """Write what is left, or how long it is over: `剩 1天5时`, `剩 2时41分`, `超 35分`. Never nothing: at least a minute."""
    amount = _amount(left, day_seconds=day_seconds)
    return said("超 {amount}", amount=amount) if is_over else said("剩 {amount}", amount=amount)


def _amount(left: timedelta, *, day_seconds: int) -> str:
    minutes = max(1, int(abs(left.total_seconds()) // 60))
    days, rest = divmod(minutes, day_seconds // 60)
    hours, minute = divmod(rest, 60)
    if days:
        return said("{days}天{hours}时", days=days, hours=hours)
    return said("{hours}时{minute:02d}分", hours=hours, minute=minute) if hours else said("{minute}分", minute=minute)


def _left(timetable: Timetable, clock: Clock, at: datetime, due: datetime) -> tuple[timedelta, int]:
    """Return the time from one instant to the due time as the clock counts it, and the seconds of its day."""
    if clock.mode in AROUND_THE_CLOCK:
        return due - at, CALENDAR_DAY
    return timetable.between(at, due), _working_day_seconds(timetable, due)


def _passes(timetable: Timetable, clock: Clock, now: datetime) -> bool:
    return clock.mode in AROUND_THE_CLOCK or timetable.next_stretch(now).start <= now


def _working_day_seconds(timetable: Timetable, due: datetime) -> int:
    day = timetable.day_ending_at(due)
    if not timetable.is_working_day(day):
        return CALENDAR_DAY
    return int(timetable.between(timetable.opening_of(day), timetable.close_of(day)).total_seconds()) or CALENDAR_DAY
