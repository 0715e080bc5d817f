"""The time, as the database has it: processes on machines whose clocks differ agree on what is due."""

import logging
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

MEASURE_EVERY = 60.0
"""Seconds after which the time is asked for again."""
ASK_AGAIN = 5.0
"""Seconds until then where the database did not answer."""
TOLERATED = timedelta(seconds=2)
"""So much the machine's own clock may differ before it is told."""
CLOCK_SKEWED = "clock-skewed"
NOW = text("SELECT clock_timestamp()")
log = logging.getLogger(__name__)


def machine_time() -> datetime:
    """Read the clock of this machine."""
    return datetime.now(UTC)


class Clock:
    """Tells the time of the database, counted on from the last time it was asked by a counter that nobody sets.

    Before the first answer it is the machine's own. While the database is away the count goes on.
    """

    def __init__(
        self,
        transaction: Callable[[None], AbstractContextManager[Session]],
        *,
        read: Callable[[], datetime] = machine_time,
        count: Callable[[], float] = time.monotonic,
    ) -> None:
        self._transaction = transaction
        self._read = read
        self._count = count
        self._zero: datetime | None = None
        self._ask_at = count()
        self._is_skewed = False
        self.skew = timedelta()
        """How far the machine's own clock is ahead of the database's, when that was last asked."""

    def now(self) -> datetime:
        """Return the time; once a minute this asks the database. Never raises."""
        if self._count() >= self._ask_at:
            self._measure()
        return self._read() if self._zero is None else self._zero + timedelta(seconds=self._count())

    def _measure(self) -> None:
        asked = self._count()
        try:
            with self._transaction(None) as session:
                asked = self._count()  # what opening a connection took is not to count
                told: datetime = session.execute(NOW).scalar_one()
                answered = self._count()
        except SQLAlchemyError:
            self._ask_at = asked + ASK_AGAIN
            return
        own = self._read() - timedelta(seconds=self._count() - answered)
        self._ask_at = answered + MEASURE_EVERY
        self._zero = told.astimezone(UTC) - timedelta(seconds=(asked + answered) / 2)
        self.skew = own - (self._zero + timedelta(seconds=answered))
        self._tell()

    def _tell(self) -> None:
        """Say once that the clocks differ, and once that they agree again."""
        is_skewed = abs(self.skew) > TOLERATED
        if is_skewed and not self._is_skewed:
            log.error(
                "%s 本机时钟与数据库相差 %+.1f 秒，已按数据库的时间办理。请校准本机时钟。",
                CLOCK_SKEWED,
                self.skew.total_seconds(),
            )
        elif self._is_skewed and not is_skewed:
            log.info("本机时钟与数据库已经一致。")
        self._is_skewed = is_skewed
