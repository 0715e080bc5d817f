"""The pages in a real browser: keyboard, narrow windows, no JavaScript, weight."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser, expect

from core.journey import desk, give_back, press
from tests.builders import OPERATOR, SUPERVISOR, make_ticket
from tests.web.browser import watched
from tests.web.conftest import House
from tests.web.making import Life

HEAVIEST = 120 * 1024
"""Bytes a staff page may load in all."""


def fill(house: House, *, tickets: int = 4) -> list[str]:
    """Take in some tickets and return their serial numbers, the nearest due first."""
    now = datetime.now(UTC)
    titles = [
        "路灯整段不亮已一周",
        "施工围挡向人行道倾斜，旁边有变压器，每天有学生经过，担心倒塌",
        "沙井盖缺失",
        "餐馆油烟直排居民楼窗口",
    ]
    return [
        make_ticket(
            house.installation,
            house.slug,
            text=titles[number % len(titles)],
            place="富民南路 88 号附近",
            now=now - timedelta(hours=tickets - number),
        ).serial_no
        for number in range(tickets)
    ]


def test_a_ticket_is_dispatched_by_keys_alone_and_the_next_one_opens(
    house: House, browser: Browser, address: str
) -> None:
    first, second, *_ = fill(house)
    with watched(browser, address) as window:
        window.sign_in(house.operator)
        window.open("/desk")
        page = window.page
        page.keyboard.press("d")
        page.keyboard.type("园林")
        page.keyboard.press("Enter")
        page.keyboard.press("Control+Enter")
        expect(page.locator("#notice")).to_contain_text(f"{first} 已派给园林管理处")
        expect(page.locator("#pane .serial")).to_have_text(second)
        expect(page.locator(f"#r-{first}")).to_have_count(0)
        expect(page.locator(f"#r-{second}")).to_have_class("at")
        assert page.evaluate("document.activeElement !== document.body")
        assert window.complaints == []
        assert window.strangers == []


def test_j_and_k_walk_the_list_enter_opens_the_ticket(house: House, browser: Browser, address: str) -> None:
    first, second, *_ = fill(house)
    with watched(browser, address) as window:
        window.sign_in(house.operator)
        window.open("/desk")
        page = window.page
        page.keyboard.press("j")
        expect(page.locator("#pane .serial")).to_have_text(second)
        page.keyboard.press("k")
        expect(page.locator("#pane .serial")).to_have_text(first)
        page.keyboard.press("Enter")
        page.wait_for_url(f"**/t/{first}")
        assert window.complaints == []


def test_every_key_in_the_sheet_belongs_to_something_on_the_page(house: House, browser: Browser, address: str) -> None:
    fill(house)
    with watched(browser, address) as window:
        window.sign_in(house.operator)
        window.open("/desk")
        page = window.page
        page.keyboard.press("?")
        expect(page.locator("#keys")).to_be_visible()
        assert page.locator("#keys dd").all_inner_texts() == [
            "下一件",
            "上一件",
            "打开工单",
            "复制编号（再按加标题，三按加链接）",
            "选中这一件（Shift+X 选中一段）",
            "搜索",
            "新建工单",
            "这张表",
            "选承办单位",
            "派单并下一件",
            "直接答复，不派单",
            "退回补正",
            "与疑似重复的并列比对、合并",
            "拆单",
            "打印工单",
            "去 派单台",
            "去 会商",
            "去 审核回复",
            "去 回访",
            "去 知识库",
        ]
        page.keyboard.press("Escape")
        expect(page.locator("#keys")).to_be_hidden()
        page.wait_for_timeout(200)  # a closing dialog hands the focus back a moment after it is gone
        page.keyboard.press("/")
        assert page.evaluate("document.activeElement.id") == "search"
        page.keyboard.type("jjj")
        assert page.input_value("#search") == "jjj"
        page.keyboard.press("Escape")
        page.keyboard.press("n")
        page.wait_for_url("**/desk/new")


def test_a_conflict_is_told_beside_what_was_open(house: House, browser: Browser, address: str) -> None:
    first, *_ = fill(house)
    with watched(browser, address) as window:
        window.sign_in(house.operator)
        window.open(f"/desk?at={first}")
        other = house.visitor(house.operator)
        other.get(f"/desk?at={first}")
        other.post("/desk/dispatch", serial_no=first, unit="roads")
        window.page.fill("#unit-text", "园林")
        window.page.keyboard.press("Enter")
        window.page.keyboard.press("Control+Enter")
        expect(window.page.locator("#notice")).to_contain_text("最近一次变动")
        expect(window.page.locator("#pane .serial")).to_have_text(first)


def test_a_new_ticket_appears_by_itself(house: House, browser: Browser, address: str) -> None:
    fill(house, tickets=1)
    with watched(browser, address) as window:
        window.sign_in(house.operator)
        window.page.clock.install()
        window.open("/desk")
        made = make_ticket(house.installation, house.slug, now=datetime.now(UTC)).serial_no
        window.page.clock.fast_forward(15_000)
        expect(window.page.locator(f"#r-{made}")).to_have_count(1, timeout=20_000)


def test_menu_list_and_ticket_stand_side_by_side(house: House, browser: Browser, address: str) -> None:
    fill(house)
    with watched(browser, address) as window:
        window.sign_in(house.operator)
        window.open("/desk")
        boxes = [window.page.locator(part).bounding_box() for part in ("#menu", "#list", "#pane")]
        menu, rows, pane = (box for box in boxes if box)
        assert menu["x"] + menu["width"] <= rows["x"]
        assert rows["width"] > 700
        assert rows["x"] + rows["width"] <= pane["x"]
        assert pane["x"] + pane["width"] == 1440
        assert all(box["y"] + box["height"] == 900 for box in (menu, rows, pane))


@pytest.mark.parametrize("width", [320, 390, 1024, 1440])
def test_no_page_is_wider_than_its_window(house: House, browser: Browser, address: str, width: int) -> None:
    first, *_ = fill(house)
    operator = house.visitor(house.operator)
    operator.get(f"/desk?at={first}")
    operator.post("/desk/dispatch", serial_no=first, unit="roads")
    pressed = Life(house.installation, house.slug, first)
    pressed.do(press.open_supervision, SUPERVISOR, level="red", demand="书面说明三天未处置的原因和整改措施")
    pressed.do(press.send_letter, SUPERVISOR, kind="talk", text="请来面谈")
    clerk = pressed.clerk("roads")
    pressed.do(
        give_back.request_return, clerk, reason_code="not_duty", evidence="职责清单第十二项", proposed_unit="parks"
    )
    pages = {
        house.supervisor: [f"/t/{first}", "/desk?lane=supervised"],
        house.operator: [
            "/desk?lane=returns",
            "/desk",
            f"/desk?at={first}",
            "/desk?lane=review",
            "/desk?lane=all",
            "/desk/new",
            f"/t/{first}",
        ],
        house.clerk: ["/unit", f"/unit/{first}"],
    }
    with watched(browser, address, width=width) as window:
        window.open("/sign-in")
        wide = []
        for login, paths in pages.items():
            window.page.context.clear_cookies()
            window.sign_in(login)
            for path in paths:
                window.open(path)
                if window.page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                    wide.append(path)
        assert wide == []
        assert window.complaints == []


def test_a_unit_that_must_be_chosen_is_asked_for_where_it_can_be_seen(
    house: House, browser: Browser, address: str
) -> None:
    life = Life(house.installation, house.slug).take_in().handled()
    with watched(browser, address) as window:
        window.sign_in(house.operator)
        window.open(f"/t/{life.serial_no}")
        page = window.page
        page.click("#do-redirect summary")
        page.fill("#do-redirect-reason", "绿化带归园林处")
        page.click("#do-redirect button")
        assert page.evaluate("document.activeElement.id") == "do-redirect-lead-text"
        page.keyboard.type("园林")
        page.keyboard.press("Enter")
        page.click("#do-redirect button")
        expect(page.locator("#notice")).to_contain_text(f"{life.serial_no} 已改派")
        expect(page.locator("#units")).to_contain_text("园林管理处")
        assert window.complaints == []


def test_a_refused_form_in_a_lane_keeps_what_was_typed(house: House, browser: Browser, address: str) -> None:
    life = Life(house.installation, house.slug).take_in()
    life.do(desk.dispatch, OPERATOR, lead="roads")
    asked = {"reason_code": "not_duty", "evidence": "不属本单位职责", "proposed_unit": "parks"}
    life.do(give_back.request_return, life.clerk("roads"), **asked)
    with watched(browser, address) as window:
        window.sign_in(house.operator)
        window.open("/desk?lane=returns")
        page = window.page
        page.click("text=不准退单 >> nth=-1")
        expect(page.locator("#notice")).to_contain_text("请填写“理由”")
        page.fill("#do-approve_return-reason", "属你单位养护路段")
        page.click("text=不准退单 >> nth=-1")
        expect(page.locator("#notice")).to_contain_text("承办单位继续办理")
        expect(page.locator("#list")).to_contain_text("没有待决定的退单申请")


def test_a_staff_page_weighs_no_more_than_it_may(house: House, browser: Browser, address: str) -> None:
    fill(house, tickets=31)
    with watched(browser, address) as window:
        window.sign_in(house.operator)
        window.page.goto("about:blank")
        window.page.context.new_cdp_session(window.page).send("Network.setCacheDisabled", {"cacheDisabled": True})
        window.open("/desk")
        assert len(window.loaded) > 4
        assert window.weight() <= HEAVIEST


def test_a_ticket_is_dispatched_without_javascript(house: House, browser: Browser, address: str) -> None:
    first, *_ = fill(house)
    with watched(browser, address, javascript=False) as window:
        window.sign_in(house.operator)
        window.open("/desk")
        window.page.select_option("#unit", "parks")
        window.page.click("#pane button >> text=派单并下一件")
        expect(window.page.locator("#notice")).to_contain_text(f"{first} 已派给园林管理处")


def test_on_a_phone_the_frame_takes_two_lines_and_the_menu_opens_by_keys_and_without_script(
    house: House, browser: Browser, address: str
) -> None:
    with watched(browser, address, width=390, height=844) as window:
        window.sign_in(house.operator)
        window.open("/tasks")
        page = window.page
        main = page.locator("main").bounding_box()
        assert main is not None
        assert main["y"] < 100
        assert not page.is_visible("#menu-entries")
        page.focus("[data-fold]")
        page.keyboard.press("Enter")
        assert page.is_visible("#menu-entries >> text=派单台")
        assert page.is_visible("#menu-entries button[name=language]")
        page.keyboard.press("Escape")
        assert not page.is_visible("#menu-entries")
        assert window.complaints == []
    with watched(browser, address, width=390, height=844, javascript=False) as window:
        window.sign_in(house.operator)
        window.open("/tasks")
        main = window.page.locator("main").bounding_box()
        assert main is not None
        assert main["y"] < 100
        window.page.click("header a:has-text('菜单')")
        window.page.click("#menu a:has-text('派单台')")
        window.page.wait_for_url("**/desk?lane=dispatch")
