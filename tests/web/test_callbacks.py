"""Residents are called back in the hours of the district alone; units see who asks, what they did there before, and what is wanted."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, expect

from core.handling.calling import calling_at, not_now
from core.hooks.values import HandlingRules, ReplyTemplate
from core.journey import knowledge
from core.knowledge.drafts import Draft
from core.routing.rules_in_force import rules_from
from core.tenancy.scope import Scope
from core.tickets.contact import Contact
from tests.builders import OPERATOR, REVIEWER, set_duties
from tests.web.browser import served, watched
from tests.web.conftest import House
from tests.web.making import Life, make_account
from tests.web.test_hints import house_with

HOURS = ((540, 720), (840, 1200))
SPOKE = Contact("欧阳小路", "13700001234", "松柏街 99 号", keep_private=False)
ALWAYS, NEVER = ((0, 1440),), ()
DIAL, REFUSED = "拨打：先说明用途", "没有给居民打回访电话的时段"


@pytest.mark.parametrize(
    ("clock", "is_open", "changes"),
    [
        ("2026-03-12 08:59", False, "2026-03-12 09:00"),
        ("2026-03-12 09:00", True, "2026-03-12 12:00"),
        ("2026-03-12 12:00", False, "2026-03-12 14:00"),
        ("2026-03-12 20:00", False, "2026-03-13 09:00"),
    ],
)
def test_whether_one_calls_and_until_when(clock: str, is_open: bool, changes: str) -> None:
    zone = ZoneInfo("Asia/Shanghai")
    told = calling_at(HOURS, datetime.fromisoformat(clock).replace(tzinfo=zone))
    assert (told.is_open, f"{told.changes_at:%Y-%m-%d %H:%M}") == (is_open, changes)
    assert bool(not_now(told)) is not is_open


def test_whoever_calls_always_or_never_has_no_next_time_and_of_two_rules_both_hold() -> None:
    now = datetime(2026, 3, 12, 10, tzinfo=UTC)
    assert [(each.is_open, each.changes_at) for each in (calling_at(ALWAYS, now), calling_at(NEVER, now))] == [
        (True, None),
        (False, None),
    ]
    both = rules_from([HandlingRules(callback_hours=HOURS), HandlingRules(callback_hours=((600, 900),))])
    assert both.callback_hours == ((600, 720), (840, 900))


@pytest.mark.parametrize(("hours", "dials"), [(ALWAYS, True), (NEVER, False)])
def test_outside_the_hours_nothing_dials_and_a_result_is_still_recorded(
    database_url: str, hours: tuple[tuple[int, int], ...], dials: bool
) -> None:
    with house_with(database_url, handling_rules=lambda: [HandlingRules(callback_hours=hours)]) as house:
        life = house.life.take_in(contact=SPOKE).handled().concluded()
        operator = house.visitor(house.operator)
        page = operator.get(f"/desk?lane=follow_up&at={life.serial_no}").get_data(as_text=True)
        assert (DIAL in page, REFUSED in page) == (dials, not dials)
        operator.get(f"/t/{life.serial_no}")
        shown = operator.post(f"/t/{life.serial_no}/reveal", purpose="follow_up", words="回访办理结果")
        told = shown.get_data(as_text=True)
        assert (SPOKE.phone in told, "tel:" in told, REFUSED in told) == (True, dials, not dials)
        operator.get(f"/desk?lane=follow_up&at={life.serial_no}")
        fields = {"serial_no": life.serial_no, "outcome": "unreachable", "back": "/desk?lane=follow_up"}
        assert operator.post("/desk/follow-up", **fields).status_code == 303


def test_a_card_calls_and_gives_back_and_the_page_tells_what_was_here_before(house: House) -> None:
    road = {
        "code": "road",
        "keywords": ["道路", "坑洼"],
        "limit": ["wd_eod", 5],
        "standard": "坑洞四小时内围挡",
        "legal_basis": "《城市道路管理条例》",
    }
    house.installation.run(house.slug, lambda scope: set_duties(scope, [road]))
    house.installation.forget()
    before = Life(house.installation, house.slug).take_in(place="建设路 8 号").handled().concluded("explained")
    elsewhere = Life(house.installation, house.slug).take_in(place="建设路 8 号").handled("parks")
    kept = (
        Life(house.installation, house.slug).take_in(contact=Contact("欧", "13700005678", keep_private=True)).handled()
    )
    life = Life(house.installation, house.slug).take_in(place="建设路 8 号", contact=SPOKE).handled()
    clerk = house.visitor(house.clerk)

    cards = clerk.get("/unit?tab=in_hand").get_data(as_text=True)
    assert f'href="/unit/{life.serial_no}#reveal">拨打' in cards
    assert "137****1234" in cards
    assert SPOKE.phone not in cards
    assert f"/unit/{kept.serial_no}#reveal" not in cards
    assert f"/unit/{life.serial_no}#do-request_return" in cards
    page = clerk.get(f"/unit/{life.serial_no}").get_data(as_text=True)
    earlier = re.findall(r'id="earlier".*?</section>', page, re.DOTALL)
    assert len(earlier) == 1
    assert before.serial_no in earlier[0]
    assert "政策解释" in earlier[0]
    assert elsewhere.serial_no not in earlier[0]
    assert "坑洞四小时内围挡" in page
    assert "《城市道路管理条例》" in page


def test_marks_in_the_editor_put_texts_in_by_keys(database_url: str, browser: Browser) -> None:
    templates = [ReplyTemplate("现场核查", "经现场核查，"), ReplyTemplate("结尾", "感谢您的监督。")]
    with house_with(database_url, reply_templates=lambda: templates) as house:
        house.life.take_in(title="道路坑洼", text="道路坑洼怎么报修").handled()
        clerk = make_account(house.installation, house.slug, "clerk", ["clerk"], name="李工", unit="roads")

        def write(scope: Scope) -> None:
            now = datetime.now(UTC) - timedelta(minutes=1)
            draft = Draft("道路坑洼怎么报修", "道路坑洼怎么报修", "道路坑洼请拨打道路管理处电话报修。")
            written = knowledge.write_article(scope, draft, unit="roads", actor=OPERATOR, now=now)
            knowledge.approve_article(scope, written.id, 1, actor=REVIEWER, now=now)

        house.installation.run(house.slug, write)
        with served(house.app) as address, watched(browser, address) as window:
            window.sign_in(clerk)
            window.open(f"/unit/{house.life.serial_no}")
            page, text = window.page, window.page.locator("#text")
            text.focus()
            page.keyboard.type("::")
            expect(page.locator("#standard-texts")).to_be_visible()
            page.keyboard.press("ArrowDown")
            page.keyboard.press("Enter")
            expect(text).to_have_value("感谢您的监督。")
            page.keyboard.press("Home")
            page.keyboard.type("??")
            page.keyboard.press("Tab")
            expect(text).to_have_value("道路坑洼请拨打道路管理处电话报修。感谢您的监督。")
            page.keyboard.type("::")
            page.keyboard.press("Escape")
            expect(page.locator("#standard-texts")).to_be_hidden()
            assert page.evaluate("document.activeElement.id") == "text"
            assert window.complaints == []
