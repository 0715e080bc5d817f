"""What each role does most, without a mouse: by keys alone, in few of them, and with the focus never lost."""

from datetime import UTC, datetime

from playwright.sync_api import Browser, expect
from sqlalchemy import update

from core.journey import desk, handle
from core.tenancy.scope import Scope
from core.units.models import Unit
from tests.builders import OPERATOR, make_ticket
from tests.web.browser import watched
from tests.web.conftest import House
from tests.web.making import Life
from tests.web.screens.conftest import Theatre
from tests.web.screens.keys import Keyboard
from tests.web.screens.resident import NEXT


def name_initials(house: House) -> None:
    """Let units be picked by the initials of their names."""
    initials = {"roads": "dlglc", "parks": "ylglc", "crew": "dlyhd"}

    def work(scope: Scope) -> None:
        for code, letters in initials.items():
            scope.session.execute(
                update(Unit).where(Unit.tenant_id == scope.tenant.id, Unit.code == code).values(initials=letters)
            )

    house.installation.run(house.slug, work)
    house.installation.forget()


def test_operator_takes_a_call_dispatches_copies_searches_and_reviews_by_keys(
    house: House, browser: Browser, address: str
) -> None:
    name_initials(house)
    now = datetime.now(UTC)
    right, other, overruled, fourth, fifth = (
        make_ticket(house.installation, house.slug, text=text, now=now).serial_no
        for text in ("人民路道路坑洼", "公园长椅损坏", "文华路道路坑洼", "路灯不亮", "公厕没有水")
    )
    with watched(browser, address) as window:
        window.sign_in(house.operator)
        window.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        page, keys = window.page, Keyboard(window, "operator")
        shown = page.locator("#pane .serial")

        window.open(f"/desk?at={right}")
        with keys.task("dispatch, the suggestion is right", most=1):
            keys.press("Control+Enter")
            expect(shown).not_to_have_text(right)
            keys.reached("道路管理处")
        window.open(f"/desk?at={other}")
        with keys.task("dispatch to another unit", most=6):
            keys.press("d")
            keys.type("yl")
            keys.press("Enter", "Control+Enter")
            expect(shown).not_to_have_text(other)
            keys.reached("园林管理处")
        window.open(f"/desk?at={overruled}")
        with keys.task("dispatch to another unit than the one suggested, with the reason", most=6):
            keys.press("d")
            keys.type("yl")
            keys.press("Enter", "Tab")
            keys.write("绿化带里的路归园林处养护")
            keys.press("Control+Enter")
            expect(shown).not_to_have_text(overruled)
            keys.reached("园林管理处")
        with keys.task("go to the next ticket and back", most=2):
            first = shown.inner_text()
            keys.press("j" if page.locator("tr.at + tr").count() else "k")
            expect(shown).not_to_have_text(first)
            keys.press("k" if page.locator("tr.at:first-child").count() == 0 else "j")
            expect(shown).to_have_text(first)
            keys.is_somewhere()
        with keys.task("copy the number", most=1):
            keys.press(".")
            keys.reached(first)
            assert page.evaluate("navigator.clipboard.readText()") == first
        with keys.task("search a ticket by its number and open it", most=2):
            keys.press("/")
            keys.write(fifth)
            with page.expect_navigation():
                keys.press("Enter")
            assert page.url.endswith(f"/t/{fifth}")
        with keys.task("take a call and file it", most=2):
            with page.expect_navigation():
                keys.press("n")
            page.wait_for_function("document.activeElement.id === 'text'")
            keys.write("幸福桥头道路坑洼，夜里车子颠得响")
            keys.press("Control+Enter")
            expect(page.locator("main")).to_contain_text("提取码")
        assert first in (fourth, fifth)


def test_reviewer_passes_one_reply_and_returns_another_by_keys(house: House, browser: Browser, address: str) -> None:
    first, second = (
        Life(house.installation, house.slug).take_in(text=text).handled() for text in ("道路坑洼", "井盖缺失")
    )
    for life in (first, second):
        words = "已到现场，道路坑洼和井盖缺失都已修好"
        life.do(handle.reply, life.clerk("roads"), text=words, disposition="resolved")
    with watched(browser, address) as window:
        window.sign_in(house.reviewer)
        window.open("/desk?lane=review")
        page, keys = window.page, Keyboard(window, "reviewer")

        with keys.task("return a reply with a reason", most=4):
            keys.press("r")
            keys.write("请写明何时完成")
            keys.press("Escape", "r")
            expect(page.locator("#pane")).to_contain_text(second.serial_no)
            keys.reached(first.serial_no)
        with keys.task("pass a reply", most=2):
            keys.press("Control+Enter")
            keys.reached(second.serial_no)


def test_clerk_signs_and_replies_by_keys(theatre: Theatre, browser: Browser) -> None:
    unit = str(theatre.place.has["unit"][0])
    life = Life(theatre.place.installation, theatre.place.slug).take_in(text="健身器材松动")
    life.do(desk.dispatch, OPERATOR, lead=unit, reason="受理席派单")
    with watched(browser, theatre.address) as window:
        theatre.enter(window, "clerk")
        page, keys = window.page, Keyboard(window, "unit clerk")
        window.open("/unit")
        with keys.task("open a ticket of the list", most=22):
            keys.skip_menu()
            keys.reach(f"main a[href*='{life.serial_no}']")
            with page.expect_navigation():
                keys.press("Enter")
        with keys.task("sign for it", most=1), page.expect_navigation():
            keys.press("Control+Enter")
        with keys.task("answer it", most=40):
            keys.reach("#text")
            keys.write("已到现场，健身器材已加固，请放心使用")
            keys.reach("[name=disposition]")
            keys.press("Space")
            with page.expect_navigation():
                keys.press("Control+Enter")
        expect(page.locator("main")).to_contain_text("答复")


def test_leader_instructs_by_keys(theatre: Theatre, browser: Browser) -> None:
    with watched(browser, theatre.address) as window:
        theatre.enter(window, "leader")
        page, keys = window.page, Keyboard(window, "leader")
        window.open(f"/leader/{theatre.things['signed']}")
        with keys.task("批示 with a common phrase, a date, and sign", most=16):
            keys.skip_menu()
            keys.reach("[name=phrase]")
            keys.press("Space")
            keys.reach("#days")
            keys.press("ArrowDown", "ArrowDown")
            with page.expect_navigation():
                keys.press("Control+Enter")
        expect(page.locator("#notice")).to_contain_text("批示")


def test_panel_member_votes_by_keys(theatre: Theatre, browser: Browser) -> None:
    with watched(browser, theatre.address) as window:
        theatre.enter(window, "panel-member")
        page, keys = window.page, Keyboard(window, "panel member")
        window.open(theatre.path("/panel/<number> @panel"))
        criteria = page.locator("#vote fieldset .scores").count()
        with keys.task("score each criterion, judge, say why", most=25):
            keys.skip_menu()
            for place in range(criteria):
                keys.reach(f"[name=score-{place}]")
                keys.press("Space", "ArrowRight")
            keys.reach("[name=verdict]")
            keys.press("Space")
            keys.reach("#vote-reason")
            keys.write("照片和说法对得上，已经修好")
            with page.expect_navigation():
                keys.press("Control+Enter")
        expect(page.locator("#notice")).to_contain_text("已投票")


def test_discipline_asks_for_a_statement_by_keys(theatre: Theatre, browser: Browser) -> None:
    with watched(browser, theatre.address) as window:
        theatre.enter(window, "discipline")
        page, keys = window.page, Keyboard(window, "discipline")
        window.open("/discipline")
        with keys.task("open a case from the list", most=26):
            keys.skip_menu()
            keys.reach(f"main a[href$='/discipline/{theatre.things['accused']}']")
            with page.expect_navigation():
                keys.press("Enter")
        with keys.task("open the first deed of the case", most=10):
            keys.skip_menu()
            keys.reach("#acts summary, #acts button")
            keys.press("Enter")
        keys.is_somewhere()


def test_community_worker_takes_down_an_appeal_by_keys(theatre: Theatre, browser: Browser) -> None:
    with watched(browser, theatre.address) as window:
        theatre.enter(window, "community-worker")
        page, keys = window.page, Keyboard(window, "community worker")
        window.open("/center")
        with keys.task("take down an appeal and get the receipt", most=45):
            with page.expect_navigation():
                keys.press("n")
            page.wait_for_function("document.activeElement.id === 'text'")
            keys.write("楼道灯坏了三天，老人夜里出门不方便")
            keys.reach("[name=no_phone]")
            keys.press("Space")
            keys.reach("[name=told]")
            keys.press("Space")
            with page.expect_navigation():
                keys.press("Control+Enter")
        expect(page.locator("main")).to_contain_text("受理回执")


def test_administrator_opens_an_account_by_keys(theatre: Theatre, browser: Browser) -> None:
    with watched(browser, theatre.address) as window:
        theatre.enter(window, "administrator")
        page, keys = window.page, Keyboard(window, "administrator")
        window.open("/accounts")
        with keys.task("find an account and open it", most=30):
            keys.skip_menu()
            keys.reach("#q")
            keys.type("clerk")
            with page.expect_navigation():
                keys.press("Enter")
            keys.skip_menu()
            keys.reach("main a[href^='/accounts/']")
            with page.expect_navigation():
                keys.press("Enter")
        expect(page.locator("h1")).to_be_visible()


def test_resident_reports_and_follows_by_keys(theatre: Theatre, browser: Browser) -> None:
    with watched(browser, theatre.address) as window:
        page, keys = window.page, Keyboard(window, "resident")
        window.open(theatre.path("/public/<tenant>/report"))

        def step(field: str, words: str) -> None:
            keys.skip_menu()
            keys.reach(field)
            keys.write(words)
            keys.reach(NEXT)
            with page.expect_navigation():
                keys.press("Enter")
            window.settle()

        with keys.task("answer the three steps", most=30):
            step("#text", "桥头的护栏被撞弯了两根，晚上看不见")
            step("#place", "北桥东头")
            step("#phone", "13800000018")
        with keys.task("look it over and send it", most=12):
            keys.skip_menu()
            keys.reach("main button[value=send]")
            with page.expect_navigation(timeout=60_000):
                keys.press("Enter")
        code = page.locator("dt:has-text('提取码') + dd").first.inner_text()
        with keys.task("follow it", most=15):
            keys.skip_menu()
            keys.reach("main a[href*='/progress?number=']")
            with page.expect_navigation():
                keys.press("Enter")
            keys.skip_menu()
            keys.reach("#code")
            keys.write(code)
            with page.expect_navigation():
                keys.press("Enter")
        expect(page.locator("main")).to_contain_text("桥头的护栏")
