"""The duty list for administrators: out as a workbook and in again, every row that cannot be taken told, one item as a form."""

import csv
import io
from typing import Any

import pytest

from core.tenancy.queries import revisions_of
from core.units.catalogue.queries import duty_list_of, duty_list_versions
from tests.web.conftest import House
from tests.web.making import Visitor, make_account


@pytest.fixture
def administrator(house: House) -> Visitor:
    return house.visitor(make_account(house.installation, house.slug, "admin", ["administrator"], name="关甲"))


def versions(house: House) -> list[int]:
    return house.installation.run(house.slug, lambda scope: [line.number for line in duty_list_versions(scope)])


def lead_of(house: House, number: int, code: str = "road") -> str | None:
    return house.installation.run(house.slug, lambda scope: duty_list_of(scope, number).written(code).lead)


def exported(administrator: Visitor, ending: str) -> bytes:
    """Take the first version out as a file."""
    content: bytes = administrator.client.get(f"/admin/duties/1/export?as={ending}").data
    return content


def bring_in(administrator: Visitor, content: bytes, do: str, **fields: str) -> str:
    administrator.get("/admin/duties")
    sent = {"csrf_token": administrator.hidden("csrf_token"), "do": do, **fields}
    answer = administrator.client.post("/admin/duties/import", data={**sent, "file": (io.BytesIO(content), "清单")})
    assert answer.status_code == 200, answer.get_data(as_text=True)[-2000:]
    return answer.get_data(as_text=True)


def test_a_workbook_that_is_taken_out_comes_in_as_what_it_was(house: House, administrator: Visitor) -> None:
    told = bring_in(administrator, exported(administrator, "xlsx"), "draft", reason="试一试")

    assert "退回 0 行" in told
    assert "与第 1 版一样，没有另存" in told
    assert versions(house) == [1]


def test_every_row_that_cannot_be_taken_is_told_and_the_others_become_a_version(
    house: House, administrator: Visitor
) -> None:
    written = exported(administrator, "csv").decode("utf-8-sig").splitlines()
    columns, *rows = csv.reader(written)
    row = next(each for each in rows if each[columns.index("主办单位")])
    wrong = [["大类", "小类", "主办单位", "时限"], [*row[1:3], "园林局", "5个工作日"], ["绿化", "枯树", "parks", "3天"]]
    content = "\n".join(",".join(each) for each in wrong).encode()

    checked = bring_in(administrator, content, "check", onto="1")

    assert "读入 2 行，收下 1 行，退回 1 行" in checked
    assert "没有单位“园林局”" in checked
    assert versions(house) == [1]

    drafted = bring_in(administrator, content, "draft", onto="1", reason="补上枯树")

    assert "已起草第 2 版" in drafted
    assert "绿化 / 枯树" in drafted
    assert versions(house) == [2, 1]


def test_an_item_gets_another_unit_in_a_new_version_that_is_drafted_to_hold(
    house: House, administrator: Visitor
) -> None:
    administrator.get("/admin/duties/1/items/road")
    fields: dict[str, Any] = {
        ".limit": "5个工作日",
        ".keywords": "道路、坑洼",
        "reason": "职责划转",
        "base": administrator.hidden("base"),
    }
    fields |= {"newest": administrator.hidden("newest"), "continues": "0"}

    wrong = administrator.post("/admin/duties/1/items/road", do="draft", **(fields | {".lead": "没有的单位"}))
    assert (wrong.status_code, versions(house)) == (422, [1])
    assert "没有单位“没有的单位”" in administrator.page

    kept = administrator.post("/admin/duties/1/items/road", do="draft", **(fields | {".lead": "parks"}))

    assert (kept.status_code, versions(house)) == (303, [2, 1])
    assert (lead_of(house, 1), lead_of(house, 2)) == ("roads", "parks")
    drafted = house.installation.run(house.slug, lambda scope: list(revisions_of(scope, "core.routing")))
    assert kept.headers["Location"] == f"/admin/features/core.routing/revisions/{max(each.number for each in drafted)}"


def test_more_time_than_before_is_given_only_where_somebody_says_so(house: House, administrator: Visitor) -> None:
    administrator.get("/admin/duties/1/items/road")
    fields: dict[str, Any] = {".lead": "roads", ".limit": "9个工作日", ".keywords": "道路、坑洼", "reason": "量大"}

    refused = administrator.post("/admin/duties/1/items/road", do="keep", **fields)
    assert (refused.status_code, versions(house)) == (422, [1])
    assert "确认放宽这一项的时限" in administrator.page

    kept = administrator.post("/admin/duties/1/items/road", do="keep", loosen="1", **fields)
    assert (kept.status_code, kept.headers["Location"]) == (303, "/admin/duties/2")


@pytest.mark.parametrize(
    "path",
    [
        "/admin/duties/99",
        "/admin/duties/1/items/nothing",
        "/admin/duties/1/export?as=exe",
        "/admin/duties/1?against=99",
    ],
)
def test_what_there_is_not_is_said_in_words(administrator: Visitor, path: str) -> None:
    assert administrator.get(path).status_code in (404, 422)
