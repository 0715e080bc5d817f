"""待人工录入 in a real browser: it fits a telephone, says nothing to the console, and keys lead through it."""

import os

import pytest
from flask import Flask
from playwright.sync_api import Browser

from core.hooks import InboundAppeal
from core.tenancy.scope import Installation
from tests.inbound.making import FEATURE, Wire, body_of, make_wired_district, push, work
from tests.web.browser import served, watched
from tests.web.making import make_account

SHOTS = os.environ.get("HUIYING_SHOTS")
"""A folder for pictures of the pages, when somebody wants to look at them."""
SIZES = {"wide": (1440, 900, False), "narrow": (390, 844, False), "dark": (1440, 900, True)}


@pytest.fixture
def slug(installation: Installation, app: Flask, wire: Wire) -> str:
    """A district with items of every kind that wait for a person."""
    slug = make_wired_district(installation)
    rule = f"{FEATURE}/appeal"
    call = "桂城街道南海大道中段路灯整段不亮已经一周，晚上下班的人多，请尽快派人来修。"
    wire.read = lambda _: [InboundAppeal(call, rule, "诉求"), InboundAppeal("", rule, "诉求")]
    push(app, slug, body_of(call, "", phone="13800000001"), message_id="call-1", channel="other")
    work(installation)
    wire.read = lambda _: None
    push(app, slug, body_of(call, phone="13800000002"), message_id="msg_2KWPBgLlAfxdpx2AI54pPJ85f4W")
    push(app, slug, body_of("沙井盖缺失，" * 300), message_id="call-3")
    work(installation)
    wire.vouch = lambda *_: 1 / 0
    push(app, slug, body_of("test"), message_id="call-4")
    return slug


@pytest.mark.parametrize("size", SIZES)
def test_the_pages_fit_their_window_and_complain_of_nothing(
    installation: Installation, app: Flask, slug: str, browser: Browser, size: str
) -> None:
    login = make_account(installation, slug, "operator", ["operator"], name="张丽")
    width, height, dark = SIZES[size]
    with served(app) as address, watched(browser, address, width=width, height=height, dark=dark) as window:
        window.sign_in(login)
        window.open("/desk/inbound")
        links = [link.get_attribute("href") or "" for link in window.page.locator(".inbound-rows a.title").all()]
        assert len(links) == 4
        new = f"/desk/new?inbound={links[0].rpartition('/')[2]}"
        for name, path in {
            "list": "/desk/inbound",
            **{f"item-{n}": link for n, link in enumerate(links)},
            "new": new,
        }.items():
            window.open(path)
            wide = window.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            if SHOTS:
                window.page.screenshot(path=f"{SHOTS}/{size}-{name}.png", full_page=True)
            assert (path, wide) == (path, 0)
        assert window.complaints == []
        assert window.strangers == []


def test_keys_lead_from_an_item_to_its_ticket_and_back_to_the_list(
    installation: Installation, app: Flask, slug: str, browser: Browser
) -> None:
    login = make_account(installation, slug, "operator", ["operator"], name="张丽")
    with served(app) as address, watched(browser, address) as window:
        window.sign_in(login)
        window.open("/desk/inbound")
        page = window.page
        page.locator(".inbound-rows a.title").nth(1).click()
        page.wait_for_url("**/desk/inbound/*")
        page.keyboard.press("Control+Enter")
        page.wait_for_url("**/desk/new?inbound=*")
        page.fill("#text", "路灯整段不亮已经一周")
        page.keyboard.press("Control+Enter")
        page.click("text=回待人工录入")
        page.wait_for_url("**/desk/inbound")
        assert page.locator(".inbound-rows tbody tr").count() == 3
        assert window.complaints == []
