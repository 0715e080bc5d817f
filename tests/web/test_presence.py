"""Who else has a ticket open: told to those who may open it, as long as it is so, and kept nowhere afterwards."""

from datetime import UTC, datetime, timedelta

from playwright.sync_api import Browser, expect
from sqlalchemy import func, select

from core.people.presence.models import Presence
from core.people.presence.service import HERE, be_here, others_here
from core.people.queries import accounts
from core.tickets.queries import get_ticket_id
from tests.builders import make_ticket
from tests.web.browser import watched
from tests.web.conftest import House
from tests.web.making import Life

BY_ITSELF = {"X-Poll": "1"}
"""What the page of a ticket asks with, and no address alone does."""


def test_others_are_named_while_they_are_here_to_those_who_may_open_the_ticket(house: House) -> None:
    life = Life(house.installation, house.slug).take_in().handled("roads")
    serial_no, clerk, operator = life.serial_no, house.visitor(house.clerk), house.visitor(house.operator)
    house.visitor(house.login_of("chief")).get(f"/t/{serial_no}/here?filling=假的")
    nobody = operator.get(f"/t/{serial_no}/here", **BY_ITSELF)
    assert nobody.json == {"words": "", "fills": ""}, "a link that somebody followed says nothing of them"
    seen = clerk.get(f"/t/{serial_no}/here?filling=答复诉求人", **BY_ITSELF)
    assert seen.json == {"words": "张丽 也开着这件工单", "fills": ""}
    told = operator.get(f"/t/{serial_no}/here")
    assert told.json == {"words": "李工 正在填写答复诉求人", "fills": "李工 正在填写答复诉求人"}
    unchanged = operator.get(f"/t/{serial_no}/here", **{"If-None-Match": told.headers["ETag"]})
    assert unchanged.status_code == 304
    assert house.visitor(house.gardener).get(f"/t/{serial_no}/here").status_code == 403, "not the gardeners' ticket"


def test_whoever_sent_the_form_is_filling_it_in_no_more(house: House) -> None:
    serial_no = make_ticket(house.installation, house.slug).serial_no
    operator, chief = house.visitor(house.operator), house.visitor(house.login_of("chief"))
    operator.get(f"/t/{serial_no}/here?filling=派单", **BY_ITSELF)
    operator.get(f"/desk?at={serial_no}")
    sent = operator.post("/desk/dispatch", serial_no=serial_no, unit="roads", reason="属道路", back="/desk")
    assert sent.status_code == 303
    told = chief.get(f"/t/{serial_no}/here", **BY_ITSELF)
    assert told.json == {"words": "张丽 也开着这件工单", "fills": ""}


def test_nothing_is_kept_of_who_is_gone(house: House) -> None:
    serial_no, now = make_ticket(house.installation, house.slug).serial_no, datetime.now(UTC)

    def look(who: str, later: timedelta) -> tuple[list[str], int]:
        with house.installation.scope(house.slug) as scope:
            ticket_id, ids = get_ticket_id(scope, serial_no), {each.name: each.id for each in accounts(scope)}
            be_here(scope, ticket_id, ids[who], form="派单", now=now + later)
            others = others_here(scope, ticket_id, but=ids[who], now=now + later)
            return [each.name for each in others], scope.session.scalar(select(func.count()).select_from(Presence)) or 0

    assert look("张丽", timedelta(0)) == ([], 1)
    assert look("何审", timedelta(seconds=30)) == (["张丽"], 2)
    assert look("何审", HERE) == ([], 1)


def test_who_begins_a_form_is_shown_and_who_would_send_is_warned_once(
    house: House, browser: Browser, address: str
) -> None:
    serial_no = make_ticket(house.installation, house.slug).serial_no
    other = house.visitor(house.login_of("chief"))
    with watched(browser, address) as window:
        window.sign_in(house.operator)
        other.get(f"/t/{serial_no}/here?filling=派单", **BY_ITSELF)
        window.open(f"/desk?at={serial_no}")
        expect(window.page.locator("#pane .here")).to_have_text("总值班 正在填写派单")
        window.page.keyboard.press("d")
        window.page.keyboard.type("道路管理处")
        window.page.keyboard.press("Enter")
        window.page.keyboard.press("Control+Enter")
        expect(window.page.locator("#notice")).to_contain_text("总值班 正在填写派单。先问一声")
        assert "张丽 正在填写派单" in other.get(f"/t/{serial_no}/here").get_data(as_text=True).encode().decode(
            "unicode_escape"
        )
        window.page.click("#pane button:has-text('派单并下一件')")
        expect(window.page.locator("#notice")).to_contain_text("道路管理处")
