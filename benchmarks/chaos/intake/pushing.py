"""Another system that pushes what it took in, several appeals at a time, signed, until it is answered 202."""

import base64
import hashlib
import hmac
import json
import random
import time
import uuid

from benchmarks.chaos.caller import REPEATED_SHARE
from benchmarks.chaos.intake import words
from benchmarks.chaos.journal import Journal, Receipt
from benchmarks.chaos.line import Line, Request
from benchmarks.district.push import CHANNEL, KEY

APPEALS = 3
TAKEN = 202


class Pusher:
    """One sender."""

    way = "push"

    def __init__(self, port: int, slug: str, journal: Journal, chance: random.Random) -> None:
        self._line = Line(port, journal, chance)
        self._path = f"/in/{slug}/{CHANNEL}"
        self._journal = journal
        self._chance = chance

    def take_one(self) -> None:
        """Push one message."""
        key, chance = uuid.uuid4().hex, self._chance
        titles = [f"{key}-{number}" for number in range(APPEALS)]
        listed = [{"text": words.text(chance), "title": title} for title in titles]
        body = json.dumps({"appeals": listed}).encode()
        number = self._push(key, body)
        self._journal.take_in(*(Receipt(self.way, title) for title in titles))
        if chance.random() < REPEATED_SHARE:
            self._journal.compare(number, self._push(key, body))

    def _push(self, message_id: str, body: bytes) -> str:
        timestamp = str(int(time.time()))
        digest = hmac.digest(KEY, f"{message_id}.{timestamp}.".encode() + body, hashlib.sha256)
        headers = {
            "Content-Type": "application/json",
            "webhook-id": message_id,
            "webhook-timestamp": timestamp,
            "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
        }
        answer = self._line.until_told(Request("POST", self._path, body, headers))
        assert answer.status == TAKEN, answer.text
        return str(json.loads(answer.body)["number"])
