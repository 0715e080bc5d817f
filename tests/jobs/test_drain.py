"""The drain: in turns, each job once, a failing one never in the way."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import text

from core.jobs.drain import BACKOFF, VISIT, TryLater
from core.tenancy.scope import Installation, Scope, UnknownTenant
from tests.builders import make_district
from tests.jobs.making import NOW, drain, jobs_of, kinds_doing, make_job

MINUTE = timedelta(minutes=1)


def states(installation: Installation, slug: str) -> list[tuple[str, int]]:
    return [(job.state, job.attempts) for job in jobs_of(installation, slug)]


def test_every_due_job_is_done_once_and_one_for_later_waits(installation: Installation) -> None:
    district = make_district(installation)
    done: list[int] = []
    kinds = kinds_doing(lambda _scope, payload, _now: done.append(payload["n"]))
    make_job(installation, district, n=1)
    make_job(installation, district, n=2)
    make_job(installation, district, n=3, now=NOW + MINUTE)

    drain(installation, kinds)
    drain(installation, kinds)

    assert done == [1, 2]
    assert states(installation, district) == [("done", 1), ("done", 1), ("pending", 0)]


def test_districts_take_turns(installation: Installation) -> None:
    busy, quiet = make_district(installation, "a-busy"), make_district(installation, "b-quiet")
    order: list[str] = []
    for _ in range(VISIT + 1):
        make_job(installation, busy)
    make_job(installation, quiet)

    drain(installation, kinds_doing(lambda scope, _payload, _now: order.append(scope.tenant.slug)))

    assert order == [busy] * VISIT + [quiet] + [busy]


def test_a_job_that_fails_stands_in_nobodys_way(installation: Installation) -> None:
    district, other = make_district(installation, "a-first"), make_district(installation, "b-second")
    done: list[int] = []

    def do(_scope: Scope, payload: Mapping[str, Any], _now: datetime) -> None:
        if payload["n"] == 1:
            raise ValueError("王小二 138 0000 0001")
        done.append(payload["n"])

    for n in (1, 2):
        make_job(installation, district, n=n)
    make_job(installation, other, n=3)

    drain(installation, kinds_doing(do))

    assert done == [2, 3]
    poison, good = jobs_of(installation, district)
    assert (poison.state, poison.attempts, poison.run_after) == ("pending", 1, NOW + MINUTE)
    assert poison.last_error is not None
    assert poison.last_error.startswith("ValueError(tests/jobs/test_drain.py:")
    assert "王" not in poison.last_error
    assert good.state == "done"


def test_what_a_failing_job_wrote_is_not_kept(installation: Installation) -> None:
    district = make_district(installation)

    def do(scope: Scope, _payload: Mapping[str, Any], _now: datetime) -> None:
        scope.session.execute(text("UPDATE unit SET name = 'half' WHERE code = 'roads'"))
        raise TryLater("网关没有应答")

    make_job(installation, district)
    drain(installation, kinds_doing(do))

    with installation.scope(district) as scope:
        assert scope.session.scalar(text("SELECT name FROM unit WHERE code = 'roads'")) == "道路管理处"
    assert [job.last_error for job in jobs_of(installation, district)] == ["网关没有应答"]


def test_a_job_rests_longer_each_time_and_is_dead_in_the_end(
    installation: Installation, caplog: pytest.LogCaptureFixture
) -> None:
    district = make_district(installation)

    def do(_scope: Scope, _payload: Mapping[str, Any], _now: datetime) -> None:
        raise TryLater("网关没有应答")

    make_job(installation, district)
    tries = [NOW]
    for _ in BACKOFF:
        drain(installation, kinds_doing(do), now=tries[-1])
        [job] = jobs_of(installation, district)
        tries.append(job.run_after)
    drain(installation, kinds_doing(do), now=tries[-1])

    [job] = jobs_of(installation, district)
    rests = [following - earlier for earlier, following in pairwise(tries)]
    assert rests == [timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 720)]
    assert (job.state, job.attempts, job.finished_at) == ("dead", 6, tries[-1])
    [final] = [record.message for record in caplog.records if record.levelname == "ERROR"]
    assert final == f"租户 {district} 的任务 test/{job.id} 第 6 次失败，不再重试：网关没有应答"


def test_a_job_in_anothers_hands_is_passed_over(installation: Installation) -> None:
    district = make_district(installation)
    order: list[int] = []
    make_job(installation, district, n=1)
    make_job(installation, district, n=2)

    def do(_scope: Scope, payload: Mapping[str, Any], _now: datetime) -> None:
        if payload["n"] == 1:  # meanwhile another worker drains
            drain(installation, kinds_doing(do))
        order.append(payload["n"])

    drain(installation, kinds_doing(do))

    assert order == [2, 1]
    assert states(installation, district) == [("done", 1), ("done", 1)]


def test_a_job_whose_connection_is_cut_in_the_middle_is_counted_and_rests(installation: Installation) -> None:
    district = make_district(installation)
    done: list[int] = []

    def do(scope: Scope, payload: Mapping[str, Any], _now: datetime) -> None:
        if payload["n"] == 1:
            scope.session.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
        done.append(payload["n"])

    make_job(installation, district, n=1)
    make_job(installation, district, n=2)

    drain(installation, kinds_doing(do))

    assert done == [2]
    assert states(installation, district) == [("pending", 1), ("done", 1)]


def test_a_kind_of_a_newer_version_waits(installation: Installation) -> None:
    district = make_district(installation)
    make_job(installation, district, kind="of-tomorrow")

    drain(installation, {})

    [job] = jobs_of(installation, district)
    assert (job.state, job.attempts, job.last_error) == ("pending", 1, "这个版本不会处理 of-tomorrow 类任务")


def test_a_drain_that_is_to_end_leaves_the_rest(installation: Installation) -> None:
    district = make_district(installation)
    done: list[int] = []
    for n in (1, 2):
        make_job(installation, district, n=n)
    kinds = kinds_doing(lambda _scope, payload, _now: done.append(payload["n"]))

    drain(installation, kinds, is_ending=lambda: bool(done))

    assert done == [1]


class WithClosedDistrict(Installation):
    """An installation in which the district `a-broken` cannot be opened."""

    @contextmanager
    def scope(self, slug: str) -> Iterator[Scope]:
        if slug == "a-broken":
            raise UnknownTenant("打不开")
        with super().scope(slug) as scope:
            yield scope


def test_a_district_that_cannot_be_opened_leaves_the_others_alone(
    installation: Installation, caplog: pytest.LogCaptureFixture
) -> None:
    broken, sound = make_district(installation, "a-broken"), make_district(installation, "b-sound")
    done: list[str] = []
    for district in (broken, sound):
        make_job(installation, district)
    kinds = kinds_doing(lambda scope, _payload, _now: done.append(scope.tenant.slug))

    drain(WithClosedDistrict(installation.database, installation.keys, installation.roster), kinds)

    assert done == [sound]
    [told] = [record.message for record in caplog.records if record.levelname == "ERROR"]
    assert told.startswith("租户 a-broken 的任务失败，60 秒后再试：UnknownTenant(")
