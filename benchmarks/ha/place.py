"""Where servers of a measurement run: a folder, network namespaces and processes, all of which go away with it."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

ACCOUNT = "postgres"
PREFIX = "huiying-ha"
END_PATIENCE = 10.0
KILL_PATIENCE = 10.0


class ServerFell(Exception):  # noqa: N818 -- a fact
    """A server of the measurement did not start, or is gone."""


class Place:
    """A folder below the temporary one, and what was started in it."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}-"))
        self.folder.chmod(0o711)
        self._namespaces: list[str] = []
        self._servers: list[subprocess.Popen[bytes]] = []

    def folder_of(self, name: str) -> Path:
        """Make a folder that belongs to the servers' account."""
        folder = self.folder / name
        folder.mkdir(mode=0o755)
        shutil.chown(folder, ACCOUNT, ACCOUNT)
        return folder

    def write(self, name: str, content: str) -> Path:
        """Write a file that only the servers' account may read."""
        path = self.folder / name
        path.touch(mode=0o600)
        shutil.chown(path, ACCOUNT, ACCOUNT)
        path.write_text(content, encoding="utf-8")
        return path

    def log(self, name: str) -> Path:
        """Return where a server writes what it has to say."""
        return self.folder / f"{name}.log"

    def namespace(self, name: str) -> str:
        """Make a network namespace with a loopback in it, and return its full name."""
        full = f"{PREFIX}-{os.getpid()}-{name}"
        self._namespaces.append(full)
        run("ip", "netns", "add", full)
        run("ip", "-n", full, "link", "set", "lo", "up")
        return full

    def start(self, name: str, command: Sequence[str], *, namespace: str | None = None) -> "subprocess.Popen[bytes]":
        """Start a server under the servers' account; it ends when this process does."""
        with self.log(name).open("ab") as log:
            server = subprocess.Popen(
                [*_inside(namespace), *_as_account(), *command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self.folder,
                env={"PATH": os.defpath, "LC_ALL": "C.UTF-8", "HOME": str(self.folder)},
                start_new_session=True,
            )
        self._servers.append(server)
        return server

    def run(self, *command: str) -> None:
        """Run a command under the servers' account."""
        run(*_as_account(), *command, cwd=self.folder)

    def stop(self, server: "subprocess.Popen[bytes]") -> None:
        """End one server politely, and reap it."""
        if server.poll() is None:
            server.send_signal(signal.SIGTERM)
            with suppress(subprocess.TimeoutExpired):
                server.wait(END_PATIENCE)
        if server.poll() is None:
            server.kill()
            server.wait()

    def clear(self) -> None:
        """End everything that was started, remove the namespaces and the folder."""
        for namespace in self._namespaces:
            kill_all(namespace)
        for server in reversed(self._servers):
            self.stop(server)
        for namespace in self._namespaces:
            subprocess.run(["ip", "netns", "del", namespace], capture_output=True, check=False)
        shutil.rmtree(self.folder, ignore_errors=True)


@contextmanager
def place() -> Iterator[Place]:
    """Have a place for as long as the block runs, however it ends; what a killed run left is cleared away first."""
    if shutil.which("ip"):
        _clear_left_behind()
    made = Place()
    try:
        yield made
    finally:
        made.clear()


def run(*command: str, cwd: Path | None = None) -> str:
    """Run a command and return what it says. Raises `ServerFell` with its last words when it fails."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=cwd)
    if done.returncode != 0:
        raise ServerFell(f"{' '.join(command)}: {done.stderr.strip()[-500:]}")
    return done.stdout


def processes_in(namespace: str) -> list[int]:
    """Return the processes that run in a namespace; none when there is no such namespace."""
    told = subprocess.run(["ip", "netns", "pids", namespace], capture_output=True, text=True, check=False)
    return [int(pid) for pid in told.stdout.split()]


def signal_all(namespace: str, number: signal.Signals) -> None:
    """Send a signal to every process of a namespace."""
    for pid in processes_in(namespace):
        with suppress(ProcessLookupError):
            os.kill(pid, number)


def kill_all(namespace: str) -> None:
    """Kill every process of a namespace with -9, until none is left."""
    give_up = time.monotonic() + KILL_PATIENCE
    while _living(namespace) and time.monotonic() < give_up:
        signal_all(namespace, signal.SIGKILL)
        time.sleep(0.02)


def _living(namespace: str) -> list[int]:
    return [pid for pid in processes_in(namespace) if state_of(pid) not in ("", "Z")]


def state_of(pid: int) -> str:
    """Return the letter by which the kernel names a process's state, "" when there is no such process."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(") ")[2][:1]
    except OSError:
        return ""


def _inside(namespace: str | None) -> list[str]:
    return ["ip", "netns", "exec", namespace] if namespace else []


def _as_account() -> list[str]:
    return ["setpriv", f"--reuid={ACCOUNT}", f"--regid={ACCOUNT}", "--clear-groups", "--pdeathsig=TERM", "--"]


def _clear_left_behind() -> None:
    for line in run("ip", "netns", "list").splitlines():
        name = line.split()[0] if line.split() else ""
        owner = name.removeprefix(f"{PREFIX}-").split("-")[0] if name.startswith(f"{PREFIX}-") else ""
        if owner.isdigit() and not Path(f"/proc/{owner}").exists():
            kill_all(name)
            run("ip", "netns", "del", name)
