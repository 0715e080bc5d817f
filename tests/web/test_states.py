"""What a page is in besides done: no network, a session that is over, a right that is gone, a conflict. No word is lost."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser, Route, expect
from sqlalchemy import delete, select, update

from core.people.models import AccountRole, StaffSession
from tests.builders import make_ticket
from tests.web.browser import Watched, watched
from tests.web.conftest import House
from tests.web.making import PASSWORD, Life

WORDS = "已派人到现场，坑洼处当天修补完毕，复查平整。"


def end_sessions(house: House) -> None:
    """Have every session in the district be over, as after half an hour without work."""
    with house.installation.scope(house.slug) as scope:
        scope.session.execute(
            update(StaffSession).where(StaffSession.tenant_id == scope.tenant.id).values(ended_at=datetime.now(UTC))
        )


@pytest.fixture
def typing(house: House, browser: Browser, address: str) -> Iterator[Watched]:
    """A clerk who has written a note on a ticket of theirs and not sent it yet."""
    life = Life(house.installation, house.slug).take_in().handled("roads")
    with watched(browser, address) as window:
        window.sign_in(house.clerk)
        window.open(f"/unit/{life.serial_no}")
        window.page.fill("form[action$='/note'] textarea", WORDS)
        yield window


def send(window: Watched) -> None:
    window.page.click("text=记一笔")


def noted(window: Watched) -> None:
    """What was typed has become an entry of the timeline, once."""
    expect(window.page.locator(".log .said", has_text=WORDS)).to_have_count(1)


def kept(window: Watched) -> None:
    assert window.page.input_value("form[action$='/note'] textarea") == WORDS


def test_whoever_signs_in_again_on_the_spot_sends_the_very_same(house: House, typing: Watched) -> None:
    end_sessions(house)
    send(typing)
    dialog = typing.page.locator("#sign-in-again")
    expect(dialog).to_be_visible()
    assert typing.page.input_value("#sign-in-again [name=login]") == house.clerk
    typing.page.fill("#sign-in-again [name=password]", "不是这个密码")
    typing.page.keyboard.press("Enter")
    expect(dialog).to_contain_text("账号或密码不对")
    typing.page.fill("#sign-in-again [name=password]", PASSWORD)
    typing.page.keyboard.press("Enter")
    noted(typing)


def test_a_new_session_in_another_window_lets_the_old_form_through(house: House, typing: Watched) -> None:
    other = typing.page.context.new_page()
    other.goto(typing.address + "/account")
    other.click("text=退出")
    other.fill("#login", house.clerk)
    other.fill("#password", PASSWORD)
    other.click("button:has-text('登录')")
    other.wait_for_url("**/unit")
    send(typing)
    noted(typing)


def test_without_network_the_form_stays_and_is_sent_once_there_is_some(typing: Watched) -> None:
    typing.page.context.set_offline(True)
    expect(typing.page.locator("#offline")).to_contain_text("没有网络")
    send(typing)
    expect(typing.page.locator("#notice")).to_contain_text("网络不通，没有提交")
    kept(typing)
    typing.page.context.set_offline(False)
    expect(typing.page.locator("#offline")).to_have_count(0)
    send(typing)
    noted(typing)


def test_a_right_that_is_gone_is_told_in_words_and_what_was_typed_stays(house: House, typing: Watched) -> None:
    with house.installation.scope(house.slug) as scope:
        scope.session.execute(delete(AccountRole).where(AccountRole.tenant_id == scope.tenant.id))
    send(typing)
    expect(typing.page.locator("#notice")).to_contain_text("没有这项权限。需要时请联系安全管理员开通")
    kept(typing)


def test_a_slow_answer_is_said_to_be_and_can_be_given_up(typing: Watched) -> None:
    held: list[Route] = []
    typing.page.route("**/note", lambda route: held.append(route))
    typing.page.clock.install()
    send(typing)
    typing.page.clock.fast_forward(400)
    expect(typing.page.locator(".busy")).to_have_class("busy on")
    typing.page.clock.fast_forward(8_000)
    expect(typing.page.locator("#slow")).to_contain_text("仍在处理")
    typing.page.click("text=取消等待")
    expect(typing.page.locator("#notice")).to_contain_text("已取消等待")
    kept(typing)
    for route in held:
        route.abort()


def test_without_script_one_signs_in_and_is_back_on_the_page_of_the_form(house: House) -> None:
    serial_no = Life(house.installation, house.slug).take_in().handled("roads").serial_no
    visitor = house.visitor(house.clerk)
    visitor.get(f"/unit/{serial_no}")
    end_sessions(house)
    form = {"csrf_token": visitor.hidden("csrf_token"), "version": "1", "what": WORDS}
    for before, back in ((f"http://localhost/unit/{serial_no}", f"/unit/{serial_no}"), ("http://evil.example/x", "")):
        sent = visitor.client.post(f"/unit/{serial_no}/note", data=form, headers={"Referer": before})
        assert sent.location == ("/sign-in?next=" + back if back else "/sign-in")


def test_after_a_conflict_ones_own_words_become_a_note(house: House, browser: Browser, address: str) -> None:
    serial_no = make_ticket(house.installation, house.slug, now=datetime.now(UTC)).serial_no
    with watched(browser, address) as window:
        window.sign_in(house.operator)
        window.open(f"/desk?at={serial_no}")
        window.page.click("text=直接答复，不派单")
        window.page.fill("#answer", WORDS)
        Life(house.installation, house.slug, serial_no).handled("roads")
        window.page.click("text=答复并办结")
        expect(window.page.locator("#notice")).to_contain_text("最近一次变动")
        window.page.click("text=把我写的存为备注")
        window.page.wait_for_url(f"**/t/{serial_no}**")
        noted(window)


def test_what_could_not_be_asked_anew_turns_amber_and_back(house: House, browser: Browser, address: str) -> None:
    make_ticket(house.installation, house.slug, now=datetime.now(UTC))
    with watched(browser, address) as window:
        window.sign_in(house.operator)
        window.open("/desk")
        window.page.route("**/desk?*", lambda route: route.abort())
        window.page.route("**/desk", lambda route: route.abort())
        window.page.route("**/menu", lambda route: route.abort())
        window.page.evaluate("htmx.trigger('#list', 'refresh'); huiying.look()")
        expect(window.page.locator("#as-of")).to_have_class("stale")
        expect(window.page.locator("#menu .stale")).to_be_visible()
        window.page.unroute_all()
        make_ticket(house.installation, house.slug, now=datetime.now(UTC))
        window.page.click("#as-of >> text=重试")
        expect(window.page.locator("#as-of")).not_to_have_class("stale")
        window.page.click("#menu >> text=重试")
        expect(window.page.locator("#menu .stale")).to_be_hidden()
        expect(window.page.locator("#menu a[aria-current] [data-count]")).to_have_text("2")


def test_a_units_list_is_asked_anew_and_told_only_when_it_changed(house: House, browser: Browser, address: str) -> None:
    Life(house.installation, house.slug).take_in().handled("roads")
    with watched(browser, address) as window:
        window.sign_in(house.clerk)
        window.open("/unit?tab=in_hand")
        expect(window.page.locator("#unit-list tbody tr")).to_have_count(1)
        answers: list[int] = []
        window.page.on("response", lambda answer: answers.append(answer.status) if "/unit?" in answer.url else None)
        for tickets in (1, 1, 2):
            if tickets == 2:
                Life(house.installation, house.slug).take_in().handled("roads")
            with window.page.expect_response("**/unit?*"):
                window.page.evaluate("htmx.trigger('#unit-list', 'refresh')")
            expect(window.page.locator("#unit-list tbody tr")).to_have_count(tickets)
        assert answers[1:] == [304, 200]
        assert window.complaints == []


def test_the_counts_are_told_once_and_looking_keeps_no_session_awake(house: House) -> None:
    visitor, long_ago = house.visitor(house.operator), datetime.now(UTC) - timedelta(minutes=20)
    with house.installation.scope(house.slug) as scope:
        scope.session.execute(
            update(StaffSession).where(StaffSession.tenant_id == scope.tenant.id).values(seen_at=long_ago)
        )
    told = visitor.get("/menu", **{"X-Poll": "1"})
    assert told.json is not None
    assert told.json["/desk?lane=dispatch"] == "0"
    known = {"X-Poll": "1", "If-None-Match": told.headers["ETag"]}
    assert visitor.get("/menu", **known).status_code == 304
    with house.installation.scope(house.slug) as scope:
        assert scope.session.scalars(
            select(StaffSession.seen_at).where(StaffSession.tenant_id == scope.tenant.id)
        ).all() == [long_ago]
    make_ticket(house.installation, house.slug, now=datetime.now(UTC))
    fresh = visitor.get("/menu", **known)
    assert fresh.json is not None
    assert fresh.json["/desk?lane=dispatch"] == "1"
    end_sessions(house)
    assert visitor.get("/menu", **known).status_code == 401
