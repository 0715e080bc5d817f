"""The worker as a process: prompt with Redis, patient without, and nothing lost or doubled when it is killed."""

import signal
import time
from functools import partial

import pytest

from core.jobs.hints import open_queue, waker
from core.tenancy.scope import Installation
from tests.builders import make_district
from tests.jobs.conftest import OwnDatabase, Running, Start
from tests.jobs.making import jobs_of, make_message, make_reachable, message_of, soon
from tests.jobs.outside import SECRET, SmsReceiver
from tests.jobs.queue_server import QueueServer
from tests.patience import patience

READY = "后台任务已就绪"


@pytest.fixture
def district(installation: Installation) -> str:
    slug = make_district(installation)
    make_reachable(installation, slug, phone="13800000001")
    return slug


@pytest.fixture
def start_worker(start: Start, sms: SmsReceiver) -> Start:
    def run() -> Running:
        worker = start("core.worker", SMS_URL=sms.url, SMS_SECRET=SECRET)
        assert soon(lambda: READY in worker.said()), worker.said()
        return worker

    sms.expects_now = False
    return run


def is_sent(installation: Installation, slug: str, message_id: int) -> bool:
    return message_of(installation, slug, message_id).state == "sent"


def test_a_hint_has_the_message_delivered_at_once(
    installation: Installation, district: str, start_worker: Start, queue_server: QueueServer
) -> None:
    installation._on_wake = waker(queue_server.url)
    start_worker()
    delays = []
    for _ in range(3):
        message_id = make_message(installation, district, at_night=True)
        written = time.monotonic()
        assert soon(partial(is_sent, installation, district, message_id))
        delays.append(time.monotonic() - written)

    assert min(delays) < patience(1)
    assert open_queue(queue_server.url, patience=5).job_ids == []


def test_what_was_hinted_before_a_flush_is_delivered_all_the_same(
    installation: Installation, district: str, start_worker: Start, queue_server: QueueServer
) -> None:
    installation._on_wake = waker(queue_server.url)
    message_id = make_message(installation, district, at_night=True)
    queue_server.flush()

    start_worker()
    assert soon(lambda: is_sent(installation, district, message_id))

    queue_server.flush()
    later = make_message(installation, district, at_night=True)
    queue_server.flush()
    assert soon(lambda: is_sent(installation, district, later), within=5)


def test_without_redis_the_worker_looks_every_two_seconds_and_hears_again_when_it_is_back(
    installation: Installation, district: str, start_worker: Start, queue_server: QueueServer
) -> None:
    worker = start_worker()
    queue_server.stop()

    message_id = make_message(installation, district, at_night=True)
    assert soon(lambda: is_sent(installation, district, message_id), within=8)
    assert soon(lambda: "改为每 2 秒查看任务表" in worker.said())

    queue_server.start()
    assert soon(lambda: "Redis 已恢复" in worker.said())
    assert worker.said().count("Redis 没有应答") == 1
    assert worker.end() == 0


def test_a_worker_killed_in_the_middle_leaves_exactly_one_effect_in_the_database(
    installation: Installation, district: str, start_worker: Start, sms: SmsReceiver
) -> None:
    sms.delay = 30
    message_id = make_message(installation, district, at_night=True)
    worker = start_worker()
    assert sms.arrived.wait(20)

    worker.signal(signal.SIGKILL)
    worker.process.wait()
    assert message_of(installation, district, message_id).state == "waiting"
    sms.delay = 0
    start_worker()

    assert soon(lambda: is_sent(installation, district, message_id))
    assert [(job.state, job.attempts) for job in jobs_of(installation, district)] == [("done", 1)]
    assert sms.ids == [f"{district}-{message_id}"] * 2  # outside: at least once, and the gateway can tell


def test_two_workers_share_the_work_and_do_nothing_twice(
    installation: Installation, district: str, start_worker: Start, sms: SmsReceiver
) -> None:
    workers = [start_worker(), start_worker()]
    sms.delay = 0.02
    ids = [make_message(installation, district, at_night=True) for _ in range(30)]

    assert soon(lambda: all(is_sent(installation, district, message_id) for message_id in ids))
    assert sorted(sms.ids) == sorted(f"{district}-{message_id}" for message_id in ids)
    assert [worker.end() for worker in workers] == [0, 0]


def test_asked_to_end_the_worker_finishes_the_one_message_and_goes(
    installation: Installation, district: str, start_worker: Start, sms: SmsReceiver
) -> None:
    sms.delay = 1
    first, second = (make_message(installation, district, at_night=True) for _ in range(2))
    worker = start_worker()
    assert sms.arrived.wait(20)

    asked = time.monotonic()
    assert worker.end() == 0

    assert time.monotonic() - asked < patience(6)
    assert [message_of(installation, district, message_id).state for message_id in (first, second)] == [
        "sent",
        "waiting",
    ]


def test_an_idle_worker_ends_soon(start_worker: Start) -> None:
    worker = start_worker()
    time.sleep(0.3)

    asked = time.monotonic()
    assert worker.end() == 0

    assert time.monotonic() - asked < patience(4)


def test_the_worker_waits_for_the_database_to_come_back(
    installation: Installation, district: str, start_worker: Start, database: OwnDatabase
) -> None:
    worker = start_worker()
    database.close()
    assert soon(lambda: "数据库没有应答" in worker.said())

    database.open()
    installation.database.engine.dispose()
    message_id = make_message(installation, district, at_night=True)

    assert soon(lambda: is_sent(installation, district, message_id))
    assert worker.end() == 0


def test_the_worker_waits_for_a_database_that_is_not_there_yet(
    installation: Installation, start: Start, database: OwnDatabase
) -> None:
    database.close()
    worker = start("core.worker")
    assert soon(lambda: "每 2 秒再试一次" in worker.said())

    database.open()

    assert soon(lambda: READY in worker.said())
    assert worker.end() == 0


def test_a_worker_with_an_unusable_gateway_says_so_and_ends(start: Start) -> None:
    worker = start("core.worker", SMS_URL="http://sms.example.gov/send", SMS_SECRET=SECRET)

    assert worker.process.wait(20) == 1
    assert "手机号会在网络上明文传送" in worker.said()
