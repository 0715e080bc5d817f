"""Processes of the operating system: starting, finding and ending the ones that are ours.

Linux is read through /proc, where a zombie can be told from a running process; elsewhere `lsof` answers.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from core.embedded.account import Account

PROC = Path("/proc")
LOG_KEPT_BYTES = 10_000_000


def launch(command: list[str], *, account: Account, folder: Path, log: Path) -> "subprocess.Popen[bytes]":
    """Start a server in a session of its own (a Ctrl-C at the terminal does not reach it), writing to `log`."""
    if log.exists() and log.stat().st_size > LOG_KEPT_BYTES:
        log.replace(log.with_suffix(".old"))
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        return subprocess.Popen(  # noqa: S603 -- our own server with arguments of ours, no shell  # nosec B603
            command,
            stdin=subprocess.DEVNULL,
            stdout=descriptor,
            stderr=descriptor,
            cwd=folder,
            env={"PATH": os.defpath, "LC_ALL": "C"},
            umask=0o077,
            start_new_session=True,
            **account.launch_arguments(),
        )
    finally:
        os.close(descriptor)


def is_running(pid: int) -> bool:
    """Return whether a process lives; a zombie does not."""
    if sys.platform == "linux":
        try:
            stat = (PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace")
        except (FileNotFoundError, ProcessLookupError):
            return False
        return stat.rpartition(")")[2].split()[0] not in ("Z", "X")
    return has_number(pid)


def has_number(pid: int) -> bool:
    """Return whether the number is taken at all, be it by a zombie."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def is_working_in(pid: int, folder: Path, program: str) -> bool:
    """Return whether this very process is a running `program` whose working folder is `folder`."""
    if sys.platform != "linux":
        return pid in working_in(folder, program)
    try:
        works_there = os.readlink(PROC / str(pid) / "cwd") == os.path.realpath(folder)
        name = (PROC / str(pid) / "comm").read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return False
    return works_there and name == program and is_running(pid)


def working_in(folder: Path, program: str) -> list[int]:
    """Return the running processes of `program` whose working folder is `folder`: servers live in their data."""
    if sys.platform != "linux":
        return _lsof("-a", "-c", program, "-d", "cwd", str(folder))
    return [pid for pid in _all_processes() if is_working_in(pid, folder, program)]


def holding(path: Path) -> list[int]:
    """Return the running processes, other than this one, that have this file open."""
    if sys.platform != "linux":
        return [pid for pid in _lsof(str(path)) if pid != os.getpid()]
    held = os.path.realpath(path)
    return [pid for pid in _all_processes() if pid != os.getpid() and _has_open(pid, held)]


def in_group(group: int) -> list[int]:
    """Return the running processes of a process group; its leader may be gone already."""
    if sys.platform != "linux":
        return _lsof("-g", str(group))
    return [pid for pid in _all_processes() if _group_of(pid) == group and is_running(pid)]


def end(pids: Iterable[int], *, ask: signal.Signals, patience: float) -> None:
    """Ask processes to end; those still running after `patience` seconds are killed. Returns when all are gone."""
    asked = list(pids)
    for pid in asked:
        _send(pid, ask)
    if not wait_until_ended(asked, patience):
        for pid in asked:
            _send(pid, signal.SIGKILL)
        wait_until_ended(asked, patience)


def wait_until_ended(pids: Iterable[int], patience: float) -> bool:
    """Wait until none of these runs; False when some still do after `patience` seconds."""
    waiting = list(pids)
    give_up = time.monotonic() + patience
    while any(is_running(pid) for pid in waiting):
        if time.monotonic() > give_up:
            return False
        time.sleep(0.02)
    return True


def _send(pid: int, number: signal.Signals) -> None:
    if is_running(pid):
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            return


def _all_processes() -> Iterator[int]:
    return (int(entry.name) for entry in PROC.iterdir() if entry.name.isdecimal())


def _group_of(pid: int) -> int | None:
    try:
        return os.getpgid(pid)
    except ProcessLookupError:
        return None


def _has_open(pid: int, held: str) -> bool:
    try:
        return any(os.readlink(entry) == held for entry in (PROC / str(pid) / "fd").iterdir()) and is_running(pid)
    except OSError:
        return False


def _lsof(*arguments: str) -> list[int]:
    found = subprocess.run(["lsof", "-t", *arguments], capture_output=True, text=True, check=False)  # noqa: S603, S607 -- fixed arguments, no shell  # nosec B603, B607
    return [int(line) for line in found.stdout.split()]
