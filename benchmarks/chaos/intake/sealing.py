"""Somebody who seals the evidence by hand every few seconds, and keeps what each seal was acknowledged as."""

import json
import time

from benchmarks.chaos.house import House, Victim


class Sealer:
    """Gives `huiying audit seal`, which is killed now and then."""

    way = "seal"

    def __init__(self, house: House, *, every: float) -> None:
        self._house = house
        self._every = every
        self.kept: list[str] = []
        """Number and digest of each seal that was acknowledged."""

    def take_one(self) -> None:
        """Seal once, and rest."""
        given = self._house.command("audit", "seal", "--tenant", self._house.slug, "--json", victim=Victim.SEALER)
        if given.returncode == 0:
            self.kept.append(json.loads(given.stdout.splitlines()[-1])["kept"])
        time.sleep(self._every)
