"""Deeds on many tickets through the pages: without script as forms; ticking, keys and progress in a real browser."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from playwright.sync_api import Browser, expect

from core.jobs.kinds import job_kinds
from core.journey import desk
from tests.builders import OPERATOR, make_ticket, set_undo
from tests.jobs.making import drain
from tests.web.browser import watched
from tests.web.conftest import House
from tests.web.making import Life


def fill(house: House, count: int) -> list[str]:
    """Take in tickets about the road and return their numbers, the nearest due first."""
    now = datetime.now(UTC)
    return [
        make_ticket(
            house.installation, house.slug, text="道路坑洼，出行不便", now=now - timedelta(minutes=count - each)
        ).serial_no
        for each in range(count)
    ]


def work(house: House) -> None:
    """Do what is due half a minute from now, as a worker does."""
    drain(house.installation, job_kinds({}, house.installation), now=lambda: datetime.now(UTC) + timedelta(seconds=30))


def carried(page: str) -> dict[str, Any]:
    """Return the hidden fields that a page carries on."""
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page):
        found.setdefault(name, []).append(value)
    return found


def test_all_of_a_list_is_chosen_looked_at_and_done_without_script(house: House) -> None:
    fill(house, 53)
    operator = house.visitor(house.operator)
    operator.get("/desk?lane=dispatch")
    assert "选中本页 50 件" in operator.page
    assert "选中全部 53 件" in operator.page

    operator.post("/desk/bulk", **{**carried(operator.page), "all": "1"})
    assert "批量办理 53 件" in operator.page
    operator.post("/desk/bulk/remark", **{**carried(operator.page), "what": "台风期间统一核查"})
    assert "<b>53</b> 件会办" in operator.page
    sure = carried(operator.page)
    first = operator.post("/desk/bulk/remark", **sure)
    again = operator.post("/desk/bulk/remark", **sure)
    assert first.headers["Location"] == again.headers["Location"], "a double click is one task"

    operator.get(first.headers["Location"])
    assert "办成 53 件" in operator.page
    assert "53 / 53 件" in operator.page


def test_a_choice_without_a_ticket_or_with_a_broken_moment_is_refused_in_words(house: House) -> None:
    [serial] = fill(house, 1)
    operator = house.visitor(house.operator)
    operator.get("/desk?lane=dispatch")
    fields = carried(operator.page)
    assert operator.post("/desk/bulk", **fields).status_code == 422
    assert "没有选中工单" in operator.page
    operator.get("/desk?lane=dispatch")
    assert operator.post("/desk/bulk", **{**fields, "pick": serial, "moment": "昨天"}).status_code == 422
    operator.get("/desk?lane=dispatch")
    operator.post("/desk/bulk", **{**fields, "pick": serial})
    missing = operator.post("/desk/bulk/remark", **carried(operator.page))
    assert missing.status_code == 422
    assert "请填写“记下什么”" in operator.page


def test_a_unit_signs_many_and_hands_them_to_a_person(house: House) -> None:
    for _ in range(2):
        Life(house.installation, house.slug).take_in().do(desk.dispatch, OPERATOR, lead="roads")
    clerk = house.visitor(house.clerk)
    clerk.get("/unit?tab=to_sign")
    clerk.post("/unit/bulk", **{**carried(clerk.page), "all": "page"})
    clerk.post("/unit/bulk/sign", **carried(clerk.page))
    assert "<b>2</b> 件会办" in clerk.page
    done = clerk.post("/unit/bulk/sign", **carried(clerk.page))
    clerk.get(done.headers["Location"])
    assert "办成 2 件" in clerk.page
    assert clerk.get("/desk/bulk").status_code in (403, 405)
    clerk.get("/unit?tab=in_hand")
    forbidden = clerk.post("/desk/bulk/remark", **{**carried(clerk.page), "sure": "1", "what": "越权"})
    assert forbidden.status_code == 403


def test_ticking_by_key_and_range_survives_the_renewal_of_the_list(
    house: House, browser: Browser, address: str
) -> None:
    serials = fill(house, 5)
    with house.installation.scope(house.slug) as scope:
        set_undo(scope, 10)
    house.installation.forget()
    with watched(browser, address) as window:
        window.sign_in(house.operator)
        window.open("/desk")
        page = window.page
        page.keyboard.press("x")
        page.keyboard.press("j")
        page.keyboard.press("j")
        expect(page.locator(f"#r-{serials[2]}")).to_have_class(re.compile("at"))
        page.keyboard.press("Shift+X")
        expect(page.locator("[data-picked-count]")).to_have_text("3")

        make_ticket(house.installation, house.slug, text="又一处坑洼")
        page.evaluate(
            "htmx.trigger('#list', 'htmx:load'); htmx.ajax('GET', '/desk?lane=dispatch', {target: '#list', swap: 'morph:innerHTML', source: '#list'})"
        )
        expect(page.locator("input[name=pick]")).to_have_count(6)
        expect(page.locator("input[name=pick]:checked")).to_have_count(3)

        page.click("[data-picked]")
        expect(page.locator("h1")).to_have_text("批量办理 3 件")
        page.click("summary:has-text('按建议派单')")
        page.click("#do-dispatch-suggested button:has-text('看会改动哪些')")
        expect(page.locator(".figure")).to_contain_text("3 件会办")
        page.keyboard.press("Control+Enter")
        expect(page.locator(".tag", has_text="排队中")).to_be_visible()
        work(house)
        expect(page.locator(".tag", has_text="已完成")).to_be_visible(timeout=10_000)
        expect(page.locator("#task")).to_contain_text("办成 3 件")
        assert window.complaints == []
        assert window.strangers == []
