"""A fence around an answer: what a decision may not touch is recorded, and what can be refused is refused.

Python's audit events tell of files, network, processes and threads; its profiler of the clock, chance and environment.
"""

import _thread
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
        *("core.hooks.budget", "logging"),
    }
)
"""Modules that read their own files (an import, a time zone), keep the answer's time or say when something was said."""
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
    """What happened inside, each thing once, in order: what was touched, and what no question tells was looked at."""

    def __init__(self) -> None:
        self.touched: dict[str, None] = {}
        self.looked_at: dict[str, None] = {}


@contextmanager
def fenced() -> Iterator[Fence]:
    """Watch what this thread touches and looks at inside the block."""
    _watch_from_now_on()
    fence = Fence()
    profile_before = sys.getprofile()
    _fences[threading.get_ident()] = fence
    sys.setprofile(_profile_for(fence))
    try:
        yield fence
    finally:
        del _fences[threading.get_ident()]
        sys.setprofile(profile_before if callable(profile_before) else None)


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
    fence.touched.setdefault(f"{meaning}{named}")
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
        if event == "c_call" and argument is _thread.start_new_thread:
            fence.touched.setdefault("启动线程")  # told by an audit event in later versions of Python only
        elif event == "c_call" and (what := _meaning_of(argument)) and not _is_not_the_answers():
            fence.looked_at.setdefault(what)
        elif event == "call" and frame.f_code is ENVIRONMENT and not _is_not_the_answers():
            fence.looked_at.setdefault("读环境变量")

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
