"""A fence around an answer: what a decision may not touch is recorded, and what can be refused is refused.

Python's audit events tell of files, network, processes and threads; its profiler of the clock, chance and environment.
"""

import datetime
import os
import random
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

REFUSED = {
    "open": "打开文件",
    "os.": "使用文件或进程",
    "shutil.": "使用文件",
    "glob.": "使用文件",
    "tempfile.": "使用文件",
    "socket.": "使用网络",
    "urllib.": "使用网络",
    "http.": "使用网络",
    "ftplib.": "使用网络",
    "smtplib.": "使用网络",
    "sqlite3.": "使用数据库",
    "subprocess.": "启动进程",
    "pty.": "启动进程",
    "_thread.start": "启动线程",
    "ctypes.": "调用 C 函数库",
}
"""Audit events by how they begin, and what they mean."""
HARMLESS = frozenset({"os.putenv", "os.unsetenv"})
NOT_THE_ANSWERS = frozenset(
    {
        *("importlib._bootstrap", "importlib._bootstrap_external", "zoneinfo", "zoneinfo._common"),
        "core.hooks.budget",
    }
)
"""Modules that read their own files (an import, a time zone) or keep the answer's time."""
CLOCKS = (
    *(time.time, time.time_ns, time.monotonic, time.monotonic_ns, time.perf_counter, time.perf_counter_ns),
    *(time.process_time, time.process_time_ns, time.thread_time, time.thread_time_ns),
    *(time.localtime, time.gmtime, time.ctime, time.strftime),
)
CHANCE = (os.urandom,)
NOW = frozenset({"now", "utcnow", "today"})
ENVIRONMENT = type(os.environ).__getitem__.__code__

_fences: dict[int, "Fence"] = {}
_is_watching = False


class Fenced(Exception):  # noqa: N818 -- a fact; raised inside the plugin's code
    """What was refused."""


class Fence:
    """What was touched inside, each thing once, in order."""

    def __init__(self) -> None:
        self.touched: dict[str, None] = {}

    def note(self, what: str) -> None:
        self.touched.setdefault(what)


@contextmanager
def fenced(*, clock: bool = False) -> Iterator[Fence]:
    """Watch what this thread touches inside the block; with `clock`, also the clock, chance and the environment."""
    _watch_from_now_on()
    fence = Fence()
    profile_before = sys.getprofile()
    _fences[threading.get_ident()] = fence
    if clock:
        sys.setprofile(_profile_for(fence))
    try:
        yield fence
    finally:
        sys.setprofile(profile_before)
        del _fences[threading.get_ident()]


def _watch_from_now_on() -> None:
    """Hear of audit events. A process cannot stop hearing of them, so it is told once and looks for a fence itself."""
    global _is_watching
    if not _is_watching:
        sys.addaudithook(_heard)
        _is_watching = True


def _heard(event: str, arguments: tuple[Any, ...]) -> None:
    fence = _fences.get(threading.get_ident())
    if fence is None:
        return
    meaning = next((words for begin, words in REFUSED.items() if event.startswith(begin)), None)
    if meaning is None or event in HARMLESS or _is_not_the_answers():
        return
    named = f"（{arguments[0]}）" if event == "open" and arguments and isinstance(arguments[0], str) else ""
    fence.note(f"{meaning}{named}")
    raise Fenced(f"{meaning}：{event}")


def _is_not_the_answers() -> bool:
    frame: FrameType | None = sys._getframe(2)
    while frame is not None:
        if frame.f_globals.get("__name__") in NOT_THE_ANSWERS:
            return True
        frame = frame.f_back
    return False


def _profile_for(fence: Fence) -> Any:
    def profile(frame: FrameType, event: str, argument: Any) -> None:
        if event == "c_call":
            if (what := _meaning_of(argument)) and not _is_not_the_answers():
                fence.note(what)
        elif event == "call" and frame.f_code is ENVIRONMENT and not _is_not_the_answers():
            fence.note("读环境变量")

    return profile


def _meaning_of(function: Any) -> str:
    """Return what a call of a built-in function means; empty when it may be called."""
    owner, name = getattr(function, "__self__", None), getattr(function, "__name__", "")
    if function is time.sleep:
        return "等待（sleep）"
    if any(function is each for each in CLOCKS):
        return f"看时钟（{name}）"
    if isinstance(owner, type) and issubclass(owner, datetime.date) and name in NOW:
        return f"看时钟（{name}）"
    if any(function is each for each in CHANCE) or owner is random._inst:
        return f"用随机数（{name}）"
    return ""
