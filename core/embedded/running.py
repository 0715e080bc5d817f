"""`huiying up` and `huiying down`: the whole installation, started and stopped."""

import json
import os
import signal
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from core.embedded import processes
from core.embedded.errors import AlreadyRunning, PortTaken, ProgramKeepsFailing
from core.embedded.files import write_private
from core.embedded.home import Home, exists, open_home
from core.embedded.locks import Tell, ending_politely, exclusive, in_use, open_lock, try_exclusive
from core.embedded.programs import Program
from core.embedded.services import Prepare, Servers, Services, open_services
from core.embedded.supervisor import Supervisor
from core.embedded.watchers import announce, restart_fallen
from core.kit.db import Database

END_PATIENCE = 30.0
ORPHAN_PATIENCE = 6.0


def run_up(
    path: Path, *, port: int, run: Sequence[Program], prepare: Prepare | None, banner: Callable[[], str], tell: Tell
) -> None:
    """Run the services and programs until Ctrl-C or SIGTERM; afterwards no process is left.

    `prepare` is called before the programs start; `banner` gives what is said once the pages answer.
    Raises `AlreadyRunning`, `PortTaken`, `ProgramKeepsFailing`, `DatabaseDown`, `UnsafeRole` or `HomeUnusable`.
    """
    home = open_home(path)
    with (
        ending_politely(),
        _only_one(home, port, tell) as up_lock,
        open_services(path, with_queue=True, tell=tell, prepare=prepare, edition=None) as opened,
    ):
        database = Database(opened.services.database_url)
        database.refuse_unsafe_role()
        database.engine.dispose()
        locks = [up_lock] if opened.lock is None else [up_lock, opened.lock]
        supervisor = Supervisor(env=_environment(opened.services, port), locks=locks)
        for program in run:
            supervisor.keep(program)
        supervisor.watch(announce(port, banner, supervisor.say))
        if opened.servers is not None:
            supervisor.watch(restart_fallen(home, opened.servers, supervisor.say))
        supervisor.run()
        if not supervisor.was_asked_to_stop:
            raise ProgramKeepsFailing("有程序反复意外结束，已全部停止。原因见上面的输出。")
        tell("正在停止……")


def stop_all(path: Path, *, tell: Tell) -> None:
    """Stop what `huiying up` started, also when its supervisor was killed, and servers that nobody uses any more."""
    if not exists(path):
        tell("没有正在运行的 huiying。")
        return
    home = open_home(path)
    with exclusive(_gate(home)):
        running = processes.holding(home.up_lock)
        supervisor = _record(home).get("pid")
        if supervisor in running:
            processes.end([supervisor], ask=signal.SIGTERM, patience=END_PATIENCE)
        _end_orphans(home)
    servers = Servers(home, database=True, queue=True, tell=tell)
    was_serving = servers.postgres.is_running() or servers.valkey.is_running()
    with in_use(home.state, start=lambda: None, stop=servers.stop, tell=tell):
        pass
    if servers.postgres.is_running():
        tell("还有命令正在使用数据库，等它结束后数据库会自动停止。")
    else:
        tell("已全部停止。" if running or was_serving else "没有正在运行的 huiying。")


@contextmanager
def _only_one(home: Home, port: int, tell: Tell) -> Iterator[int]:
    """Hold the lock that everything started here inherits, so that what is left after a crash can be found."""
    with exclusive(_gate(home)):
        _refuse_second(home, tell)
        _refuse_taken_port(port)
        lock = open_lock(home.up_lock)
        if not try_exclusive(lock):
            os.close(lock)
            raise AlreadyRunning("huiying 已在运行。要停止它，请执行 huiying down。")
        write_private(home.up_record, json.dumps({"pid": os.getpid(), "address": f"http://127.0.0.1:{port}"}))
    try:
        yield lock
    finally:
        home.up_record.unlink(missing_ok=True)
        os.close(lock)


def _refuse_second(home: Home, tell: Tell) -> None:
    """Refuse when a supervisor runs; end what a killed one left, so that starting again needs no special command."""
    holders, record = processes.holding(home.up_lock), _record(home)
    if record.get("pid") in holders:
        raise AlreadyRunning(f"huiying 已在运行（{record.get('address')}）。要停止它，请执行 huiying down。")
    if holders:
        tell("上次没有正常结束，正在清理残留的进程……")
        _end_orphans(home)


def _end_orphans(home: Home) -> None:
    processes.end(processes.holding(home.up_lock), ask=signal.SIGTERM, patience=ORPHAN_PATIENCE)
    processes.end(processes.holding(home.up_lock), ask=signal.SIGKILL, patience=ORPHAN_PATIENCE)


def _gate(home: Home) -> Path:
    """Return the lock that is held while it is decided who runs; only then are holder and record in step."""
    return home.path / "gate.lock"


def _record(home: Home) -> dict[str, Any]:
    try:
        found = json.loads(home.up_record.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _refuse_taken_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise PortTaken(f"端口 {port} 已被其他程序占用。请换一个端口，例如 PORT={port + 1} make run。") from None


def _environment(services: Services, port: int) -> dict[str, str]:
    """Return what the programs see; the owner's address is not for them."""
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_OWNER_URL"}
    return environment | {
        "DATABASE_URL": services.database_url,
        "REDIS_URL": services.redis_url,
        "HUIYING_HOME": str(services.home),
        "PORT": str(port),
        "PYTHONUNBUFFERED": "1",
    }
