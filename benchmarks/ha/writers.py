"""Writers that do not give up: they hand in appeals, see some of them through, and remember what was acknowledged."""

import random
import threading
import time
from itertools import pairwise
from typing import Any

from benchmarks.chaos.caller import Caller
from benchmarks.chaos.house import UNITS, House
from benchmarks.chaos.journal import Acknowledged, Journal, Receipt

WRITERS = 4
SEEN_THROUGH = 4
"""Of so many appeals of a writer one is dispatched, signed for, replied to and passed."""
PAUSE = 0.2


class TimedJournal(Journal):
    """What was acknowledged, and when."""

    def __init__(self) -> None:
        super().__init__()
        self.times: list[float] = []

    def write(self, done: Acknowledged) -> None:
        super().write(done)
        self.times.append(time.monotonic())

    def take_in(self, *receipts: Receipt) -> None:
        super().take_in(*receipts)
        self.times.append(time.monotonic())

    def recovery(self, since: float) -> tuple[float, float] | None:
        """Return the longest time without an acknowledged write after `since`, and from `since` to its end.

        None as long as nothing was acknowledged after `since`.
        """
        times = sorted(self.times)
        after = [at for at in times if at > since]
        if not after:
            return None
        before = [at for at in times if at <= since][-1:]
        known = before + after
        gaps = [(later - earlier, later - since) for earlier, later in pairwise(known)]
        return max(gaps, default=None)


class Writers:
    """A few callers of the API at once."""

    def __init__(self, house: House, journal: TimedJournal, seed: int) -> None:
        self._house, self._journal, self._seed = house, journal, seed
        self._going_home = threading.Event()
        self._threads = [threading.Thread(target=self._work, args=(number,), daemon=True) for number in range(WRITERS)]
        self.failures: list[BaseException] = []

    def start(self) -> None:
        """Begin to write."""
        for thread in self._threads:
            thread.start()

    def stop(self, *, patience: float | None = None) -> None:
        """Finish what was begun, until it is acknowledged or patience ends (seconds), and write no more."""
        self._going_home.set()
        give_up = None if patience is None else time.monotonic() + patience
        for thread in self._threads:
            thread.join(None if give_up is None else max(0.0, give_up - time.monotonic()))

    def _work(self, number: int) -> None:
        chance = random.Random(self._seed * 1000 + number)
        caller = Caller(self._house.port, self._house.tokens, self._journal, chance)
        done = 0
        try:
            while not self._going_home.is_set():
                serial_no = caller.hand_in(_appeal(chance))
                done += 1
                if done % SEEN_THROUGH == 0:
                    see_through(caller, serial_no, chance.choice(UNITS))
                self._going_home.wait(PAUSE)
        except BaseException as error:
            self.failures.append(error)


def _appeal(chance: random.Random) -> dict[str, Any]:
    """Return an appeal of one of many residents: too many of one phone would wait for a person."""
    contact = {"name": "示范人", "phone": f"0280000{chance.randrange(10_000):04}"}
    return {"text": "道路坑洼，雨天积水，出行不便。", "place": "示范路", "contact": contact}


def see_through(caller: Caller, serial_no: str, unit: str) -> None:
    """Bring an appeal from the desk to its conclusion."""
    caller.command("operator", serial_no, "dispatch", {"lead": unit, "reason": "核实后判定"})
    caller.command(unit, serial_no, "sign", {})
    caller.command(unit, serial_no, "reply", {"text": "已修复。", "disposition": "resolved"})
    caller.command("reviewer", serial_no, "pass_reply", {})
