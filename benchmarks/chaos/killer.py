"""Killing with -9, at random, one or a few at a time, whatever lives; now and then something else goes wrong instead."""

import random
import time
from collections import Counter, deque
from collections.abc import Callable

from benchmarks.chaos.faults import Faults
from benchmarks.chaos.house import COMMANDS, PROGRAMS, House, Victim

AT_ONCE = (1, 1, 1, 1, 2)
AT_ONCE_WITH_FAULTS = (1, 2, 2, 3)
"""How many are killed at a turn."""
UNHEALED_SHARE = 0.3
"""Before so many of the kills nobody waits until what was killed before is back."""
HEALING_PATIENCE = 120.0
WEIGHTS = {Victim.WEB: 0.3, Victim.POSTGRES: 0.3, Victim.BACKEND: 0.5, Victim.SEALER: 0.3, Victim.FETCH: 0.3}
"""How often something is killed, where it is less often than the rest: after some nobody is served for seconds, and some
live for seconds only and would never come to an end."""
FALLS_PER_MINUTE = 3
"""Kills of one program within a minute. At five the supervisor rightly gives up, which is not measured here."""


class Killer:
    """Kills until it is enough, each kind as often as its weight says."""

    def __init__(self, house: House, chance: random.Random, faults: Faults | None, *, fault_share: float) -> None:
        self._house = house
        self._chance = chance
        self._faults = faults
        self._fault_share = fault_share
        self._recent: dict[Victim, deque[float]] = {victim: deque(maxlen=FALLS_PER_MINUTE) for victim in PROGRAMS}
        self._victims = [victim for victim in Victim if faults is not None or victim not in COMMANDS]
        self.kills: Counter[str] = Counter()
        self.longest_outage = 0.0

    def run(self, wanted: int, *, seconds: float, at_most: float, is_enough: Callable[[], bool]) -> None:
        """Kill `wanted` times, spread over about so many seconds, and on at that pace until it is enough.

        Stops after `at_most` seconds, and when the installation has given up. `is_enough` is asked at every turn.
        """
        begun = time.monotonic()
        while (not is_enough() or self.kills.total() < wanted) and self._house.is_up():
            spent = time.monotonic() - begun
            if spent > at_most:
                break
            ahead = seconds * self.kills.total() / wanted - spent
            time.sleep(max(0.1, ahead) * self._chance.uniform(0.5, 1.5))
            if self._chance.random() > UNHEALED_SHARE:
                self.await_health()
            if self._faults is not None and self._chance.random() < self._fault_share:
                self._disturb(self._faults)
            for _ in range(self._chance.choice(AT_ONCE if self._faults is None else AT_ONCE_WITH_FAULTS)):
                self._kill_one()

    def await_health(self) -> bool:
        """Wait until everything answers again; return whether it does."""
        begun = time.monotonic()
        while time.monotonic() - begun < HEALING_PATIENCE and self._house.is_up():
            if self._house.is_healthy():
                self.longest_outage = max(self.longest_outage, time.monotonic() - begun)
                return True
            time.sleep(0.1)
        return False

    def _disturb(self, faults: Faults) -> None:
        ended = faults.make_one([victim for victim in PROGRAMS if self._may_fall(victim)])
        if ended is not None:
            self._recent[ended].append(time.monotonic())

    def _kill_one(self) -> None:
        allowed = [victim for victim in self._victims if self._may_fall(victim)]
        killed = {victim: self.kills[victim] / WEIGHTS.get(victim, 1) for victim in allowed}
        victim = self._chance.choice([victim for victim in allowed if killed[victim] == min(killed.values())])
        if self._house.kill(victim, self._chance.randrange(100)):
            self.kills[victim] += 1
            if victim in self._recent:
                self._recent[victim].append(time.monotonic())

    def _may_fall(self, victim: Victim) -> bool:
        if victim in COMMANDS and not self._house.processes(victim):
            return False
        recent = self._recent.get(victim)
        return not recent or len(recent) < FALLS_PER_MINUTE or time.monotonic() - recent[0] > 60
