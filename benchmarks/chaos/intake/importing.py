"""A table of appeals that is imported, by a command that is killed now and then and given again until it ends well."""

import csv
import json
import random
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.chaos.house import House, Victim
from benchmarks.chaos.intake import words
from benchmarks.chaos.journal import Journal, Receipt

COLUMNS = ("编号", "标题", "诉求内容")
PAUSE = 0.5
REPEATED_SHARE = 0.1


class Importer:
    """Somebody with tables, who imports the next one whenever there is too little."""

    way = "import"

    def __init__(
        self,
        house: House,
        folder: Path,
        journal: Journal,
        chance: random.Random,
        *,
        rows: int,
        wants: Callable[[], bool],
    ) -> None:
        self._house = house
        self._folder = folder
        self._journal = journal
        self._chance = chance
        self._rows = rows
        self._wants = wants

    def take_one(self) -> None:
        """Import one table, if one is wanted."""
        if not self._wants():
            time.sleep(PAUSE)
            return
        keys = [uuid.uuid4().hex for _ in range(self._rows)]
        file = self._folder / f"{keys[0]}.csv"
        with file.open("w", encoding="utf-8", newline="") as opened:
            table = csv.writer(opened)
            table.writerow(COLUMNS)
            table.writerows((key, key, words.text(self._chance)) for key in keys)
        told = self._until_done(file)
        assert (told["read"], told["rejected"]) == (self._rows, 0), told
        self._journal.take_in(*(Receipt(self.way, key) for key in keys))
        if self._chance.random() < REPEATED_SHARE:
            again = self._until_done(file)
            self._journal.compare((0, self._rows), (again["created"], again["existing"]))
        file.unlink()

    def _until_done(self, file: Path) -> dict[str, Any]:
        while True:
            self._journal.count("imports")
            given = self._house.command(
                "import", "appeals", str(file), "--tenant", self._house.slug, "--json", victim=Victim.IMPORT
            )
            if given.returncode == 0:
                told: dict[str, Any] = json.loads(given.stdout.splitlines()[-1])
                return told
            self._journal.count("imports again")
            self._journal.trouble(f"import ended with {given.returncode}")
            time.sleep(PAUSE)
