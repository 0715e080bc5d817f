"""A real PgBouncer before the tests' server: transactions pooled under one name, sessions kept whole under another."""

import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from sqlalchemy.engine import make_url

from core.embedded.account import service_account
from tests.servers import PREFIX

PROGRAM = shutil.which("pgbouncer", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")
POOL = 2
"""So few server connections that neighbouring transactions meet on one."""
SETTINGS = """\
[databases]
pooled = host={server} dbname={database} pool_mode=transaction
whole = host={server} dbname={database} pool_mode=session

[pgbouncer]
listen_addr =
listen_port = 5432
unix_socket_dir = {folder}
auth_type = scram-sha-256
auth_file = {folder}/users
default_pool_size = {pool}
server_reset_query = DISCARD ALL
logfile = {folder}/log
"""


@dataclass(frozen=True)
class Pooled:
    """Two addresses of the same database."""

    transactions: str
    sessions: str


@contextmanager
def pgbouncer(database_url: str) -> Iterator[Pooled]:
    """Have a PgBouncer before this database. Skips loudly where there is none."""
    if PROGRAM is None:
        pytest.skip("NOT TRIED: no PgBouncer here: apt-get install pgbouncer")
    url, account = make_url(database_url), service_account()
    folder = Path(tempfile.mkdtemp(prefix=PREFIX))
    folder.chmod(0o700)
    (folder / "users").write_text(f'"{url.username}" "{url.password}"\n')
    settings = SETTINGS.format(server=url.query["host"], database=url.database, folder=folder, pool=POOL)
    (folder / "pgbouncer.ini").write_text(settings)
    for path in (folder, *folder.iterdir()):
        shutil.chown(path, account.uid, account.gid)
    bouncer = subprocess.Popen(
        [PROGRAM, "-q", str(folder / "pgbouncer.ini")],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=folder,
        **account.launch_arguments(),
    )
    found = [
        url.set(database=name).update_query_dict({"host": str(folder)}).render_as_string(hide_password=False)
        for name in ("pooled", "whole")
    ]
    try:
        _await_answer(found[0], folder / "log")
        yield Pooled(*found)
    finally:
        bouncer.terminate()
        bouncer.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _await_answer(url: str, log: Path) -> None:
    give_up = time.monotonic() + 20
    while True:
        try:
            psycopg.connect(url).close()
        except psycopg.OperationalError:
            if time.monotonic() > give_up:
                raise AssertionError(log.read_text(encoding="utf-8") if log.exists() else "no log") from None
            time.sleep(0.05)
        else:
            return
