"""The worker's ear: waiting for a hint in Redis, or without Redis just for the time to look again."""

import logging
from typing import Any

from redis.exceptions import RedisError
from rq import SimpleWorker
from rq.exceptions import DequeueTimeout
from rq.job import Job

from core.jobs.hints import DRAIN, open_queue
from core.jobs.process import Ending

LOOK_EVERY = 2
"""Seconds after which a worker looks into the job table without any hint."""
PATIENCE = 5.0
log = logging.getLogger(__name__)


class ForeignMessage(Exception):  # noqa: N818 -- a fact about the queue
    """The queue holds a message that is not a hint; it is not acted upon."""


class Hint(Job):
    """A message that can ask for one thing. Whoever can write Redis can wake us, and have nothing else run:

    the named function is not imported, callbacks and webhooks are not called.
    """

    success_callback = failure_callback = stopped_callback = None

    def perform(self) -> None:
        """Wake the worker, which looks into the job table afterwards. Raises `ForeignMessage`."""
        if self.func_name != DRAIN:
            raise ForeignMessage("not a hint")

    def send_webhooks(self, *_args: Any, **_kwargs: Any) -> None:
        """Send none."""


class HintWorker(SimpleWorker):
    """An RQ worker that takes one hint at a time and is done with it before it drains.

    So a worker killed in its work leaves nothing unfinished in Redis. It takes no commands by way of Redis.
    """

    job_class = Hint

    @property
    def connection_timeout(self) -> int:
        """RQ would wait minutes for a Redis that hangs."""
        return int(PATIENCE)

    def take(self, seconds: int) -> bool:
        """Wait for a hint up to so many seconds; return whether one came. Raises RedisError."""
        if self.birth_date is None:
            self.register_birth()  # type: ignore[no-untyped-call]  # rq leaves it untyped
        self.heartbeat()
        try:
            taken = self.queue_class.dequeue_any(
                self.queues, seconds, connection=self.connection, job_class=Hint, serializer=self.serializer
            )
        except DequeueTimeout:
            return False
        if taken is not None:
            self.execute_job(*taken)
        return True


class Ear:
    """Waits for hints, and says once when Redis goes and once when it is back."""

    def __init__(self, redis_url: str, ending: Ending) -> None:
        self._redis_url = redis_url
        self._ending = ending
        self._worker: HintWorker | None = None
        self._is_deaf = False

    def wait(self) -> None:
        """Return at the next hint, after `LOOK_EVERY` seconds, or soon after the process was asked to end."""
        for _ in range(LOOK_EVERY):  # second by second: a blocking read does not end with a signal
            if self._ending.is_asked() or self._hears(1):
                return

    def close(self) -> None:
        """Sign off in Redis, if that is there."""
        try:
            if self._worker is not None and not self._is_deaf:
                self._worker.register_death()  # type: ignore[no-untyped-call]  # rq leaves it untyped
        except RedisError:
            log.info("Redis 没有应答，未能注销。")

    def _hears(self, seconds: int) -> bool:
        try:
            if self._worker is None:
                queue = open_queue(self._redis_url, patience=PATIENCE)
                self._worker = HintWorker([queue], connection=queue.connection, serializer=queue.serializer)
            has_hint = self._worker.take(seconds)
        except RedisError as error:
            self._worker = None
            if not self._is_deaf:
                self._is_deaf = True
                log.warning("Redis 没有应答（%s），改为每 %d 秒查看任务表。", type(error).__name__, LOOK_EVERY)
            self._ending.wait(seconds)
            return False
        if self._is_deaf:
            self._is_deaf = False
            log.info("Redis 已恢复。")
        return has_hint
