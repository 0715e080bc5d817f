"""Work goes on where scripts are off: queue, dispatch, reply, review, and a resident's report and its progress."""

from playwright.sync_api import Browser, expect

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


def test_a_resident_reports_and_follows_without_script(theatre: Theatre, browser: Browser) -> None:
    with watched(browser, theatre.address, javascript=False, width=390, height=844) as window:
        page = window.page
        window.open(theatre.path("/public/<tenant>/report"))
        page.fill("textarea[name=text]", "小区门口的路灯坏了三天，晚上看不见路")
        assert page.locator("main form").first.is_visible()
        window.open(theatre.path("/public/<tenant>/progress"))
        page.fill("input[name=number]", theatre.things["waiting"])
        page.fill("input[name=code]", "ABCDEF")
        page.click("main form button >> nth=0")
        expect(page.locator("main")).to_be_visible()
