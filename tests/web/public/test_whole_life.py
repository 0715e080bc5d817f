"""A whole life in a real browser: reported on a phone, handled, found wanting, done again, praised, then read and counted by everybody.

Residents do their part with scripts and without; where they have scripts the staff's part is done in browsers too.
"""

import re
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from core.journey import conclude, desk, disclose, handle
from core.routing.service import UNEXPLAINED
from core.statistics.service import refresh_all
from core.tenancy.revisions import FILES, make_active, write_revision
from core.tickets.models import Message, Ticket
from tests.builders import OPERATOR, REVIEWER
from tests.files.samples import photo
from tests.web.browser import Watched, watched
from tests.web.conftest import House
from tests.web.making import Life
from tests.web.screens.resident import Resident

NAME, PHONE, PLACE = "王小明", "13800000001", "文昌路 8 号门口"
WORDS = "文昌路道路坑洼，雨天积水，老人经过容易摔倒，请尽快修补。"
FIRST, SECOND = (
    "已安排人员查看，道路管理处列入计划修补。",
    "道路管理处已于今天修补文昌路坑洼并找平，王小明先生已在现场看过。",
)
MOST_TAPS = 6


@pytest.fixture
def town(house: House, monkeypatch: pytest.MonkeyPatch) -> House:
    """A district whose public entry is open; nobody waits for a proof of work without a script here."""
    monkeypatch.setattr("core.web.proof.WAIT_SECONDS", 0)
    now = datetime.now(UTC)
    values = {"open": True, "address": "https://suqiu.example.gov.cn"}
    with house.installation.scope(house.slug) as scope:
        made = write_revision(
            scope, "core.portal", values=values, schema_version=1, reason="测试", author=FILES, now=now
        )
        make_active(scope, "core.portal", made.number, actor=FILES, now=now)
    house.installation.forget()
    return house


class AtBrowsers:
    """Desk, unit and reviewer at their browsers, each with a window of their own."""

    def __init__(self, town: House, windows: ExitStack, browser: Browser, address: str) -> None:
        self._windows: dict[str, Watched] = {}
        for who in ("operator", "clerk", "reviewer"):
            self._windows[who] = windows.enter_context(watched(browser, address))
            self._windows[who].sign_in(town.login_of(who))

    def dispatch(self, serial_no: str) -> None:
        page = self._open("operator", f"/desk?at={serial_no}")
        page.keyboard.press("Control+Enter")
        expect(page.locator("#notice")).to_contain_text("已派给道路管理处")

    def answer(self, serial_no: str, text: str) -> None:
        page = self._open("clerk", f"/unit/{serial_no}")
        with page.expect_navigation():
            page.click("main button:has-text('签收')")
        page.fill("#text", text)
        page.check("[name=disposition] >> nth=0")
        page.click("button:has-text('提交答复')")
        expect(page.locator("main")).to_contain_text("等待审核")
        page = self._open("reviewer", f"/desk?lane=review&at={serial_no}")
        page.click("button:has-text('通过并发出')")
        expect(page.locator("#notice")).to_contain_text(serial_no)

    def have_redone(self, serial_no: str, reason: str) -> None:
        self._act("operator", serial_no, "重办", told="已重办", reason=reason)

    def publish(self, serial_no: str) -> None:
        self._act("reviewer", serial_no, "准备公开", told="请看过再公开")
        self._act("reviewer", serial_no, "看过，公开", told="已公开")

    def _act(self, who: str, serial_no: str, name: str, *, told: str, **fields: str) -> None:
        page = self._open(who, f"/t/{serial_no}")
        page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
        form = page.locator("form").filter(has=page.get_by_role("button", name=name, exact=True)).first
        for field, value in fields.items():
            form.locator(f"[name={field}]").fill(value)
        form.get_by_role("button", name=name, exact=True).click()
        expect(page.locator("#notice")).to_contain_text(told)

    def _open(self, who: str, path: str) -> Page:
        self._windows[who].open(path)
        return self._windows[who].page

    @property
    def complaints(self) -> list[str]:
        return [each for window in self._windows.values() for each in (*window.complaints, *window.strangers)]


class ByCommands:
    """The same people, whose pages are not what this is about."""

    complaints: Sequence[str] = ()

    def __init__(self, town: House) -> None:
        self._town = town

    def dispatch(self, serial_no: str) -> None:
        self._life(serial_no).do(desk.dispatch, OPERATOR, lead="roads", reason=UNEXPLAINED)

    def answer(self, serial_no: str, text: str) -> None:
        life = self._life(serial_no)
        life.do(handle.sign, life.clerk("roads"))
        life.do(handle.reply, life.clerk("roads"), text=text, disposition="resolved")
        life.do(conclude.pass_reply, REVIEWER)

    def have_redone(self, serial_no: str, reason: str) -> None:
        self._life(serial_no).do(conclude.redo, OPERATOR, reason=reason)

    def publish(self, serial_no: str) -> None:
        life = self._life(serial_no)
        life.do(disclose.prepare_disclosure, REVIEWER).do(disclose.publish_disclosure, REVIEWER)

    def _life(self, serial_no: str) -> Life:
        return Life(self._town.installation, self._town.slug, serial_no)


def report(resident: Resident, *, has_script: bool) -> None:
    """Report in three steps with a photo, and look all of it over before it is sent."""
    page = resident.page
    resident.say(WORDS)
    page.set_input_files("#photos", {"name": "坑洼.jpg", "mimeType": "image/jpeg", "buffer": photo()})
    if has_script:
        expect(page.locator("#file-list img")).to_have_count(1)
    resident.go_on()
    page.fill("#place", PLACE)
    resident.go_on()
    page.fill("#phone", PHONE)
    page.fill("#name", NAME)
    resident.go_on()
    for answered in (WORDS, PLACE, PHONE, NAME, "1 个", "不公开"):
        expect(page.locator("main")).to_contain_text(answered)
    resident.send()
    assert resident.taps <= MOST_TAPS


def judge(resident: Resident, satisfaction: str, resolved: str) -> None:
    """Choose on the page that is open how the handling was, and send it."""
    for words in (satisfaction, resolved):
        resident.page.get_by_label(words, exact=True).check()
    resident.tap("button:has-text('提交') >> nth=0")
    expect(resident.page.locator("[role=status] >> nth=0")).to_contain_text("谢谢您的评价")


def demand_redoing(resident: Resident, words: str) -> None:
    """Follow by number and code, say that it did not help, and demand that it is done again."""
    resident.follow()
    expect(resident.page.locator("main")).to_contain_text(FIRST)
    judge(resident, "不满意", "未解决")
    resident.page.fill("#redo-words", words)
    resident.tap("button:has-text('要求重办')")
    expect(resident.page.locator("[role=status] >> nth=0")).to_contain_text("您的要求已收到")


def praise_by_link(town: House, resident: Resident) -> None:
    """Open the link of the message that came with the last answer, and say that it helped."""
    with town.installation.scope(town.slug) as scope:
        texts = scope.session.scalars(
            select(Message.text).where(Message.tenant_id == scope.tenant.id).order_by(Message.id.desc())
        ).all()
    link = next(found for text in texts if (found := re.search(r"/r/[\w-]+", text)))
    resident.page.goto(resident.at + link[0])
    judge(resident, "满意", "已解决")


def everybody_reads(resident: Resident, town: House) -> None:
    """Somebody finds the case with its answer and without anybody's name, and it stands in the figures."""
    page = resident.page
    page.context.clear_cookies()
    page.goto(f"{resident.at}/cases")
    with page.expect_navigation():
        page.click("main a[href*='/cases/'] >> nth=0")
    case = page.locator("main")
    expect(case).to_contain_text("已于今天修补文昌路坑洼并找平")
    for hidden in (NAME, PHONE, resident.number, resident.code):
        expect(case).not_to_contain_text(hidden)
    refresh_all(town.installation, town.slug)
    page.goto(f"{resident.at}/figures")
    for counted in (r"已办\s*少于 5", r"满意 少于 5"):  # it is counted, and so few are not told exactly
        expect(page.locator("main")).to_contain_text(re.compile(counted))


@pytest.mark.parametrize("has_script", [True, False], ids=["with scripts", "without scripts"])
def test_from_a_phone_to_the_page_that_everybody_reads(
    town: House, browser: Browser, address: str, *, has_script: bool
) -> None:
    with ExitStack() as windows:
        window = windows.enter_context(watched(browser, address, width=390, height=844, javascript=has_script))
        staff = AtBrowsers(town, windows, browser, address) if has_script else ByCommands(town)
        resident = Resident(window.page, f"{address}/public/{town.slug}")

        report(resident, has_script=has_script)
        serial_no = only_ticket(town)
        staff.dispatch(serial_no)
        staff.answer(serial_no, FIRST)
        demand_redoing(resident, "坑还在原处")
        staff.have_redone(serial_no, "诉求人说坑还在原处")
        staff.dispatch(serial_no)
        staff.answer(serial_no, SECOND)
        praise_by_link(town, resident)
        staff.publish(serial_no)
        everybody_reads(resident, town)

        assert (window.complaints, window.strangers, list(staff.complaints)) == ([], [], [])


def only_ticket(town: House) -> str:
    with town.installation.scope(town.slug) as scope:
        return scope.session.scalars(select(Ticket.serial_no).where(Ticket.tenant_id == scope.tenant.id)).one()
