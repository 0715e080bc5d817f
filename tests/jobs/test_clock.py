"""The clock as a process: one leads, everything due is fired, and nothing twice."""

import itertools
import re
import signal
import time
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import func, select

from core.jobs.figures import LEISURE, MOST_LEISURE, Figures, leisure_after
from core.jobs.timers import Timers
from core.jobs.turns import BREATH
from core.journey.audit import audit_tenant
from core.journey.supervise import supervise
from core.sla.firing import Reached, fire
from core.sla.models import ClockEvent, Timer
from core.statistics.models import CubeCell, DirtyDay
from core.tenancy.scope import Installation, Scope
from core.tickets.models import Message
from tests.builders import beijing, make_district, make_ticket
from tests.jobs.conftest import OwnDatabase, Running, Start
from tests.jobs.making import soon
from tests.patience import patience

LEADS = "时钟开始工作"
SUBMITTED = beijing("2026-03-12 10:00")
LONG_AFTER = beijing("2026-04-30 10:00")


def fired(installation: Installation, slug: str) -> list[str]:
    """Return the marks that were fired, and see that each was told to the unit once.

    Both are read by one statement: the clock goes on between two.
    """
    with installation.scope(slug) as scope:
        messages = select(func.count()).where(Message.tenant_id == scope.tenant.id).scalar_subquery()
        marks = select(func.array_agg(ClockEvent.mark)).where(ClockEvent.tenant_id == scope.tenant.id)
        fired_marks, told = scope.session.execute(select(marks.scalar_subquery(), messages)).one()
    assert told == len(fired_marks or [])
    return sorted(fired_marks or [])


def pending(installation: Installation, slug: str) -> int:
    with installation.scope(slug) as scope:
        return scope.session.scalar(select(func.count()).where(Timer.tenant_id == scope.tenant.id)) or 0


def has_fired_both(installation: Installation, slug: str) -> bool:
    return fired(installation, slug) == ["overdue", "yellow"]


def dirty(installation: Installation, slug: str) -> int:
    with installation.scope(slug) as scope:
        return scope.session.scalar(select(func.count()).where(DirtyDay.tenant_id == scope.tenant.id)) or 0


def start_clock(start: Start) -> Running:
    return start("core.jobs.clock")


def test_the_timers_of_all_districts_are_fired_once(installation: Installation, start: Start) -> None:
    districts = [make_district(installation) for _ in range(2)]
    for district in districts:
        make_ticket(installation, district, now=SUBMITTED)
    ahead = make_ticket(installation, districts[0], now=datetime.now(UTC))
    assert ahead.created

    clock = start_clock(start)

    for district in districts:
        assert soon(partial(has_fired_both, installation, district))
    assert pending(installation, districts[0]) == 2
    assert soon(lambda: f"租户 {districts[0]}:2 个时限提示晚了，最晚" in clock.said())
    assert clock.end() == 0


def test_every_district_is_sealed_and_each_seal_stands_in_the_log(installation: Installation, start: Start) -> None:
    districts = [make_district(installation) for _ in range(2)]
    make_ticket(installation, districts[0], now=datetime.now(UTC))

    clock = start_clock(start)

    for district, heads in zip(districts, (1, 0), strict=True):
        sealed = re.compile(rf"租户 {district}：第 1 次封存，{heads} 件，\d+ 条留证记录，摘要 0001")

        def is_said(sealed: re.Pattern[str] = sealed) -> bool:
            return sealed.search(clock.said()) is not None

        assert soon(is_said)
    assert clock.end() == 0
    for district in districts:
        audited = installation.run(district, audit_tenant)
        assert (audited.seals, audited.findings) == (1, ())


def test_of_two_clocks_one_leads_and_the_other_takes_over(installation: Installation, start: Start) -> None:
    district = make_district(installation)
    first = start_clock(start)
    assert soon(lambda: LEADS in first.said())
    second = start_clock(start)
    assert soon(lambda: "时钟已就绪" in second.said())
    time.sleep(2)
    assert LEADS not in second.said()

    first.signal(signal.SIGKILL)
    first.process.wait()

    assert soon(lambda: LEADS in second.said(), within=5)
    make_ticket(installation, district, now=SUBMITTED)
    assert soon(lambda: has_fired_both(installation, district), within=5)


def test_a_clock_killed_in_the_middle_fires_nothing_twice(installation: Installation, start: Start) -> None:
    district = make_district(installation)
    for _ in range(60):
        make_ticket(installation, district, now=SUBMITTED)
    clock = start_clock(start)
    assert soon(lambda: bool(fired(installation, district)))

    clock.signal(signal.SIGKILL)
    clock.process.wait()
    start_clock(start)

    assert soon(lambda: pending(installation, district) == 0)
    assert fired(installation, district) == ["overdue"] * 60 + ["yellow"] * 60


def test_a_crash_after_the_claim_leaves_the_mark_to_be_fired_once(installation: Installation) -> None:
    district = make_district(installation)
    make_ticket(installation, district, now=SUBMITTED)

    def crash() -> None:
        with installation.scope(district) as scope:
            assert len(supervise(scope, now=LONG_AFTER)) == 2
            raise RuntimeError("killed before the commit")

    with pytest.raises(RuntimeError):
        crash()
    assert fired(installation, district) == []

    timers = Timers(installation, is_ending=lambda: False)
    assert [timers.fire(now=lambda: LONG_AFTER) for _ in range(2)] == [False, False]
    assert fired(installation, district) == ["overdue", "yellow"]


def test_figures_follow_within_seconds(installation: Installation, start: Start) -> None:
    district = make_district(installation)
    clock = start_clock(start)
    assert soon(lambda: LEADS in clock.said())

    make_ticket(installation, district, now=datetime.now(UTC))

    assert soon(lambda: dirty(installation, district) == 0, within=8)
    with installation.scope(district) as scope:
        assert scope.session.scalar(select(func.count()).where(CubeCell.tenant_id == scope.tenant.id))


def test_the_longer_counting_takes_the_longer_it_waits(installation: Installation) -> None:
    district = make_district(installation)
    figures = Figures(installation, is_ending=lambda: False)

    def counted_after(seconds: float) -> bool:
        """Tell whether a new ticket is counted that many seconds later; counting takes two tenths of a second."""
        make_ticket(installation, district, now=SUBMITTED)
        looks = itertools.count()
        figures.refresh(now=lambda: SUBMITTED + timedelta(seconds=seconds + 0.2 * next(looks)))
        return dirty(installation, district) == 0

    assert counted_after(0)
    assert not counted_after(15)
    assert counted_after(30)
    assert leisure_after(timedelta(milliseconds=10)) == LEISURE
    assert leisure_after(timedelta(seconds=30)) == MOST_LEISURE


def test_trouble_in_one_district_leaves_the_others_alone(
    installation: Installation, database: OwnDatabase, caplog: pytest.LogCaptureFixture
) -> None:
    broken, sound = make_district(installation, "a-broken"), make_district(installation, "b-sound")
    for district in (broken, sound):
        make_ticket(installation, district, now=SUBMITTED)
    with database.admin() as connection:
        connection.execute("UPDATE unit SET active = false WHERE tenant_id = %s", [installation.tenant(broken).id])
    installation.forget()
    timers = Timers(installation, is_ending=lambda: False)

    for _ in range(3):
        timers.fire(now=lambda: LONG_AFTER)

    assert fired(installation, sound) == ["overdue", "yellow"]
    assert fired(installation, broken) == []
    told = [record.message for record in caplog.records if record.levelname == "ERROR"]
    assert len(told) == 2
    assert all(message.startswith("租户 a-broken 工单 ") and "60 秒后再试" in message for message in told)


def test_the_clock_takes_the_lead_again_when_the_database_is_back(
    installation: Installation, start: Start, database: OwnDatabase
) -> None:
    district = make_district(installation)
    clock = start_clock(start)
    assert soon(lambda: LEADS in clock.said())

    database.close()
    assert soon(lambda: "数据库没有应答" in clock.said())
    database.open()
    installation.database.engine.dispose()
    make_ticket(installation, district, now=SUBMITTED)

    assert soon(lambda: has_fired_both(installation, district))
    assert clock.said().count(LEADS) == 2
    assert clock.end() == 0


def test_a_connection_lost_in_the_middle_puts_its_district_off_for_seconds_and_no_mark(
    installation: Installation, database: OwnDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    struck, other = make_district(installation, "a-struck"), make_district(installation, "b-other")
    for district in (struck, other):
        make_ticket(installation, district, now=SUBMITTED)
    timers = Timers(installation, is_ending=lambda: False)

    def cut(scope: Scope, reached: Reached, *, now: datetime) -> None:
        if scope.tenant.slug == struck:
            database.cut()
        fire(scope, reached, now=now)

    with monkeypatch.context() as patched:
        patched.setattr("core.journey.supervise.fire", cut)
        timers.fire(now=lambda: LONG_AFTER)
    assert (fired(installation, struck), fired(installation, other)) == ([], ["overdue", "yellow"])
    timers.fire(now=lambda: LONG_AFTER + BREATH)

    assert has_fired_both(installation, struck)


def test_an_idle_clock_ends_soon(installation: Installation, start: Start) -> None:
    leader = start_clock(start)
    assert soon(lambda: LEADS in leader.said())
    waiting = start_clock(start)
    assert soon(lambda: "时钟已就绪" in waiting.said())

    asked = time.monotonic()
    assert [clock.end() for clock in (waiting, leader)] == [0, 0]

    assert time.monotonic() - asked < patience(4)
