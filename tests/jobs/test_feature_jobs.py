"""The daily work of features: written once a day at its time, made up for once, done by the worker, tried again."""

import time
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from core.hooks import Feature, JobSpec, NotPossible, Store, Visitor
from core.hooks.outside import OWN_HOSTS
from core.hooks.roster import Roster
from core.hooks.settings import SecretText
from core.hooks.tables import select as rows_of
from core.jobs.drain import BACKOFF
from core.jobs.feature_jobs import FEATURE_JOB, FeatureJobs
from core.jobs.kinds import job_kinds
from core.kit.outbox import Job, enqueue_once
from core.tenancy.guest import guest
from core.tenancy.models import FeatureAct, FeatureIncident
from core.tenancy.revisions import set_state
from core.tenancy.scope import Installation
from core.tenancy.secret_rows import keep_text
from plugins.chengdu.tables import TOLD
from tests.builders import beijing, make_district, make_feature, make_installation, switch_on
from tests.jobs.conftest import OwnDatabase, Start
from tests.jobs.making import drain, jobs_of, soon
from tests.jobs.robot import Robot, robot
from tests.patience import patience

DAY = timedelta(days=1)
EVENING, MORNING = beijing("2026-03-11 20:00"), beijing("2026-03-12 08:30")


def make_working(
    database: OwnDatabase, run: Callable[..., Any], *, at: str = "08:30", seconds: int = 60, zone: str = "Asia/Shanghai"
) -> tuple[Installation, str]:
    """Return an installation with a feature that works daily, and a district that has it on."""
    feature = make_feature("chengdu.trial", jobs=lambda: [JobSpec("sum-up", "汇总", at, run="run", seconds=seconds)])
    assert not isinstance(feature.answers, str)
    feature.answers.run = run  # type: ignore[attr-defined]
    installation = make_installation(database.url, features=[feature])
    return installation, make_district(installation, features={"chengdu.trial": {}}, zone=zone)


def clock_of(installation: Installation) -> FeatureJobs:
    return FeatureJobs(installation, is_ending=lambda: False)


def look(clock: FeatureJobs, *times: datetime) -> None:
    """Let the clock look at these times."""
    for at in times:
        clock.write_due(now=lambda at=at: at)


def written(installation: Installation, slug: str) -> list[Job]:
    return [job for job in jobs_of(installation, slug) if job.kind == FEATURE_JOB]


def days(installation: Installation, slug: str) -> list[str]:
    return [job.payload["day"] for job in written(installation, slug)]


def work(installation: Installation, now: datetime) -> None:
    drain(installation, job_kinds({}, installation), now=now)


def cards(installation: Installation, slug: str) -> Sequence[FeatureIncident]:
    with installation.scope(slug) as scope:
        return scope.session.scalars(select(FeatureIncident).where(FeatureIncident.tenant_id == scope.tenant.id)).all()


def notes(installation: Installation, slug: str) -> list[tuple[str, str, str]]:
    with installation.scope(slug) as scope:
        rows = scope.session.scalars(select(FeatureAct).where(FeatureAct.tenant_id == scope.tenant.id))
        return [(act.part, act.actor, act.told) for act in rows]


def test_the_work_of_a_day_is_written_at_its_time_once_and_done_once(database: OwnDatabase) -> None:
    seen: list[tuple[Visitor, date]] = []

    def run(visitor: Visitor, day: date) -> str:
        seen.append((visitor, day))
        return "汇总了 3 件"

    installation, slug = make_working(database, run)
    clock = clock_of(installation)

    look(clock, EVENING, MORNING - timedelta(seconds=1))
    assert days(installation, slug) == []
    look(clock, MORNING, MORNING + timedelta(minutes=1), MORNING + timedelta(hours=9))
    at = MORNING + timedelta(minutes=2)
    work(installation, at)
    work(installation, at)

    assert days(installation, slug) == ["2026-03-12"]
    assert seen == [(Visitor("定时工作", at), date(2026, 3, 12))]
    assert notes(installation, slug) == [("sum-up", "定时工作", "汇总了 3 件")]
    look(clock, MORNING + DAY)
    assert days(installation, slug) == ["2026-03-12", "2026-03-13"]


def test_several_clocks_and_one_that_starts_anew_write_a_day_once(database: OwnDatabase) -> None:
    installation, slug = make_working(database, lambda: "")
    clocks = [clock_of(installation) for _ in range(2)]
    for clock in clocks:
        look(clock, EVENING, MORNING)
    look(clock_of(installation), MORNING + timedelta(minutes=5), MORNING + timedelta(minutes=6))

    assert days(installation, slug) == ["2026-03-12"]
    assert [job.dedup_key for job in written(installation, slug)] == ["plugin-job/chengdu.trial/sum-up/2026-03-12"]


def test_what_was_missed_is_made_up_for_once(database: OwnDatabase) -> None:
    installation, slug = make_working(database, lambda: "")
    look(clock_of(installation), EVENING, MORNING)

    long_after = clock_of(installation)
    look(long_after, MORNING + 4 * DAY + timedelta(hours=3), MORNING + 4 * DAY + timedelta(hours=4))
    early = clock_of(installation)
    look(early, MORNING + 8 * DAY - timedelta(hours=3))

    assert days(installation, slug) == ["2026-03-12", "2026-03-16", "2026-03-19"]


def test_work_that_is_new_waits_for_its_next_time(database: OwnDatabase) -> None:
    installation, slug = make_working(database, lambda: "")
    with installation.scope(slug) as scope:
        set_state(scope, "chengdu.trial", "off", reason="")
    installation.forget()
    clock = clock_of(installation)
    look(clock, EVENING, MORNING, MORNING + timedelta(hours=2))
    with installation.scope(slug) as scope:
        set_state(scope, "chengdu.trial", "on", reason="")
    installation.forget()

    look(clock, MORNING + timedelta(hours=3))
    assert days(installation, slug) == []
    look(clock, MORNING + DAY)
    assert days(installation, slug) == ["2026-03-13"]


def test_the_time_is_that_of_the_district(database: OwnDatabase) -> None:
    installation, slug = make_working(database, lambda: "", zone="Asia/Urumqi")
    clock = clock_of(installation)
    look(clock, EVENING, MORNING)
    assert days(installation, slug) == []
    look(clock, MORNING + timedelta(hours=2))
    assert days(installation, slug) == ["2026-03-12"]


def test_a_failure_is_tried_again_and_left_to_a_person_in_the_end(
    database: OwnDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.hooks.breaker.IN_A_ROW", 100)
    tries: list[date] = []

    def run(day: date, store: Store) -> str:
        tries.append(day)
        store.add(TOLD, event_id="x", happened_on=date(2026, 3, 11), serial_no="1", occasion="urgent", urgent=True)
        raise ValueError

    installation, slug = make_working(database, run)
    look(clock_of(installation), EVENING, MORNING)
    at = MORNING
    for rest in (timedelta(), *BACKOFF):
        at += rest
        work(installation, at)

    [job] = written(installation, slug)
    [last] = [card for card in cards(installation, slug) if card.hook == "jobs"]
    assert (job.state, job.attempts, tries) == ("dead", 6, [date(2026, 3, 12)] * 6)
    assert last.words.startswith("试了 6 次没有做成，不再重试：")
    assert told_rows(installation, slug) == []


def test_work_that_hangs_is_cut_after_its_seconds(database: OwnDatabase) -> None:
    installation, slug = make_working(database, lambda: time.sleep(60), seconds=1)
    look(clock_of(installation), EVENING, MORNING)

    started = time.monotonic()
    work(installation, MORNING)

    assert time.monotonic() - started < patience(10)
    assert [(job.state, job.attempts) for job in written(installation, slug)] == [("pending", 1)]
    assert [(card.hook, card.kind) for card in cards(installation, slug)] == [("run", "over_budget")]


def test_work_that_refuses_in_words_is_tried_again(database: OwnDatabase) -> None:
    def run() -> str:
        raise NotPossible("昨天的数字还没有算完。")

    installation, slug = make_working(database, run)
    look(clock_of(installation), EVENING, MORNING)
    work(installation, MORNING)

    [job] = written(installation, slug)
    assert (job.state, job.last_error) == ("pending", "昨天的数字还没有算完。")
    assert cards(installation, slug) == []


def test_work_of_a_feature_that_was_switched_off_is_not_done(database: OwnDatabase) -> None:
    seen: list[str] = []
    installation, slug = make_working(database, lambda: seen.append("") or "")
    look(clock_of(installation), EVENING, MORNING)
    with installation.scope(slug) as scope:
        set_state(scope, "chengdu.trial", "off", reason="")
    installation.forget()

    work(installation, MORNING)

    assert ([job.state for job in written(installation, slug)], seen) == (["done"], [])


def test_a_district_whose_feature_cannot_be_asked_keeps_no_other_waiting(database: OwnDatabase) -> None:
    def jobs() -> list[JobSpec]:
        raise ValueError

    bad = make_feature("trial.bad", jobs=jobs)
    wrong = make_feature("trial.wrong", jobs=lambda: [JobSpec("x", "名", "25:00", run="run")])
    good = make_feature("trial.good", jobs=lambda: [JobSpec("sum-up", "汇总", "08:30", run="run")])
    assert not isinstance(good.answers, str)
    good.answers.run = lambda: ""  # type: ignore[attr-defined]
    installation = make_installation(database.url, features=[bad, wrong, good])
    slug = make_district(installation, features={"trial.bad": {}, "trial.wrong": {}, "trial.good": {}})

    look(clock_of(installation), EVENING, MORNING)

    assert [job.payload["feature"] for job in written(installation, slug)] == ["trial.good"]
    assert sorted(card.feature for card in cards(installation, slug)) == ["trial.bad", "trial.wrong"]


def test_the_clock_and_the_worker_as_processes_do_the_work_of_a_day(
    installation: Installation, database: OwnDatabase, start: Start, group: Robot
) -> None:
    """The morning line of the leaders' group, which was missed a minute ago."""
    shipped = make_installation(database.url, features=tuple(Roster.installed().features.values()))
    shipped.keys = installation.keys
    slug = make_district(shipped)
    now = datetime.now(EVENING.tzinfo)
    with shipped.scope(slug) as scope:
        missed = now.astimezone(scope.tenant.zone) - timedelta(minutes=1)
        switch_on(scope, "chengdu.leaders", {"morning_at": f"{missed:%H:%M}"})
        keep_text(scope, "chengdu.leaders", "webhook", SecretText(group.url), by="测试", now=now)
        key = f"plugin-job/chengdu.leaders/morning/{missed.date() - 3 * DAY}"
        enqueue_once(scope.session, "past", dedup_key=key, payload={}, now=now + DAY)

    clock = start("core.jobs.clock")
    start("core.worker", **{OWN_HOSTS: f"127.0.0.1:{group.port}"})

    assert soon(lambda: bool(group.said), within=40), clock.said()
    yesterday = missed.date() - DAY
    assert group.texts == [
        f"{yesterday.month} 月 {yesterday.day} 日：紧急诉求 0 件，答复超期 0 件，领导批示 0 件，批示反馈 0 件。"
    ]
    assert [said.key for said in group.said] == [f"{slug}-leaders-morning-{missed.date()}"]


@pytest.fixture
def group(monkeypatch: pytest.MonkeyPatch) -> Iterator[Robot]:
    with robot() as made:
        monkeypatch.setenv(OWN_HOSTS, f"127.0.0.1:{made.port}")
        yield made


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({}, ["3 月 11 日：紧急诉求 2 件，答复超期 1 件，领导批示 0 件，批示反馈 0 件。涉及 T1、T2"]),
        ({"morning": False}, []),
    ],
)
def test_the_leaders_group_reads_in_the_morning_what_happened_the_day_before(
    database: OwnDatabase, group: Robot, settings: dict[str, Any], said: list[str]
) -> None:
    shipped: Sequence[Feature] = tuple(Roster.installed().features.values())
    installation = make_installation(database.url, features=shipped)
    slug = make_district(installation, features={"chengdu.leaders": settings})
    with installation.scope(slug) as scope:
        keep_text(scope, "chengdu.leaders", "webhook", SecretText(group.url), by="测试", now=EVENING)
    installation.forget()
    happened = [
        ("1", 11, "T1", "urgent"),
        ("2", 11, "T2", "urgent"),
        ("3", 11, "T2", "overdue"),
        ("4", 10, "T3", "urgent"),
    ]
    with installation.scope(slug) as scope, guest(scope, "chengdu", writes=True, seconds=5) as store:
        for event_id, day, serial_no, occasion in happened:
            store.add(
                TOLD,
                event_id=event_id,
                happened_on=date(2026, 3, day),
                serial_no=serial_no,
                occasion=occasion,
                urgent=True,
            )
    look(clock_of(installation), EVENING, MORNING)

    work(installation, MORNING)

    assert group.texts == said


def told_rows(installation: Installation, slug: str) -> list[str]:
    with installation.scope(slug) as scope, guest(scope, "chengdu", writes=False, seconds=5) as store:
        return [row["serial_no"] for row in store.rows(rows_of(TOLD.c.serial_no))]
