"""A caller over the API that does not give up: the same key again and again, until the answer says what became of it."""

import json
import random
import uuid
from collections.abc import Mapping
from typing import Any

from benchmarks.chaos.journal import Acknowledged, Journal, Receipt
from benchmarks.chaos.line import Line, Request

REPEATED_SHARE = 0.08
"""Of the acknowledged writes so many are sent once more, as by one who never saw the answer: it must be the same."""


class Caller:
    """One connection's worth of calls, under whichever token a call needs."""

    def __init__(self, port: int, tokens: Mapping[str, str], journal: Journal, chance: random.Random) -> None:
        self._line = Line(port, journal, chance)
        self._tokens = tokens
        self._journal = journal
        self._chance = chance

    def hand_in(self, body: Mapping[str, Any]) -> str:
        """Hand in an appeal, with its key as the title, and return its number."""
        key = uuid.uuid4().hex
        appeal = {**body, "title": key}
        _, told = self._until_told("hotline", "/api/v1/tickets", appeal, key)
        self._journal.take_in(Receipt("api", key, told["serial_no"], told["access_code"]))
        if self._chance.random() < REPEATED_SHARE:
            _, again = self._until_told("hotline", "/api/v1/tickets", appeal, key)
            self._journal.compare(_receipt(told), _receipt(again))
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
            self._journal.compare((200, told), self._until_told(who, path, arguments, key))
        return told

    def _until_told(self, who: str, path: str, body: Mapping[str, Any], key: str) -> tuple[int, dict[str, Any]]:
        headers = {
            "Authorization": f"Bearer {self._tokens[who]}",
            "Content-Type": "application/json",
            "Idempotency-Key": key,
        }
        answer = self._line.until_told(Request("POST", path, json.dumps(body).encode(), headers))
        told: dict[str, Any] = json.loads(answer.body)
        return answer.status, told


def _receipt(told: Mapping[str, Any]) -> tuple[str, str]:
    return told["serial_no"], told["access_code"]
