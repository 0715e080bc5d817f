"""A table of duties is read row by row: what can be taken is, every other row is told why not."""

from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.areas.tree import Area
from core.hooks.values import Budget
from core.intake.tabular.rows import Merged
from core.intake.tabular.rows import Row as TableRow
from core.kit.trees import Node
from core.units.catalogue.catalogue import Catalogue
from core.units.catalogue.columns import HEADINGS, NotADutyList, is_header, recognise
from core.units.catalogue.reading import Reading, read_table
from core.units.catalogue.rows import Row
from core.units.catalogue.writing import write_table
from tests.duties.made_up import AREAS, MATTERS, UNITS, catalogues, make_catalogue


@dataclass(frozen=True)
class Sheet:
    """Headings and the lines below them, as a person would see them."""

    headings: str
    lines: tuple[str, ...]

    def read(self, *, merged: tuple[Merged, ...] = (), known: Catalogue | None = None) -> Reading:
        columns = recognise(self.headings.split(","))
        rows = [TableRow(number, tuple(line.split(","))) for number, line in enumerate(self.lines, start=2)]
        return read_table(rows, columns, units=UNITS, areas=AREAS, merged=merged, known=known)


def reasons(headings: str, *lines: str) -> list[str]:
    return [f"{row.row.number} {row.reason}" for row in Sheet(headings, lines).read().rejected]


def test_every_column_is_read() -> None:
    reading = Sheet(
        "事项编码,一级分类,二级分类,细类,适用区域,责任单位,配合单位,关键字,办理时限,到达现场时限,到场后时限,"
        "法规依据,结案标准,受理要点,最低承办层级,是否职能部门职责,备注,事件分级",
        (
            "1,城市管理,,,,道路管理处,,,5个工作日,,,,,,,,,一般",
            "1.1.1,城市管理,道路,路面破损,北桥街道,属地街道,light;园林管理处,坑洼、沉降,24小时内,60分钟,2小时内,"
            "示例条例,修复,请问位置,街道,否,说明,重大事件",
            "1.1.1,城市管理,道路,路面破损,松岗社区 ,无,,,,,,,,,,,,特急",
        ),
    ).read()

    assert reading.catalogue == Catalogue.of(
        [Node("1", "城市管理"), Node("1.1", "道路", "1"), Node("1.1.1", "路面破损", "1.1")],
        AREAS,
        [
            Row(matter="1", lead="roads", limit=Budget("wd_eod", 5), grade="general"),
            Row(
                matter="1.1.1",
                area="north",
                lead="local:street",
                co=("light", "parks"),
                keywords=("坑洼", "沉降"),
                limit=Budget("wall", 86_400),
                on_site=Budget("wall", 3600),
                after_arrival=Budget("wall", 7200),
                legal_basis="示例条例",
                standard="修复",
                guide="请问位置",
                min_level="street",
                department_function=False,
                grade="major",
            ),
        ],
    )
    assert reading.accepted == 2
    assert [row.reason for row in reading.rejected] == [
        "没有单位“无”；请先添加单位，或改写代码；事件等级“特急”不存在；请写 一般、紧急、重大 之一；区域“松岗社区”有 2 个：示例区/北桥街道/松岗社区、示例区/南桥街道/松岗社区；"
        "请写成 街道/社区，或写代码"
    ]
    assert reading.remarks == ("没有读取的列：备注",)


def test_street_and_community_may_have_columns_of_their_own_and_a_row_several_areas() -> None:
    headings = "大类,小类,街道,社区,主办"
    reading = Sheet(
        headings, ("城管,路灯,北桥街道,松岗社区,roads", "城管,路灯,南桥街道,,parks", "城管,路灯,,,light")
    ).read()
    listed = Sheet("大类,小类,区域,主办", ("城管,路灯,柳塘社区；南桥街道松岗社区,roads", "城管,路灯,全区,parks")).read()

    assert [(row.area, row.lead) for row in reading.catalogue.rows] == [
        (None, "light"),
        ("n2", "roads"),
        ("south", "parks"),
    ]
    assert [(row.area, row.lead) for row in listed.catalogue.rows] == [
        (None, "parks"),
        ("n1", "roads"),
        ("s1", "roads"),
    ]


@pytest.mark.parametrize(
    ("headings", "line", "why"),
    [
        ("大类,小类,主办", "城管,路灯,道路管理", "没有单位“道路管理”；是不是 道路管理处"),
        ("大类,小类,主办", "城管,路灯,市容管理所", "单位“市容管理所”（former）已停用；请改成承接其职责的单位"),
        (
            "大类,小类,主办",
            "城管,路灯,城管办",
            "单位“城管办”有 2 个：north-cg（城管办）、south-cg（城管办）；请改写代码",
        ),
        ("大类,小类,区域", "城管,路灯,柳塘", "没有区域“柳塘”；是不是 示例区 / 北桥街道 / 柳塘社区"),
        ("大类,小类,区域", "城管,路灯,月球", "没有区域“月球”；请先在区域表中添加，全区通用的留空"),
        (
            "大类,小类,时限",
            "城管,路灯,尽快",
            "时限“尽快”看不懂；请写成 5个工作日、24小时、8个工作小时、3天、30分钟或即时",
        ),
        (
            "大类,小类,到场",
            "城管,路灯,2个工作日",
            "到场时限“2个工作日”不是自然时间，现场不分昼夜；请写成 60分钟 或 2小时",
        ),
        ("大类,小类,最低层级", "城管,路灯,省级", "最低层级“省级”不存在；请写 社区、街道、区级、市级 之一"),
        ("大类,小类,部门职责", "城管,路灯,也许", "“也许”不知道是“是”还是“否”；请写 是 或 否"),
        ("大类,小类,编码", "城管,路灯,A 1", "事项代码“A 1”中间有空白；请删去空白"),
        ("大类,小类,依据", "城管,路灯,条\x00例", "“依据”一格含有无法保存的字符（空字符或乱码）；请检查来源文件的编码"),
        ("大类,小类,依据", f"城管,路灯,{'长' * 6000}", "“依据”一格有 6,000 个字，超过 5,000 字；请改短"),
        ("大类,小类,主办", "城管,路灯,roads,多出", "这一行有 4 格，表头只有 3 列，内容可能错位"),
        ("大类,小类,主办", ",路灯,roads", "缺少“大类”，不知道“路灯”属于哪里；请填写"),
        ("大类,小类,主办", ",,roads", "没有写明事项；如果是合并单元格，请取消合并并在每一行填写，再导入"),
    ],
)
def test_what_is_wrong_with_a_row_is_said_in_words(headings: str, line: str, why: str) -> None:
    assert reasons(headings, line) == [f"2 {why}"]


def test_all_faults_of_a_row_are_told_at_once() -> None:
    assert reasons("大类,小类,主办,时限,区域", "城管,路灯,nobody,很快,西区") == [
        "2 没有单位“nobody”；请先添加单位，或改写代码；"
        "时限“很快”看不懂；请写成 5个工作日、24小时、8个工作小时、3天、30分钟或即时；"
        "没有区域“西区”；请先在区域表中添加，全区通用的留空"
    ]


def test_the_same_item_twice_and_one_code_for_two() -> None:
    assert reasons(
        "编码,大类,小类,区域,主办",
        "A1,城管,路灯,,roads",
        "A1,城管,路灯,北桥街道,parks",
        ",城管,路灯,全区,light",
        "A1,城管,井盖,,roads",
        "A2,城管,路灯,南桥街道,roads",
    ) == [
        "4 事项“城管 / 路灯”在第 2 行已经写过；请合并成一行，或写明不同的区域",
        "5 代码 A1 前面已用于“城管 / 路灯”，一个代码只能指一个事项；请换一个代码",
        "6 事项“城管 / 路灯”前面写的代码是 A1，这里是 A2；一个事项只能有一个代码，请改成一致",
    ]


def test_a_bare_number_counts_what_the_heading_says_and_at_once_is_told() -> None:
    reading = Sheet("大类,小类,时限（工作日）", ("城管,路灯,3", "城管,井盖,即时", "城管,垃圾,-")).read()

    assert [row.limit for row in reading.catalogue.rows] == [Budget("wd_eod", 3), Budget("wall", 3600)]
    assert reading.remarks == ("“即时”按 1小时 计，共 1 处",)


def test_names_of_upper_levels_written_once_are_filled_down_and_told() -> None:
    reading = Sheet(
        "大类,小类,三级,主办",
        (
            "城管,道路,坑洼,roads",
            ",,井盖,light",
            ",照明,路灯,light",
            "环卫,,垃圾,parks",
            "环卫,清扫,落叶,parks",
            ",,积水,",
        ),
    ).read()

    assert [reading.catalogue.matters.words(node.code) for node in reading.catalogue.matters.leaves] == [
        "城管 / 道路 / 坑洼",
        "城管 / 道路 / 井盖",
        "城管 / 照明 / 路灯",
        "环卫 / 清扫 / 落叶",
        "环卫 / 清扫 / 积水",
    ]
    assert [row.reason for row in reading.rejected] == ["缺少“小类”，不知道“垃圾”属于哪里；请填写"]
    assert reading.remarks == (
        "“大类”列有 3 处空格按合并单元格或上面的行补全（第 3、4、7 行）",
        "“小类”列有 2 处空格按合并单元格或上面的行补全（第 3、7 行）",
    )


def test_cells_that_the_file_calls_merged_are_filled_in_every_column_and_others_are_not() -> None:
    sheet = Sheet(
        "大类,小类,区域,主办,时限", ("城管,路灯,柳塘社区,roads,24小时", ",,南桥街道,,", ",井盖,,,", "环卫,垃圾,,parks,")
    )

    reading = sheet.read(merged=(Merged(2, 3, 1, 1), Merged(2, 4, 0, 0), Merged(2, 3, 3, 3)))

    assert reading.rejected == ()
    assert [(row.matter, row.area, row.lead, row.limit) for row in reading.catalogue.rows] == [
        ("01.01", "n1", "roads", Budget("wall", 86_400)),
        ("01.01", "south", "roads", None),
        ("02.01", None, "parks", None),
    ]
    assert "“主办”列有 1 处空格按合并单元格或上面的行补全（第 3 行）" in reading.remarks


def test_cells_merged_across_columns_are_refused() -> None:
    reading = Sheet("大类,小类,主办", ("城管,,roads", "环卫,垃圾,parks")).read(merged=(Merged(2, 2, 0, 1),))

    assert [row.reason for row in reading.rejected] == [
        "单元格跨列合并（大类、小类），不知道各列该填什么；请取消合并后逐格填写"
    ]
    assert reading.accepted == 1


def test_matters_keep_the_codes_they_had_and_new_ones_get_free_ones() -> None:
    reading = Sheet(
        "大类,小类,三级", ("城市管理,道路,井盖", "城市管理,照明,路灯不亮", "城市管理,照明,路灯常亮", "交通,公交,")
    ).read(known=make_catalogue())

    assert [(node.code, node.name) for node in reading.catalogue.matters.nodes] == [
        ("01", "交通"),
        ("01.01", "公交"),
        ("1", "城市管理"),
        ("1.1", "道路"),
        ("1.1.2", "井盖"),
        ("1.2", "照明"),
        ("1.2.01", "路灯常亮"),
        ("S07", "路灯不亮"),
    ]


def test_codes_by_path_say_those_of_the_matters_above() -> None:
    reading = Sheet("编码,大类,小类,三级", ("07.08.03,城管,道路,井盖",)).read()

    assert [(node.code, node.parent) for node in reading.catalogue.matters.nodes] == [
        ("07", None),
        ("07.08", "07"),
        ("07.08.03", "07.08"),
    ]


def test_a_table_without_matters_is_no_duty_list() -> None:
    assert not is_header(["单位", "电话"])
    assert not is_header(["大类"])
    assert is_header(["序号", "事项大类（必填）", "主办单位*"])
    with pytest.raises(NotADutyList) as refused:
        recognise(["单位", "电话", ""])
    assert refused.value.message == (
        "没有认出哪一列是事项。表中的列：单位、电话。请把表头写成 大类、小类（三级、四级），再导入一次。"
    )


def test_no_heading_is_known_for_two_things() -> None:
    names = [name for several in HEADINGS.values() for name in several]

    assert sorted(set(names)) == sorted(names)


@settings(max_examples=150, deadline=None)
@given(catalogues)
def test_a_written_list_reads_the_same(catalogue: Catalogue) -> None:
    table = write_table(catalogue, UNITS)
    rows = [TableRow(number, cells) for number, cells in enumerate(table.rows, start=2)]

    reading = read_table(rows, recognise(table.columns), units=UNITS, areas=AREAS)

    assert reading.rejected == ()
    assert reading.remarks == ()
    assert reading.catalogue == catalogue
    assert reading.catalogue.digest == catalogue.digest


names = st.text("路灯井盖、/;a1 ", min_size=1, max_size=3).map(str.strip).filter(lambda name: name.strip("/"))


@settings(max_examples=100, deadline=None)
@given(st.lists(names, min_size=3, max_size=3, unique=True), st.lists(names, min_size=2, max_size=2))
def test_areas_and_matters_of_any_name_read_the_same(areas: list[str], matters: list[str]) -> None:
    places = [
        Area("w", areas[0], None, "district"),
        Area("x", areas[1], "w", "street"),
        Area("y", areas[2], "x"),
        Area("z", areas[1], "x"),
    ]
    nodes = [Node("m", matters[0]), Node("k", matters[1], "m")]
    rows = [Row(matter="k", area=area, lead="roads") for area in (None, "x", "y", "z")]
    catalogue = Catalogue.of(nodes, places, rows)
    table = write_table(catalogue, UNITS)

    written = [TableRow(number, cells) for number, cells in enumerate(table.rows, start=2)]
    reading = read_table(written, recognise(table.columns), units=UNITS, areas=places)

    assert (reading.rejected, reading.catalogue) == ((), catalogue)


cells = st.text("城管路灯5个工作日roads、;/-无是全区 \x00", max_size=6)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.lists(cells, min_size=1, max_size=9).map(tuple), max_size=6),
    st.lists(st.builds(Merged, st.integers(1, 6), st.integers(1, 9), st.integers(0, 8), st.integers(0, 9)), max_size=4),
)
def test_every_row_of_any_table_is_taken_or_told(lines: list[tuple[str, ...]], merged: list[Merged]) -> None:
    columns = recognise(["大类", "小类", "三级", "编码", "区域", "主办", "协办", "时限"])
    rows = [TableRow(number, line) for number, line in enumerate(lines, start=2)]

    reading = read_table(rows, columns, units=UNITS, areas=AREAS, merged=merged)

    assert reading.accepted + len(reading.rejected) == len(lines)
    assert all(row.reason for row in reading.rejected)


def test_the_small_world_is_written_as_offices_write_it() -> None:
    catalogue = make_catalogue(
        Row(matter="1", lead="roads", limit=Budget("wd_eod", 5), department_function=True),
        Row(matter="S07", area="n2", lead="north-cg", co=(), keywords=("路灯", "不亮"), legal_basis=""),
    )

    table = write_table(catalogue, UNITS)

    assert table.columns[:7] == ("编码", "大类", "小类", "三级", "区域", "主办单位", "协办单位")
    assert [row for row in table.rows if row[0] in ("1", "S07")] == [
        ("1", "城市管理", "", "", "", "道路管理处", "", "", "5个工作日", "", "", "", "", "", "", "是", "", ""),
        (
            *("S07", "城市管理", "照明", "路灯不亮", "北桥街道/松岗社区", "north-cg", "无"),
            *("路灯、不亮", "", "", "", "无", "", "", "", "", "", ""),
        ),
    ]
    assert len(table.rows) == len(MATTERS)
