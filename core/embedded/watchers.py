"""What the supervisor looks after while the programs run: the first answer, and fallen servers."""

import threading
import urllib.error
import urllib.request
from collections.abc import Callable

from core.embedded.home import Home
from core.embedded.locks import Tell, exclusive, start_lock
from core.embedded.services import Servers
from core.kit.errors import Refused

LOOK_EVERY = 1.0
READY_PATH = "/readyz"

Watcher = Callable[[threading.Event], None]
"""Runs in a thread until it is done or the event is set."""


def announce(port: int, banner: Callable[[], str], say: Tell) -> Watcher:
    """Return a watcher that says the banner, and last the address, once the pages answer."""

    def watch(ended: threading.Event) -> None:
        address = f"http://127.0.0.1:{port}"
        while not ended.wait(0.2):
            if _answers(address + READY_PATH):
                for line in (*banner().splitlines(), f"回应已就绪：{address}"):
                    say(line)
                return

    return watch


def restart_fallen(home: Home, servers: Servers, say: Tell) -> Watcher:
    """Return a watcher that starts fallen servers again."""

    def watch(ended: threading.Event) -> None:
        while not ended.wait(LOOK_EVERY):
            if not servers.have_fallen():
                continue
            with exclusive(start_lock(home.state)):
                if ended.is_set():
                    return
                say("自带的数据库或 Valkey 意外停止，正在重新启动……")
                try:
                    servers.start()
                except Refused as refused:
                    say(refused.message)

    return watch


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=5):  # noqa: S310 -- our own address  # nosec B310
            return True
    except (urllib.error.URLError, OSError):
        return False
