"""A deadline inside a pause: a limit does not run out while it stands still."""

from datetime import UTC, datetime

from core.hooks.values import Budget, Mark
from core.sla.ledger import Pause, Tightening
from core.sla.rules import reckon
from core.workdays.rules import Timetable
from core.workdays.shipped import SHIPPED
from tests.time.districts import days, timed_district

HOUR_LEFT = Mark("last-hour", "yellow", "test/last-hour", "最后一小时", working_seconds_left=3600)


def test_a_deadline_that_falls_into_a_pause_holds_from_its_end() -> None:
    timetable = Timetable(SHIPPED["GZ"]())
    start, until = datetime(2026, 3, 12, 2, tzinfo=UTC), datetime(2026, 3, 13, 2, tzinfo=UTC)
    pause = Pause(datetime(2026, 3, 12, 4, tzinfo=UTC), datetime(2026, 3, 16, 2, tzinfo=UTC))

    reckoning = reckon(
        timetable,
        Budget("wd_eod", 5),
        start,
        pauses=[pause],
        adjustments=[Tightening(datetime(2026, 3, 12, 5, tzinfo=UTC), until, "批示")],
    )

    assert reckoning.due == pause.end


def test_the_end_of_the_limit_above_that_falls_into_a_pause_holds_from_its_end(database_url: str) -> None:
    walk = timed_district(database_url, {"reply": days(3), "handle": days(2)}, marks=[HOUR_LEFT])
    walk.take_in("2025-11-03 10:00")
    walk.dispatch("2025-11-03 10:00")
    walk.sign("2025-11-03 11:00")
    walk.pause("2025-11-03 14:00", days=5)
    walk.supervise("2025-11-07 09:00")

    walk.resume("2025-11-10 10:00")

    assert (walk.due("reply"), walk.due("handle")) == ("2025-11-06 18:00", "2025-11-10 10:00")
    walk.supervise("2025-11-10 10:01")
    assert walk.events("handle") == [("last-hour", 1, "2025-11-10 10:00"), ("overdue", 0, "2025-11-10 10:00")]
    assert walk.disagreeing() == []
    walk.reply("2025-11-10 11:00")
    walk.pass_reply("2025-11-10 11:10")
    assert walk.clock("handle").state == "breached"
    assert walk.disagreeing() == [], "what held it stays on its record when it has ended"
