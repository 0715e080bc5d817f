"""What a tenant shows of itself: its name, colour, telephone numbers and notice, and what its start page lists, in its order."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from core.residents.face import ENTRIES
from core.web.public.index import DOORS
from core.web.public.index import ENTRIES as OFFERED
from tests.builders import switch_on
from tests.web.conftest import House

FACE = {
    "name": "东山区",
    "colour": "#9a2f2a",
    "welcome": "有事您说。",
    "hotline": "0750-12345",
    "phones": [{"number": "119", "label": "火警"}],
    "address": "政务服务中心一楼",
    "entries": [{"entry": "report?as=enterprise"}, {"entry": "answers"}],
    "notice": "今晚停机检修",
}


def set_face(house: House, **values: object) -> None:
    with house.installation.scope(house.slug) as scope:
        switch_on(scope, "core.face", FACE | values)
        switch_on(scope, "core.portal", {"open": True})
    house.installation.forget()


def test_the_pages_show_what_the_tenant_says_of_itself(house: House) -> None:
    set_face(house)
    client = house.app.test_client()

    start = client.get(f"/public/{house.slug}").get_data(as_text=True)
    progress = client.get(f"/public/{house.slug}/progress").get_data(as_text=True)

    for page in (start, progress):
        assert "<b>东山区</b>" in page
        assert 'href="tel:075012345">打 0750-12345</a>' in page, "on every page"
        assert "今晚停机检修" in page
        assert f'href="/public/{house.slug}/face.css?v=9a2f2a"' in page
    assert 'href="tel:119">119</a>' in start
    assert "政务服务中心一楼" in start
    doors = re.findall(r'<a class="card" href="/public/[^/]+/([^"]*)"', start)
    assert doors == [path for path in ("report?as=enterprise", "answers") if path in doors], "in the tenant's order"
    assert "report?as=enterprise" in doors


def test_the_colour_is_a_stylesheet_that_is_kept_under_its_own_name(house: House) -> None:
    set_face(house)
    client = house.app.test_client()

    named, unnamed = (client.get(f"/public/{house.slug}/face.css{query}") for query in ("?v=9a2f2a", ""))

    assert (named.status_code, named.mimetype) == (200, "text/css")
    assert "--brand: #9a2f2a;" in named.get_data(as_text=True)
    chosen = client.get(f"/public/{house.slug}/face.css?v=9a2f2a&elder=1")
    assert chosen.headers["Cache-Control"] == "no-store", "what sets a cookie is kept by nobody on the way"
    assert (named.headers["Cache-Control"], unnamed.headers["Cache-Control"]) == (
        "public, max-age=31536000",
        "public, max-age=60",
    )


@pytest.mark.parametrize(("hours", "is_shown"), [(2, True), (-2, False)])
def test_a_notice_is_shown_until_its_time_is_over(house: House, hours: int, is_shown: bool) -> None:
    until = datetime.now(UTC) + timedelta(hours=8 + hours)  # as the clock says in the district
    set_face(house, notice_until=f"{until:%Y-%m-%d %H:%M}")

    page = house.app.test_client().get(f"/public/{house.slug}").get_data(as_text=True)
    assert ("今晚停机检修" in page) is is_shown


def test_every_entry_that_is_offered_can_be_ordered_by_the_tenant() -> None:
    doors = {door.path for door in DOORS}
    assert {entry.path: entry.label for entry in OFFERED if entry.path not in doors} == ENTRIES


@pytest.mark.parametrize(("asked", "is_large"), [("?elder=1", True), ("", False)])
def test_large_type_is_chosen_by_an_address_and_kept_by_the_browser(house: House, asked: str, is_large: bool) -> None:
    client = house.app.test_client()
    first = client.get(f"/public/{house.slug}/progress{asked}")
    later = client.get(f"/public/{house.slug}")

    assert ("Set-Cookie" in first.headers, first.headers["Cache-Control"]) == (
        is_large,
        "no-store" if is_large else "public, max-age=60",
    )
    assert ("data-elder" in later.get_data(as_text=True)) is is_large
    assert "Cookie" in later.vary


def test_large_type_is_switched_by_a_form_without_script_and_back(house: House) -> None:
    client = house.app.test_client()
    page = f"/public/{house.slug}/progress?number=X"

    chosen = client.post("/type", data={"type": "large", "next": page})
    large = client.get(page).get_data(as_text=True)
    client.post("/type", data={"type": "standard", "next": page})

    assert (chosen.status_code, chosen.location) == (303, page)
    assert "data-elder" in large
    assert "标准版" in large
    assert "data-elder" not in client.get(page).get_data(as_text=True)
    assert "Set-Cookie" not in client.post("/type", data={"type": "huge"}).headers
    assert client.post("/type", data={"type": "large", "next": "//elsewhere"}).location == "/"
