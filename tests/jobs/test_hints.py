"""Hints: never more than two, never in the way, and no door into the worker."""

import json
import sys
import time
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from redis.exceptions import ResponseError
from rq import Queue
from rq.serializers import JSONSerializer

from core.jobs.hints import QUEUE, hint, open_queue, waker
from core.jobs.listening import HintWorker
from core.tenancy.scope import Installation
from tests.builders import make_district, make_ticket
from tests.jobs.making import NOW, jobs_of, make_job
from tests.jobs.queue_server import QueueServer
from tests.patience import patience


@pytest.fixture
def queue(queue_server: QueueServer) -> Queue:
    return open_queue(queue_server.url, patience=5)


def worker_of(queue: Queue) -> HintWorker:
    return HintWorker([queue], connection=queue.connection, serializer=JSONSerializer)


def test_at_most_two_hints_lie_in_the_queue(queue: Queue) -> None:
    assert [hint(queue) for _ in range(3)] == [True, True, False]
    assert queue.job_ids == ["drain-0", "drain-1"]


def test_many_writers_at_once_put_at_most_two(queue_server: QueueServer, queue: Queue) -> None:
    wakers = [waker(queue_server.url) for _ in range(8)]

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda wake: [wake() for _ in range(25)], wakers))

    assert sorted(queue.job_ids) == ["drain-0", "drain-1"]


def test_a_hint_taken_makes_room_for_the_next_and_leaves_nothing(queue_server: QueueServer, queue: Queue) -> None:
    worker = worker_of(queue)
    hint(queue)

    assert worker.take(1)
    assert not worker.take(1)
    left = sorted(key.decode() for key in queue_server.admin.scan_iter() if b"worker" not in key)
    assert left == ["rq:queues"]
    assert hint(queue)


def test_a_message_names_no_resident_and_is_json(queue_server: QueueServer, queue: Queue) -> None:
    hint(queue)

    stored = queue_server.admin.hget("rq:job:drain-0", "data")
    assert isinstance(stored, bytes)
    assert json.loads(zlib.decompress(stored)) == ["drain", None, [], {}]


def test_whoever_writes_redis_cannot_have_anything_run(queue_server: QueueServer, queue: Queue, tmp_path: Path) -> None:
    mark = tmp_path / "run"
    forged = Queue(QUEUE, connection=queue_server.admin, serializer=JSONSerializer)
    job = forged.create_job("os.mkdir", args=(str(mark),))
    job._success_callback_name = job._failure_callback_name = job._stopped_callback_name = "this.s"
    forged.enqueue_job(job)
    worker = worker_of(queue)

    assert worker.take(1)

    assert not mark.exists()
    assert "this" not in sys.modules
    assert queue.failed_job_registry.get_job_ids() == [job.id]
    hint(queue)
    assert worker.take(1)


def test_the_products_account_may_do_no_more_than_queueing(queue: Queue) -> None:
    for command in (("FLUSHALL",), ("KEYS", "*"), ("EVAL", "return 1", 0), ("SET", "other", "1")):
        with pytest.raises(ResponseError):
            queue.connection.execute_command(*command)  # type: ignore[no-untyped-call]


def test_intake_works_without_redis_and_is_not_slowed_down(
    installation: Installation, queue_server: QueueServer
) -> None:
    district = make_district(installation)
    queue_server.stop()
    installation._on_wake = waker(queue_server.url)

    started = time.monotonic()
    for _ in range(5):
        make_job(installation, district)
    ticket = make_ticket(installation, district, now=NOW)

    assert time.monotonic() - started < patience(2)
    assert ticket.created
    assert [job.state for job in jobs_of(installation, district)] == ["pending"] * 5


def test_a_commit_that_wrote_a_job_hints_and_another_does_not(
    installation: Installation, queue_server: QueueServer, queue: Queue
) -> None:
    district = make_district(installation)
    installation._on_wake = waker(queue_server.url)

    make_ticket(installation, district, now=NOW)
    assert queue.job_ids == []

    make_job(installation, district)
    assert queue.job_ids == ["drain-0"]
