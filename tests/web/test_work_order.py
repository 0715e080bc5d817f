"""A work order fits on one A4 page whatever was written, without the contact unless somebody says what for."""

from io import BytesIO

import pytest
from pypdf import PdfReader

from core.documents.work_order import LINES, fitting
from core.journey import press
from core.tickets.contact import Contact
from tests.builders import LEADER
from tests.web.conftest import House
from tests.web.making import Life, Visitor

LONG = "路灯不亮，晚上出门很危险。" * 385
"""5,005 characters."""


def pages_of(content: bytes) -> list[str]:
    return [page.extract_text() for page in PdfReader(BytesIO(content)).pages]


def printed(visitor: Visitor, path: str) -> list[str]:
    return pages_of(visitor.client.get(path).data)


@pytest.mark.parametrize("text", ["路面坑洼。", LONG, "一\n" * 400, "a" * 5000])
def test_the_page_is_one_and_says_when_the_appeal_is_cut(house: House, text: str) -> None:
    life = Life(house.installation, house.slug).take_in(
        text=text, place="幸福路12号", contact=Contact("王芳", "13800001234")
    )
    operator = house.visitor(house.operator)

    (page,) = printed(operator, f"/t/{life.serial_no}/work-order.pdf")
    assert life.serial_no in page
    assert all(words in page for words in ("办理意见", "领导批示", "幸福路12号", "138****1234", "张丽"))
    assert "13800001234" not in page
    assert ("本页有删节" in page) == (text != "路面坑洼。")
    whole = printed(operator, f"/t/{life.serial_no}/work-order.pdf?whole=1")
    assert (
        len(whole) == 1
        if text == "路面坑洼。"
        else "".join(whole[1:]).replace("\n", "").count(text[:1]) >= text.count(text[:1])
    )


def test_instructions_stand_on_it_and_the_contact_in_full_only_for_a_purpose_once(house: House) -> None:
    life = Life(house.installation, house.slug).take_in(
        text="路面坑洼", contact=Contact("王芳", "13800001234", "幸福路9号")
    )
    life.do(press.instruct, LEADER, leader="区长", level="district", text="请道路处三日内修好")
    supervisor, operator = house.visitor(house.supervisor), house.visitor(house.operator)
    (page,) = printed(supervisor, f"/t/{life.serial_no}/work-order.pdf")
    assert "区长：请道路处三日内修好" in page

    operator.get(f"/t/{life.serial_no}")
    form = operator.page
    refused = operator.post(f"/t/{life.serial_no}/work-order", purpose="visit", words="")
    assert refused.status_code == 422
    operator.page = form
    hidden = {name: operator.hidden(name) for name in ("csrf_token", "command_id", "version")}
    typed = hidden | {"purpose": "visit", "words": "上门核实"}
    given = operator.client.post(f"/t/{life.serial_no}/work-order", data=typed)

    (page,) = pages_of(given.data)
    assert all(words in page for words in ("13800001234", "王芳", "幸福路9号", "张丽"))
    assert life.entries()[-1].kind == "contact_revealed"


def test_a_unit_prints_only_what_it_has_a_share_in(house: House) -> None:
    life = (
        Life(house.installation, house.slug).take_in(text="路面坑洼", contact=Contact("王芳", "13800001234")).handled()
    )

    (page,) = printed(house.visitor(house.clerk), f"/unit/{life.serial_no}/work-order.pdf")
    assert "不公开身份" in page
    assert "138" not in page
    assert house.visitor(house.gardener).get(f"/unit/{life.serial_no}/work-order.pdf").status_code in (403, 404)


def test_what_is_cut_ends_in_dots_and_what_fits_stays_as_it_is() -> None:
    assert fitting("路灯\n不亮", 2) == "路灯\n不亮"
    assert fitting("路灯不亮", 1, cells=8) == "路灯不亮"
    assert fitting("路灯不亮了", 1, cells=8) == "路灯……"
    assert fitting("一\n" * 40, LINES["desk"]) == "一\n一……"
