"""`huiying duties`: a list comes in from a file, is told in words and goes out again; the version in force stays."""

import csv
import json
import re
import zipfile

import pytest
import xlsxwriter  # type: ignore[import-untyped]

from core.cli.duty_drafts import next_commands
from core.intake.tabular.rows import TableUnusable
from core.journey.duties.drafting import NoSuchItem, draft_version
from core.journey.duties.files import FileUnwritable, NoSuchFormat
from core.journey.duties.importing import LeadsUnusable
from core.journey.duties.versions import NoDutyListYet, versions
from core.journey.settings.administering import ReasonUnusable
from core.kit.trees import Node
from core.people.roles import NotPermitted
from core.tickets.timeline import Actor
from core.units.catalogue.adding import CannotAdd
from core.units.catalogue.catalogue import Catalogue
from core.units.catalogue.checking import CatalogueUnusable
from core.units.catalogue.columns import NotADutyList
from core.units.catalogue.limit_history import LimitsLoosened
from core.units.catalogue.limits import LimitUnclear
from core.units.catalogue.lookup import NotFound
from core.units.catalogue.queries import NoSuchDutyList, duty_list_in_force, duty_list_of
from core.units.catalogue.rows import Row
from tests.duties.commanding import ADMINISTRATOR, CLERK, LINES, NOW, District

TIGHTER = ("城市管理,道路,,道路管理处,3,路面、坑洼", *LINES[1:])


def in_force(district: District) -> int:
    number: int = district.ask(lambda scope: duty_list_in_force(scope).number)
    return number


def test_a_file_becomes_a_draft_that_is_told_whole_and_holds_by_a_revision_only(district: District) -> None:
    told = district.imported()

    assert told == [
        "读入 4 行，收下 4 行，退回 0 行。",
        "“即时”按 1小时 计，共 1 处。",
        "已起草职责清单第 1 版，还没有生效（还没有现行的）。",
        "还没有现行的清单，以下都是新增：",
        "  新增事项 01 城市管理",
        "  新增事项 01.01 城市管理 / 道路",
        "  新增事项 01.02 城市管理 / 路灯",
        "  新增事项 02 环境卫生",
        "  新增事项 02.01 环境卫生 / 垃圾",
        "  新增一行 01.01 城市管理 / 道路（全区）：主办单位 道路管理处，关键词 路面、坑洼，时限 5个工作日",
        "  新增一行 01.02 城市管理 / 路灯（全区）：主办单位 灯光管理科，时限 1小时",
        "  新增一行 01.02 城市管理 / 路灯（北桥街道）：主办单位 属地街道",
        "  新增一行 02.01 环境卫生 / 垃圾（全区）：主办单位 园林管理处，时限 3个工作日",
        "3 个事项 × 3 个区域，共 9 种情形，9 种有主办单位，0 种没有；写明主办单位的有 4 行。",
        "要启用，依次：",
        *(f"  {command}" for command in next_commands(1, district.slug, "anna")),
    ]
    assert in_force(district) == 0
    district.let_hold(1)
    assert district.imported()[2] == "与现行第 1 版相同，没有起草。"
    assert [line.split()[:3] for line in district.said("versions")[1:]] == [["1", "现行", "1"]]


def test_the_second_version_is_told_against_the_one_in_force(district: District) -> None:
    district.imported()
    district.let_hold(1)

    told = district.imported(*TIGHTER)

    assert told[2:8] == [
        "已起草职责清单第 2 版，还没有生效（现行第 1 版）。",
        "与第 1 版相比：",
        "  改时限 01.01 城市管理 / 道路（全区）：5个工作日 → 3个工作日",
        "1 个事项、3 种事项与区域的组合结果不同：时限 3 种。",
        "时限：01.01 城市管理 / 道路（全区）时限压缩 5个工作日 → 3个工作日",
        "3 个事项 × 3 个区域，共 9 种情形，9 种有主办单位，0 种没有；写明主办单位的有 4 行。",
    ]
    assert in_force(district) == 1
    difference = "  改时限 01.01 城市管理 / 道路（全区）：5个工作日 → 3个工作日"
    assert district.said("diff")[:2] == ["第 2 版与第 1 版相比：", difference]
    assert district.said("diff", "2")[:2] == ["第 2 版与第 1 版相比：", difference]
    assert district.said("diff", "2", "1")[:2] == [
        "第 1 版与第 2 版相比：",
        "  改时限 01.01 城市管理 / 道路（全区）：3个工作日 → 5个工作日",
    ]


def test_for_machines_everything_is_one_object(district: District) -> None:
    district.imported()
    district.let_hold(1)

    told = json.loads(district.imported(*TIGHTER, more=["--json"])[-1])

    assert {name: told[name] for name in ("read", "accepted", "rejected", "rejects_file", "number", "in_force")} == {
        "read": 4,
        "accepted": 4,
        "rejected": 0,
        "rejects_file": None,
        "number": 2,
        "in_force": 1,
    }
    assert told["coverage"] == {"matters": 3, "areas": 3, "cells": 9, "resolved": 9, "gaps": 0}
    assert told["next"] == next_commands(2, district.slug, "anna")


def test_rejected_rows_lie_beside_the_file_and_are_added_once_they_are_mended(district: District) -> None:
    told = district.imported(*LINES, "环境卫生,公厕,,园林局,2,", "环境卫生,垃圾,,市容管理所,3,")
    back = district.folder / "清单.csv.rejects.csv"

    assert told[0] == "读入 6 行，收下 4 行，退回 2 行。"
    assert told[2].startswith(f"退回的行和原因在 {back}。")
    with back.open(encoding="utf-8-sig", newline="") as file:
        _, *rejected = csv.reader(file)
    assert [(row[1], row[-2], row[-1]) for row in rejected] == [
        ("公厕", "6", "没有单位“园林局”；是不是 园林管理处"),
        (
            "垃圾",
            "7",
            "单位“市容管理所”（former）已停用；请改成承接其职责的单位；"
            "事项“环境卫生 / 垃圾”在第 5 行已经写过；请合并成一行，或写明不同的区域",
        ),
    ]
    mended = district.file("环境卫生,公厕,,园林管理处,2,", name="改好.csv")
    added = district.said("import", mended, "--onto", "1", by="anna")

    assert "  新增事项 02.02 环境卫生 / 公厕" in added
    assert len(json.loads(district.said("list", "--version", "2", "--json")[-1])["items"]) == 6


def test_a_code_of_another_matter_is_not_added(district: District) -> None:
    district.imported()

    refused = district.refused(
        "import", district.file("01.02,环境卫生,公厕,园林管理处", head="编码,大类,小类,主办"), "--onto", "1", by="anna"
    )

    assert isinstance(refused, CannotAdd)
    assert refused.message.startswith("代码 01.02 在清单里是“城市管理 / 路灯”，在文件里是“环境卫生 / 公厕”")


def test_two_items_with_one_code_are_told_row_by_row(district: District) -> None:
    head = "编码,大类,小类,主办单位"
    told = district.said(
        "import",
        district.file("A1,城市管理,道路,道路管理处", "A1,城市管理,路灯,灯光管理科", head=head),
        "--rejects",
        str(district.folder / "退回.csv"),
        by="anna",
    )

    assert told[0] == "读入 2 行，收下 1 行，退回 1 行。"
    assert "  1 行：代码 A1 前面已用于“城市管理 / 道路”，一个代码只能指一个事项；请换一个代码" in told
    assert (district.folder / "退回.csv").exists()


@pytest.mark.parametrize(
    ("lines", "refusal", "words"),
    [
        ((), CatalogueUnusable, "职责清单里一个事项也没有"),
        (("城市管理,道路,,市容管理所,5,",), CatalogueUnusable, "职责清单里一个事项也没有"),
        (("城市管理,道路,,,5,",), CatalogueUnusable, "事项“01.01 城市管理 / 道路”没有一个区域有主办单位"),
        (("城市管理,,,道路管理处,5,",), CatalogueUnusable, "大类“01 城市管理”下没有小类"),
    ],
)
def test_what_cannot_hold_as_a_whole_is_refused_and_the_list_in_force_stays(
    district: District, lines: tuple[str, ...], refusal: type[Exception], words: str
) -> None:
    district.imported()
    district.let_hold(1)

    refused = district.run("import", district.file(*lines), by="anna").exception

    assert isinstance(refused, refusal)
    assert words in str(refused)
    assert in_force(district) == 1
    assert [line.number for line in district.ask(lambda scope: versions(scope, actor=ADMINISTRATOR))] == [1]


def test_a_tree_that_goes_round_in_a_circle_is_refused(district: District) -> None:
    circle = Catalogue.of([Node("1", "城管", "2"), Node("2", "市政", "1"), Node("3", "道路", "1")], (), [])

    with pytest.raises(CatalogueUnusable) as refused:
        district.ask(lambda scope: draft_version(scope, circle, gazetteer=0, reason="试", actor=ADMINISTRATOR, now=NOW))

    assert refused.value.faults[0] == "事项的上级关系绕成了圈（2 → 1 → 2），分不出谁上谁下；请改正其中一个的上级"


def test_merged_cells_are_filled_and_told(district: District) -> None:
    path = district.folder / "清单.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        sheet.merge_range(0, 0, 0, 3, "示例区职责清单")
        sheet.write_row(1, 0, ["大类", "小类", "主办单位", "时限"])
        sheet.merge_range(2, 0, 3, 0, "城市管理")
        sheet.write_row(2, 1, ["道路", "道路管理处", "5个工作日"])
        sheet.write_row(3, 1, ["路灯", "灯光管理科", "2天"])

    told = district.said("import", str(path), by="anna")

    assert told[1] == "“大类”列有 1 处空格按合并单元格或上面的行补全（第 4 行）。"
    assert [line.split()[0] for line in district.said("list")[2:]] == ["01", "01.01", "01.02"]


def test_a_longer_limit_is_refused_unless_it_is_named(district: District) -> None:
    district.imported()
    district.let_hold(1)
    longer = district.file("城市管理,道路,,道路管理处,8,路面、坑洼", *LINES[1:])

    refused = district.refused("import", longer, by="anna")
    stranger = district.refused("import", longer, "--loosen", "09.09", by="anna")
    told = district.said("import", longer, "--loosen", "01.01", by="anna")

    assert isinstance(refused, LimitsLoosened)
    assert "01.01 城市管理 / 道路（全区）时限放宽 5个工作日 → 8个工作日" in refused.message
    assert isinstance(stranger, NoSuchItem)
    assert "时限：01.01 城市管理 / 道路（全区）时限放宽 5个工作日 → 8个工作日" in told


def test_at_once_is_as_long_as_is_said(district: District) -> None:
    told = district.imported(more=["--at-once", "30分钟"])

    assert "“即时”按 30分钟 计，共 1 处。" in told
    assert isinstance(district.refused("import", district.file(*LINES), "--at-once", "一会儿", by="anna"), LimitUnclear)


def test_units_of_categories_are_taken_from_a_table_and_one_for_all_others(district: District) -> None:
    file = district.file("城市管理,道路", "城市管理,路灯", "环境卫生,垃圾", "绿化,行道树", head="大类,小类")
    leads = district.file("城市管理,道路管理处", "环境卫生,园林管理处", head="大类,主办单位", name="对照.csv")

    told = district.said("import", file, "--lead-from", leads, "--lead", "属地街道", by="anna")

    note = "写上主办单位的大类有 3 个，其下没有写明的沿用（01 城市管理：道路管理处；02 环境卫生：园林管理处；03 绿化：属地街道）。"
    assert told[1] == note
    rows = district.ask(lambda scope: duty_list_of(scope, 1)).rows
    assert rows == (
        Row(matter="01", lead="roads"),
        Row(matter="02", lead="parks"),
        Row(matter="03", lead="local:street"),
    )


def test_a_row_that_names_a_unit_keeps_it(district: District) -> None:
    file = district.file(
        "城市管理,道路,道路管理处", "城市管理,路灯,", "环境卫生,垃圾,园林管理处", head="大类,小类,主办单位"
    )

    district.said("import", file, "--lead", "灯光管理科", by="anna")

    rows = district.ask(lambda scope: duty_list_of(scope, 1)).rows
    assert [(row.matter, row.lead) for row in rows] == [("01", "light"), ("01.01", "roads"), ("02.01", "parks")]


def test_rejected_rows_are_told_also_where_the_whole_is_refused(district: District) -> None:
    result = district.run("import", district.file("城市管理,道路,,道路局,5,"), "--json", by="anna")

    assert isinstance(result.exception, CatalogueUnusable)
    assert result.stdout == ""
    assert result.stderr.splitlines()[0] == "读入 1 行，收下 0 行，退回 1 行。"
    assert (district.folder / "清单.csv.rejects.csv").exists()


def test_a_table_of_units_with_faults_is_refused_with_all_of_them(district: District) -> None:
    file = district.file("城市管理,道路", head="大类,小类")
    leads = district.file("环卫,道路管理处", "城市管理,道路局", "城市管理,", head="大类,主办单位", name="对照.csv")

    refused = district.refused("import", file, "--lead-from", leads, by="anna")
    other = district.refused("import", file, "--lead-from", file, by="anna")

    assert isinstance(refused, LeadsUnusable)
    assert "第 2 行：清单里没有大类“环卫”；第 3 行：没有单位“道路局”" in refused.message
    assert isinstance(other, LeadsUnusable)


def test_a_check_keeps_nothing_and_names_every_hole(district: District) -> None:
    gaps = district.folder / "缺口.csv"
    lines = (*LINES, "环境卫生,公厕,北桥街道,属地街道,2,")

    result = district.run("check", district.file(*lines), "--gaps", str(gaps))

    assert result.exit_code == 2
    assert result.stdout.splitlines()[-4:] == [
        "  新增一行 02.02 环境卫生 / 公厕（北桥街道）：主办单位 属地街道，时限 2个工作日",
        "4 个事项 × 3 个区域，共 12 种情形，11 种有主办单位，1 种没有；写明主办单位的有 5 行。",
        "事项 02.02 环境卫生 / 公厕 在南桥街道松岗社区没有主办单位：清单里没有适用的行。",
        "检查没有通过。",
    ]
    assert gaps.read_text(encoding="utf-8-sig").splitlines()[1:] == [
        "02.02,环境卫生 / 公厕,南桥街道松岗社区,清单里没有适用的行"
    ]
    assert district.said("versions") == ["还没有职责清单。"]
    passed = district.said("check", district.file(*LINES))
    assert passed[-1] == "检查通过，可以导入。"


def test_a_check_tells_what_would_be_loosened(district: District) -> None:
    district.imported()
    district.let_hold(1)
    longer = district.file("城市管理,道路,,道路管理处,8,", *LINES[1:])

    told = json.loads(district.run("check", longer, "--json").stdout)
    allowed = json.loads(district.run("check", longer, "--json", "--loosen", "01.01").stdout)

    assert (told["passed"], told["loosened"]) == (
        False,
        ["01.01 城市管理 / 道路（全区）时限放宽 5个工作日 → 8个工作日"],
    )
    assert (allowed["passed"], allowed["loosened"]) == (True, [])


def test_how_far_a_version_reaches_is_told_by_category(district: District) -> None:
    district.imported()

    assert district.said("coverage") == [
        "职责清单第 1 版",
        "3 个事项 × 3 个区域，共 9 种情形，9 种有主办单位，0 种没有；写明主办单位的有 4 行。",
        "大类         情形  有主办单位  没有",
        "01 城市管理     6           6     0",
        "02 环境卫生     3           3     0",
    ]
    assert json.loads(district.said("coverage", "--json")[-1])["by_lead"] == {
        "roads": 3,
        "st-north": 2,
        "light": 1,
        "parks": 3,
    }


def test_what_holds_is_shown_with_the_row_that_each_value_comes_from(district: District) -> None:
    district.imported()

    assert district.said("show", "路灯", "--area", "柳塘社区") == [
        "职责清单第 1 版",
        "事项 01.02 城市管理 / 路灯，区域 北桥街道柳塘社区",
        "主办单位：属地街道，即北桥街道办事处（沿用 01.02 城市管理 / 路灯（北桥街道））",
        "时限：1小时（沿用 01.02 城市管理 / 路灯（全区））",
    ]
    assert district.said("show", "01.02")[2] == "主办单位：灯光管理科（本行写明）"
    assert isinstance(district.refused("show", "路面"), NoSuchItem)
    assert isinstance(district.refused("show", "路灯", "--area", "西桥街道"), NotFound)


@pytest.mark.parametrize("ending", ["xlsx", "csv"])
def test_what_is_exported_is_imported_as_the_same_list(district: District, ending: str) -> None:
    district.imported("城市管理,道路,,道路管理处,5,路面、坑洼", *LINES[1:], "环境卫生,垃圾,柳塘社区,属地社区,2,=1+1")
    file = str(district.folder / f"清单.{ending}")

    exported = district.said("export", file)
    told = json.loads(district.said("import", file, "--json", by="boris")[-1])

    assert exported == [f"职责清单第 1 版共 7 行，已写成 {file}。"]
    assert (told["number"], told["is_new"], told["rejected"], told["remarks"]) == (1, False, 0, [])


def test_a_workbook_keeps_its_header_in_view_and_wraps_texts(district: District) -> None:
    district.imported()
    file = district.folder / "清单.xlsx"

    district.said("export", str(file))

    with zipfile.ZipFile(file) as parts:
        sheet = parts.read("xl/worksheets/sheet1.xml").decode()
        styles = parts.read("xl/styles.xml").decode()
    assert re.search(r'<pane [^>]*ySplit="1"[^>]*state="frozen"', sheet)
    assert re.findall(r'<col min="4" max="4" width="([\d.]+)"', sheet) == ["18.7109375"]
    assert 'wrapText="1"' in styles
    assert "<f>" not in sheet


def test_files_that_cannot_be_written_or_read_are_refused(district: District) -> None:
    district.imported()

    assert isinstance(district.refused("export", str(district.folder / "清单.pdf")), NoSuchFormat)
    assert isinstance(district.refused("export", str(district.folder / "没有" / "清单.xlsx")), FileUnwritable)
    assert isinstance(district.refused("export", str(district.folder / "没有" / "清单.csv")), FileUnwritable)
    assert isinstance(district.refused("import", str(district.folder / "没有.csv"), by="anna"), TableUnusable)
    assert isinstance(district.refused("import", district.file(head="单位,电话"), by="anna"), NotADutyList)


def test_codes_stay_with_their_names_and_a_dropped_one_is_not_given_again(district: District) -> None:
    district.imported()
    without = [line for line in LINES if "路灯" not in line]
    district.imported(*without)
    district.let_hold(2)

    district.imported(*without, "城市管理,井盖,,道路管理处,1,", *LINES[1:2])

    listed = json.loads(district.said("list", "--version", "3", "--json")[-1])["items"]
    assert [(item["code"], item["names"][-1]) for item in listed] == [
        ("01", "城市管理"),
        ("01.01", "道路"),
        ("01.02", "路灯"),
        ("01.03", "井盖"),
        ("02", "环境卫生"),
        ("02.01", "垃圾"),
    ]


def test_only_administrators_draft_and_only_staff_read(district: District) -> None:
    district.imported()
    outsider = Actor("agent", "来件系统")

    assert isinstance(district.refused("import", district.file(*LINES), by="zuoxi"), NotPermitted)
    assert [line.number for line in district.ask(lambda scope: versions(scope, actor=CLERK))] == [1]
    with pytest.raises(NotPermitted):
        district.ask(lambda scope: versions(scope, actor=outsider))


def test_versions_that_there_are_not_are_refused(district: District) -> None:
    assert isinstance(district.refused("list"), NoDutyListYet)
    assert isinstance(district.refused("list", "--version", "3"), NoSuchDutyList)
    assert district.run("diff", "1", "2", "3").exit_code == 2


def test_another_district_sees_nothing_of_it(district: District, other: District) -> None:
    district.imported()

    assert isinstance(other.refused("list", "--version", "1"), NoSuchDutyList)


def test_a_reason_is_asked_for(district: District) -> None:
    result = district.run("import", district.file(*LINES), "--by", "anna", "--reason", "太" * 501)

    assert isinstance(result.exception, ReasonUnusable)
