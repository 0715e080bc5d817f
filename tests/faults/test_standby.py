"""A commit that was to be on two servers and is on one is not acknowledged, and neither is a repeated request."""

import threading
import time
from collections.abc import Callable, Iterator

import pytest
from werkzeug.test import TestResponse

from tests.faults.conftest import District
from tests.faults.small_disk import SmallDisk

GIVE_UP_WAITING = "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'"
PATIENCE = 30.0


@pytest.fixture
def without_its_standby(disk: SmallDisk, district: District) -> Iterator[None]:
    """Have commits wait for a standby that is not there."""
    disk.admin("ALTER SYSTEM SET synchronous_standby_names = 'absent'")
    disk.admin("SELECT pg_reload_conf()")
    yield
    with_standby(disk)


def with_standby(disk: SmallDisk) -> None:
    disk.admin("ALTER SYSTEM RESET synchronous_standby_names")
    disk.admin("SELECT pg_reload_conf()")


def cut_short(disk: SmallDisk, ask: Callable[[], TestResponse]) -> TestResponse:
    """Ask, and end the waiting for the standby as an administrator does, or a process that is replaced."""
    answers: list[TestResponse] = []
    asking = threading.Thread(target=lambda: answers.append(ask()), daemon=True)
    asking.start()
    give_up = time.monotonic() + PATIENCE
    while asking.is_alive() and time.monotonic() < give_up:
        disk.admin(GIVE_UP_WAITING)
        asking.join(0.05)
    return answers[0]


@pytest.mark.usefixtures("without_its_standby")
def test_what_is_on_one_server_alone_is_not_acknowledged(disk: SmallDisk, district: District) -> None:
    first = cut_short(disk, lambda: district.by_api("alone"))
    assert district.tickets_under("alone") == 1, "it is on the one server"
    repeated = cut_short(disk, lambda: district.by_api("alone"))
    pushed = [cut_short(disk, lambda: district.by_push("m-alone")) for _ in range(2)]
    told = [(answer.status_code, answer.get_json()["code"]) for answer in (first, repeated, *pushed)]
    assert told == [(503, "commit-unanswered")] * 4
    health = cut_short(disk, lambda: district.app.test_client().get("/healthz"))
    assert health.get_json()["alarms"] == ["standby-missing"]

    with_standby(disk)
    assert district.by_api("alone").status_code in (200, 201)
    assert district.by_push("m-alone").status_code == 202
    assert district.tickets_under("alone") == 1
