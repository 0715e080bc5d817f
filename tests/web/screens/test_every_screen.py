"""Every screen, as each role sees it: open to everybody, quiet, light, and as wide as its window."""

import pytest
from playwright.sync_api import Browser

from tests.permissions.operations import API
from tests.permissions.places import STRANGER
from tests.web.browser import watched
from tests.web.screens.conftest import Theatre
from tests.web.screens.examining import Whose, examine
from tests.web.screens.lists import NO_SCREENS, SCREENS

AT_ONCE = 10
"""So many screens are one test, so that the workers can share them."""
PARTS = [
    pytest.param(role, screens[first : first + AT_ONCE], id=f"{role}-{first // AT_ONCE + 1}")
    for role, screens in SCREENS.items()
    for first in range(0, len(screens), AT_ONCE)
]


def whose(role: str, screen: str) -> Whose:
    """Return for whom a screen is made."""
    if role != STRANGER:
        return "staff"
    return "resident" if screen.startswith("/public/") else "stranger"


@pytest.mark.parametrize(("role", "screens"), PARTS)
def test_nothing_is_wrong_with_the_screens_of(
    role: str, screens: tuple[str, ...], theatre: Theatre, browser: Browser
) -> None:
    wrong: list[str] = []
    with watched(browser, theatre.address) as window:
        theatre.enter(window, role)
        for screen in screens:
            answer = window.page.goto(theatre.address + theatre.path(screen))
            window.settle()
            if answer is None or answer.status != 200 or ("/sign-in" in window.page.url) != ("/sign-in" in screen):
                wrong.append(f"{screen}: {answer and answer.status} at {window.page.url}")
                window.complaints.clear()
                continue
            examined = examine(window, whose=whose(role, screen))
            wrong += [f"{screen}: {fault}" for fault in examined.faults]
            for each in examined.unclear:
                print(f"{screen}: contrast not computed, {each}")  # noqa: T201 -- for whoever reviews it
    assert not wrong, "\n".join(wrong)


def test_every_page_is_a_screen_or_says_why_it_is_none(theatre: Theatre) -> None:
    pages = {
        rule.rule
        for rule in theatre.app.url_map.iter_rules()
        if "GET" in (rule.methods or set()) and rule.endpoint != "static" and not rule.rule.startswith(API)
    }
    listed = {screen.partition(" @")[0].partition("?")[0] for screens in SCREENS.values() for screen in screens}
    assert pages - listed - NO_SCREENS.keys() == set(), "name these in tests/web/screens/lists.py"
    assert (listed | NO_SCREENS.keys()) - pages == set()
    assert listed & NO_SCREENS.keys() == set()
