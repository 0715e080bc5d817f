"""The PostgreSQL brought along: started, awaited, stopped."""

import signal
import subprocess
import time
from pathlib import Path

import psycopg

from core.embedded import processes
from core.embedded.binaries import postgres_programs
from core.embedded.cluster import SUPERUSER, configure_cluster, make_cluster
from core.embedded.errors import ServerNotStarted
from core.embedded.home import Home
from core.embedded.locks import Tell

START_PATIENCE = 300.0
"""Seconds; recovery of 1.8 GB of log was measured at 51."""
STOP_PATIENCE = 60.0
ORPHAN_PATIENCE = 5.0
TELL_AFTER = 3.0
PROGRAM = "postgres"


class Postgres:
    """One cluster and its server. The caller holds the start lock while starting and stopping."""

    def __init__(self, home: Home, *, durable: bool = True) -> None:
        self._home = home
        self._durable = durable
        self._child: subprocess.Popen[bytes] | None = None

    def is_running(self) -> bool:
        """Return whether the server of this cluster lives; it may still be recovering."""
        return self._server() is not None

    def start(self, tell: Tell) -> None:
        """Start the server unless it runs, and wait until it answers. Raises `ServerNotStarted`."""
        if self.is_running() and self._answers(tell):
            return
        make_cluster(self._home)
        self._end_headless()
        configure_cluster(self._home, durable=self._durable)
        said_before = self._log.stat().st_size if self._log.exists() else 0
        self._child = processes.launch(
            [str(postgres_programs(self._home) / PROGRAM), "-D", str(self._home.cluster)],
            account=self._home.account,
            folder=self._home.cluster,
            log=self._log,
        )
        if not self._answers(tell):
            raise ServerNotStarted(f"自带的数据库没有启动：{self._reason(said_before)}。日志在 {self._log}。")

    def stop(self) -> None:
        """Stop the server: sessions are cut, everything committed is on disk. Does nothing when none runs."""
        server = self._server()
        if server is None:
            return
        processes.end([server], ask=signal.SIGINT, patience=STOP_PATIENCE)
        self._end_headless()
        if self._child is not None:
            self._child.wait()
            self._child = None

    def connect(self, database: str = "postgres") -> "psycopg.Connection[tuple[object, ...]]":
        """Connect as the superuser, each statement its own transaction."""
        return psycopg.connect(
            host=str(self._home.sockets), user=SUPERUSER, dbname=database, autocommit=True, connect_timeout=10
        )

    def _server(self) -> int | None:
        if self._child is not None and self._child.poll() is None:
            return self._child.pid
        try:
            pid = int(self._pid_file.read_text(encoding="utf-8").splitlines()[0])
        except (FileNotFoundError, IndexError, ValueError):
            return None
        return pid if processes.is_working_in(pid, self._home.cluster, PROGRAM) else None

    def _end_headless(self) -> None:
        """Clear away what a killed server left.

        Its children may outlive it for a moment and still write. And its number may be another program's by now, or a
        zombie's: PostgreSQL would take that for the server and refuse to start, so such a mark is removed. A number
        that nobody has is left to PostgreSQL, which then also looks for shared memory still in use.
        """
        processes.end(processes.working_in(self._home.cluster, PROGRAM), ask=signal.SIGQUIT, patience=ORPHAN_PATIENCE)
        for mark in (self._pid_file, self._home.sockets / ".s.PGSQL.5432.lock"):
            if mark.exists():
                number = mark.read_text(encoding="utf-8").partition("\n")[0].strip()
                if not number.isdecimal() or processes.has_number(int(number)):
                    mark.unlink()

    def _answers(self, tell: Tell) -> bool:
        """Wait until the server answers; False when it ended instead. Raises `ServerNotStarted` when it takes too long."""
        started, told = time.monotonic(), False
        while True:
            try:
                self.connect().close()
            except psycopg.OperationalError as error:
                reason = error
            else:
                return True
            if not self.is_running():
                return False
            waited = time.monotonic() - started
            if waited > START_PATIENCE:
                raise ServerNotStarted(f"自带的数据库没有应答（{reason}），日志在 {self._log}。请稍后重试。")
            if waited > TELL_AFTER and not told:
                tell("数据库正在从上次的意外停止中恢复，请稍候……")
                told = True
            time.sleep(0.03)

    def _reason(self, said_before: int) -> str:
        said = self._log.read_bytes()[said_before:].decode(errors="replace").splitlines()
        fatal = [line.partition("FATAL:")[2].strip() for line in said if "FATAL:" in line]
        return fatal[-1] if fatal else " ".join(said[-1:]) or "原因不明"

    @property
    def _log(self) -> Path:
        return self._home.logs / "postgres.log"

    @property
    def _pid_file(self) -> Path:
        return self._home.cluster / "postmaster.pid"
