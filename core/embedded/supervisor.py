"""Runs the programs side by side, starts again what falls over, and stops all together."""

import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from honcho.manager import Manager
from honcho.printer import Message, Printer

from core.embedded import processes
from core.embedded.lifeline import Lifeline
from core.embedded.programs import GRACE_SECONDS, Program

KILL_AFTER = 10.0
"""Seconds a program has for ending when asked."""
FALLS_ALLOWED = 5
FALLS_WITHIN = 60.0
"""More falls than these within these seconds and starting again is given up."""
LEFT_BEHIND_WITHIN = GRACE_SECONDS + 1.0
"""Seconds that what a fallen program leaves behind has for ending what it has in hand."""
LAST_WORDS_WITHIN = 1.0
"""Seconds that a grandchild may keep the output open."""

# Fork, also where Python's default is another: the locks held open are what marks a process as ours.
_forking = multiprocessing.get_context("fork")


class KeptProgram:
    """One program in honcho's manager: started again when it ends unasked, until it falls too often."""

    def __init__(
        self, program: Program, *, env: Mapping[str, str], locks: Sequence[int], line: Lifeline, colour: str | None
    ) -> None:
        self.name = program.name
        self.colour = colour
        self.quiet = False
        self._command = program.command
        self._env = env
        self._locks = locks
        self._line = line
        self._events: Any = None
        self._child: subprocess.Popen[bytes] | None = None
        self._changing = threading.Lock()
        self._supervisor = os.getpid()

    def run(self, events: Any, ignore_signals: bool) -> None:
        """Run until asked to stop; called by the manager in a process of its own."""
        self._events = events
        self._line.let_go()
        if ignore_signals:
            # Handlers that do nothing, not SIG_IGN: the program would inherit that and hear nothing either.
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                signal.signal(number, lambda *_: None)
        threading.Thread(target=self._end_child_with_supervisor, daemon=True).start()
        falls: deque[float] = deque(maxlen=FALLS_ALLOWED)
        returncode = 0
        while child := self._start():
            returncode = self._follow(child)
            falls.append(time.monotonic())
            if len(falls) == FALLS_ALLOWED and falls[-1] - falls[0] < FALLS_WITHIN:
                break
            if not self._line.is_cut(patience=0.2 * len(falls)):
                self._send("line", f"意外结束（返回码 {returncode}），重新启动\n".encode())
        self._send("stop", {"returncode": returncode})
        if os.getppid() != self._supervisor:
            events.cancel_join_thread()  # nobody reads any more, and the queue would wait for a reader

    def _start(self) -> "subprocess.Popen[bytes] | None":
        with self._changing:
            if self._line.is_cut():
                return None
            self._child = subprocess.Popen(  # noqa: S603 -- our own programs, no shell  # nosec B603
                list(self._command),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                env=self._env,
                pass_fds=self._locks,
                start_new_session=True,
            )
        self._send("start", {"pid": self._child.pid})
        return self._child

    def _follow(self, child: "subprocess.Popen[bytes]") -> int:
        """Pass on what the program says until it ends, and end what it leaves behind; return its exit code."""
        reader = threading.Thread(target=self._read, args=(child,), daemon=True)
        reader.start()
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)  # not reaped yet: its number is still its own
        # What outlives it can hold the port that the next one needs, and nobody else would end it.
        processes.end(processes.in_group(child.pid), ask=signal.SIGTERM, patience=LEFT_BEHIND_WITHIN)
        returncode = child.wait()
        reader.join(LAST_WORDS_WITHIN)
        return returncode

    def _read(self, child: "subprocess.Popen[bytes]") -> None:
        for line in child.stdout or ():
            self._send("line", line)

    def _end_child_with_supervisor(self) -> None:
        self._line.is_cut(patience=None)
        with self._changing:
            if self._child is not None and self._child.poll() is None:
                os.killpg(self._child.pid, signal.SIGTERM)

    def _send(self, kind: str, data: Any) -> None:
        self._events.put(Message(type=kind, data=data, time=datetime.now(), name=self.name, colour=self.colour))  # noqa: DTZ005 -- a terminal's own time


class Supervisor(Manager):  # type: ignore[misc]  # honcho has no types
    """honcho's manager with programs that are kept running and a stop that nobody outlives."""

    returncode: int | None
    _terminating: bool

    def __init__(self, *, env: Mapping[str, str], locks: Sequence[int], output: Any = sys.stdout) -> None:
        super().__init__(Printer(output))
        self.events = _forking.Queue()
        self.was_asked_to_stop = False
        self._env = env
        self._locks = locks
        self._line = Lifeline()
        self._watchers: list[Callable[[threading.Event], None]] = []
        self._ended = threading.Event()

    def keep(self, program: Program) -> None:
        """Add a program."""
        kept = KeptProgram(program, env=self._env, locks=self._locks, line=self._line, colour=next(self._colours))
        self._processes[program.name] = {"obj": kept}
        self._printer.width = max(self._printer.width, len(program.name))

    def watch(self, watcher: Callable[[threading.Event], None]) -> None:
        """Run `watcher` in a thread meanwhile; its event is set when all has ended."""
        self._watchers.append(watcher)

    def run(self) -> None:
        """Run everything until a signal asks to stop or a program cannot be kept running."""
        try:
            self.loop()
        finally:
            self._ended.set()

    def terminate(self) -> None:
        """Ask all programs to end; those that do not are killed."""
        if self._terminating:
            return
        self._terminating = True
        self.was_asked_to_stop = self.returncode in (130, 143)
        self._line.let_go()
        killing = threading.Timer(KILL_AFTER, self.kill)
        killing.daemon = True
        killing.start()

    def say(self, sentence: str) -> None:
        """Print a line under the supervisor's own name."""
        message = Message(type="line", data=sentence + "\n", time=datetime.now(), name="huiying", colour=None)  # noqa: DTZ005 -- a terminal's own time
        self._printer.write(message)

    def _start(self) -> None:
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # nohup keeps it ignored
            signal.signal(signal.SIGHUP, lambda *_: os.kill(os.getpid(), signal.SIGTERM))
        for name, entry in self._processes.items():
            entry["process"] = _forking.Process(name=name, target=entry["obj"].run, args=(self.events, True))
            entry["process"].start()
        for watcher in self._watchers:  # after the forks: a thread does not survive one
            threading.Thread(target=watcher, args=(self._ended,), daemon=True).start()

    def _system_print(self, data: str) -> None:
        """Stay silent: what honcho says of its own is not for the people who read this output."""
