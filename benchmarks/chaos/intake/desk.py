"""A clerk at the desk, who is signed in: opens the form, sends it off until the receipt comes, again and again."""

import random
import re
from collections.abc import Mapping
from http.cookies import SimpleCookie
from urllib.parse import urlencode

from benchmarks.chaos.caller import REPEATED_SHARE
from benchmarks.chaos.intake import words
from benchmarks.chaos.journal import Journal, Receipt
from benchmarks.chaos.line import Answer, Line, Request
from core.web.visit import COOKIE

HIDDEN = r'name="{}" value="([^"]+)"'
SHOWN = re.compile(r'<dd class="big"[^>]*>([^<]+)</dd>')
OK = 200


class DeskClerk:
    """A browser's worth of a clerk: a session, a form with its token, a key for each appeal."""

    way = "desk"

    def __init__(self, port: int, slug: str, session: str, journal: Journal, chance: random.Random) -> None:
        self._line = Line(port, journal, chance)
        self._journal = journal
        self._chance = chance
        self._cookies = {COOKIE: f"{slug}:{session}"}

    def take_one(self) -> None:
        """Take one call, from the empty form to the receipt."""
        form = self._form()
        key = _hidden(form, "command_id")
        typed = {
            "csrf_token": _hidden(form, "csrf_token"),
            "command_id": key,
            "text": words.text(self._chance),
            "title": key,
            "channel": "desk",
            "nature": "complaint",
        }
        receipt = self._send(typed)
        self._journal.take_in(Receipt(self.way, key, *receipt))
        if self._chance.random() < REPEATED_SHARE:
            self._journal.compare(receipt, self._send(typed))

    def _send(self, typed: Mapping[str, str]) -> tuple[str, str]:
        answer = self._visit("POST", "/desk/new", typed)
        assert answer.status == OK, f"{answer.status}: {answer.text[-500:]}"
        serial_no, code = SHOWN.findall(answer.text)[:2]
        return serial_no, code

    def _form(self) -> str:
        answer = self._visit("GET", "/desk/new")
        assert answer.status == OK, f"{answer.status}: the session did not survive"
        return answer.text

    def _visit(self, method: str, path: str, typed: Mapping[str, str] | None = None) -> Answer:
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items())}
        if typed is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        answer = self._line.until_told(Request(method, path, urlencode(typed or {}).encode(), headers))
        for given in answer.headers.get_all("Set-Cookie", []):
            self._cookies |= {name: morsel.value for name, morsel in SimpleCookie(given).items()}
        return answer


def _hidden(page: str, name: str) -> str:
    found = re.search(HIDDEN.format(name), page)
    assert found, page[-500:]
    return found[1]
