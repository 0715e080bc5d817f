"""The services an installation works with: those given in the environment, else those brought along."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import click
import psycopg

from core.embedded.errors import ServerNotStarted
from core.embedded.files import write_private
from core.embedded.home import Home, default_home, open_home
from core.embedded.locks import Tell, ending_politely, in_use
from core.embedded.postgres import Postgres
from core.embedded.roles import DATABASE, OWNER_ROLE, database_exists, make_database, make_roles
from core.embedded.valkey import Valkey
from core.kit.db import DatabaseDown
from core.kit.policies import APP_ROLE

ANSWER_WITHIN = 5
"""Seconds a server of one's own has to answer."""


@dataclass(frozen=True, slots=True)
class Services:
    """Addresses of the services in use.

    `database_url` is the app's role, bound by row-level security; `owner_url` migrates the schema and is None when a
    server of one's own is used and DATABASE_OWNER_URL is not set. `home` is the home folder.
    """

    database_url: str
    owner_url: str | None
    redis_url: str
    home: Path


@dataclass(frozen=True, slots=True)
class Opened:
    """Services in use, and what a supervisor needs of them: the servers brought along and the users' lock.

    A child that inherits `lock` counts as a user. Both are None when all services were given.
    """

    services: Services
    servers: "Servers | None" = None
    lock: int | None = None


Prepare = Callable[[Services], None]


def tell_at_terminal(sentence: str) -> None:
    """Say something beside the output of a command."""
    click.echo(sentence, err=True)


@contextmanager
def ensure(
    home: Path | None = None,
    *,
    prepare: Prepare | None = None,
    edition: str = "",
    with_queue: bool = False,
    tell: Tell = tell_at_terminal,
) -> Iterator[Services]:
    """Have the services for as long as the block runs.

    What the environment names is used. Otherwise the PostgreSQL brought along is started unless it runs; the last of
    several users at once stops it. The queue is started too when `with_queue`. `prepare` is called, by one process at
    a time, when the data has not been prepared for this `edition` yet.
    Raises `DatabaseDown` or `HomeUnusable` in words.
    """
    path = home or default_home()
    with (
        ending_politely(),
        open_services(path, with_queue=with_queue, tell=tell, prepare=prepare, edition=edition) as opened,
    ):
        yield opened.services


@contextmanager
def open_services(
    path: Path, *, with_queue: bool, tell: Tell, prepare: Prepare | None, edition: str | None
) -> Iterator[Opened]:
    """Do what `ensure` does for a supervisor; with `edition` None, `prepare` is called whatever was prepared before."""
    given = given_services(path)
    if given.database_url and given.redis_url:
        refuse_unreachable(given.database_url)
        if prepare and edition is None:
            prepare(given)
        yield Opened(given)
        return
    opened = open_home(path)
    servers = Servers(opened, database=not given.database_url, queue=with_queue and not given.redis_url, tell=tell)
    services = servers.addresses(given)

    def start() -> None:
        servers.start()
        if given.database_url:
            refuse_unreachable(given.database_url)
            if prepare and edition is None:
                prepare(services)
        elif prepare and (edition is None or servers.prepared_for() != edition):
            prepare(services)
            servers.remember_prepared(edition or "")

    with in_use(opened.state, start=start, stop=servers.stop, tell=tell) as lock:
        yield Opened(services, servers, lock)


def given_services(path: Path) -> Services:
    """Return what the environment names; an empty address stands for a service to be brought along."""
    environment = os.environ
    owner_url = environment.get("DATABASE_OWNER_URL") or None
    return Services(environment.get("DATABASE_URL", ""), owner_url, environment.get("REDIS_URL", ""), path)


class Servers:
    """The servers brought along that one process needs."""

    def __init__(self, home: Home, *, database: bool, queue: bool, tell: Tell, durable: bool = True) -> None:
        self.postgres = Postgres(home, durable=durable)
        self.valkey = Valkey(home)
        self._home = home
        self._database = database
        self._queue = queue
        self._tell = tell

    def addresses(self, given: Services) -> Services:
        """Return the addresses of all services, those given first."""
        home = self._home
        return Services(
            database_url=given.database_url or address(home, APP_ROLE, home.app_password),
            owner_url=given.owner_url if given.database_url else address(home, OWNER_ROLE, home.owner_password),
            redis_url=given.redis_url or self.valkey.url,
            home=home.path,
        )

    def start(self) -> None:
        """Start what does not run, and give a fresh cluster its roles and database. Raises `ServerNotStarted`."""
        if self._database:
            self.postgres.start(self._tell)
            self._open_database()
        if self._queue:
            self.valkey.start()

    def stop(self) -> None:
        """Stop all servers of the home, also those that another process started."""
        self.valkey.stop()
        self.postgres.stop()

    def have_fallen(self) -> bool:
        """Return whether one that is needed no longer runs."""
        database_fell = self._database and not self.postgres.is_running()
        return database_fell or (self._queue and not self.valkey.is_running())

    def prepared_for(self) -> str | None:
        """Return the edition the data was prepared for, None when never."""
        mark = self._prepared
        return mark.read_text(encoding="utf-8") if mark.exists() else None

    def remember_prepared(self, edition: str) -> None:
        """Note that the data is prepared; the mark lies with the data and goes with it."""
        account = self._home.account
        write_private(self._prepared, edition, uid=account.uid, gid=account.gid)

    @property
    def _prepared(self) -> Path:
        return self._home.cluster / "huiying.prepared"

    def _open_database(self) -> None:
        try:
            psycopg.connect(address(self._home, APP_ROLE, self._home.app_password), connect_timeout=10).close()
        except psycopg.OperationalError:
            self._make_database()

    def _make_database(self) -> None:
        try:
            with self.postgres.connect() as connection:
                make_roles(connection, owner_password=self._home.owner_password, app_password=self._home.app_password)
                is_there = database_exists(connection, DATABASE)
            if not is_there:
                make_database(self.postgres.connect, DATABASE)
        except psycopg.Error as error:
            raise ServerNotStarted(
                f"自带的数据库无法准备（{str(error).strip()}）。请运行 huiying doctor 查看原因。"
            ) from error


def address(home: Home, role: str, password: str, database: str = DATABASE) -> str:
    """Return the address of a database in the cluster brought along."""
    return f"postgresql://{role}:{quote(password, safe='')}@/{database}?host={quote(str(home.sockets), safe='')}"


def refuse_unreachable(url: str) -> None:
    """Raise `DatabaseDown` in words when a given database does not answer."""
    try:
        psycopg.connect(url.replace("postgresql+psycopg://", "postgresql://", 1), connect_timeout=ANSWER_WITHIN).close()
    except psycopg.Error as error:
        reason = next(iter(str(error).strip().splitlines()), "没有应答")
        raise DatabaseDown(
            f"数据库没有应答（{reason}）。请检查 DATABASE_URL，或取消该设置以使用自带的数据库。"
        ) from error
