"""`huiying duties merge, split, rename …`: a version is made from another one; what would move tickets is refused."""

import json

import pytest

from core.journey.duties.drafting import NoSuchItem
from core.journey.duties.mending import PartsUnclear
from core.kit.errors import Refused
from core.tenancy.revisions import Author
from core.units.catalogue.catalogue import Catalogue
from core.units.catalogue.mending import CannotMerge, CannotSplit
from core.units.catalogue.queries import duty_list_of, limit_history, matter_mapping
from core.units.catalogue.service import keep_limit_changes, map_matters
from tests.builders import make_city, set_duties
from tests.duties.commanding import LINES, NOW, District

DOUBLE = (
    "城市管理,路面破损,,道路管理处,5,坑洼",
    "城市管理,路面损坏,,道路管理处,5,塌陷",
    "城市管理,路灯不亮,,灯光管理科,5,",
)


def listed(district: District, number: int) -> Catalogue:
    catalogue: Catalogue = district.ask(lambda scope: duty_list_of(scope, number))
    return catalogue


def test_what_may_be_the_same_is_suggested_and_merged_by_a_person(district: District) -> None:
    district.imported(*DOUBLE)

    suggested = district.said("duplicates")
    told = district.said("merge", "路面损坏", "--into", "01.01", by="anna")

    assert suggested == [
        "名称用了同义词：",
        "  01.01 城市管理 / 路面破损",
        "  01.02 城市管理 / 路面损坏",
        f"要合并：huiying duties merge 01.02 --into 01.01 --tenant {district.slug} --by 登录名 --reason 理由",
    ]
    assert told[:2] == [
        "已起草职责清单第 2 版，还没有生效（还没有现行的）。",
        "01.02 城市管理 / 路面损坏 此后归入 01.01 城市管理 / 路面破损。",
    ]
    assert [node.code for node in listed(district, 2).matters.leaves] == ["01.01", "01.03"]
    assert listed(district, 2).resolve("01.01").values.keywords == ("坑洼", "塌陷")
    assert district.said("duplicates", "--version", "2") == ["没有看上去重复的事项。"]


def test_what_would_give_tickets_to_another_unit_is_not_merged(district: District) -> None:
    district.imported(*DOUBLE)

    refused = district.refused("merge", "路灯不亮", "--into", "01.01", by="anna")

    assert isinstance(refused, CannotMerge)
    assert refused.message.startswith("01.01 城市管理 / 路面破损与01.03 城市管理 / 路灯不亮在全区的主办单位不同")
    assert len(district.said("versions")) == 2


def test_an_item_is_split_by_names_and_each_part_gets_a_code_of_its_own(district: District) -> None:
    district.imported()

    told = district.said("split", "路灯", "--as", "路灯不亮", "--as", "灯杆倾斜", by="anna")

    assert told[1] == "01.02 城市管理 / 路灯 此后归入 01.03 城市管理 / 路灯不亮、01.04 城市管理 / 灯杆倾斜。"
    assert [(row.matter, row.area, row.lead) for row in listed(district, 2).rows if row.matter.startswith("01.0")] == [
        ("01.01", None, "roads"),
        ("01.03", None, "light"),
        ("01.03", "north", "local:street"),
        ("01.04", None, "light"),
        ("01.04", "north", "local:street"),
    ]


def test_an_item_is_split_as_a_file_says(district: District) -> None:
    district.imported()
    parts = district.file("路面破损,A7,坑洼、塌陷", "井盖,,", head="名称,编码,关键词", name="拆分.csv")

    district.said("split", "01.01", "--into", parts, by="anna")

    catalogue = listed(district, 2)
    assert catalogue.matters.names("A7") == ("城市管理", "路面破损")
    assert catalogue.resolve("A7").values.keywords == ("坑洼", "塌陷")
    assert catalogue.matters.names("01.03") == ("城市管理", "井盖")


@pytest.mark.parametrize(
    ("words", "refusal"),
    [
        (("split", "路灯", "--as", "路灯不亮"), CannotSplit),
        (("split", "城市管理", "--as", "一", "--as", "二"), CannotSplit),
        (("split", "路灯"), PartsUnclear),
        (("split", "路灯杆", "--as", "一", "--as", "二"), NoSuchItem),
        (("merge", "道路", "--into", "城管"), NoSuchItem),
        (("merge", "道路", "--into", "道路"), CannotMerge),
    ],
)
def test_what_cannot_be_mended_is_refused(district: District, words: tuple[str, ...], refusal: type[Refused]) -> None:
    district.imported()

    assert isinstance(district.refused(*words, by="anna"), refusal)


def test_a_file_of_parts_without_names_is_refused(district: District) -> None:
    district.imported()
    for head, line in (("编码,关键词", "A7,坑洼"), ("名称,编码", ",A7")):
        parts = district.file(line, head=head, name="拆分.csv")

        assert isinstance(district.refused("split", "01.01", "--into", parts, by="anna"), PartsUnclear)


def test_the_parts_of_an_item_are_what_it_was_in_the_citys_list(district: District) -> None:
    district.imported()
    author = Author("安娜", 101)
    district.ask(lambda scope: map_matters(scope, {"01.02": "C7"}, author=author, now=NOW))

    district.said("split", "路灯", "--as", "路灯不亮", "--as", "灯杆倾斜", by="anna")

    assert district.ask(matter_mapping).central == {"01.02": "C7", "01.03": "C7", "01.04": "C7"}


def test_a_category_is_renamed_and_keeps_its_code(district: District) -> None:
    district.imported()

    told = district.said("rename", "环境卫生", "--as", "市容环卫", by="anna")
    again = district.said("rename", "02", "--as", "环卫", "--version", "2", by="anna")

    assert listed(district, 2).matters.names("02.01") == ("市容环卫", "垃圾")
    assert listed(district, 3).matters.names("02.01") == ("环卫", "垃圾")
    assert "已起草职责清单第 2 版，还没有生效（还没有现行的）。" in told
    assert "已起草职责清单第 3 版，还没有生效（还没有现行的）。" in again


def test_the_same_rows_are_drafted_on_no_other_areas_than_there_are(district: District) -> None:
    district.imported()

    told = district.said("redraft", "--gazetteer", "1", by="anna")
    refused = district.refused("redraft", "--gazetteer", "9", by="anna")

    assert told[0] == "与已有的相同，就是职责清单第 1 版，还没有生效（还没有现行的）。"
    assert refused.code == "no-such-gazetteer"


def test_the_history_of_limits_is_told_with_its_reasons(district: District) -> None:
    district.imported()
    district.let_hold(1)
    district.imported("城市管理,道路,,道路管理处,3,", *LINES[1:])
    on = NOW.date()
    district.ask(lambda scope: keep_limit_changes(scope, before=1, after=2, on=on, reason="第二轮时限压缩"))
    district.let_hold(2)

    assert district.said("limits") == [
        "2026-03-12 01.01 城市管理 / 道路（全区）时限压缩 5个工作日 → 3个工作日（第二轮时限压缩）"
    ]
    assert len(district.ask(limit_history)) == 1
    assert district.said("limits", "垃圾") == ["时限还没有改变过。"]
    assert json.loads(district.said("limits", "道路", "--json")[-1])[0]["direction"] == "压缩"


def test_items_are_mapped_to_the_citys_list_and_what_is_left_is_named(district: District) -> None:
    district.imported(*LINES, "环境卫生,公厕,,园林管理处,3,", "环境卫生,其他,,园林管理处,3,")
    district.let_hold(1)
    city = make_city(district.installation, [district.slug])
    items = [
        {"code": "C1", "category": "市政", "subcategory": "城市道路"},
        {"code": "C2", "category": "市政", "subcategory": "路灯"},
        {"code": "C3", "category": "环卫", "subcategory": "垃圾"},
        {"code": "C4", "category": "环卫", "subcategory": "油烟"},
    ]
    district.installation.run(city, lambda scope: set_duties(scope, items))
    table = district.folder / "对照.csv"

    first = district.said("mapping", "--table", str(table))
    proposed = [line.split(",") for line in table.read_text(encoding="utf-8-sig").splitlines()]
    mapped = district.said(
        "map",
        district.file(
            "01.01,C1",
            "01.02,C2",
            "02.03,其他",
            "02.01,",
            "09,C1",
            "02.02,C9",
            head="本区编码,市级编码",
            name="填好.csv",
        ),
        "--by",
        "anna",
    )
    second = json.loads(district.said("mapping", "--json")[-1])

    assert first[-1] == f"对照表写在 {table}，按名称预填 2 项，核对后用 huiying duties map 读入。"
    assert [line[2] for line in proposed if line[0] in ("01.02", "02.01")] == ["C2", "C3"]
    rejects = district.folder / "填好.csv.rejects.csv"
    assert mapped == [
        "对照了 3 项，不再对照 0 项，空着没有动 1 项，退回 2 行。",
        f"退回的行和原因在 {rejects}。前几行：",
        "  第 6 行：本区清单里没有编码“09”；请改正，或删去这一行",
        f"  第 7 行：测试区 {city}的目录里没有编码“C9”；请改正，不属于其中任何一项的写“其他”",
    ]
    assert (second["matters"], second["mapped"], second["unmapped"], second["uncovered"], second["faults"]) == (
        5,
        2,
        ["02.01 环境卫生 / 垃圾", "02.02 环境卫生 / 公厕"],
        ["C3 环卫 / 垃圾", "C4 环卫 / 油烟"],
        [],
    )


def test_a_mapping_ends_and_a_district_of_no_city_says_so(district: District) -> None:
    district.imported()
    district.let_hold(1)
    refused = district.refused("mapping")
    city = make_city(district.installation, [district.slug])
    empty = district.refused("mapping", "--city", city)
    district.installation.run(city, lambda scope: set_duties(scope, [{"code": "C1"}]))
    for central in ("C1", "无"):
        district.said("map", district.file(f"01.01,{central}", head="own,central"), "--by", "anna")

    assert refused.code == "no-city-list"
    assert empty.code == "no-city-list"
    assert district.ask(matter_mapping).central == {}
    assert district.refused("map", district.file("1,2", head="a,b"), "--by", "anna").code == "not-a-mapping"
