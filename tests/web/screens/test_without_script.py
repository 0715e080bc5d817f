"""Work goes on where scripts are off: queue, dispatch, reply, review, and a resident's report and its progress."""

import sys
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser, Route, expect

from core.web.proof import WAIT_SECONDS
from tests.web.browser import watched
from tests.web.conftest import House
from tests.web.making import Life
from tests.web.screens.conftest import Theatre


def test_operator_clerk_and_reviewer_bring_a_ticket_to_its_end_without_script(
    house: House, browser: Browser, address: str
) -> None:
    serial_no = Life(house.installation, house.slug).take_in(text="文昌路道路坑洼").serial_no
    with watched(browser, address, javascript=False) as window:
        page = window.page
        window.sign_in(house.operator)
        window.open("/desk")
        page.click(f"#r-{serial_no} a.title")
        page.click("#pane button:has-text('派单并下一件')")
        expect(page.locator("#notice")).to_contain_text(serial_no)

        page.context.clear_cookies()
        window.sign_in(house.clerk)
        window.open(f"/unit/{serial_no}")
        page.click("main button:has-text('签收')")
        page.fill("#text", "文昌路的坑洼已于今天上午修补完毕")
        page.check("[name=disposition] >> nth=0")
        page.click("button:has-text('提交答复')")
        expect(page.locator("main")).to_contain_text("等待审核")

        page.context.clear_cookies()
        window.sign_in(house.reviewer)
        window.open("/desk?lane=review")
        page.click("button:has-text('通过并发出')")
        expect(page.locator("#notice")).to_contain_text(serial_no)
        assert window.complaints == []


def test_a_resident_reports_and_follows_without_script(
    theatre: Theatre, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = datetime.now(UTC)
    monkeypatch.setattr(sys.modules["core.web.public.site"], "clock", lambda: begun)
    with watched(browser, theatre.address, javascript=False, width=390, height=844) as window:
        page = window.page
        window.open(theatre.path("/public/<tenant>/report"))
        page.fill("textarea[name=text]", "小区门口的路灯坏了三天，晚上看不见路")
        page.click("button.main")
        page.fill("input[name=place]", "文昌路幸福小区门口")
        page.click("button.main")
        page.click("button.main")
        begun += timedelta(seconds=WAIT_SECONDS)  # what a page without a script asks for
        page.click("button.main")
        expect(page.locator("#received")).to_be_visible()
        number, code = page.locator("dd.big").all_inner_texts()[:2]

        window.open(theatre.path("/public/<tenant>/progress"))
        page.fill("input[name=number]", number)
        page.fill("input[name=code]", code)
        page.click("main form button >> nth=0")
        expect(page.locator("main")).to_contain_text(number)
        expect(page.locator("main")).to_contain_text("路灯坏了三天")
        assert window.complaints == []


def test_an_old_browser_is_told_that_it_is_old_and_no_other_is(theatre: Theatre, browser: Browser) -> None:
    def as_if_old(route: Route) -> None:
        sheet = route.fetch()
        route.fulfill(response=sheet, body=sheet.text().replace("(width: min(1px, 2px))", "(width: unknown(1px))"))

    with watched(browser, theatre.address, javascript=False) as window:
        theatre.enter(window, "clerk")
        window.open("/unit")
        told = window.page.locator(".old-browser")
        expect(told).to_have_count(1)
        expect(told).to_be_hidden()
        window.page.route("**/huiying*.css*", as_if_old)
        window.page.reload()
        expect(told).to_be_visible()
        expect(told).to_contain_text("浏览器太旧")
