"""The product as it is, on a database that was named to it."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from benchmarks.chaos.house import START_PATIENCE, House
from benchmarks.ha.server import Addresses
from core.embedded import processes
from core.embedded.programs import programs
from core.embedded.services import Services, ensure

CLOCK = "clock"


class Product(House):
    """The installation that `huiying up` runs, with PostgreSQL where the environment says."""

    @contextmanager
    def _prepared(self) -> Iterator[Services]:
        """Bring the schema and the shipped tenants into the named database, then the measured district."""
        with ensure(self.path) as services:
            self._prepare(services)
            yield services


class ProductInParts(Product):
    """Web, worker and clock started one by one, each with a DATABASE_URL of its own, as on several machines."""

    def __init__(self, home: Path, sms_url: str, addresses: Addresses) -> None:
        super().__init__(home, sms_url)
        self._addresses = addresses
        self._parts: dict[str, subprocess.Popen[bytes]] = {}
        self._services = ExitStack()

    def start(self) -> None:
        """Start the queue, then each program, and wait until the pages answer."""
        services = self._services.enter_context(ensure(self.path, with_queue=True))
        environment = self._environment() | {"REDIS_URL": services.redis_url}
        del environment["DATABASE_OWNER_URL"]
        for program in programs(self.port):
            address = self._addresses.clock if program.name == CLOCK else self._addresses.app
            with self.log.open("ab") as log:
                self._parts[program.name] = subprocess.Popen(
                    program.command,
                    env=environment | {"DATABASE_URL": address},
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )
        give_up = time.monotonic() + START_PATIENCE
        while not self.is_healthy():
            if not self.is_up() or time.monotonic() > give_up:
                raise TimeoutError(f"it did not start: {self.log.read_text(encoding='utf-8')[-2000:]}")
            time.sleep(0.2)

    def stop(self) -> None:
        """End everything politely; nothing is left."""
        running = [part.pid for part in self._parts.values() if part.poll() is None]
        for part in self._parts.values():
            if part.poll() is None:
                part.terminate()
        for part in self._parts.values():
            try:
                part.wait(20)
            except subprocess.TimeoutExpired:
                processes.end(running, ask=signal.SIGTERM, patience=5)
        self._services.close()
        super().stop()

    def is_up(self) -> bool:
        """Whether no program has ended."""
        return bool(self._parts) and all(part.poll() is None for part in self._parts.values())


@contextmanager
def named(addresses: Addresses) -> Iterator[None]:
    """Name the database in the environment, as an operator does."""
    given = {"DATABASE_URL": addresses.app, "DATABASE_OWNER_URL": addresses.owner}
    os.environ.update(given)
    try:
        yield
    finally:
        for name in given:
            del os.environ[name]
