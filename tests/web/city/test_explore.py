"""Exploring in a real browser: charts to zoom and step into where the library is, drawings and tables where no script runs."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from playwright.sync_api import Browser, expect

from core.statistics.gathered.gathering import gather
from core.statistics.service import refresh_all
from core.tenancy.scope import Installation
from tests.builders import make_city, make_district, make_ticket
from tests.web.browser import served, watched
from tests.web.making import make_account

HEAVIEST = 350 * 1024
ROAD = {"code": "R1", "category": "市政", "subcategory": "道路破损", "keywords": ["道路坑洼"], "lead": "roads"}


@pytest.fixture
def analyst(installation: Installation) -> str:
    """An analyst of a city of two districts, of which one has had three appeals about roads and the other one."""
    districts = [make_district(installation, duties=[ROAD]) for _ in range(2)]
    city = make_city(installation, districts)
    yesterday = datetime.now(UTC) - timedelta(days=1)
    for slug in (*[districts[0]] * 3, districts[1]):
        make_ticket(installation, slug, text="道路坑洼", matter="R1", now=yesterday)
    for slug in districts:
        refresh_all(installation, slug)
    gather(installation, city)
    return make_account(installation, city, "explorer", ["analyst"])


def test_a_cell_of_the_chart_leads_to_its_category_in_its_district(app: Flask, analyst: str, browser: Browser) -> None:
    days = f"from={datetime.now(UTC) - timedelta(days=3):%Y-%m-%d}&until={datetime.now(UTC):%Y-%m-%d}"
    with served(app) as address, watched(browser, address) as window:
        window.sign_in(analyst)
        window.page.goto("about:blank")
        window.page.context.new_cdp_session(window.page).send("Network.setCacheDisabled", {"cacheDisabled": True})
        window.open(f"/city/explore?{days}")
        heat = window.page.locator("[data-chart] canvas").first
        expect(heat).to_be_visible()
        assert window.weight() <= HEAVIEST
        assert window.page.locator("[data-chart] canvas").count() == 3

        box = heat.bounding_box()
        assert box is not None
        with window.page.expect_navigation():
            heat.click(position={"x": box["width"] * 0.32, "y": box["height"] * 0.55})

        assert "category=%E5%B8%82%E6%94%BF" in window.page.url
        assert "district=" in window.page.url


def test_without_script_drawings_and_tables_say_the_same(app: Flask, analyst: str, browser: Browser) -> None:
    days = f"from={datetime.now(UTC) - timedelta(days=3):%Y-%m-%d}&until={datetime.now(UTC):%Y-%m-%d}"
    with served(app) as address, watched(browser, address, javascript=False) as window:
        window.sign_in(analyst)
        window.open(f"/city/explore?{days}")
        window.page.click("summary:has-text('看表格')")

        row = window.page.locator("tr:has-text('市政')").first
        expect(row).to_contain_text("4")
        assert window.page.locator("svg.chart").count() == 2
