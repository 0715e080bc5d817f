"""What a page becomes after a swap, a refusal, a fault or the end of a session: still open to everybody, focus not lost."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from core.journey import conclude, handle
from core.tenancy.scope import Scope
from core.tickets.contact import Contact
from core.tickets.links import Purpose, link_token
from core.tickets.models import Ticket
from tests.builders import REVIEWER, make_ticket
from tests.web.browser import Watched, watched
from tests.web.making import Life
from tests.web.screens.conftest import Theatre
from tests.web.screens.examining import ALL, NARROW, SEEN, WIDE_PARTS, axe, with_mode
from tests.web.screens.for_residents import open_all, too_small
from tests.web.screens.resident import Resident

Doing = Callable[[Theatre, Watched], None]


def waiting(theatre: Theatre) -> str:
    """Take in a ticket of this test's own, and return its serial number."""
    return Life(theatre.place.installation, theatre.place.slug).take_in(text="小区门口路面塌陷").serial_no


def dispatch(page: Page) -> None:
    """Choose a unit by its initials and dispatch, with keys alone."""
    page.keyboard.press("d")
    page.keyboard.type("园林")
    page.keyboard.press("Enter")
    page.keyboard.press("Control+Enter")


def dispatched(theatre: Theatre, window: Watched) -> None:
    """A ticket went to its unit, and the next one opened in its place."""
    serial_no = waiting(theatre)
    window.open(f"/desk?at={serial_no}")
    dispatch(window.page)
    expect(window.page.locator("#notice")).to_contain_text("园林管理处")
    expect(window.page.locator("#pane .serial")).not_to_have_text(serial_no)


def moved_on(_theatre: Theatre, window: Watched) -> None:
    """The next ticket of the list was opened in the pane."""
    window.open("/desk")
    before = window.page.locator("#pane .serial").inner_text()
    window.page.keyboard.press("j")
    expect(window.page.locator("#pane .serial")).not_to_have_text(before)


def refused(_theatre: Theatre, window: Watched) -> None:
    """A deed was sent without the reason that it needs (422)."""
    window.open("/desk?lane=returns")
    window.page.click("text=不准退单 >> nth=-1")
    expect(window.page.locator("#notice")).to_contain_text("理由")


def overtaken(theatre: Theatre, window: Watched) -> None:
    """Somebody else dispatched the ticket while it was open here (409)."""
    serial_no = waiting(theatre)
    window.open(f"/desk?at={serial_no}")
    theatre.place.installation.forget()
    Life(theatre.place.installation, theatre.place.slug, serial_no).handled("roads")
    dispatch(window.page)
    expect(window.page.locator("#notice .band")).to_be_visible()


def form_refused(_theatre: Theatre, window: Watched) -> None:
    """A whole page came back with what was typed, and what is wrong with it (422)."""
    window.open("/desk/new")
    window.page.fill("#phone", "不是号码")
    with window.page.expect_navigation():
        window.page.evaluate(
            "document.querySelector('main form').noValidate = true; document.querySelector('main form').requestSubmit()"
        )
    window.settle()


def no_right(_theatre: Theatre, window: Watched) -> None:
    """A page of others was opened (403)."""
    window.open("/accounts")
    expect(window.page.locator("h1")).to_contain_text("没有权限")


def not_there(_theatre: Theatre, window: Watched) -> None:
    """A page was opened that does not exist (404)."""
    window.open("/t/NOTHING")
    expect(window.page.locator("h1")).to_contain_text("没有")


def broken(theatre: Theatre, window: Watched) -> None:
    """A page failed (500), and then a fragment."""
    window.open("/desk")
    views = theatre.app.view_functions
    kept = views["lanes.show_lane"]

    def fail(**_parts: Any) -> Any:
        raise ZeroDivisionError

    views["lanes.show_lane"] = fail
    try:
        window.page.keyboard.press("j")
        expect(window.page.locator("#notice .band")).to_be_visible()
        sound(window)
        window.open("/desk")
        expect(window.page.locator("h1")).to_contain_text("出错")
    finally:
        views["lanes.show_lane"] = kept


def session_over(theatre: Theatre, window: Watched) -> None:
    """The session ended while a ticket was open."""
    window.open(f"/desk?at={waiting(theatre)}")
    window.page.context.clear_cookies()
    dispatch(window.page)
    window.page.wait_for_selector("#password")


def unknown_login(_theatre: Theatre, window: Watched) -> None:
    """Somebody could not sign in."""
    window.page.context.clear_cookies()
    window.open("/sign-in")
    window.page.fill("#login", "nobody@nowhere")
    window.page.fill("#password", "不对的密码不对的密码")
    with window.page.expect_navigation():
        window.page.keyboard.press("Enter")
    window.settle()


def nothing_found(theatre: Theatre, window: Watched) -> None:
    """A resident asked for a number that there is not, with a code that does not fit."""
    window.page.context.clear_cookies()
    window.open(theatre.path("/public/<tenant>/progress"))
    window.page.fill("input[name=number]", "T0000")
    window.page.fill("input[name=code]", "ABCDEF")
    with window.page.expect_navigation():
        window.page.keyboard.press("Enter")
    window.settle()


def found_answered(theatre: Theatre, window: Watched) -> None:
    """A resident opened an appeal that was answered, and may rate it."""
    house, slug = theatre.place.installation, theatre.place.slug
    taken = make_ticket(house, slug, text="小区门口路面塌陷", now=datetime.now(UTC))
    life = Life(house, slug, taken.serial_no).handled("roads")
    words = "已到现场查看，小区门口的路面塌陷已经修好"
    life.do(handle.reply, life.clerk("roads"), text=words, disposition="resolved")
    life.do(conclude.pass_reply, REVIEWER)
    window.page.context.clear_cookies()
    window.open(theatre.path("/public/<tenant>/progress"))
    window.page.fill("input[name=number]", taken.serial_no)
    window.page.fill("input[name=code]", taken.access_code)
    with window.page.expect_navigation():
        window.page.keyboard.press("Enter")
    window.settle()
    expect(window.page.locator("main")).to_contain_text(words)


def opened_by_link(theatre: Theatre, window: Watched) -> None:
    """Somebody opened the links that messages carry: to rate, to be told no more, and to say whose a mailbox is."""
    house, slug = theatre.place.installation, theatre.place.slug
    contact = Contact("陈某", "13800000001", email="someone@example.com", tell_by="mail")
    life = Life(house, slug).take_in(text="小区门口路面塌陷", contact=contact).handled("roads").concluded()
    window.page.context.clear_cookies()
    links: tuple[tuple[Purpose, str], ...] = (("email", "mailbox"), ("stop-news", "r"), ("rate", "r"))
    for purpose, path in links:
        window.open(theatre.path(f"/public/<tenant>/{path}/") + _link(life, purpose))
        expect(window.page.locator("main button").first).to_be_visible()
        sound(window)
    window.page.get_by_label("不满意", exact=True).check()
    window.page.get_by_label("未解决", exact=True).check()
    with window.page.expect_navigation():
        window.page.click("main button.main")


def _link(life: Life, purpose: Purpose) -> str:
    def made(scope: Scope) -> str:
        wanted = select(Ticket).where(Ticket.tenant_id == scope.tenant.id, Ticket.serial_no == life.serial_no)
        return link_token(scope, scope.session.scalars(wanted).one(), purpose, now=datetime.now(UTC))

    return life.run(made)


def reported(theatre: Theatre, window: Watched) -> None:
    """A resident went through the steps of a report, one of which was refused, and got the receipt."""
    window.page.context.clear_cookies()
    resident = Resident(window.page, theatre.address + theatre.path("/public/<tenant>"))
    resident.say("")
    resident.go_on()
    sound(window)
    window.page.fill("#text", "小区变压器旁边起火冒烟，有人触电，请尽快来人")
    expect(window.page.locator("#danger")).to_contain_text("119")
    resident.go_on()
    resident.go_on()
    sound(window)
    window.page.fill("#place", "富民南路 88 号附近")
    resident.go_on()
    if window.page.locator("#alike").count():
        sound(window)
        resident.tap("#alike button[value=next]")
    window.page.fill("#phone", "不是号码")
    resident.go_on()
    sound(window)
    window.page.fill("#phone", "13800000001")
    resident.go_on()
    sound(window)
    resident.send()


SIGNED_OUT = (unknown_login, nothing_found, found_answered, opened_by_link, reported)


@pytest.mark.parametrize(
    "happening",
    [dispatched, moved_on, refused, overtaken, form_refused, no_right, not_there, broken, session_over, *SIGNED_OUT],
    ids=lambda happening: happening.__name__.replace("_", "-"),
)
def test_the_page_is_sound_after(happening: Doing, theatre: Theatre, browser: Browser) -> None:
    with watched(browser, theatre.address) as window:
        theatre.enter(window, "operator")
        happening(theatre, window)
        window.settle()
        sound(window)


def sound(window: Watched) -> None:
    """Fail unless the page as it stands now is open to everybody, light and dark, fits a narrow window, and has its focus."""
    page, is_for_residents = window.page, "/public/" in window.page.url
    if is_for_residents:
        open_all(page)
    wrong = axe(page, ALL)[0]
    has_focus = page.evaluate(
        "document.activeElement !== document.body || !document.querySelector('[hx-post], [data-key]')"
    )
    with_mode(page, "dark")
    wrong += [f"dark: {each}" for each in axe(page, SEEN)[0]]
    with_mode(page, "light")
    page.set_viewport_size({"width": NARROW, "height": 900})
    wrong += [f"320 px: {each}" for each in page.evaluate(WIDE_PARTS)]
    if is_for_residents:
        wrong += too_small(page)
        with_mode(page, "large")
        wrong += [f"large type: {each}" for each in (*page.evaluate(WIDE_PARTS), *too_small(page, large=True))]
        wrong += [f"large type: {each}" for each in axe(page, SEEN)[0]]
        with_mode(page, "light")
    page.set_viewport_size({"width": 1440, "height": 900})
    # The browser itself writes each answer that is no success to the console: those are the point here.
    wrong += [each for each in window.complaints if "Failed to load resource" not in each]
    wrong += [f"outside: {each}" for each in window.strangers]
    assert not wrong, "\n".join(wrong)
    assert has_focus, "the focus is on the body"
