"""The desk's pages of interviews: announced, listed with figures, handed over, reminded; a file is looked at before it is imported."""

import io
import re
from typing import Any

from core.escalation.models import Letter
from tests.interviews.asking import SLUG, announce, answer, ask, close, leave, questions, tickets
from tests.web.counting import counted
from tests.web.interviews.conftest import Studio

AT = f"/interviews/{SLUG}"
FILE = "序,大家问的,谁问的,电话\n1,路灯坏了什么时候修,小王,13800000001\n2,😀,小李,\n3,桥上护栏松了,小赵,\n"


def test_an_interview_is_announced_with_one_more_host_than_the_form_has_rows(studio: Studio) -> None:
    operator = studio.visitor("operator")
    operator.get("/interviews")
    typed: dict[str, Any] = {
        "topic": "区长答网友问",
        "opens_at": "2036-10-30T12:30",
        "host_name": ["郑启", "欧阳明"],
        "host_post": ["区长", "局长"],
        "host_unit": ["roads", "parks"],
        "units": ["roads"],
    }
    more = operator.post("/interviews", **typed, act="more")
    assert (more.status_code, operator.page.count('name="host_name"')) == (200, 3)
    assert 'value="欧阳明"' in operator.page

    refused = operator.post("/interviews", **typed | {"host_post": ["区长", ""]}, act="save")
    assert (refused.status_code, "每位答复的领导都要写姓名、职务和单位" in operator.page) == (422, True)
    assert 'value="区长答网友问"' in operator.page

    answer = operator.post("/interviews", **typed, act="save")

    assert (answer.status_code, answer.location) == (303, "/interviews/20361030")
    page = operator.get(answer.location).get_data(as_text=True)
    assert "2036-10-30 12:30 至 14:00" in page
    assert "区长 郑启、局长 欧阳明" in page


def test_figures_are_listed_for_whom_they_concern_in_as_many_queries_for_three_as_for_one(studio: Studio) -> None:
    walk = studio.walk
    for number in range(3):
        ask(walk, f"第 {number} 个路灯不亮", handle=f"网友{number}")
    answer(walk, 1)
    operator, roads = studio.visitor("operator"), studio.visitor("clerk", "roads")

    def asked() -> int:
        with counted(walk.installation.database) as sent:
            operator.get("/interviews")
        return len(sent)

    operator.get("/interviews")
    one = asked()
    announce(walk, "second")
    announce(walk, "third")
    assert asked() == one

    row = re.search(r'href="/interviews/first">.*?</tr>', operator.page, re.DOTALL)
    assert row is not None
    assert re.findall(r'class="num">(\d+)<', row[0]) == ["3", "1", "0", "0", "0", "2"]
    assert "/interviews/first" in roads.get("/interviews").get_data(as_text=True)
    assert "预告一场" not in roads.page
    desk = studio.visitor("clerk", "desk")
    assert "/interviews/first" not in desk.get("/interviews").get_data(as_text=True)
    assert (desk.get(AT).status_code, roads.get(AT).status_code) == (404, 200)


def test_what_was_not_answered_is_handed_over_and_the_units_are_reminded_once_a_day(studio: Studio) -> None:
    walk = studio.walk
    for number, unit in enumerate(("roads", "roads", "parks")):
        ask(walk, f"第 {number} 处的树和路灯", unit=unit, handle=f"网友{number}")
    operator = studio.visitor("operator")
    operator.get(AT)
    assert operator.post(f"{AT}/hand-over").status_code == 409
    assert "不能转办" in operator.page

    operator.get(AT)
    assert operator.post(f"{AT}/close").status_code == 303
    told = operator.get(AT).get_data(as_text=True)
    assert "没有答复的 3 条提问，每条转成一件“微访谈”渠道的工单" in told
    assert operator.post(f"{AT}/hand-over").location == AT

    page = operator.get(f"{AT}?state=filed").get_data(as_text=True)
    assert all(each.serial_no in page for each in tickets(walk))
    assert "还有 3 件没有答复" in page
    assert operator.post(f"{AT}/press").status_code == 303
    assert "已向 2 个单位发提醒函" in operator.get(AT).get_data(as_text=True)
    assert operator.post(f"{AT}/press").status_code == 303
    assert "今天都收到过提醒函，没有重复发" in operator.get(AT).get_data(as_text=True)
    assert walk.run(lambda scope: scope.session.query(Letter).filter_by(tenant_id=scope.tenant.id).count()) == 2


def test_somebody_says_who_follows_a_unit_that_left_before_its_questions_are_handed_over(studio: Studio) -> None:
    walk = studio.walk
    ask(walk, "公园的长椅坏了", unit="parks", handle="网友")
    gone = leave(walk, "parks")
    close(walk)
    operator = studio.visitor("operator")
    assert "园林管理处已停用，指定承接单位" in operator.get(AT).get_data(as_text=True)

    assert operator.post(f"{AT}/follow", unit=str(gone), to="roads", reason="").status_code == 422
    operator.get(AT)
    assert operator.post(f"{AT}/follow", unit=str(gone), to="roads", reason="机构改革后并入").status_code == 303
    assert "由道路管理处承接" in operator.get(AT).get_data(as_text=True)
    operator.post(f"{AT}/hand-over")
    assert [each.lead_unit_id for each in tickets(walk)] == [walk.unit_id("roads")]


def test_a_file_with_unknown_headings_is_looked_at_said_what_is_what_and_imported_once(studio: Studio) -> None:
    operator = studio.visitor("operator")
    operator.get(f"{AT}/file")
    operator.post(f"{AT}/file", files=(io.BytesIO(FILE.encode()), "网友提问.csv"))
    assert "没有认出哪一列是提问内容" in operator.page
    assert questions(studio.walk) == []

    chosen: dict[str, Any] = {"column-1": "text", "column-2": "handle", "column-3": "phone"}
    carried: dict[str, Any] = {"carried": operator.hidden("carried"), "name": operator.hidden("name"), **chosen}
    assert operator.post(f"{AT}/file", **carried | {"column-2": "text"}, act="look").status_code == 200
    assert "有两列都选了“提问内容”" in operator.page
    operator.post(f"{AT}/file", **carried, act="look")
    assert "导入后新增 2 条提问" in operator.page
    assert "提问里只有标点或表情" in operator.page

    assert operator.post(f"{AT}/file", **carried, act="take").location == AT
    page = operator.get(AT).get_data(as_text=True)
    assert "已导入：新增 2 条，先前已有 0 条，退回 1 行" in page
    assert '<b class="nowrap">第 3 行</b> 提问里只有标点' in page
    assert [(each.text, each.phone_hash is not None) for each in questions(studio.walk)] == [
        ("路灯坏了什么时候修", True),
        ("桥上护栏松了", False),
    ]
    returned = operator.get(f"{AT}/returned").get_data().decode("utf-8-sig")
    assert "😀" in returned
    assert "提问里只有标点或表情" in returned

    operator.get(f"{AT}/file")
    operator.post(f"{AT}/file", **carried, act="take")
    assert "新增 0 条，先前已有 2 条" in operator.get(AT).get_data(as_text=True)
    operator.get(f"{AT}/file")
    for broken in ("不是文件", "AAAA"):
        assert operator.post(f"{AT}/file", carried=broken, act="take").status_code == 422
    assert operator.post(f"{AT}/file").status_code == 422
    assert "请选一个 Excel、CSV 或文本文件" in operator.page
