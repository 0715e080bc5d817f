"""Choosing what kind of ticket the rules are drawn for, and from when on: the form that these pages share."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import ClassVar, TypeVar

from flask import request

from core.hooks.values import DutyView
from core.hooks.values.words import NATURE_LABELS
from core.journey.administration_limits import (
    COMPLEXITIES,
    MEDIA,
    NATURES,
    URGENCIES,
    Case,
    duty_of,
    items_matching,
)
from core.routing.ruleset.fields import COMPLEXITIES as COMPLEXITY_LABELS
from core.routing.ruleset.fields import MEDIA as MEDIUM_LABELS
from core.routing.ruleset.fields import URGENCIES as URGENCY_LABELS
from core.web.admin.drawn import Rules
from core.web.input import InputUnusable, usable_input
from core.web.visit import Visit
from core.workdays.rules import ONE_DAY, Timetable

T = TypeVar("T", bound=str)
OFFERED = 12
"""Items that are offered where words fit several."""
LOOKS_AHEAD = 400
"""Days within which the next long rest is looked for."""
LONG_REST = 3
YEARS = range(2010, 2100)
CARRIED = ("feature", "draft", "nature", "urgency", "complexity", "medium", "matter", "start", "q", "serial")


@dataclass(frozen=True, slots=True)
class Chosen:
    """The case that is drawn, from when on, and the form in which it was chosen.

    `offered` are items among which one still has to be chosen, of `offered_total`; `rest` is a late hour before the next
    long rest.
    """

    case: Case
    start: datetime
    duty: DutyView | None
    offered: Sequence[DutyView]
    offered_total: int
    typed: str
    rest: datetime | None

    natures: ClassVar = tuple((each, NATURE_LABELS[each]) for each in NATURES)
    urgencies: ClassVar = tuple((each, URGENCY_LABELS[each]) for each in URGENCIES)
    complexities: ClassVar = tuple((each, COMPLEXITY_LABELS[each]) for each in COMPLEXITIES)
    media: ClassVar = tuple((each, MEDIUM_LABELS[each]) for each in MEDIA)


def chosen_case(visit: Visit, rules: Rules, timetable: Timetable) -> Chosen:
    """Return what the address chooses; what it leaves open is the most common. Raises `InputUnusable`."""
    typed = usable_input(request.args.get("matter", ""), 100)
    duties = rules.shown.book.units.duties
    matches = items_matching(rules.shown, typed) if typed and typed not in duties else []
    matter = typed if typed in duties else matches[0].code if len(matches) == 1 else ""
    case = Case(
        nature=_one_of("nature", NATURES, "complaint"),
        urgency=_one_of("urgency", URGENCIES, "normal"),
        complexity=_one_of("complexity", COMPLEXITIES, "simple"),
        medium=_one_of("medium", MEDIA, "web"),
        matter=matter,
    )
    return Chosen(
        case=case,
        start=_start(visit),
        duty=duty_of(rules.shown, case),
        offered=[] if matter else matches[:OFFERED],
        offered_total=0 if matter else len(matches),
        typed=typed,
        rest=_before_rest(timetable, timetable.date_of(visit.now)),
    )


def query() -> dict[str, str]:
    """Return what the address asks for besides pages and steps, to be carried by links and forms."""
    return {name: value for name in CARRIED if (value := request.args.get(name, "")) and len(value) <= 100}


def _one_of(name: str, known: Sequence[T], otherwise: T) -> T:
    typed = request.args.get(name, otherwise)
    return next((each for each in known if each == typed), otherwise)


def _start(visit: Visit) -> datetime:
    typed = usable_input(request.args.get("start", ""), 20)
    if not typed:
        return visit.now.replace(second=0, microsecond=0)
    start = _read(typed)
    if start is None or start.tzinfo is not None or start.year not in YEARS:
        raise InputUnusable("起点的时间看不懂。请写成 年-月-日T时:分，如 2026-09-30T16:30。")
    return start.replace(tzinfo=visit.scope.tenant.zone)


def _read(typed: str) -> datetime | None:
    try:
        return datetime.fromisoformat(typed)
    except ValueError:
        return None


def _before_rest(timetable: Timetable, today: date) -> datetime | None:
    """Return a late hour of the last working day before the next rest of three days or more, None where there is none."""
    resting = 0
    for number in range(1, LOOKS_AHEAD):
        day = today + timedelta(days=number)
        resting = 0 if timetable.is_working_day(day) else resting + 1
        if resting == LONG_REST:
            last = day - LONG_REST * ONE_DAY
            return timetable.close_of(last) - timedelta(hours=1) if timetable.is_working_day(last) else None
    return None
