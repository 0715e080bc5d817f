"""Residents who write mails, and somebody who fetches them by hand beside the clock; delivered into the mailbox is acknowledged."""

import random
import time
import uuid
from email.message import EmailMessage

from benchmarks.chaos.caller import REPEATED_SHARE
from benchmarks.chaos.house import House, Victim
from benchmarks.chaos.intake import words
from benchmarks.chaos.journal import Journal, Receipt
from tests.inbound.imap_double import ImapBox

LEFT_WITHIN = 180.0
"""So long the last mails may lie in the mailbox."""


class Residents:
    """Those who write: a mail each time, now and then the same one twice, as forwarding does."""

    way = "mail"

    def __init__(self, box: ImapBox, journal: Journal, chance: random.Random, *, every: float) -> None:
        self._box = box
        self._journal = journal
        self._chance = chance
        self._every = every

    def take_one(self) -> None:
        """Deliver one mail."""
        key, mail = uuid.uuid4().hex, EmailMessage()
        mail["From"], mail["Subject"], mail["Message-ID"] = "resident@example.com", key, f"<{key}@example.com>"
        mail.set_content(words.text(self._chance))
        raw = mail.as_bytes().replace(b"\n", b"\r\n")
        for _ in range(1 + (self._chance.random() < REPEATED_SHARE)):
            self._box.deliver(raw)
        self._journal.take_in(Receipt(self.way, key))
        time.sleep(self._every)


class Fetcher:
    """Somebody who gives `huiying inbound fetch`, which is killed now and then."""

    way = "fetch"

    def __init__(self, house: House, box: ImapBox, *, every: float) -> None:
        self._house = house
        self._box = box
        self._every = every

    def take_one(self) -> None:
        """Fetch what is there, and rest."""
        self._house.command("inbound", "fetch", "--tenant", self._house.slug, victim=Victim.FETCH)
        time.sleep(self._every)

    def empty(self) -> None:
        """Fetch until the mailbox is empty, or it takes too long: then the comparison tells."""
        give_up = time.monotonic() + LEFT_WITHIN
        while self._box.waiting() and time.monotonic() < give_up:
            self._house.command("inbound", "fetch", "--tenant", self._house.slug)
