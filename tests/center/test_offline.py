"""A handheld without network: entries are kept on it, encrypted, and are each one ticket when the network is back."""

import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from core.tickets.models import Ticket
from tests.center.conftest import CenterHouse
from tests.files.samples import photo
from tests.web.browser import Watched, watched

FORM = "/center/new"
PATIENT = 20_000
"""Milliseconds: the machine may be busy with other tests."""
KEPT = "async () => navigator.serviceWorker.controller && await caches.match('/center/new') ? true : false"
AT_REST = """async () => {
  const base = await new Promise((done) => { const request = indexedDB.open('huiying-center'); request.onsuccess = () => done(request.result); });
  const all = (name) => new Promise((done) => { const request = base.transaction(name).objectStore(name).getAll(); request.onsuccess = () => done(request.result); });
  const [keys, entries] = [await all('keys'), await all('entries')];
  const bytes = (part) => new TextDecoder('utf-8').decode(part.data);
  base.close();
  return { extractable: keys.map((key) => key.extractable), states: entries.map((entry) => entry.state), plain: JSON.stringify(entries) + entries.map((entry) => entry.said ? bytes(entry.said) + entry.files.map(bytes).join('') : '').join('') };
}"""
LEFT = "async () => [(await indexedDB.databases()).length, await caches.has('huiying-center')]"


def tickets(house: CenterHouse) -> dict[str, str]:
    """Return the tickets of the district: text by serial number."""
    with house.installation.scope(house.slug) as scope:
        rows = scope.session.execute(select(Ticket.serial_no, Ticket.text).where(Ticket.tenant_id == scope.tenant.id))
        return {row.serial_no: row.text for row in rows}


def fill(page: Page, text: str, *, phone: str = "13800000001") -> None:
    """Write something down for somebody."""
    page.fill("#text", text)
    page.fill("#name", "王小明")
    if phone:
        page.fill("#phone", phone)
    page.check("[name=told]")


def ready(window: Watched, house: CenterHouse) -> Page:
    """Sign in and open the form, until the page is kept on the device."""
    window.sign_in(house.worker)
    window.open(FORM)
    for _ in range(PATIENT // 100):
        if window.page.evaluate(KEPT):
            return window.page
        window.page.wait_for_timeout(100)
    raise AssertionError("the page was not kept on the device")


def test_two_entries_kept_without_network_are_sent_once_each_when_it_is_back(
    house: CenterHouse, browser: Browser, address: str
) -> None:
    with watched(browser, address, width=390, height=844) as window:
        page = ready(window, house)
        context = page.context
        context.set_offline(True)
        fill(page, "路面坑洼，张家门口")
        page.set_input_files("#files", {"name": "坑.jpg", "mimeType": "image/jpeg", "buffer": photo()})
        page.click("[data-send]")
        expect(page.locator("#told")).to_contain_text("已存在这台设备上。没有网络，有网后自动提交。", timeout=PATIENT)
        page.reload()
        expect(page.locator("#waiting li")).to_have_count(1, timeout=PATIENT)
        fill(page, "楼道灯不亮，李家楼下")
        page.click("[data-send]")
        expect(page.locator("#waiting li[data-waits=waiting]")).to_have_count(2, timeout=PATIENT)
        at_rest = page.evaluate(AT_REST)
        beside = context.new_page()
        beside.goto(address + FORM)
        expect(beside.locator("#waiting li[data-waits=waiting]")).to_have_count(2, timeout=PATIENT)
        assert tickets(house) == {}

        context.set_offline(False)

        expect(page.locator("#waiting li", has_text="已提交")).to_have_count(2, timeout=PATIENT)
        beside.close()
        found = tickets(house)
        assert sorted(found.values()) == ["楼道灯不亮，李家楼下", "路面坑洼，张家门口"]
        shown = re.findall(r"流水号 (\w+)", page.inner_text("#waiting"))
        assert sorted(shown) == sorted(found)
        after = page.evaluate(AT_REST)
        page.locator("#waiting li", has_text="已提交").first.get_by_text("打印回执").click()
        expect(page.locator("#slip .code")).to_be_visible(timeout=PATIENT)
        expect(page.locator("#slip svg.qr")).to_be_visible()
    assert at_rest["extractable"] == [False]
    assert at_rest["states"] == ["waiting", "waiting"]
    assert not any(words in at_rest["plain"] for words in ("13800000001", "王小明", "张家", "JFIF"))
    assert "said" not in after["plain"], "what was sent is kept no longer"


LOSE = """() => {
  window.whole = window.fetch;
  window.fetch = async (address, given) => {
    const answer = await window.whole(address, given);
    if (given && given.method === "POST") throw new TypeError("the line broke");
    return answer;
  };
}"""
"""In the page itself: what a worker of the page lets through is not seen by the browser's own interception every time."""
KEEP = """() => {
  const whole = window.fetch;
  window.fetch = (address, given) =>
    given && given.method === "POST" ? Promise.reject(new TypeError("no line")) : whole(address, given);
}"""


def losing_answers(page: Page) -> Callable[[], None]:
    """Lose the server's answers to entries after they were taken in; return what ends the losing."""
    page.evaluate(LOSE)
    return lambda: page.evaluate("() => { window.fetch = window.whole; }")


def test_a_double_click_a_lost_answer_a_refusal_and_a_session_that_is_over_lose_nothing_and_double_nothing(
    house: CenterHouse, browser: Browser, address: str
) -> None:
    with watched(browser, address) as window:
        page = ready(window, house)
        page.on("dialog", lambda dialog: dialog.accept())
        fill(page, "双击")
        page.dblclick("[data-send]")
        expect(page.locator("#slip .big").first).to_be_visible(timeout=PATIENT)
        first = tickets(house)

        window.open(FORM)
        found_again = losing_answers(page)
        fill(page, "回话丢了")
        page.click("[data-send]")
        expect(page.locator("#waiting li[data-waits=waiting]")).to_have_count(1, timeout=PATIENT)
        second = tickets(house)
        found_again()
        page.evaluate("window.dispatchEvent(new Event('online'))")
        expect(page.locator("#waiting li", has_text="已提交")).to_have_count(1, timeout=PATIENT)
        (lost,) = set(second) - set(first)
        expect(page.locator("#waiting")).to_contain_text(lost)
        page.get_by_text("知道了").click()

        fill(page, "没有告知电话", phone="12")
        page.click("[data-send]")
        expect(page.locator("#waiting .fault")).to_contain_text("没有能打通的电话", timeout=PATIENT)
        assert page.input_value("#text") == "没有告知电话"
        page.context.clear_cookies()
        page.fill("#phone", "13800000002")
        page.click("[data-send]")
        expect(page.locator("#waiting")).to_contain_text("登录已过期，录入的都还在", timeout=PATIENT)
        third = tickets(house)
        window.sign_in(house.worker)
        window.open(FORM)
        expect(page.locator("#waiting li", has_text="已提交")).to_have_count(1, timeout=PATIENT)
        fourth = tickets(house)

        page.context.set_offline(True)
        fill(page, "退出前没有提交")
        page.click("[data-send]")
        expect(page.locator("#waiting li[data-waits=waiting]")).to_have_count(1, timeout=PATIENT)
        page.evaluate(KEEP)
        page.context.set_offline(False)
        page.get_by_role("button", name="退出").first.click()
        page.wait_for_url("**/sign-in", timeout=PATIENT)
        left: Any = page.evaluate(LEFT)
        last = tickets(house)

    assert list(first.values()) == ["双击"]
    assert sorted(second.values()) == ["双击", "回话丢了"]
    assert third == second
    assert sorted(fourth.values()) == ["双击", "回话丢了", "没有告知电话"]
    assert (left, last) == ([0, False], fourth), "what was never sent went with the sign-out"
