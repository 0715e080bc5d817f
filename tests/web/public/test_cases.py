"""From the desk to everybody: what a reviewer read is on the public pages, and what two decided to name stands there too."""

from html import unescape
from typing import Any

import pytest

from core.journey import expose
from core.journey.give_back import deny_return
from core.tickets.contact import Contact
from tests.builders import OPERATOR, SUPERVISOR, make_actor
from tests.journey.walking import Walk
from tests.web.conftest import House

NAME, PHONE = "王小明", "13800000001"


@pytest.fixture
def walk(house: House) -> Walk:
    walk = Walk(house.installation, house.slug)
    walk.take_in(text=f"人民路坑洼，联系人{NAME}", contact=Contact(NAME, PHONE))
    walk.dispatch()
    return walk


def read(house: House, path: str = "") -> str:
    answer = house.app.test_client().get(f"/public/{house.slug}{path}")
    assert "Set-Cookie" not in answer.headers
    return unescape(answer.get_data(as_text=True)) if answer.status_code == 200 else str(answer.status_code)


def test_a_reviewer_reads_publishes_and_withdraws(house: House, walk: Walk) -> None:
    walk.sign()
    walk.reply(text=f"已告知{NAME}，路面已修补")
    walk.pass_reply()
    walk.rate()
    reviewer, page = house.visitor(house.reviewer), f"/t/{walk.serial_no}"

    reviewer.get(page)
    reviewer.post(f"{page}/prepare_disclosure")
    listed = reviewer.get("/desk/openness").get_data(as_text=True)
    words = unescape(reviewer.get(page).get_data(as_text=True))
    reviewer.post(f"{page}/publish_disclosure", matter="yes", result="yes", title="路面坑洼", text="", reply="")
    index, cases = read(house), read(house, "/cases")
    link = cases.partition("/cases/")[2].partition('"')[0]
    case = read(house, f"/cases/{link}")
    narrowed = (
        read(house, "/cases?month=2020-01"),
        read(house, "/cases?words=路面 水管&month=%00&page=99999999&unit=%27"),
    )
    found, missed = read(house, "/cases?words=路面 修补"), read(house, "/cases?words=道路管理处")
    reviewer.get(page)
    reviewer.post(f"{page}/withdraw_disclosure", reason="答复有误")

    assert walk.serial_no in listed
    assert "联系人＊＊" in words
    assert "办理公开" in index
    assert all(each in case for each in ("路面坑洼", "路面已修补", "人民路坑洼"))
    assert all(each not in case + cases for each in (NAME, PHONE, walk.serial_no, "已派给"))
    assert all("没有符合条件的公开事项" in each for each in narrowed)
    assert link in found
    assert all("<dd>满意</dd>" in each or ">满意</td>" in each for each in (cases, case))
    assert "没有符合条件的公开事项" in missed
    assert read(house, f"/cases/{link}") == "404"


def test_an_exposure_stands_in_public_with_the_units_answer(house: House, walk: Walk) -> None:
    for minute in (0, 10):
        walk.ask_back(f"2026-03-12 11:{minute:02}")
        walk.do(deny_return, f"2026-03-12 11:{minute + 5:02}", actor=OPERATOR, reason="清单写明由你单位办")
    facts: dict[str, Any] = {"unit": "roads", "behaviour": "shirking", "text": "两次退单均未获准"}
    other = make_actor("督办员戊", "supervisor", id=44)
    walk.do(expose.propose_exposure, "2026-03-12 12:00", actor=other, **facts)
    page = f"/t/{walk.serial_no}"
    supervisor, clerk = house.visitor(house.supervisor), house.visitor(house.clerk)
    shown = supervisor.get(page).get_data(as_text=True)
    number = shown.partition('name="exposure_id" value="')[2].partition('"')[0]

    before = read(house, "/exposures")
    supervisor.post(f"{page}/approve_exposure", exposure_id=number, remark="")
    clerk.get(f"/unit/{walk.serial_no}")
    clerk.post(f"/unit/{walk.serial_no}/answer_exposure", exposure_id=number, text=f"已向{NAME}说明")

    assert "目前没有曝光的单位" in before
    named = read(house, "/exposures")
    assert all(
        each in named
        for each in ("道路管理处", "推诿扯皮", "两次退单均未获准", "没有站住脚的退单 2 次", "已向＊＊说明")
    )
    assert "曝光台" in read(house)
    assert walk.serial_no not in named
    assert SUPERVISOR.name not in named
