"""A caller that does not give up: the same key again and again, until the answer says what became of it."""

import http.client
import json
import random
import time
import uuid
from collections.abc import Mapping
from typing import Any

from benchmarks.chaos.journal import Acknowledged, Journal

PATIENCE = 240.0
ANSWER_WITHIN = 15.0
PAUSES = (0.05, 0.6)
REPEATED_SHARE = 0.08
"""Of the acknowledged writes so many are sent once more, as an impatient system would: the answer must be the same."""


class NeverAcknowledged(Exception):  # noqa: N818 -- a fact
    """A write was neither done nor refused for minutes."""


class Caller:
    """One connection's worth of calls, under whichever token a call needs."""

    def __init__(self, port: int, tokens: Mapping[str, str], journal: Journal, chance: random.Random) -> None:
        self._port = port
        self._tokens = tokens
        self._journal = journal
        self._chance = chance
        self._connection: http.client.HTTPConnection | None = None

    def hand_in(self, body: Mapping[str, Any]) -> str:
        """Hand in an appeal and return its number."""
        key = uuid.uuid4().hex
        _, told = self._until_told("hotline", "/api/v1/tickets", body, key)
        self._journal.write(Acknowledged(key, "", told["serial_no"], told["state"], 0))
        return str(told["serial_no"])

    def command(self, who: str, serial_no: str, name: str, arguments: Mapping[str, Any]) -> dict[str, Any] | None:
        """Give a command and return the answer; None when it was refused."""
        key, path = uuid.uuid4().hex, f"/api/v1/tickets/{serial_no}/commands/{name}"
        status, told = self._until_told(who, path, arguments, key)
        if status != 200:
            self._journal.refuse(key, told["code"])
            return None
        self._journal.write(Acknowledged(key, name, serial_no, told["state"], told["version"]))
        if self._chance.random() < REPEATED_SHARE:
            self._journal.count("sent again")
            again = self._until_told(who, path, arguments, key)
            if again != (200, told):
                self._journal.trouble(f"another answer to the same key: {again} after {told}")
                self._journal.count("answered otherwise")
        return told

    def _until_told(self, who: str, path: str, body: Mapping[str, Any], key: str) -> tuple[int, dict[str, Any]]:
        give_up = time.monotonic() + PATIENCE
        while time.monotonic() < give_up:
            self._journal.count("requests")
            try:
                status, told = self._ask(who, path, body, key)
            except (OSError, http.client.HTTPException, ValueError) as error:
                self._hang_up()
                self._journal.trouble(type(error).__name__)
            else:
                if status < 500:
                    return status, told
                self._journal.trouble(f"{status} {told.get('code')}")
            self._journal.count("retries")
            time.sleep(self._chance.uniform(*PAUSES))
        raise NeverAcknowledged(f"{path} with {key}")

    def _ask(self, who: str, path: str, body: Mapping[str, Any], key: str) -> tuple[int, dict[str, Any]]:
        if self._connection is None:
            self._connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=ANSWER_WITHIN)
        headers = {
            "Authorization": f"Bearer {self._tokens[who]}",
            "Content-Type": "application/json",
            "Idempotency-Key": key,
        }
        self._connection.request("POST", path, json.dumps(body), headers)
        answer = self._connection.getresponse()
        told: dict[str, Any] = json.loads(answer.read())
        return answer.status, told

    def _hang_up(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
