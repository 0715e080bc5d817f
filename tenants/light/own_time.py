"""A database with a time of its own, and the real clock process working in it.

The product asks the database for the time. In the session of a demonstration `clock_timestamp()` is found in a schema
that comes before PostgreSQL's own: the programs run unchanged, and the day is that of the demonstration.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

import psycopg

MAKE = """
    DROP SCHEMA IF EXISTS own_time CASCADE;
    CREATE SCHEMA own_time;
    CREATE TABLE own_time.zero (shown timestamptz NOT NULL, really timestamptz NOT NULL);
    CREATE FUNCTION own_time.clock_timestamp() RETURNS timestamptz LANGUAGE sql VOLATILE AS
        'SELECT shown + (pg_catalog.clock_timestamp() - really) FROM own_time.zero';
    GRANT USAGE ON SCHEMA own_time TO PUBLIC;
    GRANT SELECT ON own_time.zero TO PUBLIC
"""
SEARCH_PATH = "-csearch_path=own_time,public,pg_catalog"
NO_QUEUE = "redis://127.0.0.1:9/0"
"""Nobody answers there: hints to workers are lost, which costs nothing but time."""
LEADS = "时钟开始工作"
LOOK_EVERY = 0.05


class OwnTime:
    """The time of one database, set and then running on by itself."""

    def __init__(self, owner_url: str) -> None:
        self._owner_url = owner_url
        with psycopg.connect(owner_url) as connection:
            connection.execute(MAKE)

    def set(self, at: datetime) -> None:
        """Let it be `at` now."""
        with psycopg.connect(self._owner_url) as connection:
            connection.execute("DELETE FROM own_time.zero")
            connection.execute("INSERT INTO own_time.zero VALUES (%s, pg_catalog.clock_timestamp())", [at])

    def now(self) -> datetime:
        """Return what time it is there."""
        with psycopg.connect(self._owner_url) as connection:
            row = connection.execute("SELECT own_time.clock_timestamp()").fetchone()
        assert row is not None
        told: datetime = row[0]
        return told


def in_own_time(database_url: str) -> str:
    """Return the address of the database in whose sessions it is that time."""
    return f"{database_url}{'&' if '?' in database_url else '?'}options={quote(SEARCH_PATH)}"


class ClockProcess:
    """`python -m core.jobs.clock`, running."""

    def __init__(self, environment: dict[str, str], log: Path) -> None:
        self._log = log
        with log.open("w", encoding="utf-8") as output:
            self.process = subprocess.Popen(  # nosec B603  # our own program, no shell
                [sys.executable, "-P", "-m", "core.jobs.clock"],
                env=environment,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def wait_until_it_leads(self, within: float) -> None:
        """Wait until it watches the timers. Raises `TimeoutError`."""
        self.wait_until(lambda: LEADS in self._log.read_text(encoding="utf-8"), within)

    def wait_until(self, is_so: Callable[[], bool], within: float) -> None:
        """Wait for something while it runs, at most so many seconds. Raises `TimeoutError`."""
        until = time.monotonic() + within
        while not is_so():
            if self.process.poll() is not None or time.monotonic() > until:
                raise TimeoutError(f"时钟进程没有做完：{self._log.read_text(encoding='utf-8')}")
            time.sleep(LOOK_EVERY)

    def kill(self) -> None:
        """End it as a power cut does: nothing is finished, nothing put in order."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


@contextmanager
def clock_process(database_url: str, home: Path) -> Iterator[ClockProcess]:
    """Run the clock in the time of this database; what still runs at the end is killed."""
    environment = {
        "PATH": os.environ.get("PATH", ""),
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
        "PYTHONUNBUFFERED": "1",
        "DATABASE_URL": in_own_time(database_url),
        "REDIS_URL": NO_QUEUE,
        "HUIYING_HOME": str(home),
    }
    running = ClockProcess(environment, home / f"clock-{time.monotonic_ns()}.log")
    try:
        yield running
    finally:
        if running.process.poll() is None:
            running.kill()
