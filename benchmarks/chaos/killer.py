"""Killing with -9, at random, one or two at a time, whatever lives."""

import random
import time
from collections import Counter, deque

from benchmarks.chaos.house import PROGRAMS, House, Victim

TWO_AT_ONCE_SHARE = 0.2
UNHEALED_SHARE = 0.25
"""Before so many of the kills nobody waits until what was killed before is back."""
HEALING_PATIENCE = 60.0
FALLS_PER_MINUTE = 3
"""Kills of one program within a minute. At five the supervisor rightly gives up, which is not measured here."""


class Killer:
    """Kills until it is enough, each kind about as often as the others."""

    def __init__(self, house: House, chance: random.Random) -> None:
        self._house = house
        self._chance = chance
        self._recent: dict[Victim, deque[float]] = {victim: deque(maxlen=FALLS_PER_MINUTE) for victim in PROGRAMS}
        self.kills: Counter[str] = Counter()
        self.longest_outage = 0.0

    def run(self, wanted: int, *, seconds: float) -> None:
        """Kill `wanted` times, spread over about so many seconds. Stops when the installation has given up."""
        begun = time.monotonic()
        while self.kills.total() < wanted and self._house.is_up():
            ahead = begun + seconds * self.kills.total() / wanted - time.monotonic()
            time.sleep(max(0.1, ahead) * self._chance.uniform(0.5, 1.5))
            if self._chance.random() > UNHEALED_SHARE:
                self.await_health()
            for _ in range(1 + (self._chance.random() < TWO_AT_ONCE_SHARE)):
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

    def _kill_one(self) -> None:
        allowed = [victim for victim in Victim if self._may_fall(victim)]
        least = min(self.kills[victim] for victim in allowed)
        victim = self._chance.choice([victim for victim in allowed if self.kills[victim] <= least + 1])
        if self._house.kill(victim, self._chance.randrange(100)):
            self.kills[victim] += 1
            if victim in self._recent:
                self._recent[victim].append(time.monotonic())

    def _may_fall(self, victim: Victim) -> bool:
        recent = self._recent.get(victim)
        return not recent or len(recent) < FALLS_PER_MINUTE or time.monotonic() - recent[0] > 60
