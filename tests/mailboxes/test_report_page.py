"""The public entry: written freely, to a leader or to nobody in particular; nothing is lost, nothing counts twice."""

import re
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser
from sqlalchemy import func, select

from core.disclosure.models import Disclosure
from core.intake.portal import PORTAL
from core.tenancy.revisions import FILES, make_active, write_revision
from core.tickets.models import Ticket, TicketContact
from core.tickets.sealing import opened
from core.web import create_app
from core.web.proof import WAIT_SECONDS
from tests.builders import set_rates
from tests.mailboxes.conftest import FIVE, Lists
from tests.web.browser import served
from tests.web.public.reporting import Reporter

LETTER = "石桥街道菜市场后门的垃圾三天没有人收，<b>味道</b>很大，请尽快清运。"


class Entry(Reporter):
    """Somebody at the public page of a district, and its clock."""

    def __init__(self, lists: Lists, patch: pytest.MonkeyPatch) -> None:
        self.lists, self.now = lists, datetime.now(UTC)
        self.app = create_app(lists.walk.installation)
        super().__init__(self.app.test_client(), f"/public/{lists.walk.slug}")
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

    def tickets(self) -> list[Ticket]:
        return self.lists.walk.run(lambda scope: list(scope.session.scalars(select(Ticket).order_by(Ticket.id))))


@pytest.fixture
def entry(lists: Lists, monkeypatch: pytest.MonkeyPatch) -> Entry:
    lists.put(FIVE)
    return Entry(lists, monkeypatch)


def test_a_letter_to_a_leader_goes_straight_there_and_a_second_click_is_the_same_letter(entry: Entry) -> None:
    assert entry.open("?to=石桥街道主任信箱").status_code == 200
    assert '写给：<b lang="zh-CN">石桥街道主任信箱</b>' in entry.page
    entry.walk(text=LETTER, phone="138 0000 0000")
    last = entry.page
    told = entry.press("send")
    (ticket,) = entry.tickets()
    receipt = entry.page
    entry.page = last
    again = entry.press("send")

    assert (told.status_code, again.status_code, len(entry.tickets())) == (200, 200, 1)
    assert (ticket.channel, ticket.medium, ticket.mailbox, ticket.state) == (
        "mailbox-town",
        "letter",
        "石桥街道主任信箱",
        "accepted",
    )
    (code,) = re.findall(r'<dd class="big nowrap">([^<]*)</dd>', receipt)[1:]
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
    for text, said in (("  ", "请写下要反映的事情"), ("长" * 20_001, "超过 20,000 字的上限")):
        assert entry.press(text=text).status_code == 422
        assert (entry.step, entry.fields()["text"].strip(), said in entry.page) == ("what", text.strip(), True)
    entry.press(text=LETTER)
    assert entry.press(place=" ").status_code == 422
    assert "说不准的，点“不知道准确地址”" in entry.page
    entry.press(place="菜市场后门")

    typed: dict[str, Any] = {
        "name": "王“老师”",
        "mailbox": "市长信箱",
        "appellant": "organisation",
        "keep_private": "0",
        "words": "区长",
    }
    for wrong, said in (
        ({**typed, "phone": ""}, "请填写能联系到您的电话号码"),
        ({**typed, "phone": "无"}, "电话"),
        ({**typed, "phone": "13800000000", "mailbox": "供电总经理信箱"}, "现在不接收来信"),
        ({**typed, "phone": "13800000000", "email": "不是邮箱"}, "邮箱"),
    ):
        assert entry.press(**wrong).status_code == 422
        assert (entry.step, said in entry.page) == ("contact", True)
        kept = entry.fields()
        assert (kept["text"], kept["place"], kept["name"], kept["keep_private"], kept["appellant"]) == (
            LETTER,
            "菜市场后门",
            typed["name"],
            "0",
            "organisation",
        )
    assert entry.tickets() == []

    entry.press(**{**typed, "phone": "13800000000", "email": ""})
    assert entry.step == "check"
    entry.now += timedelta(seconds=WAIT_SECONDS)
    assert entry.press("send").status_code == 200
    (ticket,) = entry.tickets()
    assert (ticket.text, ticket.appellant, ticket.channel) == (LETTER, "organisation", "mailbox-mayor")


def test_who_is_unsure_is_offered_mailboxes_and_keeps_what_was_written(entry: Entry) -> None:
    entry.open()
    entry.press(text=LETTER)
    entry.press("unknown")
    entry.press("find", name="王", matter="环境卫生", area="石桥")

    offered = re.findall(r'name="mailbox" value="([^"]*)"', entry.page)
    assert offered == ["", "石桥街道主任信箱", "市长信箱"]
    assert (entry.fields()["text"], entry.fields()["name"]) == (LETTER, "王")
    assert entry.tickets() == []


def test_without_a_script_one_waits_half_a_minute_since_the_first_page(entry: Entry) -> None:
    entry.open()
    for answer in ({"text": LETTER}, {"place": "菜市场后门"}, {}):
        entry.press(**answer)
    entry.now += timedelta(seconds=WAIT_SECONDS - 1)
    assert entry.press("send").status_code == 422
    assert LETTER.split("，")[0] in entry.page
    entry.now += timedelta(seconds=1)
    assert entry.press("send").status_code == 200
    (ticket,) = entry.tickets()
    assert (ticket.channel, ticket.medium, ticket.place) == (PORTAL.id, "web", "菜市场后门")

    robot = {"text": "机器写的", "place": "某处", "step": "check", "go": "send"}
    assert entry.app.test_client().post(f"{entry.base}/report", data=robot).status_code == 422
    assert len(entry.tickets()) == 1


def test_what_is_not_the_districts_to_answer_is_taken_in_and_told_the_lawful_way(entry: Entry) -> None:
    entry.open()
    entry.send(text="我和开发商的合同纠纷已起诉，法院已受理，现在想再反映一下。")

    assert "请向受理法院或仲裁机构反映" in entry.page
    assert len(entry.tickets()) == 1


def test_an_enterprise_is_counted_as_one(entry: Entry) -> None:
    entry.open("?as=enterprise")
    assert "按企业诉求受理" in entry.page
    entry.send(text="我公司门前道路封闭，货车进不来。")

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
    entry.walk(text="另一件事：路灯不亮。")
    assert entry.press("send").status_code == 422
    assert "另一件事：路灯不亮。" in entry.page
    entry.now += timedelta(seconds=WAIT_SECONDS)
    assert entry.press("send").status_code == 200
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
    assert entry.client.post(f"{entry.base}/report/save", data={"text": LETTER}).status_code == 404
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
        wide = [page.locator(part).bounding_box() for part in ("main form", "textarea", "button.main")]
        page.fill("#text", LETTER)
        page.click("button.main")
        page.click("text=不知道准确地址")
        page.click("button.main")
        entry.now += timedelta(seconds=WAIT_SECONDS)
        page.click("button.main")

        assert page.locator("#received").is_visible()
        assert "".join(page.locator("dd.big").first.inner_text().split()) == entry.tickets()[0].serial_no
        assert all(box and box["x"] >= 0 and box["x"] + box["width"] <= 390 for box in wide)
        context.close()
