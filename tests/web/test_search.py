"""The one search: by number, phone, name, place, words and initials; nothing beyond one's reach, and odd input told in words."""

import re
from datetime import UTC, datetime

from playwright.sync_api import Browser, expect
from sqlalchemy import update

from core.tenancy.security_log import security_events
from core.tickets.contact import Contact
from core.tickets.models import TicketContact
from core.tickets.sealing import hash_names
from tests.builders import make_ticket
from tests.web.browser import watched
from tests.web.conftest import House
from tests.web.making import Life

WU = Contact("欧阳 小梅", "138 0000 4567")


def found(house: House, words: str, *, login: str = "") -> dict[str, list[str]]:
    """Search and return the numbers that were found, by the heading they stand under."""
    visitor = house.visitor(login or house.operator)
    answer = visitor.get(f"/search?q={words}")
    if answer.status_code == 303:
        return {"": [answer.location.rsplit("/", 1)[-1]]}
    groups = re.split(r'<section class="card found"', visitor.page)[1:]
    return {
        re.search(r"<h2[^>]*>([^<]*)", group)[1]: re.findall(r'data-serial="(\w+)"', group)  # type: ignore[index]
        for group in groups
    }


def test_a_ticket_is_found_in_every_way_that_it_is_known_by(house: House) -> None:
    one = make_ticket(
        house.installation,
        house.slug,
        text="富民南路 88 号路灯整段不亮",
        place="富民南路 88 号",
        now=datetime.now(UTC),
        contact=WU,
    ).serial_no
    Life(house.installation, house.slug, one).handled("parks")
    other = make_ticket(house.installation, house.slug, text="沙井盖缺失", now=datetime.now(UTC)).serial_no
    part = one[-8:]

    assert found(house, one.lower()) == {"": [one]}
    assert found(house, f"{part[:3]} {part[3:]}") == {"编号": [one]}
    assert found(house, "13800004567") == {"诉求人电话": [one]}
    assert found(house, "欧阳小梅") == {"诉求人姓名": [one]}, "a whole name, however it is set apart"
    assert found(house, "欧阳") == {}, "no part of a name"
    assert found(house, "富民南路") == {"地点": [one]}
    assert found(house, "不亮 路灯") == {"标题和内容": [one]}
    assert found(house, "YLGL") == {"主办：园林管理处": [one]}, "by the initials of who has it"
    assert found(house, "沙井盖") == {"标题和内容": [other]}
    visitor = house.visitor(house.operator)
    visitor.get("/search?q=富民南路")
    assert "<mark>富民南路</mark> 88 号" in visitor.page

    with house.installation.scope(house.slug) as scope:
        events = [
            (each.kind, each.actor, each.detail) for each in security_events(scope) if each.kind == "found_by_name"
        ]
    assert len(events) == 1
    assert events[0][2] == {"found": 1}


def test_nobody_finds_what_they_may_not_open(house: House) -> None:
    one = make_ticket(
        house.installation, house.slug, text="行道树倒伏，联系欧阳 小梅", now=datetime.now(UTC), contact=WU
    ).serial_no
    assert found(house, "行道树", login=house.gardener) == {}
    Life(house.installation, house.slug, one).handled("parks")
    assert found(house, "行道树", login=house.gardener) == {"标题和内容": [one]}
    assert found(house, "行道树", login=house.clerk) == {}, "another unit"
    assert found(house, "欧阳 小梅", login=house.gardener) == {}, "neither by the contact nor by what the text says"
    assert found(house, "13800004567", login=house.gardener) == {}


def test_names_kept_before_are_made_findable_and_an_erased_one_is_found_no_more(house: House) -> None:
    one = make_ticket(house.installation, house.slug, now=datetime.now(UTC), contact=WU).serial_no
    with house.installation.scope(house.slug) as scope:
        scope.session.execute(
            update(TicketContact).where(TicketContact.tenant_id == scope.tenant.id).values(name_hash=None)
        )
    assert found(house, "欧阳小梅") == {}
    with house.installation.scope(house.slug) as scope:
        assert (hash_names(scope, most=10), hash_names(scope, most=10)) == (1, 0)
    assert found(house, "欧阳小梅") == {"诉求人姓名": [one]}


def test_odd_words_are_told_what_they_are(house: House) -> None:
    make_ticket(house.installation, house.slug, text="补偿 100% 到位了吗", now=datetime.now(UTC))
    visitor = house.visitor(house.operator)
    for words, said in (
        ("", "还没有写要找什么"),
        ("%20%20", "还没有写要找什么"),
        ("a%00b", "无法查找的字符"),
        ("长" * 20_000, "有 20,000 个字，太长了"),
    ):
        assert visitor.get(f"/search?q={words}").status_code == 422
        assert said in visitor.page
    assert visitor.get("/search?q=%25%25").status_code == 200
    assert "没有找到" in visitor.page, "a wildcard is a character like others"
    assert list(found(house, "100%25")) == ["标题和内容"]


def test_what_was_found_is_walked_by_keys(house: House, browser: Browser, address: str) -> None:
    numbers = [
        make_ticket(house.installation, house.slug, text="路灯不亮", now=datetime.now(UTC)).serial_no for _ in "ab"
    ]
    with watched(browser, address, width=390) as window:
        window.sign_in(house.operator)
        window.open("/desk")
        window.page.keyboard.press("/")
        window.page.keyboard.type("路灯")
        window.page.keyboard.press("Enter")
        window.page.wait_for_url("**/search?**")
        window.page.keyboard.press("Escape")
        window.page.keyboard.press("j")
        window.page.keyboard.press("j")
        expect(window.page.locator("a.title >> nth=1")).to_be_focused()
        window.page.keyboard.press("Enter")
        window.page.wait_for_url(f"**/t/{numbers[0]}")
        assert window.complaints == []
