"""A unit reads its own results: the city's figures, both numbers of each with their tickets, and no person and no other unit."""

import re
from datetime import UTC, datetime

from playwright.sync_api import Browser, expect

from core.journey import conclude
from core.statistics.own import own_results
from core.statistics.periods import Month
from core.statistics.service import refresh_all
from core.tenancy.scope import Scope
from core.tickets.timeline import RESIDENT
from core.units.queries import directory
from tests.web.browser import watched
from tests.web.conftest import House
from tests.web.making import Life


def rated(house: House) -> Life:
    """Return a ticket that roads answered and its resident rated as satisfied, counted."""
    life = Life(house.installation, house.slug).take_in().handled().concluded()
    life.do(conclude.rate, RESIDENT, resolved="yes", satisfaction="satisfied")
    refresh_all(house.installation, house.slug)
    return life


def test_a_unit_sees_its_figures_with_both_numbers_and_each_opens_its_tickets(house: House) -> None:
    life = rated(house)
    clerk, gardener = house.visitor(house.clerk), house.visitor(house.gardener)

    page = clerk.get("/unit/stats").get_data(as_text=True)
    assert 'href="/unit/stats"' in page
    [satisfied] = set(re.findall(r'href="(/unit/stats/tickets\?[^"]*what=satisfied)"', page))
    assert "100.00%" in page
    listed = clerk.get(satisfied.replace("&amp;", "&")).get_data(as_text=True)
    assert f'href="/unit/{life.serial_no}"' in listed
    assert "共 1 件次" in listed
    assert clerk.client.get("/unit/stats.xlsx").data[:2] == b"PK"
    assert "李工" not in re.sub(r"<header.*?</header>", "", page, flags=re.DOTALL)

    other = gardener.get("/unit/stats").get_data(as_text=True)
    assert "还没有本单位的数" in other
    assert life.serial_no not in gardener.get("/unit/stats/tickets?what=satisfied&year=1").get_data(as_text=True)
    assert house.visitor(house.operator).get("/unit/stats").status_code == 403


def test_a_median_of_too_few_peers_is_not_told(house: House) -> None:
    rated(house)

    def read(scope: Scope) -> None:
        told = own_results(scope, directory(scope).get_unit("roads"), Month.of(datetime.now(UTC).date()))
        satisfied = next(each for each in told.lines if each.figure.id == "satisfied")
        assert (satisfied.figure.now.numerator, satisfied.figure.now.denominator) == (1, 1)
        assert (satisfied.year.numerator, satisfied.peers, satisfied.peers_in_year) == (1, None, None)
        assert [(each.in_month, each.in_year) for each in told.matters] == [(1, 1)]

    house.installation.run(house.slug, read)


def test_the_page_is_read_by_keys(house: House, browser: Browser, address: str) -> None:
    rated(house)
    with watched(browser, address) as window:
        window.sign_in(house.clerk)
        window.open("/unit/stats")
        page = window.page
        page.locator("#own-figures a").first.focus()
        page.keyboard.press("Enter")
        expect(page.locator("h1")).to_be_visible()
        assert "/unit/stats/tickets" in page.url
        assert window.complaints == []
