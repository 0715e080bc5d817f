"""The dot: words, shape and colour for the time that is left."""

from datetime import datetime, timedelta
from xml.etree import ElementTree

import pytest

from core.journey.queries.lights import Light, countdown, left_in_words, settled, standing_still
from core.sla.models import Clock
from core.workdays.rules import Timetable
from core.workdays.shipped import SHIPPED
from tests.builders import beijing
from tests.web.conftest import House

TIMETABLE = Timetable(SHIPPED["GZ"]())
HOUR, DAY = 3600, 8 * 3600


def clock(due: datetime, *, mode: str = "wd_eod", light: str = "green") -> Clock:
    """Return a running reply clock of five working days, or an hour, that is due then."""
    return Clock(
        tenant_id=1,
        id=1,
        ticket_id=1,
        subject="ticket",
        subject_id=1,
        name="reply",
        cycle_no=1,
        mode=mode,
        amount=5 if mode == "wd_eod" else HOUR,
        calendar_version_id=1,
        started_at=due - timedelta(days=7),
        due_at=due,
        by="core",
        rule_id="core.sla/reply",
        reason="五个工作日内答复",
        light=light,
    )


@pytest.mark.parametrize(
    ("seconds", "is_over", "words"),
    [
        (0, False, "剩 1分"),
        (59, False, "剩 1分"),
        (22 * 60, False, "剩 22分"),
        (2 * HOUR + 41 * 60, False, "剩 2时41分"),
        (7 * HOUR, False, "剩 7时00分"),
        (DAY, False, "剩 1天0时"),
        (DAY + 5 * HOUR, False, "剩 1天5时"),
        (-35 * 60, True, "超 35分"),
        (0, True, "超 1分"),
    ],
)
def test_time_is_told_in_days_hours_and_minutes(seconds: int, is_over: bool, words: str) -> None:
    assert left_in_words(timedelta(seconds=seconds), is_over=is_over, day_seconds=DAY) == words


def test_over_a_weekend_no_working_time_passes() -> None:
    friday, monday = beijing("2026-03-13 17:30"), beijing("2026-03-16 09:00")
    light = countdown(TIMETABLE, clock(monday + timedelta(hours=1)), now=friday)
    assert light.seconds_left < 3 * HOUR
    assert not countdown(TIMETABLE, clock(monday), now=beijing("2026-03-14 12:00")).ticking


def test_an_hour_by_the_clock_passes_at_night_too() -> None:
    light = countdown(TIMETABLE, clock(beijing("2026-03-14 02:00"), mode="wall"), now=beijing("2026-03-14 01:15"))
    assert (light.words, light.ticking, light.day_seconds) == ("剩 45分", True, 86_400)


def test_past_its_due_time_a_clock_is_red_whether_the_timer_has_fired_or_not() -> None:
    light = countdown(TIMETABLE, clock(beijing("2026-03-12 10:00"), light="yellow"), now=beijing("2026-03-12 10:35"))
    assert (light.tone, light.shape, light.words) == ("red", "red", "超 35分")


def test_while_the_reply_is_reviewed_time_stands_still_as_it_was_handed_in() -> None:
    due, handed_in = beijing("2026-03-12 11:00"), beijing("2026-03-12 10:00")
    light = countdown(TIMETABLE, clock(due), now=beijing("2026-03-12 15:00"), handed_in_at=handed_in)
    assert (light.tone, light.shape, light.words, light.ticking) == ("green", "paused", "剩 1时00分", False)


def test_a_concluded_ticket_shows_a_tick_and_says_so() -> None:
    assert settled("concluded") == Light("grey", "done", "已办结", "已答复，不再计时")


def test_each_state_has_words_and_a_shape_of_its_own_for_whoever_sees_no_colours(house: House) -> None:
    before, due, over = (beijing(f"2026-03-12 {hour}:00") for hour in (10, 11, 12))
    lights = {
        "green": countdown(TIMETABLE, clock(due), now=before),
        "yellow": countdown(TIMETABLE, clock(due, light="yellow"), now=before),
        "red": countdown(TIMETABLE, clock(due, light="red"), now=over),
        "paused": standing_still(TIMETABLE, clock(due), since=before, due=due),
        "done": settled("concluded"),
        "none": settled("dispatched"),
    }
    pages = house.app.jinja_env
    dot = pages.from_string('{% from "macros.html" import dot %}{{ dot(light) }}')
    symbols = ElementTree.fromstring(pages.get_template("shapes.svg").render()).iter("symbol")
    drawn = {each.attrib["id"]: outline(each) for each in symbols}
    for state, light in lights.items():
        shown = dot.render(light=light)
        assert f'<use href="#s-{state}"/>' in shown
        assert f"<span>{light.words}</span>" in shown
        assert light.words
    assert len({drawn[f"s-{state}"] for state in lights}) == len(lights)


def outline(symbol: ElementTree.Element) -> tuple[tuple[str, ...], ...]:
    """Return what a symbol draws, whatever its colours."""
    return tuple(
        (part.tag, *(part.get(name, "") for name in ("d", "r", "width")), str(part.get("fill") == "none"))
        for part in symbol
    )
