"""Migrations on tables in use: they wait briefly for a lock, give way, and try again."""

import logging
import time
from collections.abc import Callable, Iterator
from itertools import chain, repeat

from psycopg import errors
from sqlalchemy import Engine, event
from sqlalchemy.engine import Connection
from sqlalchemy.exc import OperationalError

from core.kit.errors import Refused

log = logging.getLogger(__name__)

PAUSES = (0.1, 0.2, 0.5, 1.0)
"""Seconds between tries, for those in the queue to get on; the last one again and again."""
PATIENCE = 120.0
"""Seconds after which nothing is tried any more."""


class TablesInUse(Refused):
    """A migration could not have a table to itself, however often it tried. What ran before it is done and stays."""

    code = "tables-in-use"


def give_way(engine: Engine) -> None:
    """Have every transaction of this engine wait 0.2 s at most for a lock.

    Whoever reads or writes queues behind a lock that is waited for, so this is how long a migration holds them up
    before it has its lock. Steps outside of transactions (an index built concurrently) hold nobody up and may wait.
    """

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        if connection.get_isolation_level() != "AUTOCOMMIT":
            connection.exec_driver_sql("SET LOCAL lock_timeout = '200ms'")


def try_again(migrate: Callable[[], object], *, patience: float = PATIENCE) -> None:
    """Migrate, and again from where it got to each time that a table was in use. Raises `TablesInUse`."""
    began = time.monotonic()
    for tries, pause in enumerate(_pauses(), start=1):
        try:
            migrate()
        except OperationalError as error:
            if not isinstance(error.orig, errors.LockNotAvailable | errors.DeadlockDetected):
                raise
            waited = time.monotonic() - began
            if waited + pause > patience:
                raise TablesInUse(
                    f"数据表正被使用，{waited:.0f} 秒内试了 {tries} 次都没有等到更新它的机会，已完成的步骤保留。"
                    "请用 pg_stat_activity 查看并结束长时间未提交的事务（如导出、手工会话），或在业务少时再运行一次。"
                ) from error
            log.info("a table is in use, try %d of the migration gave way after %.1f s", tries, waited)
            time.sleep(pause)
        else:
            return


def _pauses() -> Iterator[float]:
    return chain(PAUSES, repeat(PAUSES[-1]))
