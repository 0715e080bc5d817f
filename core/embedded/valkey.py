"""The Valkey brought along for the job queue: append-only, one account, no network."""

import hashlib
import signal
import subprocess
import time
from pathlib import Path
from urllib.parse import quote

import redis

from core.embedded import processes
from core.embedded.binaries import valkey_program
from core.embedded.errors import ServerNotStarted
from core.embedded.files import private_folder, write_private
from core.embedded.home import Home

ACCOUNT = "rq"
RIGHTS = "~rq:* resetchannels &rq:* +@all -@admin -@dangerous -@scripting +info +client"
"""Enqueueing and working; not flushing, listing, scripting or configuring, and no key outside the queue's own."""
PROGRAM = "valkey-server"
START_PATIENCE = 60.0
STOP_PATIENCE = 20.0

SETTINGS = """\
# Written by huiying at every start; edits are lost.
port 0
unixsocket "{socket}"
unixsocketperm 700
dir "{folder}"
appendonly yes
appendfsync everysec
save ""
maxmemory-policy noeviction
user default off
user {account} on #{password_hash} {rights}
"""


class Valkey:
    """One queue server. The caller holds the start lock while starting and stopping."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._child: subprocess.Popen[bytes] | None = None

    @property
    def settings_file(self) -> Path:
        return self._home.queue / "valkey.conf"

    @property
    def url(self) -> str:
        """The address of the queue with its account and password."""
        return f"unix://{ACCOUNT}:{quote(self._home.redis_password, safe='')}@{quote(str(self._socket))}?db=0"

    def is_running(self) -> bool:
        """Return whether a server of this folder lives."""
        if self._child is not None and self._child.poll() is None:
            return True
        return bool(self._servers())

    def start(self) -> None:
        """Start the server unless it runs, and wait until it answers. Raises `ServerNotStarted`."""
        if not self.is_running():
            private_folder(self._home.queue, uid=self._home.account.uid, gid=self._home.account.gid)
            self._configure()
            self._child = processes.launch(
                [str(valkey_program(self._home)), str(self.settings_file)],
                account=self._home.account,
                folder=self._home.queue,
                log=self._log,
            )
        self._await_answer()

    def stop(self) -> None:
        """Stop the server; what was queued is on disk. Does nothing when none runs."""
        processes.end(self._servers(), ask=signal.SIGTERM, patience=STOP_PATIENCE)
        if self._child is not None:
            self._child.wait()
            self._child = None

    def _servers(self) -> list[int]:
        return processes.working_in(self._home.queue, PROGRAM)

    def _configure(self) -> None:
        settings = SETTINGS.format(
            socket=_quoted(self._socket),
            folder=_quoted(self._home.queue),
            account=ACCOUNT,
            password_hash=hashlib.sha256(self._home.redis_password.encode()).hexdigest(),
            rights=RIGHTS,
        )
        write_private(self.settings_file, settings, uid=self._home.account.uid, gid=self._home.account.gid)

    def _await_answer(self) -> None:
        give_up = time.monotonic() + START_PATIENCE
        while True:
            try:
                with redis.Redis.from_url(self.url, socket_timeout=5) as client:
                    client.ping()
            except redis.RedisError as error:
                if not self.is_running() or time.monotonic() > give_up:
                    raise ServerNotStarted(f"自带的 Valkey 没有启动（{error}）。日志在 {self._log}。") from error
            else:
                return
            time.sleep(0.02)

    @property
    def _socket(self) -> Path:
        return self._home.sockets / "valkey.sock"

    @property
    def _log(self) -> Path:
        return self._home.logs / "valkey.log"


def _quoted(path: Path) -> str:
    return str(path).replace("\\", "\\\\").replace('"', '\\"')
