"""A database, a queue server and real processes of each test's own: these tests look at whole installations."""

import base64
import json
import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from core.embedded.home import Home, open_home
from core.embedded.postgres import Postgres
from core.embedded.roles import make_database
from core.embedded.services import address
from core.kit.keys import Keyring
from core.kit.policies import APP_ROLE
from core.tenancy.scope import Installation
from tests.builders import make_installation
from tests.jobs.outside import MailReceiver, SmsReceiver, mail_receiver, sms_receiver
from tests.jobs.queue_server import QueueServer
from tests.patience import patience
from tests.servers import RUN_HOME, TEMPLATE, TestServers

ROOT = Path(__file__).parents[2]
TABLES = """
    SELECT c.oid::regclass::text FROM pg_class c
    WHERE c.relkind = 'r' AND c.relnamespace::regnamespace::text !~ '^(pg_|information_schema)' """


class OwnDatabase:
    """A fresh database that the test may take away for a while."""

    def __init__(self, home: Home, name: str) -> None:
        self._postgres = Postgres(home, durable=False)
        self.name = name
        self.url = address(home, APP_ROLE, home.app_password, name)
        make_database(self._postgres.connect, name, template=TEMPLATE)
        with self.admin() as connection:
            tables = [name for (name,) in connection.execute(TABLES)]
            self._came_filled = {
                name for name in tables if connection.execute(f"SELECT FROM {name} LIMIT 1").rowcount > 0
            }

    def admin(self, database: str | None = None) -> "psycopg.Connection[tuple[object, ...]]":
        return self._postgres.connect(database or self.name)

    def cut(self) -> None:
        """End all sessions, as a restart does."""
        with self.admin("postgres") as connection:
            connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [self.name])

    def close(self) -> None:
        """Let nobody in, as a server that is down."""
        with self.admin("postgres") as connection:
            connection.execute(f'ALTER DATABASE "{self.name}" ALLOW_CONNECTIONS false')
        self.cut()

    def open(self) -> None:
        with self.admin("postgres") as connection:
            connection.execute(f'ALTER DATABASE "{self.name}" ALLOW_CONNECTIONS true')

    def empty(self) -> None:
        """Let everybody in again, with no row left but those that the schema came with; quicker than another database."""
        self.open()
        self.cut()
        with self.admin("postgres") as connection:
            connection.execute(f'ALTER ROLE ALL IN DATABASE "{self.name}" RESET ALL')
            connection.execute(f'ALTER ROLE "{APP_ROLE}" IN DATABASE "{self.name}" RESET ALL')
        with self.admin() as connection:
            connection.execute("SET session_replication_role = replica")  # in any order, foreign keys or not
            filled = [name for (name,) in connection.execute(TABLES) if name not in self._came_filled]
            connection.execute("; ".join(f"DELETE FROM {name}" for name in filled))

    def drop(self) -> None:
        with self.admin("postgres") as connection:
            connection.execute(f'DROP DATABASE "{self.name}" WITH (FORCE)')


@pytest.fixture(scope="session")
def one_database(servers: TestServers) -> Iterator[OwnDatabase]:
    own = OwnDatabase(open_home(Path(os.environ[RUN_HOME])), f"jobs_{secrets.token_hex(6)}")
    yield own
    own.drop()


@pytest.fixture
def database(one_database: OwnDatabase) -> Iterator[OwnDatabase]:
    """An empty database that nobody else looks at."""
    yield one_database
    one_database.empty()


@pytest.fixture
def keys_home(tmp_path: Path) -> Path:
    """A home folder that holds the keys, and nothing else is needed of it."""
    (tmp_path / "keys.json").write_text(json.dumps({"masters": {"1": base64.b64encode(b"k" * 32).decode()}}))
    return tmp_path


@pytest.fixture
def installation(database: OwnDatabase, keys_home: Path) -> Iterator[Installation]:
    made = make_installation(database.url)
    made.keys = Keyring.load(keys_home / "keys.json")
    yield made
    made.database.engine.dispose()


@pytest.fixture(scope="session")
def _queue_server(servers: TestServers) -> Iterator[QueueServer]:
    with QueueServer(open_home(Path(os.environ[RUN_HOME]))) as server:
        yield server


@pytest.fixture
def queue_server(_queue_server: QueueServer) -> QueueServer:
    _queue_server.start()
    _queue_server.flush()
    return _queue_server


@pytest.fixture
def sms() -> Iterator[SmsReceiver]:
    with sms_receiver() as receiver:
        yield receiver


@pytest.fixture
def mail() -> Iterator[MailReceiver]:
    with mail_receiver() as receiver:
        yield receiver


class Running:
    """A program of the product, running."""

    def __init__(self, module: str, environment: dict[str, str], log: Path) -> None:
        self.log = log
        with log.open("w") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-P", "-m", module],
                env=environment,
                cwd=ROOT,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def said(self) -> str:
        return self.log.read_text(encoding="utf-8")

    def signal(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def end(self, *, within: float = 10.0) -> int:
        """Ask the program to end and return its exit code. Raises TimeoutExpired."""
        self.process.terminate()
        return self.process.wait(patience(within))


Start = Callable[..., Running]


@pytest.fixture
def start(database: OwnDatabase, queue_server: QueueServer, keys_home: Path) -> Iterator[Start]:
    """Start `core.worker` or `core.jobs.clock` with this test's services; what still runs at the end is killed."""
    started: list[Running] = []

    def run(module: str, **settings: str) -> Running:
        environment = {
            "PATH": os.environ["PATH"],
            "PYTHONUNBUFFERED": "1",
            "DATABASE_URL": database.url,
            "REDIS_URL": queue_server.url,
            "HUIYING_HOME": str(keys_home),
            **settings,
        }
        running = Running(module, environment, keys_home / f"{module}-{len(started)}.log")
        started.append(running)
        return running

    yield run
    for running in started:
        if running.process.poll() is None:
            running.process.kill()
            running.process.wait()
