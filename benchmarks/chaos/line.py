"""A line to the product that is asked again and again, under the same key, until it says what became of it."""

import http.client
import json
import random
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from benchmarks.chaos.journal import Journal

PATIENCE = 240.0
ANSWER_WITHIN = 15.0
PAUSES = (0.05, 0.6)
TOO_MANY = 429


class NeverAcknowledged(Exception):  # noqa: N818 -- a fact
    """A write was neither done nor refused for minutes."""


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked, the same at every try."""

    method: str
    path: str
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered: anything but that it cannot be answered now."""

    status: int
    body: bytes
    headers: http.client.HTTPMessage

    @property
    def text(self) -> str:
        return self.body.decode()


class Line:
    """One connection's worth of asking."""

    def __init__(self, port: int, journal: Journal, chance: random.Random) -> None:
        self._port = port
        self._journal = journal
        self._chance = chance
        self._connection: http.client.HTTPConnection | None = None

    def until_told(self, request: Request) -> Answer:
        """Ask until something below 500 is answered, and not that it was too much. Raises `NeverAcknowledged`."""
        give_up = time.monotonic() + PATIENCE
        while time.monotonic() < give_up:
            self._journal.count("requests")
            try:
                answer = self._ask(request)
            except (OSError, http.client.HTTPException) as error:
                self._hang_up()
                self._journal.trouble(type(error).__name__)
            else:
                if answer.status < 500 and answer.status != TOO_MANY:
                    return answer
                self._journal.trouble(f"{answer.status} {_code(answer)}")
            self._journal.count("retries")
            time.sleep(self._chance.uniform(*PAUSES))
        raise NeverAcknowledged(f"{request.method} {request.path} with {dict(request.headers)}")

    def _ask(self, request: Request) -> Answer:
        if self._connection is None:
            self._connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=ANSWER_WITHIN)
        self._connection.request(request.method, request.path, request.body, dict(request.headers))
        answer = self._connection.getresponse()
        return Answer(answer.status, answer.read(), answer.headers)

    def _hang_up(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _code(answer: Answer) -> str:
    """Return the code of a refusal, where the answer is a problem that has one."""
    try:
        return str(json.loads(answer.body).get("code", ""))
    except ValueError:
        return ""
