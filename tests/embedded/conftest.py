"""Homes for trials: made fresh, and nothing left of them."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from core.embedded import processes
from core.embedded.home import Home, exists, open_home
from core.embedded.services import Servers
from tests.patience import patience

ROOT = Path(__file__).parents[2]
PATIENCE = 30.0


@pytest.fixture
def home_path(tmp_path: Path) -> Iterator[Path]:
    """A home that does not exist yet; its name has a space and Chinese in it."""
    path = tmp_path / "回应 home"
    yield path
    forget(path)


def forget(path: Path) -> None:
    """End whatever still runs for a home, and remove it."""
    if not exists(path):
        return
    home = open_home(path)
    processes.end(processes.holding(home.up_lock), ask=signal.SIGKILL, patience=5)
    Servers(home, database=True, queue=True, tell=lambda _: None).stop()
    for folder in (home.sockets, home.state, home.path):
        shutil.rmtree(folder, ignore_errors=True)


class Trial:
    """A `huiying up` with stand-in programs, in a process of its own."""

    def __init__(self, home: Path, *more: str) -> None:
        self.home = home
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.log = home.with_name(f"{home.name}-{time.monotonic_ns()}.log")
        command = [sys.executable, "-m", "tests.embedded.stand_in", "up", str(home), str(self.port), *more]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log)

    def until(self, text: str) -> "Trial":
        """Wait until the output contains this text."""
        wait_until(lambda: text in self.output or self.process.poll() is not None)
        assert text in self.output, self.output
        return self

    def end(self, number: signal.Signals) -> int:
        """Send a signal and return the exit code."""
        self.process.send_signal(number)
        return self.process.wait(patience(PATIENCE))

    @property
    def output(self) -> str:
        return self.log.read_text(encoding="utf-8")


@pytest.fixture
def up(home_path: Path) -> Iterator[Callable[..., Trial]]:
    """Start `huiying up` in the trial home; more arguments are more programs to run."""
    trials: list[Trial] = []

    def start(*more: str) -> Trial:
        trials.append(Trial(home_path, *more))
        return trials[-1]

    yield start
    for trial in trials:
        with suppress(ProcessLookupError):
            trial.process.kill()
        trial.process.wait(patience(PATIENCE))


def run_down(home: Path) -> str:
    """Run `huiying down` and return what it said."""
    command = [sys.executable, "-m", "tests.embedded.stand_in", "down", str(home)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=120).stdout


def living(home: Home) -> list[int]:
    """Return the processes that still belong to a home: servers, programs and whoever holds its locks."""
    servers = [*processes.working_in(home.cluster, "postgres"), *processes.working_in(home.queue, "valkey-server")]
    holders = [pid for lock in (home.up_lock, home.state / "in-use.lock") for pid in processes.holding(lock)]
    return sorted({*servers, *holders})


def postmaster(home: Home) -> int:
    """Return the process number of the database server."""
    return int((home.cluster / "postmaster.pid").read_text().splitlines()[0])


def wait_until(is_so: Callable[[], bool]) -> None:
    """Wait until something becomes true."""
    begun = time.monotonic()
    while not is_so():
        assert time.monotonic() < begun + patience(PATIENCE), "waited in vain"
        time.sleep(0.05)


def as_account(uid: int, attempt: Callable[[], str]) -> str:
    """Run something as another account of the operating system and return what it said; needs root."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.setgroups([])
        os.setgid(uid)
        os.setuid(uid)
        try:
            said = attempt()
        except Exception as error:
            said = f"{type(error).__name__}: {error}"
        os.write(writing, said.encode()[:4000])
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as answer:
        said = answer.read().decode()
    os.waitpid(child, 0)
    return said
