"""365 days a year, 24 hours a day: what comes in is accepted, timed and told of at whatever hour, on a holiday as at night."""

from datetime import timedelta

from core.hooks import Budget
from core.intake.calls.rules import IncomingCall
from core.journey.call_records import receive_calls
from core.tickets.models import Message
from core.tickets.states import State
from tests.builders import BEIJING, OPERATOR, beijing
from tests.time.districts import timed_district

FROM = beijing("2026-09-30 01:00")
"""The last working day before the National Day: what follows is a holiday, a night, a holiday."""
EVERY, TIMES = timedelta(hours=5), 15
"""Three days; five hours later each time, so that no hour of a day comes twice."""


def test_three_days_and_nights_of_intake_timers_and_messages(database_url: str) -> None:
    walk = timed_district(database_url, {"on_site": Budget("wall", 3600)})
    hours = set()
    for number in range(TIMES):
        at = FROM + number * EVERY
        local = at.astimezone(BEIJING)
        hours.add(local.hour)
        call = IncomingCall(f"call-{number}", at - timedelta(minutes=5), "desk", seconds=60, answered_by="夜班")
        with walk.installation.scope(walk.slug) as scope:
            receive_calls(scope, [call], actor=OPERATOR, now=at)
        walk.take_in(f"{local:%Y-%m-%d %H:%M}", text="燃气泄漏", urgency="urgent")
        walk.dispatch(f"{local + timedelta(minutes=2):%Y-%m-%d %H:%M}")
        assert walk.ticket().state == State.DISPATCHED
        (clock,) = walk.clocks("on_site")
        assert clock.due_at == at + timedelta(minutes=62), "an hour is an hour, whatever the calendar says"
        told = walk.rows(Message, Message.id)
        assert told
        assert {each.sent_at for each in told} <= {at, at + timedelta(minutes=2)}, "at once, at night too"

        walk.supervise(f"{local + timedelta(minutes=62):%Y-%m-%d %H:%M}")

        (clock,) = walk.clocks("on_site")
        assert clock.overdue_at == at + timedelta(minutes=62)
    assert len(hours) == TIMES
