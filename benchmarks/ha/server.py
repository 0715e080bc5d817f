"""One PostgreSQL 15 of Debian's, with the product's roles and an empty database, reached through its socket."""

import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg

from benchmarks.ha.packages import POSTGRES_BIN
from benchmarks.ha.place import Place, ServerFell
from core.embedded.roles import DATABASE, OWNER_ROLE, make_database, make_roles
from core.kit.policies import APP_ROLE

SUPERUSER = "postgres"
START_PATIENCE = 60.0


@dataclass(frozen=True, slots=True)
class Passwords:
    """By what the accounts of one measurement sign in."""

    superuser: str
    owner: str
    app: str

    @classmethod
    def fresh(cls) -> "Passwords":
        return cls(*(secrets.token_hex(16) for _ in range(3)))


@dataclass(frozen=True, slots=True)
class Addresses:
    """What the product is told: DATABASE_URL, DATABASE_OWNER_URL, and where the clock finds a session kept whole."""

    app: str
    owner: str
    clock: str


def url(sockets: Path, role: str, password: str, database: str = DATABASE) -> str:
    """Return the address of a database behind a socket."""
    return f"postgresql://{role}:{password}@/{database}?host={quote(str(sockets), safe='')}"


def connect(sockets: Path, passwords: Passwords, database: str = "postgres") -> psycopg.Connection[Any]:
    """Connect as the superuser."""
    return psycopg.connect(url(sockets, SUPERUSER, passwords.superuser, database), autocommit=True, connect_timeout=5)


def open_database(sockets: Path, passwords: Passwords) -> Addresses:
    """Wait until the server answers, make the product's roles and its database as the manual says."""
    await_answer(url(sockets, SUPERUSER, passwords.superuser, "postgres"))
    with connect(sockets, passwords) as connection:
        make_roles(connection, owner_password=passwords.owner, app_password=passwords.app)
    make_database(lambda database: connect(sockets, passwords, database), DATABASE)
    app = url(sockets, APP_ROLE, passwords.app)
    return Addresses(app=app, owner=url(sockets, OWNER_ROLE, passwords.owner), clock=app)


def await_answer(address: str) -> None:
    """Wait until the database at this address lets us in. Raises `ServerFell` when that takes too long."""
    give_up = time.monotonic() + START_PATIENCE
    while True:
        try:
            psycopg.connect(address, connect_timeout=5).close()
        except psycopg.OperationalError as error:
            if time.monotonic() > give_up:
                raise ServerFell(f"the database does not answer: {error}") from error
            time.sleep(0.2)
        else:
            return


@contextmanager
def postgres15(place: Place) -> Iterator[tuple[Path, Passwords]]:
    """Have a PostgreSQL 15 with durable commits; yields the folder of its socket, and the passwords."""
    passwords, data, sockets = Passwords.fresh(), place.folder / "data", place.folder_of("sockets")
    secret = place.write("superuser", passwords.superuser)
    place.folder_of("data")
    place.run(
        str(POSTGRES_BIN / "initdb"),
        f"--pgdata={data}",
        f"--username={SUPERUSER}",
        f"--pwfile={secret}",
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        "--locale=C.UTF-8",
    )
    server = place.start(
        "postgres",
        [str(POSTGRES_BIN / "postgres"), "-D", str(data), "-c", "listen_addresses=", "-k", str(sockets)],
    )
    try:
        yield sockets, passwords
    finally:
        place.stop(server)
