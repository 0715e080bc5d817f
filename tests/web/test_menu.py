"""The menu of those who have several seats."""

import re

from tests.web.conftest import House
from tests.web.making import make_account


def test_the_menu_has_one_duty_list_also_for_who_keeps_it(house: House) -> None:
    keeper = house.visitor(make_account(house.installation, house.slug, "keeper", ["administrator", "operator"]))
    keeper.get("/admin")
    entries = re.findall(r'<a href="([^"]*)"[^>]*>\s*(?:<span>)?职责清单', keeper.page)

    assert [entry for entry in entries if "duties" in entry] == ["/admin/duties"]
