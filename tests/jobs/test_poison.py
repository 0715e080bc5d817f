"""A job that ends the worker that does it: counted though nobody was left to count, put away, and in nobody's way."""

import os
import resource
import signal
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from multiprocessing import get_context
from typing import Any

import pytest

from core.jobs.drain import CRASH_REST, MOST_CRASHES, WATCH, NotYet, TryLater
from core.jobs.kinds import job_kinds
from core.jobs.transports.outgoing import Outgoing
from core.kit.outbox import JobStart
from core.tenancy.scope import Installation, Scope
from tests.builders import make_district, make_installation
from tests.jobs.conftest import OwnDatabase
from tests.jobs.making import NOW, drain, jobs_of, kinds_doing, make_job, make_message, make_reachable, message_of

POISON = "poison"


def by_exit() -> None:
    os._exit(139)


def by_signal() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def out_of_memory() -> None:
    """Ask for more than there is, as a job that the kernel ends for it; Python only says so, so end by hand."""
    resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
    try:
        bytearray(1 << 32)
    except MemoryError:
        os.kill(os.getpid(), signal.SIGKILL)


def work_until_death(database: OwnDatabase, ending: Callable[[], None], now: datetime) -> bool:
    """Have another process do what is due; return whether the job that is poison ended it."""

    def do(_scope: Scope, payload: Mapping[str, Any], _now: datetime) -> None:
        if payload.get(POISON):
            ending()

    def work() -> None:
        drain(make_installation(database.url), kinds_doing(do), now=now)
        os._exit(0)

    worker = get_context("fork").Process(target=work)
    worker.start()
    worker.join(30)
    return worker.exitcode != 0


def marks(installation: Installation, slug: str) -> int:
    with installation.scope(slug) as scope:
        return scope.session.query(JobStart).count()


@pytest.mark.parametrize("ending", [by_exit, by_signal, out_of_memory])
def test_a_job_that_ends_its_worker_is_put_away_and_others_go_on(
    installation: Installation,
    database: OwnDatabase,
    ending: Callable[[], None],
    caplog: pytest.LogCaptureFixture,
) -> None:
    district, other = make_district(installation, "a-first"), make_district(installation, "b-second")
    make_job(installation, district, poison=True)
    make_job(installation, district)
    make_job(installation, other)

    assert work_until_death(database, ending, NOW)
    assert work_until_death(database, ending, NOW), "one end may be anything's fault: it is done again at once"
    assert not work_until_death(database, ending, NOW), "after the second it rests, and the others are done"
    poison, sound = jobs_of(installation, district)
    assert (poison.state, poison.crashes, poison.run_after) == ("pending", 2, NOW + CRASH_REST)
    assert [job.state for job in (sound, *jobs_of(installation, other))] == ["done", "done"]

    assert work_until_death(database, ending, NOW + CRASH_REST)
    drain(installation, kinds_doing(lambda *_: None), now=NOW + CRASH_REST)
    poison, _ = jobs_of(installation, district)
    assert (poison.state, poison.crashes, poison.attempts) == ("dead", MOST_CRASHES, 0)
    assert poison.last_error == "执行到一半时后台程序意外退出（被强行终止，或者内存不足），第 3 次"
    assert [record.message for record in caplog.records if record.levelname == "ERROR"] == [
        f"租户 {district} 的任务 test/{poison.id} {poison.last_error}，不再重试"
    ]
    assert (marks(installation, district), marks(installation, other)) == (0, 0)


class Deadly:
    """A gateway that ends whoever calls it."""

    def send(self, _message: Outgoing, *, now: datetime) -> None:
        by_signal()


def test_the_message_says_that_it_was_put_away(installation: Installation, database: OwnDatabase) -> None:
    district = make_district(installation)
    make_reachable(installation, district, phone="13800000001")
    message_id = make_message(installation, district, at_night=True)

    def work(now: datetime) -> None:
        own = make_installation(database.url)
        drain(own, job_kinds({"sms": Deadly()}, own), now=now)
        os._exit(0)

    for minute in range(5):
        worker = get_context("fork").Process(target=work, args=(NOW + minute * CRASH_REST,))
        worker.start()
        worker.join(30)

    message = message_of(installation, district, message_id)
    assert (message.state, message.failure) == (
        "failed",
        "试了 3 次，没有发出：执行到一半时后台程序意外退出（被强行终止，或者内存不足），第 3 次。请查明原因后重新发送。",
    )


@pytest.mark.parametrize("outcome", [None, TryLater("网关没有应答"), NotYet(NOW + timedelta(hours=1)), ValueError("x")])
def test_a_try_that_ended_in_whatever_way_leaves_no_mark(installation: Installation, outcome: Exception | None) -> None:
    district = make_district(installation)
    seen = []

    def do(_scope: Scope, _payload: Mapping[str, Any], _now: datetime) -> None:
        seen.append(marks(installation, district))
        if outcome:
            raise outcome

    make_job(installation, district)
    drain(installation, kinds_doing(do))

    assert (seen, marks(installation, district)) == ([1], 0)
    assert [job.crashes for job in jobs_of(installation, district)] == [0]


def test_a_worker_that_has_lived_for_a_while_marks_only_what_has_ended_one_before(
    installation: Installation, database: OwnDatabase
) -> None:
    district = make_district(installation)
    make_job(installation, district, poison=True)
    assert work_until_death(database, by_exit, NOW)
    make_job(installation, district)
    begun = []
    later = Later()

    def do(_scope: Scope, payload: Mapping[str, Any], _now: datetime) -> None:
        begun.append((payload.get(POISON, False), marks(installation, district)))

    drain(installation, kinds_doing(do), now=later)

    assert begun == [(True, 1), (False, 0)]
    assert [(job.state, job.crashes) for job in jobs_of(installation, district)] == [("done", 1), ("done", 0)]
    assert marks(installation, district) == 0


class Later:
    """A time that is past the worker's youth from the second look on."""

    def __init__(self) -> None:
        self._now = NOW

    def __call__(self) -> datetime:
        self._now += WATCH
        return self._now
