"""Tables as cards on a phone."""

from playwright.sync_api import Browser

from tests.web.browser import watched
from tests.web.conftest import House
from tests.web.making import make_account


def test_on_a_phone_a_tag_stays_beside_its_text_and_what_is_empty_takes_no_line(
    house: House, address: str, browser: Browser
) -> None:
    login = make_account(house.installation, house.slug, "keeper", ["administrator"])
    with watched(browser, address, width=390) as window:
        window.sign_in(login)
        window.open("/admin/access")
        row = window.page.locator("tr:has-text('keeper')").first
        name, tag = (row.locator(f"[data-column='账号'] {part}").bounding_box() for part in ("a", ".tag"))
        assert name is not None
        assert tag is not None
        assert abs(tag["y"] - name["y"]) < 8
        assert tag["x"] > name["x"] + name["width"]

        window.open("/admin/units")
        first = window.page.locator(".said-rows tbody tr").first
        assert first.locator("[data-column='单位']").is_visible()
        assert not first.locator("[data-column='邮箱']").is_visible()
