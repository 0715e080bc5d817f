"""The servers of a test run: one PostgreSQL and one Valkey, shared by all workers, gone at the end."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sqlalchemy.engine import make_url

from core.cli.context import migrate
from core.embedded.home import Home, open_home
from core.embedded.locks import in_use, open_lock, try_exclusive
from core.embedded.roles import OWNER_ROLE, database_exists, make_database
from core.embedded.services import Servers, address
from core.kit.policies import APP_ROLE

RUN_HOME = "HUIYING_TEST_HOME"
PREFIX = "huiying-test-"
TEMPLATE = "huiying_template"


class RunFolder:
    """The folder of one test run; locked while the run lives, so that a killed run's can be cleared away."""

    def __init__(self) -> None:
        _clear_folders_of_killed_runs()
        made = Path(tempfile.mkdtemp(prefix=f".{PREFIX}"))
        self._lock = open_lock(made / "run.lock")
        try_exclusive(self._lock)
        # Named as one to be cleared away only now that it is locked: another run may begin at this moment.
        self.path = made.rename(made.with_name(made.name.removeprefix(".")))

    def remove(self) -> None:
        """Stop what still runs and remove the folder."""
        _clear(self.path)
        os.close(self._lock)


class TestServers:
    """What one worker sees of the shared servers."""

    __test__ = False

    def __init__(self, home: Home, worker: str) -> None:
        self._home = home
        self._worker = worker
        # The only place where durability is off: what a test run loses in a power cut, nobody misses.
        self._servers = Servers(home, database=True, queue=True, tell=lambda _: None, durable=False)

    @property
    def database_url(self) -> str:
        """The worker's own database, as the app's role."""
        return address(self._home, APP_ROLE, self._home.app_password, self._database)

    @property
    def owner_url(self) -> str:
        """The same database, as the owner of the schema."""
        return address(self._home, OWNER_ROLE, self._home.owner_password, self._database)

    @property
    def valkey_url(self) -> str:
        """The shared queue server, with a numbered database of the worker's own."""
        number = int(self._worker.removeprefix("gw") or 0) % 16
        return str(make_url(self._servers.valkey.url).set(query={"db": str(number)}).render_as_string(False))

    @contextmanager
    def running(self) -> Iterator["TestServers"]:
        """Have the servers: the first worker starts them, the last one stops them."""
        with in_use(self._home.state, start=self._start, stop=self._servers.stop, tell=lambda _: None):
            yield self

    def _start(self) -> None:
        self._servers.start()
        connect = self._servers.postgres.connect
        with connect() as connection:
            has_template = database_exists(connection, TEMPLATE)
            has_own = database_exists(connection, self._database)
        if not has_template:
            make_database(connect, TEMPLATE)
            assert migrate(address(self._home, OWNER_ROLE, self._home.owner_password, TEMPLATE)) == []
        if not has_own:
            make_database(connect, self._database, template=TEMPLATE)

    def another_database(self, name: str) -> tuple[str, str]:
        """Make a database with the schema and no rows; return its address as the app's role, and as the owner."""
        database = f"{self._database}_{name}"
        make_database(self._servers.postgres.connect, database, template=TEMPLATE)
        home = self._home
        return (
            address(home, APP_ROLE, home.app_password, database),
            address(home, OWNER_ROLE, home.owner_password, database),
        )

    @property
    def _database(self) -> str:
        return f"huiying_{self._worker}"


def _clear_folders_of_killed_runs() -> None:
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with suppress(FileNotFoundError):  # a run that ends removes its own
            if folder.stat().st_uid == os.geteuid() and (folder / "run.lock").exists():
                lock = open_lock(folder / "run.lock")
                if try_exclusive(lock):
                    _clear(folder)
                os.close(lock)


def _clear(folder: Path) -> None:
    if (folder / "services.json").exists():
        home = open_home(folder)
        Servers(home, database=True, queue=True, tell=lambda _: None, durable=False).stop()
        for made in (home.sockets, home.state):
            shutil.rmtree(made, ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)
