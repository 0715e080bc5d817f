"""A deadline inside a pause: a limit does not run out while it stands still."""

from datetime import UTC, datetime

from core.hooks.values import Budget
from core.sla.ledger import Pause, Tightening
from core.sla.rules import reckon
from core.workdays.rules import Timetable
from core.workdays.shipped import SHIPPED


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
