"""The public pages of campaigns: a form that only a person at a person's pace gets through, and a result that anybody checks."""

import re
import sys
from datetime import datetime, timedelta
from html import unescape
from typing import Any

import pytest
from altcha.v1 import solve_challenge
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from core.web import create_app
from core.web.proof import MOST
from tests.builders import beijing, make_district
from tests.engagement.conftest import Fair

PHONE = "13600000001"


class Sheet:
    """The page of a campaign, at a time that the test sets."""

    def __init__(self, fair: Fair, number: int, monkeypatch: pytest.MonkeyPatch) -> None:
        self.path = f"/public/{fair.slug}/activities/{number}"
        self.client: FlaskClient = create_app(fair.installation).test_client()
        self.now = beijing("2026-03-12 10:00")
        monkeypatch.setattr(sys.modules["core.web.public.site"], "clock", lambda: self.now)
        self.page = ""

    def open(self, at: datetime | None = None) -> str:
        self.now = at or self.now
        self.page = self.client.get(self.path).get_data(as_text=True)
        return self.page

    def send(self, at: datetime, *, is_proved: bool = True, **typed: Any) -> TestResponse:
        """Send the form that is on the page."""
        self.now = at
        hidden = dict(re.findall(r'name="(form_id|begun|proof)" value="([^"]*)"', unescape(self.page)))
        found = re.search(r'data-salt="([^"]*)" data-wanted="([^"]*)"', unescape(self.page))
        assert found
        if is_proved:
            solution = solve_challenge(found[2], found[1], "SHA-256", MOST)
            assert solution
            hidden["proof_number"] = str(solution.number)
        answer = self.client.post(
            self.path, data=hidden | {"answer-0": "1", "answer-1": "0", "is_no_staff": "1"} | typed
        )
        self.page = answer.get_data(as_text=True)
        return answer


def test_from_the_form_to_a_result_that_anybody_checks(fair: Fair, monkeypatch: pytest.MonkeyPatch) -> None:
    number = fair.opened()
    promised = fair.look(number, lambda _, campaign: campaign.seed_sha256)
    sheet = Sheet(fair, number, monkeypatch)

    assert promised in sheet.open()
    assert "right" not in sheet.page
    assert "答得太快了" in sheet.send(beijing("2026-03-12 10:00"), phone=PHONE).get_data(as_text=True)
    soon = beijing("2026-03-12 10:00") + timedelta(seconds=20)
    assert sheet.send(soon, phone=PHONE, is_proved=False).status_code == 422
    assert "安全校验没有完成" in sheet.page
    assert f'value="{PHONE}"' in sheet.page  # nothing typed is lost
    forged = re.sub(r'name="begun" value="[0-9]+', 'name="begun" value="1', sheet.page)
    sheet.page, kept = forged, sheet.page
    assert sheet.send(beijing("2026-03-12 10:02"), phone=PHONE).status_code == 422
    sheet.page = kept
    assert sheet.send(beijing("2026-03-12 10:02"), phone=PHONE).status_code == 200
    found = re.search(r"<dt>您的号码</dt><dd><code>([0-9A-Z]{8})", sheet.page)
    assert found
    fair.draw(number)
    fair.sign(number)

    page = sheet.open(beijing("2026-03-16 09:00"))

    assert "与公布的一致" in page
    assert f"<code>{found[1]}</code>" in page
    assert "136****0001" in page
    assert PHONE not in page
    assert 'name="form_id"' not in page


def test_a_district_without_the_feature_has_no_such_page(fair: Fair) -> None:
    number, other = fair.opened(), make_district(fair.installation)
    client = create_app(fair.installation).test_client()

    assert client.get(f"/public/{other}/activities").status_code == 404
    assert client.get(f"/public/{other}/activities/{number}").status_code == 404
    assert client.get(f"/public/{fair.slug}/activities").status_code == 200
