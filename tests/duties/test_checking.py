"""A faulty duty list is refused with every fault in words; a good one has none."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.areas.tree import Area
from core.hooks.values import Budget
from core.kit.trees import Node
from core.units.catalogue.catalogue import Catalogue
from core.units.catalogue.checking import CatalogueUnusable, check, refuse_faults
from core.units.catalogue.rows import Row
from core.units.levels import KIND_LEVELS, level_of
from core.units.models import UNIT_KINDS
from tests.duties.made_up import AREAS, MATTERS, UNITS, make_catalogue

WHOLE = (Row(matter="1", lead="roads"), Row(matter="2", lead="parks"))


def faults(*rows: Row, matters: tuple[Node, ...] = MATTERS, areas: tuple[Area, ...] = AREAS) -> list[str]:
    return list(check(Catalogue.of(matters, areas, rows), UNITS))


def test_a_good_list_has_no_fault() -> None:
    assert faults(*WHOLE) == []
    assert faults(*WHOLE, areas=()) == []
    refuse_faults(make_catalogue(*WHOLE), UNITS)


def test_an_empty_list_is_refused() -> None:
    assert faults(matters=()) == ["职责清单里一个事项也没有，工单无处可派；请至少写一个大类和一个小类"]


def test_two_items_with_one_code_and_two_rows_for_the_same() -> None:
    assert faults(*WHOLE, Row(matter="2", lead="roads"), matters=(*MATTERS, Node("1.2", "亮化", "1"))) == [
        "事项代码“1.2”用了 2 次，一个代码只能指一个事项；请给其余的换代码",
        "2 环境卫生（全区）写了 2 行，不知道以哪一行为准；请合并成一行",
    ]


def test_parents_in_a_circle_and_parents_that_are_not_there() -> None:
    matters = (*MATTERS, Node("a", "甲", "b"), Node("b", "乙", "a"), Node("c", "丙", "nowhere"))

    assert faults(*WHOLE, Row(matter="c", lead="roads"), matters=matters) == [
        "事项“c 丙”的上级“nowhere”不存在；请先写上级，或把上级留空",
        "事项的上级关系绕成了圈（b → a → b），分不出谁上谁下；请改正其中一个的上级",
    ]


def test_codes_by_path_that_contradict_their_parents() -> None:
    matters = (*MATTERS, Node("2.3.1", "公厕", "2"), Node("3", "公园", "2"), Node("2.3", "绿地", "2"))

    assert faults(*WHOLE, matters=matters) == [
        "事项代码“2.3.1”里的点表示上下级，与它的上级“2”对不上；请改代码或上级",
        "事项代码“2.3”、“3”的路径都是 2.3，无法分辨；请改其中一个代码",
    ]


def test_matters_without_a_name_with_the_same_name_or_too_deep() -> None:
    deep = [Node(f"k{number}", f"第{number}层", f"k{number - 1}" if number else None) for number in range(10)]
    matters = (*MATTERS, Node("2.2", " ", "2"), Node("2.4", "垃圾", "2"), *deep)

    assert faults(*WHOLE, Row(matter="k0", lead="roads"), matters=matters)[:5] == [
        "事项“2.2”没有名称，选不到它；请填写名称",
        "事项“k8 第8层”在 8 级以下，没有人找得到；请减少层级",
        "事项“k9 第9层”在 8 级以下，没有人找得到；请减少层级",
        "“环境卫生”下有 2 个事项都叫“垃圾”（2.1、2.4），无法分辨；请改名或合并",
        "事项“k9 第1层 / 第2层 / 第3层 / 第4层 / 第5层 / 第6层 / 第7层 / 第8层 / 第9层”没有一个区域有主办单位，"
        "工单无处可派；请补上主办单位，或写“属地街道”并给区域指定单位",
    ]


def test_a_category_without_items() -> None:
    assert faults(*WHOLE, Row(matter="3", lead="roads"), matters=(*MATTERS, Node("3", "交通"))) == [
        "大类“3 交通”下没有小类，工单选不到事项；请补上小类或删去这个大类"
    ]


def test_rows_of_unknown_matters_areas_and_units() -> None:
    assert faults(
        *WHOLE,
        Row(matter="7", lead="roads"),
        Row(matter="1.1", area="west", lead="roads"),
        Row(matter="1.1", area="d", lead="roads"),
        Row(matter="1.2", lead="nobody", co=("former", "local:park")),
    ) == [
        "1.1 城市管理 / 道路（示例区）写的区域就是全区，区域未知的工单会用不上这一行；请把区域留空",
        "1.1 城市管理 / 道路（west）写的区域“west”不在区域表中；请改成已有的区域，全区通用的留空",
        "1.2 城市管理 / 照明（全区）写的单位“nobody”不存在，工单会无处可派；请改成已有的单位代码",
        "1.2 城市管理 / 照明（全区）写的单位“市容管理所”（former）已停用，工单会无处可派；请改成承接其职责的单位",
        "1.2 城市管理 / 照明（全区）写的单位“local:park”不是属地单位的写法；可用的有 local:street、local:community_center",
        "有一行写的事项“7”不在事项表中；请先添加事项，或改成已有的代码",
    ]


def test_limits_nobody_could_keep() -> None:
    assert faults(
        *WHOLE,
        Row(matter="1.1", limit=Budget("wd_eod", 0), on_site=Budget("wd_eod", 1)),
        Row(matter="1.2", limit=Budget("natural", 999), on_site=Budget("wall", 30)),
        Row(matter="2.1", limit=Budget("wall", 1800), on_site=Budget("wall", 3600)),
        Row(
            matter="1.1.2", limit=Budget("wall", 7200), on_site=Budget("wall", 3600), after_arrival=Budget("wall", 7200)
        ),
        Row(matter="S07", after_arrival=Budget("ws", 7200)),
    ) == [
        "1.1 城市管理 / 道路（全区）的时限不是正数，工单一到就超期；请写大于零的时限",
        "1.1 城市管理 / 道路（全区）的到场时限不是自然时间，现场不分昼夜；请写成 60分钟 或 2小时",
        "1.1.2 城市管理 / 道路 / 井盖（全区）的到场时限加到场后时限比时限还长，按时到场也会超期；请改短其中一个",
        "1.2 城市管理 / 照明（全区）的时限超过一年，不像办理时限；请写 366 天以内",
        "1.2 城市管理 / 照明（全区）的到场时限不足一分钟，没有人办得到；请至少写 1 分钟",
        "S07 城市管理 / 照明 / 路灯不亮（全区）的到场后时限不是自然时间，现场不分昼夜；请写成 60分钟 或 2小时",
        "2.1 环境卫生 / 垃圾（全区）的到场时限比时限还长，到场之前就超期了；请改短到场时限",
    ]
    assert faults(*WHOLE, Row(matter="2.1", area="n1", after_arrival=Budget("wall", 7200))) == [
        "事项“2.1 环境卫生 / 垃圾”在北桥街道柳塘社区：有到场后时限而没有到场时限，单位不到场就一直不计时；请补上到场时限"
    ]


def test_matters_that_are_nobodys_somewhere_or_everywhere() -> None:
    assert faults(Row(matter="1", lead="roads"), Row(matter="2", area="north", lead="parks")) == [
        "事项“2.1 环境卫生 / 垃圾”在南桥街道松岗社区没有主办单位，工单无处可派；"
        "请补上主办单位，或写“属地街道”并给区域指定单位"
    ]
    assert faults(Row(matter="1", lead="roads"), Row(matter="2", limit=Budget("wd_eod", 2))) == [
        "事项“2.1 环境卫生 / 垃圾”没有一个区域有主办单位，工单无处可派；请补上主办单位，或写“属地街道”并给区域指定单位"
    ]


def test_whoever_is_at_home_there_is_nobody_in_an_area_without_a_unit() -> None:
    assert faults(Row(matter="1", lead="local:community_center"), Row(matter="2", lead="parks")) == [
        f"事项“{words}”在北桥街道松岗社区没有主办单位，工单无处可派；请补上主办单位，或写“属地街道”并给区域指定单位"
        for words in (
            "1.1.1 城市管理 / 道路 / 路面破损",
            "1.1.2 城市管理 / 道路 / 井盖",
            "S07 城市管理 / 照明 / 路灯不亮",
        )
    ]


def test_a_departments_function_is_not_given_to_a_street_however_it_comes_about() -> None:
    """The unit is set for an area, the flag for all: only where both meet, and in no row, is something wrong."""
    assert faults(
        *WHOLE,
        Row(matter="1.1", area="n1", lead="north-cg"),
        Row(matter="1.1.1", department_function=True),
        Row(matter="2", area="south", lead="local:community_center"),
        Row(matter="2.1", department_function=True),
    ) == [
        "事项“1.1.1 城市管理 / 道路 / 路面破损”在北桥街道柳塘社区：属于职能部门职责，而主办单位“城管办”是街道单位；"
        "应由职能部门办理的不得分派给基层（国办函〔2025〕66号），请改由职能部门主办、基层协办",
        "事项“2.1 环境卫生 / 垃圾”在南桥街道：属于职能部门职责，而主办单位“属地社区”是社区单位；"
        "应由职能部门办理的不得分派给基层（国办函〔2025〕66号），请改由职能部门主办、基层协办",
        "事项“2.1 环境卫生 / 垃圾”在南桥街道松岗社区：属于职能部门职责，而主办单位“松岗社区党群服务中心”是社区单位；"
        "应由职能部门办理的不得分派给基层（国办函〔2025〕66号），请改由职能部门主办、基层协办",
    ]


def test_a_unit_lower_than_the_least_level_and_one_that_leads_and_helps() -> None:
    assert faults(
        *WHOLE,
        Row(matter="1.1.1", min_level="city"),
        Row(matter="1.1.2", co=("roads",)),
        Row(matter="1.2", lead="water"),
    ) == [
        "事项“1.1.1 城市管理 / 道路 / 路面破损”在全区、示例区、北桥街道 等 7 个区域：主办单位“道路管理处”是区级单位，低于最低层级市级；请改主办单位或最低层级",
        "事项“1.1.2 城市管理 / 道路 / 井盖”在全区、示例区、北桥街道 等 7 个区域：“道路管理处”既是主办又是协办；请从协办中删去",
    ]


def test_the_refusal_shows_the_first_fifty_faults_and_keeps_all() -> None:
    rows = [Row(matter="1.1", area=f"x{number}", lead="roads") for number in range(70)]

    with pytest.raises(CatalogueUnusable) as refused:
        refuse_faults(make_catalogue(*WHOLE, *rows), UNITS)

    assert len(refused.value.faults) == 70
    assert refused.value.message.splitlines()[50:] == ["另有 20 处问题没有列出。"]


def test_every_kind_of_unit_has_a_level() -> None:
    assert {*KIND_LEVELS, "section"} == set(UNIT_KINDS)
    assert level_of("light", UNITS) == "district"
    assert level_of("north-cg", UNITS) == "street"
    assert level_of("x", {"x": replace(UNITS["light"], code="x", parent="x")}) == "district"


nodes = st.builds(
    Node, st.sampled_from("abcd"), st.sampled_from(["", "甲", "乙"]), st.none() | st.sampled_from("abcdx")
)


@settings(max_examples=300, deadline=None)
@given(st.lists(nodes, max_size=6), st.lists(st.builds(Row, matter=st.sampled_from("abcdx"), lead=st.just("roads"))))
def test_any_tree_however_broken_is_told_in_words(matters: list[Node], rows: list[Row]) -> None:
    catalogue = Catalogue.of(matters, (), rows)

    assert all(check(catalogue, UNITS)) or catalogue.matters.nodes
    for code in "abcdx":
        catalogue.resolve(code)
        list(catalogue.matters.below(code))
