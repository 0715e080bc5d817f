"""Units in administrators' hands: added, moved, closed only with empty hands, joined, and changed by a table that is seen first."""

import re
from io import BytesIO
from typing import Any

import pytest

from core.tenancy.scope import Scope
from core.tenancy.security_log import security_events
from core.units.editing import UnitEntry
from core.units.entries import entries_of, unit_rows
from core.units.queries import directory
from tests.web.conftest import House
from tests.web.making import Life, Visitor, make_account

WHY = "机构改革"


class Office:
    """An administrator of a district at a browser."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.ann, self.ben = (
            house.visitor(make_account(house.installation, house.slug, login, ["administrator"], name=name))
            for login, name in (("ann", "安管"), ("ben", "白管"))
        )

    def run(self, work: Any) -> Any:
        return self.house.installation.run(self.house.slug, work)

    def units(self) -> dict[str, UnitEntry]:
        found: dict[str, UnitEntry] = self.run(lambda scope: entries_of(unit_rows(scope)))
        return found

    def post(self, code: str, deed: str, *, who: Visitor | None = None, **fields: Any) -> int:
        """Send a form from the page of a unit; return the status."""
        visitor = who or self.ann
        visitor.get(f"/admin/units/{code}")
        return self.send(visitor, f"/admin/units/{code}/{deed}", **fields)

    def send(self, visitor: Visitor, path: str, **fields: Any) -> int:
        return visitor.post(path, **({"seen": visitor.hidden("seen"), "reason": WHY} | fields)).status_code

    def told(self, kind: str) -> list[tuple[str, Any]]:
        def read(scope: Scope) -> list[tuple[str, Any]]:
            return [(each.subject, each.detail) for each in security_events(scope, kind=kind)]

        found: list[tuple[str, Any]] = self.run(read)
        return found


@pytest.fixture
def office(house: House) -> Office:
    return Office(house)


def test_a_unit_is_added_renamed_and_moved_and_each_of_it_is_on_record(office: Office) -> None:
    office.ann.get("/admin/units")
    new = {"code": "bridges", "name": "桥梁所", "kind": "section", "parent": "roads", "phone": "0755 1234"}
    assert office.send(office.ann, "/admin/units", **new) == 303

    renamed: dict[str, Any] = {
        "name": "桥梁隧道所",
        "kind": "section",
        "parent": "parks",
        "phone": "0755 1234",
        "mail": "b@q.example",
    }
    assert office.post("bridges", "change", **renamed) == 303

    assert office.units()["bridges"] == UnitEntry(
        "桥梁隧道所", "section", "parks", phone="0755 1234", mail="b@q.example"
    )
    office.house.installation.forget()
    assert office.run(lambda scope: directory(scope).get_unit("bridges").initials) == "qlsds"
    [(subject, detail)] = office.told("unit_changed")
    assert (subject, detail) == (
        "bridges",
        {
            "changes": ["名称：桥梁所 → 桥梁隧道所", "上级：道路管理处 → 园林管理处", "邮箱：无 → b@q.example"],
            "reason": WHY,
        },
    )
    assert "桥梁隧道所" in office.ann.get("/admin/units?q=桥梁").get_data(as_text=True)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"code": "Bad Code", "name": "甲", "kind": "section"}, "不能用"),
        ({"code": "roads", "name": "甲", "kind": "section"}, "已是道路管理处的"),
        ({"code": "two", "name": "道路管理处", "kind": "section"}, "分不出"),
        ({"code": "desk-b", "name": "又一个派单台", "kind": "dispatch_desk"}, "派单台只能有一个"),
        ({"code": "new", "name": "甲", "kind": "palace"}, "类别"),
        ({"code": "new", "name": "甲", "kind": "section", "parent": "nowhere"}, "不在名录里"),
        ({"code": "new", "name": "甲", "kind": "section", "phone": "call me"}, "拨不通"),
        ({"code": "new", "name": "甲", "kind": "section", "mail": "a@b@c"}, "寄不到"),
        ({"code": "new", "name": "甲\x00", "kind": "section"}, "无法保存"),
        ({"code": "new", "name": "甲" * 99, "kind": "section"}, "太长"),
        ({"code": "new", "name": "甲", "kind": "section", "reason": ""}, "理由"),
    ],
)
def test_what_cannot_be_a_unit_is_refused_in_words_and_stays_on_the_form(
    office: Office, fields: dict[str, str], words: str
) -> None:
    office.ann.get("/admin/units")
    before = office.units()

    assert office.send(office.ann, "/admin/units", **fields) == 422

    assert words in office.ann.page
    assert office.units() == before


def test_a_unit_is_closed_only_with_empty_hands_and_reopened(office: Office) -> None:
    life = Life(office.house.installation, office.house.slug).take_in().handled("parks")
    assert office.post("parks", "close") == 409
    assert "手上还有 1 件承办任务" in office.ann.page
    assert office.post("roads", "close") == 409, "its crew stands below it"
    assert office.post("desk", "close") == 409

    assert office.post("crew", "close") == 303
    assert not office.units()["crew"].active
    office.house.installation.forget()
    assert office.run(lambda scope: directory(scope).find_unit("crew")) is None
    assert office.post("crew", "reopen") == 303

    assert office.units()["crew"].active
    assert [subject for subject, _ in office.told("unit_closed") + office.told("unit_reopened")] == ["crew", "crew"]
    assert life.serial_no


def test_a_unit_that_the_duty_list_names_is_closed_only_by_whoever_knows_it(office: Office) -> None:
    office.post("crew", "change", name="道路养护队", kind="section", parent="parks")

    assert office.post("roads", "close") == 409
    assert "职责清单" in office.ann.page
    assert office.post("roads", "close", anyway="1") == 303


def test_a_unit_that_goes_over_into_another_takes_those_below_it_along(office: Office) -> None:
    assert office.post("roads", "join", into="nowhere") == 422
    assert office.post("roads", "join", into="crew", anyway="1") == 422, "it cannot go below itself"
    assert office.post("roads", "join", into="parks", anyway="1") == 303

    units = office.units()
    assert (units["roads"].active, units["crew"].parent, units["crew"].active) == (False, "parks", True)


def test_two_administrators_on_one_unit_do_not_overwrite_each_other(office: Office) -> None:
    office.ben.get("/admin/units/parks")
    assert office.post("parks", "change", name="园林局", kind="district_department") == 303

    assert office.send(office.ben, "/admin/units/parks/change", name="绿化局", kind="district_department") == 409

    assert "安管" in office.ben.page
    assert 'value="绿化局"' in office.ben.page
    assert office.units()["parks"].name == "园林局"


def test_a_table_is_looked_at_before_it_changes_anything_and_what_was_seen_is_what_is_done(office: Office) -> None:
    def exported() -> str:
        office.ann.get("/admin/units")
        return office.ann.post("/admin/units/export").get_data(as_text=True)

    table = exported().replace("园林管理处", "园林局").rstrip("\r\n") + "\r\nlamps,照明所,科室,园林局,,,是\r\n"

    def look(text: str) -> str:
        office.ann.get("/admin/units")
        office.ann.post("/admin/units/import", files=(BytesIO(text.encode()), "units.csv"))
        return office.ann.page

    seen = look(table)
    assert "名称：园林管理处 → 园林局" in seen
    assert "新增 1 个" in seen
    assert "lamps" not in office.units()
    sent = re.search(r'<textarea name="table" hidden>\n?(.*?)</textarea>', seen, re.DOTALL)
    assert sent
    mark = office.ann.hidden("mark")
    assert office.send(office.ann, "/admin/units/import", act="take", table=sent[1], mark="0") == 409
    assert office.send(office.ann, "/admin/units/import", act="take", table=sent[1], mark=mark) == 303

    assert office.units()["parks"].name == "园林局"
    assert office.units()["lamps"] == UnitEntry("照明所", "section", "parks", member=True)
    assert "没有要改的" in look(exported())
    for wrong, words in (
        ("a,b\n1,2\n", "没有认出哪一列是代码"),
        ("代码,名称,上级\ncrew,队,自己\nroads,道路,crew\n", "不止一个"),
        ("代码,名称,上级\nroads,道路,crew\n", "绕成了圈"),
        ("代码,名称,类别\nroads,道路,派单台\n", "派单台"),
        ("代码,名称\nroads,\n", "没有名称"),
    ):
        page = look(wrong)
        assert words in page
