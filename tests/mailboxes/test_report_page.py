"""The public entry: written freely, to a leader or to nobody in particular; nothing is lost, nothing counts twice."""

import re
import sys
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import pytest
from altcha.v1 import solve_challenge
from flask.testing import FlaskClient
from playwright.sync_api import Browser
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from core.disclosure.models import Disclosure
from core.intake.portal import PORTAL
from core.tenancy.revisions import FILES, make_active, write_revision
from core.tickets.models import Ticket, TicketContact
from core.tickets.sealing import opened
from core.web import create_app
from core.web.proof import MOST, WAIT_SECONDS
from tests.builders import set_rates
from tests.mailboxes.conftest import FIVE, Lists
from tests.web.browser import served

LETTER = "石桥街道菜市场后门的垃圾三天没有人收，<b>味道</b>很大，请尽快清运。"


class Entry:
    """Somebody at the public page of a district, and its clock."""

    def __init__(self, lists: Lists, patch: pytest.MonkeyPatch) -> None:
        self.lists, self.now = lists, datetime.now(UTC)
        self.base = f"/public/{lists.walk.slug}"
        self.app = create_app(lists.walk.installation)
        self.client: FlaskClient = self.app.test_client()
        self.page = ""
        self.set()
        patch.setattr(sys.modules["core.web.public.site"], "clock", lambda: self.now)

    def set(self, **settings: Any) -> None:
        with self.lists.walk.installation.scope(self.lists.walk.slug) as scope:
            values = {"open": True, **settings}
            revision = write_revision(
                scope, "core.portal", values=values, schema_version=1, reason="测试", author=FILES, now=self.now
            )
            make_active(scope, "core.portal", revision.number, actor=FILES, now=self.now)
        self.lists.walk.installation.forget()

    def open(self, query: str = "") -> TestResponse:
        return self._seen(self.client.get(f"{self.base}/report{query}"))

    def send(self, *, proved: bool = True, **typed: Any) -> TestResponse:
        """Send the form that is on the page, with what was typed."""
        found = re.findall(r'name="(message_id|proof)" value="([^"]*)"', unescape(self.page))
        proof = {"proof_number": self._solved()} if proved else {}
        return self._seen(self.client.post(f"{self.base}/report", data={**dict(found), **proof, **typed}))

    def tickets(self) -> list[Ticket]:
        return self.lists.walk.run(lambda scope: list(scope.session.scalars(select(Ticket).order_by(Ticket.id))))

    def _seen(self, answer: TestResponse) -> TestResponse:
        self.page = answer.get_data(as_text=True)
        return answer

    def _solved(self) -> str:
        found = re.search(r'data-salt="([^"]*)" data-wanted="([^"]*)"', unescape(self.page))
        assert found
        solution = solve_challenge(found[2], found[1], "SHA-256", MOST)
        assert solution
        return str(solution.number)


@pytest.fixture
def entry(lists: Lists, monkeypatch: pytest.MonkeyPatch) -> Entry:
    lists.put(FIVE)
    return Entry(lists, monkeypatch)


def test_a_letter_to_a_leader_goes_straight_there_and_a_second_click_is_the_same_letter(entry: Entry) -> None:
    assert entry.open("?to=石桥街道主任信箱").status_code == 200
    first = entry.page
    told = entry.send(text=LETTER, mailbox="石桥街道主任信箱", phone="138 0000 0000", keep_private="1")
    (ticket,) = entry.tickets()
    receipt = entry.page
    entry.page = first
    again = entry.send(text=LETTER, mailbox="石桥街道主任信箱", phone="138 0000 0000", keep_private="1")

    assert (told.status_code, again.status_code, len(entry.tickets())) == (200, 200, 1)
    assert (ticket.channel, ticket.medium, ticket.mailbox, ticket.state) == (
        "mailbox-town",
        "letter",
        "石桥街道主任信箱",
        "accepted",
    )
    (code,) = re.findall(r'<dd class="big">([^<]*)</dd>', receipt)[1:]
    assert ticket.serial_no in receipt
    assert ticket.serial_no in entry.page
    assert code in entry.page
    assert "受理流水号" in receipt
    assert told.headers["Cache-Control"] == "no-store"
    with entry.lists.walk.installation.scope(entry.lists.walk.slug) as scope:
        contact = opened(scope.keys, scope.session.get_one(TicketContact, (scope.tenant.id, ticket.id)))
    assert (contact.phone, contact.keep_private) == ("13800000000", True)


def test_nothing_typed_is_lost_whatever_is_missing(entry: Entry) -> None:
    entry.set(phone="required")
    entry.open()
    typed: dict[str, Any] = {
        "text": LETTER,
        "place": "菜市场后门",
        "name": "王“老师”",
        "mailbox": "市长信箱",
        "appellant": "organisation",
        "words": "区长",
    }

    for missing, said in (
        ({**typed, "text": "  "}, "诉求没有内容"),
        ({**typed, "phone": "无"}, "请填写能联系到您的电话号码"),
        ({**typed, "phone": "13800000000", "mailbox": "供电总经理信箱"}, "现在不接收来信"),
        ({**typed, "phone": "13800000000", "text": "长" * 20_001}, "超过 20,000 字的上限"),
    ):
        assert entry.send(**missing).status_code == 422
        assert said in entry.page
        for name in ("place", "name", "words"):
            assert f'value="{typed[name]}"' in entry.page
        assert 'value="organisation" checked' in entry.page
        assert 'keep_private" value="1" checked' not in entry.page
    assert entry.tickets() == []

    assert entry.send(**{**typed, "phone": "13800000000"}).status_code == 200
    (ticket,) = entry.tickets()
    assert (ticket.text, ticket.appellant, ticket.channel) == (LETTER, "organisation", "mailbox-mayor")


def test_who_is_unsure_is_offered_mailboxes_and_keeps_what_was_written(entry: Entry) -> None:
    entry.open()
    entry.send(proved=False, act="find", text=LETTER, matter="环境卫生", area="石桥")

    offered = re.findall(r'name="mailbox" value="([^"]*)"', entry.page)
    assert offered == ["", "石桥街道主任信箱", "市长信箱"]
    assert "&lt;b&gt;味道&lt;/b&gt;" in entry.page
    assert entry.tickets() == []


def test_without_a_script_one_waits_half_a_minute_and_what_came_too_early_waits_on(entry: Entry) -> None:
    entry.open()
    assert entry.send(proved=False, text=LETTER).status_code == 422
    assert LETTER.split("，")[0] in entry.page
    entry.now += timedelta(seconds=WAIT_SECONDS)
    assert entry.send(proved=False, text=LETTER).status_code == 200
    (ticket,) = entry.tickets()
    assert (ticket.channel, ticket.medium) == (PORTAL.id, "web")

    assert entry.client.post(f"{entry.base}/report", data={"text": "机器写的"}).status_code == 422
    assert len(entry.tickets()) == 1


def test_what_is_not_the_districts_to_answer_is_taken_in_and_told_the_lawful_way(entry: Entry) -> None:
    entry.open()
    entry.send(text="我和开发商的合同纠纷已起诉，法院已受理，现在想再反映一下。")

    assert "请向受理法院或仲裁机构反映" in entry.page
    assert len(entry.tickets()) == 1


def test_an_enterprise_is_counted_as_one(entry: Entry) -> None:
    entry.open("?as=enterprise")
    assert 'value="enterprise" checked' in entry.page
    entry.send(text="我公司门前道路封闭，货车进不来。", appellant="enterprise")

    (ticket,) = entry.tickets()
    assert (ticket.channel, ticket.appellant) == ("mailbox-enterprise", "enterprise")


def test_what_the_writer_says_of_making_it_public_is_kept_and_comes_before_everybody(entry: Entry) -> None:
    entry.open()
    entry.send(text=LETTER, may_publish="closed")
    (ticket,) = entry.tickets()

    with entry.lists.walk.installation.scope(entry.lists.walk.slug) as scope:
        kept = scope.session.scalars(select(Disclosure).where(Disclosure.ticket_id == ticket.id)).one()
        assert (kept.wish, kept.state, kept.ground) == ("closed", "closed", "resident")


def test_the_form_again_with_other_words_is_another_letter_and_needs_a_second_click(entry: Entry) -> None:
    entry.open()
    first = entry.page
    entry.send(text=LETTER)
    entry.page = first
    assert entry.send(text="另一件事：路灯不亮。").status_code == 422
    assert "另一件事：路灯不亮。" in entry.page
    assert entry.send(text="另一件事：路灯不亮。").status_code == 200
    assert len(entry.tickets()) == 2


def test_a_phone_that_brings_too_many_is_taken_in_and_looked_at_by_a_person(entry: Entry) -> None:
    set_rates(entry.lists.walk.installation, entry.lists.walk.slug, now=entry.now, phone_per_day=1)
    for text in (LETTER, "第二件"):
        entry.open()
        assert entry.send(text=text, phone="13800000000").status_code == 200
    assert [ticket.state for ticket in entry.tickets()] == ["accepted", "registered"]


def test_an_address_that_sends_too_many_is_taken_in_and_looked_at_by_a_person(entry: Entry) -> None:
    set_rates(entry.lists.walk.installation, entry.lists.walk.slug, now=entry.now, letters_per_day=1)
    for text in (LETTER, "第二件"):
        entry.open()
        assert entry.send(text=text).status_code == 200
    assert [ticket.state for ticket in entry.tickets()] == ["accepted", "registered"]
    entry.lists.walk.serial_no = entry.tickets()[1].serial_no
    assert entry.lists.walk.timeline()[-1].endswith(
        "同一地址 24 小时内网上提交第 2 件，超过自动受理的 1 件。诉求已登记，请核对后受理或不予受理"
    )


def test_a_district_without_the_entry_has_no_page_and_offers_none(entry: Entry) -> None:
    entry.set(open=False)

    assert entry.open().status_code == 404
    assert "没有开通网上提交" in entry.page
    assert entry.client.post(f"{entry.base}/report", data={"text": LETTER}).status_code in (404, 422)
    assert "/report" not in entry.client.get(entry.base).get_data(as_text=True)
    count = entry.lists.walk.run(lambda scope: scope.session.scalar(select(func.count()).select_from(Ticket)))
    assert count == 0


def test_mailboxes_are_looked_through_by_anybody(entry: Entry) -> None:
    page = entry.client.get(f"{entry.base}/mailboxes?words=区长").get_data(as_text=True)

    assert "锦水区区长信箱" in page
    assert "市长信箱" not in page.replace("锦水区区长信箱", "")
    assert "供电" not in page


def test_on_a_phone_without_a_script_the_page_fits_and_a_letter_is_handed_in(entry: Entry, browser: Browser) -> None:
    with served(entry.app) as address:
        context = browser.new_context(viewport={"width": 390, "height": 800}, java_script_enabled=False)
        page = context.new_page()
        page.goto(f"{address}{entry.base}/report")
        wide = [page.locator(part).bounding_box() for part in ("main form", "textarea", "button[value=send]")]
        page.fill("#text", LETTER)
        entry.now += timedelta(seconds=WAIT_SECONDS)
        page.click("button[value=send]")

        assert page.locator("h1").inner_text() == "已经收到"
        assert page.locator("dd.big").first.inner_text() == entry.tickets()[0].serial_no
        assert all(box and box["x"] >= 0 and box["x"] + box["width"] <= 390 for box in wide)
        context.close()
