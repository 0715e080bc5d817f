"""Somebody who reports on the public page without a script: fills in what a step asks for, and presses its buttons."""

import io
import re
from html import unescape
from typing import Any

from altcha.v1 import solve_challenge
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from core.web.proof import MOST

HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)">')
SHOWN = re.compile(r'<input type="(?:text|tel|email)"[^>]* name="(\w+)"[^>]* value="([^"]*)"')
TICKED = re.compile(r'<input type="(?:radio|checkbox)" name="(\w+)" value="([^"]*)" checked>')
AREA = re.compile(r'<textarea id="text" name="text"[^>]*>(.*?)</textarea>', re.DOTALL)


class Reporter:
    """A phone at `/public/<tenant>/report`; `page` is what it shows."""

    def __init__(self, client: FlaskClient, base: str) -> None:
        self.client, self.base, self.page, self.at = client, base, "", ""

    def open(self, query: str = "") -> TestResponse:
        """Open the first step."""
        return self._seen(self.client.get(f"{self.base}/report{query}"))

    def look(self, path: str) -> TestResponse:
        """Open another page of the report, such as `/what`."""
        return self._seen(self.client.get(f"{self.base}/report{path}"))

    def fields(self) -> dict[str, str]:
        """Return what the form on the page would send without anybody touching it."""
        found = {name: unescape(value) for name, value in (*HIDDEN.findall(self.page), *SHOWN.findall(self.page))}
        found |= {name: unescape(value) for name, value in TICKED.findall(self.page)}
        if area := AREA.search(self.page):
            found["text"] = unescape(area[1])
        return found

    def press(self, go: str = "next", **typed: Any) -> TestResponse:
        """Send the form with what was typed over what stood there, by the button `go`."""
        files = typed.pop("files", ())
        data: dict[str, Any] = {**self.fields(), **typed}
        if go:
            data["go"] = go
        if files:
            data["files"] = [(io.BytesIO(content), name) for name, content in files]
        answer = self.client.post(
            f"{self.base}/report", data=data, content_type="multipart/form-data", follow_redirects=True
        )
        return self._seen(answer)

    def solve(self) -> str:
        """Return the number that the proof of work on the page asks for."""
        found = re.search(r'data-salt="([^"]*)" data-wanted="([^"]*)"', self.page)
        assert found
        solution = solve_challenge(unescape(found[2]), unescape(found[1]), "SHA-256", MOST)
        assert solution
        return str(solution.number)

    def walk(self, **typed: Any) -> TestResponse:
        """Answer all steps from the first one, and stand before the summary or where something is missing."""
        first = {"text": typed.pop("text")} | ({"files": typed.pop("files")} if "files" in typed else {})
        self.press(proof_number=self.solve(), **first)
        place = {name: typed.pop(name) for name in ("place", "use_photo") if name in typed}
        if self.step == "where":
            self.press("next" if place else "unknown", **place)
        if self.step == "where" and 'id="alike"' in self.page:
            self.press()
        return self.press(**typed) if self.step == "contact" else self.last

    def send(self, **typed: Any) -> TestResponse:
        """Answer all steps and send it."""
        self.walk(**typed)
        assert self.step == "check", re.sub(r"<[^>]*>|\s+", " ", self.page)[:1500]
        return self.press("send")

    @property
    def step(self) -> str:
        """The step that is shown, empty = none."""
        found = re.search(r'name="step" value="(\w+)"', self.page)
        return found[1] if found else ""

    def _seen(self, answer: TestResponse) -> TestResponse:
        self.page, self.last = answer.get_data(as_text=True), answer
        return answer
