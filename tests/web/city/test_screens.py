"""Big screens: a link shows the city's figures to whoever has it, until it is ended, and nothing else."""

import re
from datetime import UTC, datetime

from flask import Flask
from playwright.sync_api import Browser

from core.statistics.screens.links import make_screen
from core.tenancy.scope import Installation
from core.tenancy.security_log import security_events
from tests.builders import make_city, make_district, make_ticket
from tests.web.browser import served, watched
from tests.web.making import Visitor, make_account
from tests.web.screens.examining import examine


def test_a_screen_shows_figures_without_a_session_until_its_link_is_ended(
    app: Flask, installation: Installation
) -> None:
    district = make_district(installation)
    city = make_city(installation, [district])
    ticket = make_ticket(installation, district, text="路灯不亮", now=datetime.now(UTC))
    analyst = Visitor(app)
    analyst.sign_in(make_account(installation, city, "wall", ["analyst"]))

    analyst.get("/city/screens")
    made = analyst.post("/city/screens", place="指挥中心东墙")

    link = re.search(r'value="http://localhost(/screen/[^"]+)"', made.text)
    assert link is not None
    wall = app.test_client()
    shown = wall.get(link[1])
    assert (shown.status_code, "受理量" in shown.text, ticket.serial_no in shown.text) == (200, True, False)
    assert "Set-Cookie" not in shown.headers
    wrong = wall.get(link[1][:-1] + ("A" if link[1][-1] != "A" else "B"))
    assert (wrong.status_code, "没有开设，或者已经停用" in wrong.text) == (404, True)

    number = re.search(r"/city/screens/(\d+)/end", analyst.get("/city/screens").text)
    assert number is not None
    analyst.post(f"/city/screens/{number[1]}/end")

    assert wall.get(link[1]).text == wrong.text
    with installation.scope(city) as scope:
        said = [event.kind for event in security_events(scope) if event.kind.startswith("screen")]
    assert said == ["screen_made", "screen_ended"]


def test_a_screen_on_a_wall_is_as_quiet_and_open_as_every_page(
    app: Flask, installation: Installation, browser: Browser
) -> None:
    city = make_city(installation, [make_district(installation)])
    with installation.scope(city) as scope:
        token = make_screen(scope, "大厅", made_by="测试", now=datetime.now(UTC)).token
    with served(app) as address, watched(browser, address, width=1920, height=1080) as window:
        window.open(f"/screen/{city}/{token}")

        assert window.page.evaluate("document.documentElement.scrollHeight <= innerHeight")
        assert examine(window, whose="staff").faults == []


def test_a_screen_without_a_place_is_refused_in_words(app: Flask, installation: Installation) -> None:
    city = make_city(installation, [make_district(installation)])
    analyst = Visitor(app)
    analyst.sign_in(make_account(installation, city, "wall", ["analyst"]))

    analyst.get("/city/screens")
    refused = analyst.post("/city/screens", place=" ")

    assert (refused.status_code, "请写明大屏放在哪里" in refused.text) == (422, True)
