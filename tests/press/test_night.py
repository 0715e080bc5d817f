"""Quiet hours: facts carry the time at which they happened; what wakes people waits for the morning, unless it is urgent."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from core.escalation.accountability.models import AccountabilityCase
from core.hooks.values import EscalationStep
from core.tickets.hours import by_day
from tests.builders import beijing
from tests.press.pressing import Pressing, pressed_by
from tests.press.telling import Phone, at_once_or_overdue, sixteen_hours

NIGHT = "2026-03-13 02:00"
SMS = EscalationStep("sms", "lead", "已超期", "press/sms", "超期")
AT_ONCE = EscalationStep("sms", "lead", "已超期", "press/sms", "超期", at_night=True)
LETTER = EscalationStep("letter", "lead", "已超期", "press/letter", "超期")
CASE = EscalationStep("case", "discipline", "已超期", "press/case", "超期")


def work_through_the_night(walk: Pressing, phone: Phone) -> None:
    """Supervise and deliver through the night and into the morning, as worker and clock do."""
    phone.belongs_to(walk, "roads")
    for at in (NIGHT, "2026-03-13 02:01", "2026-03-13 07:59", "2026-03-13 08:00", "2026-03-13 08:01"):
        walk.supervise(at)
        phone.receive(walk, at)


def test_overdue_at_two_in_the_morning_is_held_to_account_at_two_and_told_at_eight(database_url: str) -> None:
    phone = Phone()
    with pressed_by(database_url, at_once_or_overdue(SMS, LETTER, CASE), time_limits=sixteen_hours) as walk:
        work_through_the_night(walk, phone)
        [clock] = walk.clocks_called("reply")
        [case], [letter, _notice] = walk.rows(AccountabilityCase), walk.letters()
        stamps = (clock.overdue_at, case.opened_at, letter.issued_at, walk.entries()[-1].at)
        [said, _] = [message for message in walk.messages() if message.transport == "sms"]
        lights = (clock.light, walk.ticket().light)

    assert stamps == (beijing(NIGHT),) * 4
    assert lights == ("red", "red")
    assert [at for at, _ in phone.rang] == [beijing("2026-03-13 08:00")] * 2  # the text, and the notice of the case
    assert phone.rang[0][1] == "已超期"
    assert (said.created_at, said.sent_at) == (beijing(NIGHT), beijing("2026-03-13 08:00"))


def test_a_district_may_want_to_be_woken(database_url: str) -> None:
    phone = Phone()
    with pressed_by(database_url, at_once_or_overdue(AT_ONCE), time_limits=sixteen_hours) as walk:
        work_through_the_night(walk, phone)

    assert phone.rang == [(beijing(NIGHT), "已超期")]


def test_who_is_in_danger_does_not_wait_for_the_morning(database_url: str) -> None:
    phone = Phone()
    with pressed_by(database_url, at_once_or_overdue(SMS)) as walk:
        phone.belongs_to(walk, "desk")
        walk.take_in(NIGHT, urgency="urgent")
        phone.receive(walk, NIGHT)

    assert phone.rang == [(beijing(NIGHT), "已超期")]


def test_time_that_runs_out_on_an_urgent_ticket_is_told_at_once(database_url: str) -> None:
    phone = Phone()
    with pressed_by(database_url, at_once_or_overdue(SMS), time_limits=sixteen_hours) as walk:
        phone.belongs_to(walk, "roads")
        walk.take_in("2026-03-12 10:00", urgency="urgent")
        walk.dispatch("2026-03-12 10:10")
        phone.receive(walk, "2026-03-12 10:10")
        before = len(phone.rang)
        walk.supervise(NIGHT)
        phone.receive(walk, NIGHT)
        told_by = [at for at, _ in phone.rang[before:]]

    assert told_by == [beijing(NIGHT)]


@pytest.mark.parametrize(
    ("at", "zone", "told"),
    [
        ("2026-03-12T07:59:59+08:00", "Asia/Shanghai", "2026-03-12T08:00:00+08:00"),
        ("2026-03-12T08:00:00+08:00", "Asia/Shanghai", "2026-03-12T08:00:00+08:00"),
        ("2026-03-12T20:59:59+08:00", "Asia/Shanghai", "2026-03-12T20:59:59+08:00"),
        ("2026-03-12T21:00:00+08:00", "Asia/Shanghai", "2026-03-13T08:00:00+08:00"),
        ("2026-12-31T23:59:59+08:00", "Asia/Shanghai", "2027-01-01T08:00:00+08:00"),
        ("2026-03-12T02:00:00+00:00", "Asia/Shanghai", "2026-03-12T02:00:00+00:00"),
        ("2026-03-12T02:00:00+00:00", "Asia/Urumqi", "2026-03-12T02:00:00+00:00"),
        ("2026-03-12T01:59:00+00:00", "Asia/Urumqi", "2026-03-12T02:00:00+00:00"),
        ("2026-03-08T01:30:00-05:00", "America/New_York", "2026-03-08T08:00:00-04:00"),
    ],
)
def test_the_day_is_the_districts_own(at: str, zone: str, told: str) -> None:
    assert by_day(datetime.fromisoformat(at), ZoneInfo(zone)) == datetime.fromisoformat(told)
