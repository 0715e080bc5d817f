"""Hints: messages in Redis that say "look into the job table", and nothing more.

A hint saves the wait for the worker's next look; losing one loses nothing. At most two lie in the queue: while a
worker acts on one, another may come for what was written since.
"""

import logging
import time
from collections.abc import Callable

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import WatchError
from redis.retry import Retry
from rq import Queue
from rq.serializers import JSONSerializer
from rq.utils import as_text

QUEUE = "huiying"
DRAIN = "drain"
"""What every message asks for. Not a name that is imported: the worker knows this one thing."""
HINTS = ("drain-0", "drain-1")
PATIENCE = 0.5
"""Seconds that whoever wrote a job waits for Redis at most."""
SILENCE = 5.0
"""Seconds without hints after Redis did not answer, so that an outage does not slow every request down."""
log = logging.getLogger(__name__)


def open_queue(redis_url: str, *, patience: float) -> Queue:
    """Return the queue of hints; each answer of Redis may take up to `patience` seconds."""
    connection = Redis.from_url(
        redis_url, socket_timeout=patience, socket_connect_timeout=patience, retry=Retry(NoBackoff(), 1)
    )
    return Queue(QUEUE, connection=connection, serializer=JSONSerializer)


def waker(redis_url: str) -> Callable[[], None]:
    """Return a function that hints at fresh jobs and never raises: they are committed, and workers look anyway."""
    queue = open_queue(redis_url, patience=PATIENCE)
    silent_until = 0.0

    def wake() -> None:
        nonlocal silent_until
        if time.monotonic() < silent_until:
            return
        try:
            hint(queue)
        except Exception as error:  # whatever it is, the caller's work is already committed
            silent_until = time.monotonic() + SILENCE
            log.warning("Redis 没有应答（%s），任务照常保存，由后台程序定时查看。", type(error).__name__)

    return wake


def hint(queue: Queue) -> bool:
    """Put one more hint into the queue unless two lie there; return whether one was put. Raises RedisError."""
    with queue.connection.pipeline() as pipeline:
        pipeline.watch(queue.key)  # type: ignore[no-untyped-call]  # redis leaves it untyped
        waiting = {as_text(job_id) for job_id in pipeline.lrange(queue.key, 0, -1)}
        free = next((job_id for job_id in HINTS if job_id not in waiting), None)
        if free is None:
            return False
        pipeline.multi()
        queue.enqueue_call(DRAIN, job_id=free, result_ttl=0, pipeline=pipeline)
        try:
            pipeline.execute()
        except WatchError:  # somebody else put one, or a worker is awake already and takes the next in a moment
            return hint(queue)
    return True
