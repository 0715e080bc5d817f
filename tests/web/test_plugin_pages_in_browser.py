"""Features' pages in a real browser: by keyboard alone, without JavaScript, on the narrowest phone."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from core.hooks.roster import Roster
from core.tenancy.scope import Installation
from core.web import create_app
from tests.builders import make_district, make_installation
from tests.logbook import LOGBOOK
from tests.web.browser import served, watched
from tests.web.making import Life, make_account
from tests.web.test_browser import HEAVIEST
from tests.web.test_plugin_pages import talk
from tests.web.test_ticket_blocks import ROAD

FORM, LIST = "/x/logbook/talks/new", "/x/logbook/talks"


@pytest.fixture(scope="module")
def database_url(logbook_url: str) -> str:
    """The database that holds the table of the feature."""
    return logbook_url


@pytest.fixture(scope="module")
def installation(database_url: str) -> Iterator[Installation]:
    made = make_installation(database_url, features=(*Roster.installed().features.values(), *LOGBOOK.features))
    yield made
    made.database.engine.dispose()


@pytest.fixture(scope="module")
def address(installation: Installation) -> Iterator[str]:
    with served(create_app(installation)) as address:
        yield address


@pytest.fixture
def district(installation: Installation) -> str:
    return make_district(installation, features={"logbook.talks": {}, "pingshan.catalogue": {}}, duties=[ROAD])


def test_a_talk_is_written_down_by_keys_alone(
    installation: Installation, district: str, browser: Browser, address: str
) -> None:
    operator = make_account(installation, district, "operator", ["operator"])
    with watched(browser, address) as window:
        window.sign_in(operator)
        window.open(FORM)
        page = window.page
        page.locator("#held_on").focus()
        for text in ("10232013", "\t", "\t", "郑区长", "\t", "民生", "\t", "1804", "\t", "36"):
            if text == "\t":
                page.keyboard.press("Tab")
            else:
                page.keyboard.type(text)
        page.keyboard.press("Control+Enter")

        expect(page.locator("#notice")).to_contain_text("已登记10 月 23 日的座谈会，1,768 条提问转交办理")
        assert (window.complaints, window.strangers) == ([], [])
        assert window.weight() <= HEAVIEST


def test_a_fault_leads_to_its_field_also_without_javascript(
    installation: Installation, district: str, browser: Browser, address: str
) -> None:
    operator = make_account(installation, district, "operator", ["operator"])
    with watched(browser, address, javascript=False) as window:
        window.sign_in(operator)
        window.open(FORM)
        page = window.page
        typed = talk(questions="3", answered_live="5")
        for name, text in typed.items():
            page.fill(f"#{name}", text)
        page.click("main button.main")

        page.click("#faults a >> text=当场答复")
        assert page.url.endswith("#answered_live")
        assert page.input_value("#guest") == typed["guest"]
        page.fill("#answered_live", "2")
        page.click("main button.main")
        expect(page.locator("#notice")).to_contain_text("已登记")


@pytest.mark.parametrize("width", [320, 1440])
def test_no_page_of_a_feature_is_wider_than_its_window(
    installation: Installation, district: str, browser: Browser, address: str, width: int
) -> None:
    operator = make_account(installation, district, "operator", ["operator"])
    serial_no = Life(installation, district).take_in().handled().serial_no
    with watched(browser, address, width=width) as window:
        window.sign_in(operator)
        window.open(FORM)
        for name, text in talk(guest="东部三镇街主政官" * 5).items():
            window.page.fill(f"#{name}", text)
        with window.page.expect_navigation():
            window.page.click("main button.main")
        for path in (FORM, LIST, f"/t/{serial_no}"):
            window.open(path)
            assert window.page.evaluate("document.documentElement.scrollWidth") <= width, path
