"""What worker and clock share as processes: ending politely, and going on when the database comes back."""

import logging
import os
import select
import signal
import socket
import sys
from collections.abc import Callable
from types import FrameType

from sqlalchemy.exc import DBAPIError

from core.jobs.hints import waker
from core.jobs.trouble import is_database_gone
from core.kit.db import DatabaseDown
from core.kit.errors import Refused
from core.process import installation_from_environment
from core.tenancy.scope import Installation

RETRY_SECONDS = 2.0
log = logging.getLogger(__name__)


class Ending:
    """Whether the process was asked to end, and waiting that the asking cuts short."""

    def __init__(self) -> None:
        self._asked = False
        # A pipe and not threading.Event: setting an event in a signal handler can wait on itself for ever.
        self._bell, self._ear = socket.socketpair()
        self._bell.setblocking(False)

    def is_asked(self) -> bool:
        """Return whether the process was asked to end."""
        return self._asked

    def listen(self) -> None:
        """Be asked by SIGTERM or SIGINT."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_signal)

    def ask(self) -> None:
        """End at the next opportunity."""
        if not self._asked:
            self._asked = True
            self._bell.send(b"\0")

    def wait(self, seconds: float) -> bool:
        """Wait, unless asked to end; return whether that is so."""
        if not self._asked and seconds > 0:
            select.select([self._ear], [], [], seconds)
        return self._asked

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self.ask()


def run_process(name: str, body: Callable[[Installation, Ending], None]) -> int:
    """Open the installation that the environment names and run `body` until asked to end; return the exit code.

    `body` is entered anew after the database was away; other errors end the process, and the supervisor starts it again.
    """
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s", stream=sys.stdout)
    for chatty in ("httpx", "rq.worker"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    ending = Ending()
    ending.listen()
    try:
        installation = _open(ending)
        if installation is not None:
            log.info("%s已就绪", name)
            _run(installation, ending, body)
    except Refused as refused:
        log.error(refused.message)
        return 1
    return 0


def _open(ending: Ending) -> Installation | None:
    """Open the installation once the database answers; None when asked to end before.

    Raises `UnsafeRole`, `KeysUnusable`; KeyError for a missing variable, which `huiying up` always sets.
    """
    while not ending.is_asked():
        try:
            return installation_from_environment(on_wake=waker(os.environ["REDIS_URL"]))
        except DatabaseDown as down:
            log.warning("%s 每 %d 秒再试一次。", down.message, RETRY_SECONDS)
            ending.wait(RETRY_SECONDS)
    return None


def _run(installation: Installation, ending: Ending, body: Callable[[Installation, Ending], None]) -> None:
    while not ending.is_asked():
        try:
            body(installation, ending)
        except DBAPIError as error:
            if not is_database_gone(error):
                raise
            log.warning("数据库没有应答，%d 秒后再试；没有做完的仍在任务表里。", RETRY_SECONDS)
            ending.wait(RETRY_SECONDS)
