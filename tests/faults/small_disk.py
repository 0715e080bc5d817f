"""A whole installation's database on a disk of its own, so small that a test can fill it."""

import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from core.cli.context import migrate
from core.embedded.home import Home, open_home
from core.embedded.roles import OWNER_ROLE
from core.embedded.services import Servers, address
from core.embedded.watchers import restart_fallen
from core.kit.policies import APP_ROLE

DISK_MB = 128
PIECE = 64 * 1024


class SmallDisk:
    """A running PostgreSQL, kept running as `huiying up` keeps it, and the disk that its data and log lie on."""

    def __init__(self, home: Home, servers: Servers) -> None:
        self._home = home
        self.servers = servers
        self._ballast = home.cluster / "ballast"

    @property
    def url(self) -> str:
        return address(self._home, APP_ROLE, self._home.app_password)

    @property
    def log(self) -> str:
        return (self._home.logs / "postgres.log").read_text(encoding="utf-8")

    def fill(self) -> None:
        """Leave not a single block."""
        with self._ballast.open("ab", buffering=0) as file, suppress(OSError):
            while file.write(bytes(PIECE)):
                pass
        with self._ballast.open("ab", buffering=0) as file, suppress(OSError):
            while file.write(bytes(4096)):
                pass

    def clear(self) -> None:
        """Make room again: all that a person does about it."""
        self._ballast.unlink(missing_ok=True)

    def backends(self) -> list[int]:
        """Return the numbers of the processes that serve the application."""
        with self.servers.postgres.connect() as connection:
            found = connection.execute("SELECT pid FROM pg_stat_activity WHERE usename = %s", [APP_ROLE]).fetchall()
        return [int(str(pid)) for (pid,) in found]

    def admin(self, statement: str) -> None:
        with self.servers.postgres.connect() as connection:
            connection.execute(statement.encode())


@contextmanager
def small_disk(path: Path) -> Iterator[SmallDisk]:
    """Have the database on a disk of its own. Skips where none can be mounted, and says what is missing."""
    home = open_home(path)
    disk = home.cluster
    disk.mkdir()
    owner = f"uid={home.account.uid},gid={home.account.gid},mode=700"
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={DISK_MB}m,{owner}", "tmpfs", str(disk)], capture_output=True, text=True
    )
    if mounted.returncode != 0:
        shutil.rmtree(home.state)
        pytest.skip(
            f"NOT TRIED: a full disk needs a disk of its own, and mounting one failed: {mounted.stderr.strip()}"
        )
    servers = Servers(home, database=True, queue=False, tell=lambda _: None)
    ended = threading.Event()
    keeping = threading.Thread(target=restart_fallen(home, servers, lambda _: None), args=(ended,))
    try:
        servers.start()
        assert migrate(address(home, OWNER_ROLE, home.owner_password)) == []
        keeping.start()
        yield SmallDisk(home, servers)
    finally:
        ended.set()
        if keeping.is_alive():
            keeping.join()
        servers.stop()
        subprocess.run(["umount", "-l", str(disk)], check=False)
        for folder in (home.sockets, home.state, home.path):
            shutil.rmtree(folder, ignore_errors=True)


def injected(pids: list[int], fault: str) -> "subprocess.Popen[str]":
    """Have the kernel's answers to these processes falsified by strace until it is ended. Skips where it cannot."""
    strace = shutil.which("strace")
    if strace is None:
        pytest.skip("NOT TRIED: an error of the disk needs strace: apt-get install strace")
    which = [argument for pid in pids for argument in ("-p", str(pid))]
    tracer = subprocess.Popen(
        [strace, "-e", f"trace={fault.partition(':')[0]}", "-e", f"inject={fault}", *which],
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    )
    assert tracer.stderr is not None
    said = [tracer.stderr.readline() for _ in pids]
    if not all("attached" in line for line in said):
        tracer.kill()
        pytest.skip(f"NOT TRIED: strace may not attach to a process here: {''.join(said).strip()}")
    return tracer


def until(is_so: Callable[[], bool], *, within: float = 30.0) -> bool:
    """Return whether something becomes so in time."""
    give_up = time.monotonic() + within
    while time.monotonic() < give_up:
        if is_so():
            return True
        time.sleep(0.1)
    return False
