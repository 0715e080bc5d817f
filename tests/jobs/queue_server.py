"""A Valkey of the tests' own, that may be flushed, stopped and started again."""

import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Self

import redis

from core.embedded.binaries import valkey_program
from core.embedded.home import Home
from core.embedded.valkey import ACCOUNT, RIGHTS
from tests.patience import patience

PASSWORD = "of-the-tests"
SETTINGS = f"""
port 0
unixsocket "{{socket}}"
dir "{{folder}}"
appendonly no
save ""
user {ACCOUNT} on >{PASSWORD} {RIGHTS}
"""


class QueueServer:
    """The server with the rights of the product's account, and the tests' own door for what those forbid."""

    def __init__(self, home: Home) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="huiying-queue-", dir=os.environ.get("XDG_RUNTIME_DIR")))
        self._program = valkey_program(home)
        self._socket = self._folder / "v.sock"
        self._process: subprocess.Popen[bytes] | None = None
        self.url = f"unix://{ACCOUNT}:{PASSWORD}@{self._socket}?db=0"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        shutil.rmtree(self._folder)

    @property
    def admin(self) -> "redis.Redis":
        return redis.Redis(unix_socket_path=str(self._socket))

    def start(self) -> None:
        if self._process is not None:
            return
        settings = self._folder / "valkey.conf"
        settings.write_text(SETTINGS.format(socket=self._socket, folder=self._folder))
        self._process = subprocess.Popen([str(self._program), str(settings)], stdout=subprocess.DEVNULL)
        begun = time.monotonic()
        while True:
            try:
                self.admin.ping()
            except redis.RedisError:
                assert time.monotonic() < begun + patience(10), "the queue server does not answer"
                time.sleep(0.02)
            else:
                return

    def stop(self) -> None:
        """Stop it; nothing that was queued survives."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def flush(self) -> None:
        self.admin.flushall()
