"""The golden cases of time limits: worked out by hand from the State Council's notices, each one a test."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from core.hooks.values import Budget, Mark
from core.sla.ledger import Pause
from core.sla.rules import Reading, elapsed, extended, mark_at, reckon
from core.workdays.rules import Timetable
from core.workdays.shipped import shipped_timetable

Case = dict[str, Any]
CASES: list[Case] = json.loads((Path(__file__).parent / "sla-cases.json").read_text())


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['id']}-{case['op']}")
def test_golden_case(case: Case) -> None:
    timetable = shipped_timetable(case.get("cal", "GZ"))

    outcome = OUTCOMES[case["op"]](case, timetable)

    if "exp_h" in case:
        assert outcome == timedelta(hours=case["exp_h"])
    else:
        assert isinstance(outcome, datetime)
        assert f"{outcome.astimezone(timetable.zone):%Y-%m-%d %H:%M}" == case["exp"]


def test_every_operation_of_the_cases_is_known() -> None:
    assert {case["op"] for case in CASES} == set(OUTCOMES)


def _at(timetable: Timetable, text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=timetable.zone)


def _in_days(case: Case, timetable: Timetable) -> datetime:
    reading = Reading(rolls_over=case.get("roll", True), until_midnight=case.get("eod") == "24")
    return reckon(timetable, Budget(case["op"], case["n"]), _at(timetable, case["start"]), reading=reading).due


def _in_hours(case: Case, timetable: Timetable) -> datetime:
    return reckon(timetable, Budget(case["op"], case["h"] * 3600), _at(timetable, case["start"])).due


def _paused(case: Case, timetable: Timetable) -> datetime:
    pauses = [Pause(_at(timetable, start), _at(timetable, end)) for start, end in case["pauses"]]
    return reckon(timetable, Budget("ws", case["h"] * 3600), _at(timetable, case["start"]), pauses=pauses).due


def _between(case: Case, timetable: Timetable) -> timedelta:
    return elapsed(timetable, _at(timetable, case["start"]), _at(timetable, case["end"])).working


def _extended(case: Case, timetable: Timetable) -> datetime:
    return extended(timetable, _at(timetable, case["due"]), days=case["n"])


def _warned_working(case: Case, timetable: Timetable) -> datetime:
    mark = Mark("yellow", "yellow", "rule", "reason", working_seconds_left=case["h"] * 3600)
    return _mark(timetable, mark, due=_at(timetable, case["start"]))


def _warned_on_the_wall(case: Case, timetable: Timetable) -> datetime:
    mark = Mark("yellow", "yellow", "rule", "reason", wall_seconds_left=case["h"] * 3600)
    return _mark(timetable, mark, due=_at(timetable, case["start"]))


def _mark(timetable: Timetable, mark: Mark, *, due: datetime) -> datetime:
    return mark_at(timetable, mark, Budget("wd_eod", 20), start=due - timedelta(days=30), due=due)


def _share(case: Case, timetable: Timetable) -> datetime:
    start, budget = _at(timetable, case["start"]), Budget("ws", case["h"] * 3600)
    mark = Mark("yellow", "yellow", "rule", "reason", share_used=case["f"])
    return mark_at(timetable, mark, budget, start=start, due=reckon(timetable, budget, start).due)


OUTCOMES = {
    "wd_eod": _in_days,
    "wd_same": _in_days,
    "natural": _in_days,
    "ws": _in_hours,
    "wall": _in_hours,
    "pause_ws": _paused,
    "between": _between,
    "extend": _extended,
    "warn_ws": _warned_working,
    "warn_wall": _warned_on_the_wall,
    "frac": _share,
}
