"""`huiying up` and `down`: one at a time, started again after a crash, nothing left behind."""

import os
import re
import signal
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

from core.embedded import processes
from core.embedded.home import open_home
from core.embedded.services import ensure
from tests.embedded.conftest import Trial, forget, living, postmaster, run_down, wait_until

READY = "回应已就绪"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_asked_to_end_it_leaves_no_process(up: Callable[..., Trial], home_path: Path, number: signal.Signals) -> None:
    trial = up().until(READY)
    home = open_home(home_path)
    assert len(living(home)) > 5

    assert trial.end(number) == 0
    assert living(home) == []
    assert "Traceback" not in trial.output


def test_the_programs_do_not_see_the_owners_password(up: Callable[..., Trial]) -> None:
    trial = up().until(READY)
    with urllib.request.urlopen(f"http://127.0.0.1:{trial.port}/") as page:
        names = page.read().decode().split()
    assert {"DATABASE_URL", "REDIS_URL", "HUIYING_HOME"} <= set(names)
    assert "DATABASE_OWNER_URL" not in names


def test_given_servers_are_used_and_left_alone(
    up: Callable[..., Trial], home_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path / "elsewhere"
    try:
        with ensure(elsewhere, with_queue=True) as given:
            monkeypatch.setenv("DATABASE_URL", given.database_url)
            monkeypatch.setenv("REDIS_URL", given.redis_url)
            trial = up().until(READY)
            assert not open_home(home_path).cluster.exists()
            assert trial.end(signal.SIGINT) == 0
            assert processes.is_running(postmaster(open_home(elsewhere)))
    finally:
        forget(elsewhere)


def test_a_second_one_is_refused_in_words(up: Callable[..., Trial], home_path: Path) -> None:
    first = up().until(READY)
    second = up()
    assert second.process.wait(30) == 2
    assert second.output == f"huiying 已在运行（http://127.0.0.1:{first.port}）。要停止它，请执行 huiying down。\n"

    assert run_down(home_path) == "已全部停止。\n"
    assert first.process.wait(30) == 0
    assert run_down(home_path) == "没有正在运行的 huiying。\n"


def test_commands_use_the_running_server_and_leave_it_running(up: Callable[..., Trial], home_path: Path) -> None:
    trial = up().until(READY)
    home = open_home(home_path)
    server = postmaster(home)
    with ensure(home_path):
        assert postmaster(home) == server
    assert processes.is_running(server)
    assert trial.end(signal.SIGINT) == 0


def test_down_stops_what_a_killed_supervisor_left(up: Callable[..., Trial], home_path: Path) -> None:
    trial = up().until(READY)
    home = open_home(home_path)
    trial.process.kill()
    trial.process.wait(30)
    assert living(home) != []

    assert run_down(home_path) == "已全部停止。\n"
    assert living(home) == []


def test_after_a_killed_supervisor_it_starts_again(up: Callable[..., Trial], home_path: Path) -> None:
    first = up("trap '' TERM; while :; do sleep 1; done").until(READY)  # one that does not want to go
    first.process.kill()
    first.process.wait(30)

    second = up().until(READY)
    assert "上次没有正常结束" in second.output
    assert second.end(signal.SIGTERM) == 0
    assert living(open_home(home_path)) == []


def test_fallen_servers_and_programs_are_started_again(up: Callable[..., Trial], home_path: Path) -> None:
    trial = up("echo began; sleep 3600").until("began")
    trial.until(READY)
    home = open_home(home_path)
    fallen = [postmaster(home), *processes.working_in(home.queue, "valkey-server")]
    for pid in fallen:
        os.kill(pid, signal.SIGKILL)
    trial.until("正在重新启动")
    wait_until(lambda: len(processes.working_in(home.queue, "valkey-server")) == 1)
    wait_until(lambda: processes.is_working_in(postmaster(home), home.cluster, "postgres"))

    (sleeper,) = [pid for pid in processes.holding(home.up_lock) if _command(pid)[:2] == ["sh", "-c"]]
    os.kill(sleeper, signal.SIGKILL)
    wait_until(lambda: trial.output.count("began") == 2)
    assert trial.end(signal.SIGINT) == 0
    assert living(home) == []


def test_what_a_fallen_program_leaves_behind_is_gone_before_it_starts_again(up: Callable[..., Trial]) -> None:
    stubborn = "sh -c 'trap \"\" TERM; echo child=$$; exec sleep 3600' & echo parent=$$; wait"
    trial = up(stubborn).until(READY)
    wait_until(lambda: len(said(trial, "child")) == len(said(trial, "parent")) == 1)
    (parent,), (child,) = said(trial, "parent"), said(trial, "child")

    os.kill(parent, signal.SIGKILL)
    wait_until(lambda: len(said(trial, "parent")) == 2)

    assert not processes.is_running(child)


def said(trial: Trial, name: str) -> list[int]:
    """Return the numbers that a program said under this name."""
    return [int(found) for found in re.findall(rf"{name}=(\d+)", trial.output)]


def test_a_program_that_falls_again_and_again_stops_all(up: Callable[..., Trial], home_path: Path) -> None:
    trial = up("echo ouch; exit 7")
    assert trial.process.wait(60) == 2
    assert trial.output.count("ouch") == 5
    assert trial.output.endswith("有程序反复意外结束，已全部停止。原因见上面的输出。\n")
    assert living(open_home(home_path)) == []


def _command(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0")
