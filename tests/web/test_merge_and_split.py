"""Duplicates are compared and merged, and a letter is split sentence by sentence, without a script and by the keyboard."""

import re
from collections.abc import Callable
from html import unescape

from playwright.sync_api import Browser
from sqlalchemy import select

from core.tickets.models import Ticket
from tests.web.browser import watched
from tests.web.conftest import House
from tests.web.making import Life

LETTER = "您好。幸福路路面坑洼，车过就响。\n枯树要倒，请修剪！谢谢。"


def state_of(house: House, serial_no: str) -> tuple[str, int | None]:
    def work(scope: object) -> tuple[str, int | None]:
        row = scope.session.scalars(select(Ticket).where(Ticket.serial_no == serial_no)).one()  # type: ignore[attr-defined]
        return str(row.state), row.master_id

    return house.installation.run(house.slug, work)


def parts_of(house: House, life: Life) -> list[Ticket]:
    return life.run(
        lambda scope: list(
            scope.session.scalars(select(Ticket).where(Ticket.part_of_id == life._id(scope)).order_by(Ticket.id))
        )
    )


def test_two_are_compared_word_by_word_and_one_is_joined_and_let_go_again(house: House) -> None:
    one = Life(house.installation, house.slug).take_in(text="幸福路12号门前路面坑洼", place="幸福路12号")
    two = Life(house.installation, house.slug).take_in(text="幸福路18号门前路面坑洼，已三天", place="幸福路18号")
    operator = house.visitor(house.operator)

    page = operator.get(f"/desk/merge?t={one.serial_no}&t={two.serial_no}").get_data(as_text=True)
    said = re.findall(r"<mark>(.*?)</mark>", unescape(page))
    assert [said.count(words) for words in ("12", "12号", "18", "18号", "已三天")] == [1, 1, 1, 1, 1]
    refused = operator.post("/desk/merge", t=[one.serial_no, two.serial_no], lead=one.serial_no)
    assert (refused.status_code, "没有勾选要并入的工单" in operator.page) == (422, True)
    done = operator.post("/desk/merge", t=[one.serial_no, two.serial_no], lead=one.serial_no, take=two.serial_no)

    assert done.headers["Location"] == f"/t/{one.serial_no}"
    assert state_of(house, two.serial_no)[0] == "attached"
    page = operator.get(f"/t/{two.serial_no}").get_data(as_text=True)
    assert "可以拆回" in page
    operator.post(f"/t/{two.serial_no}/detach", reason="并非同一处")
    assert state_of(house, two.serial_no) == ("to_dispatch", None)


def test_what_is_not_the_same_is_said_once_and_stands_on_both(house: House) -> None:
    one, two = (Life(house.installation, house.slug).take_in(text=f"幸福路坑洼{word}") for word in "甲乙")
    operator = house.visitor(house.operator)
    operator.get(f"/desk/merge?t={one.serial_no}&t={two.serial_no}")

    operator.post("/desk/merge/apart", t=[one.serial_no, two.serial_no], lead=one.serial_no, other=two.serial_no)

    assert [life.entries()[-1].kind for life in (one, two)] == ["distinct", "distinct"]
    page = operator.get(f"/desk/merge?t={one.serial_no}&t={two.serial_no}").get_data(as_text=True)
    assert "已判定不是同一件" in page


def test_a_letter_is_split_without_a_script_and_no_sentence_is_lost_unless_that_is_said(house: House) -> None:
    life = Life(house.installation, house.slug).take_in(text=LETTER)
    address = f"/desk/split/{life.serial_no}"
    operator = house.visitor(house.operator)
    operator.get(address)

    operator.post(address, parts="", do="part", line=["1"])
    operator.post(address, parts=operator.hidden("parts"), do="part", line=["2"], unit=[""], matter=[""])
    parts = operator.hidden("parts")
    refused = operator.post(address, parts=parts, unit=["", "parks"], matter=["road", ""])
    assert (parts, refused.status_code) == ("1;2", 422)
    assert "还有 2 句没有归入任何分项" in operator.page
    assert operator.post(address, parts=parts, leave="1", unit=["", "parks"], matter=["road", ""]).status_code == 303

    road, park = parts_of(house, life)
    assert [road.text, park.text] == ["幸福路路面坑洼，车过就响。", "枯树要倒，请修剪！"]
    assert (road.matter, park.state) == ("road", "dispatched")


def test_an_operator_splits_a_letter_by_keyboard(
    make_house: Callable[[], House], address: str, browser: Browser
) -> None:
    house = make_house()
    life = Life(house.installation, house.slug).take_in(text=LETTER)
    with watched(browser, address) as seen:
        seen.sign_in(house.operator)
        seen.open(f"/desk?lane=dispatch&at={life.serial_no}")
        press = seen.page.keyboard.press
        with seen.page.expect_navigation():
            press("s")
        seen.settle()
        for key in ("j", "x", "s"):
            press(key)
        seen.page.wait_for_selector("#part-0")
        for key in ("j", "x", "s"):
            press(key)
        seen.page.wait_for_selector("#part-1")
        seen.page.focus("input[name=leave]")
        press("Space")
        with seen.page.expect_navigation():
            press("Control+Enter")
        seen.settle()
        assert seen.complaints == []

    assert [part.text for part in parts_of(house, life)] == ["幸福路路面坑洼，车过就响。", "枯树要倒，请修剪！"]


def test_an_operator_merges_by_keyboard(make_house: Callable[[], House], address: str, browser: Browser) -> None:
    house = make_house()
    one, two = (Life(house.installation, house.slug).take_in(text=f"幸福路坑洼{word}") for word in "甲乙")
    with watched(browser, address) as seen:
        seen.sign_in(house.operator)
        seen.open(f"/desk/merge?t={one.serial_no}&t={two.serial_no}")
        seen.page.keyboard.press("2")
        with seen.page.expect_navigation():
            seen.page.keyboard.press("Control+Enter")
        seen.settle()
        assert seen.complaints == []

    assert state_of(house, one.serial_no)[0] == "attached"
