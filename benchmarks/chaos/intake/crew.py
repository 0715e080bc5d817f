"""All who take in appeals at once, each by one way, until they are told to go home."""

import random
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from benchmarks.chaos.caller import Caller
from benchmarks.chaos.house import CLERKS, House
from benchmarks.chaos.intake import words
from benchmarks.chaos.intake.desk import DeskClerk
from benchmarks.chaos.intake.importing import Importer
from benchmarks.chaos.intake.mailing import Fetcher, Residents
from benchmarks.chaos.intake.pushing import Pusher
from benchmarks.chaos.intake.sealing import Sealer
from benchmarks.chaos.journal import Journal
from tests.inbound.imap_double import ImapBox

THINKING = (0.02, 0.12)
"""Seconds between two appeals of one who takes them in."""
MAILS_BETWEEN = 20
"""Mails that come between two times that somebody fetches them by hand."""


class Taker(Protocol):
    """Somebody who takes in appeals by one way."""

    way: str

    def take_one(self) -> None:
        """Take in the next one, until it is acknowledged."""


class Hotline:
    """A system that hands in appeals over the API and does nothing else with them."""

    way = "api"

    def __init__(self, caller: Caller, chance: random.Random) -> None:
        self._caller = caller
        self._chance = chance

    def take_one(self) -> None:
        """Hand in one appeal."""
        self._caller.hand_in({"text": words.text(self._chance)})


class Crew:
    """The takers at work; `wants_import` says when there is too little."""

    def __init__(
        self,
        house: House,
        journal: Journal,
        *,
        seed: int,
        each: int,
        rows: int,
        by_hand_every: float,
        wants_import: Callable[[], bool],
        folder: Path,
        box: ImapBox,
    ) -> None:
        self._house, self._journal, self._seed = house, journal, seed
        self._folder, self._rows, self._wants_import = folder, rows, wants_import
        self.sealer = Sealer(house, every=by_hand_every)
        self.fetcher = Fetcher(house, box, every=by_hand_every)
        self._box, self._mail_every = box, by_hand_every / MAILS_BETWEEN
        self._going_home = threading.Event()
        self._threads = [
            threading.Thread(target=self._work, args=(taker, chance), daemon=True)
            for taker, chance in self._takers(each)
        ]
        self.failures: list[BaseException] = []

    def start(self) -> None:
        """Begin to work."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Finish what was begun, until it is acknowledged, fetch the last mails, and take in no more."""
        self._going_home.set()
        for thread in self._threads:
            thread.join()
        if self._threads:
            self.fetcher.empty()

    def _takers(self, each: int) -> Sequence[tuple[Taker, random.Random]]:
        house, journal = self._house, self._journal
        takers: list[tuple[Taker, random.Random]] = []

        def chance() -> random.Random:
            return random.Random(self._seed * 1000 + 500 + len(takers))

        for login in CLERKS[:each]:
            own = chance()
            takers.append((DeskClerk(house.port, house.slug, house.sessions[login], journal, own), own))
        for _ in range(each):
            own = chance()
            takers.append((Hotline(Caller(house.port, house.tokens, journal, own), own), own))
            own = chance()
            takers.append((Pusher(house.port, house.slug, journal, own), own))
            own = chance()
            importer = Importer(house, self._folder, journal, own, rows=self._rows, wants=self._wants_import)
            takers.append((importer, own))
        if each:
            own = chance()
            takers.append((Residents(self._box, journal, own, every=self._mail_every), own))
            takers += [(self.sealer, chance()), (self.fetcher, chance())]
        return takers

    def _work(self, taker: Taker, chance: random.Random) -> None:
        try:
            while not self._going_home.wait(chance.uniform(*THINKING)):
                taker.take_one()
        except BaseException as error:
            self.failures.append(error)
