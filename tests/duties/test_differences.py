"""What a new version of the list changes, in words and in numbers."""

from hypothesis import given, settings

from core.hooks.values import Budget
from core.kit.trees import Node
from core.units.catalogue.catalogue import Catalogue
from core.units.catalogue.differences import differences, effect_of, effect_words
from core.units.catalogue.rows import Row
from tests.duties.made_up import AREAS, MATTERS, UNIT_NAMES, catalogues, make_catalogue

BEFORE = make_catalogue(
    Row(matter="1", lead="roads", limit=Budget("wd_eod", 5)),
    Row(matter="1.1", area="north", lead="local:street", co=("roads", "parks")),
    Row(matter="1.2", limit=Budget("wall", 86_400)),
    Row(matter="2", lead="parks"),
)


def test_nothing_is_different_between_a_list_and_itself() -> None:
    assert differences(BEFORE, BEFORE, UNIT_NAMES) == ()
    assert list(effect_words(effect_of(BEFORE, BEFORE), UNIT_NAMES)) == ["对现有事项没有影响。"]


def test_one_branch_that_changes_is_told_row_by_row_and_counted() -> None:
    after = make_catalogue(
        Row(matter="1", lead="roads", limit=Budget("wd_eod", 5)),
        Row(matter="1.1", lead="light", guide="请问具体位置"),
        Row(matter="1.1", area="north", lead="local:street", co=(), min_level="street"),
        Row(matter="1.2"),
        Row(matter="2", lead="parks"),
    )

    assert differences(BEFORE, after, UNIT_NAMES) == (
        "新增一行 1.1 城市管理 / 道路（全区）：主办单位 灯光管理科，受理指引 请问具体位置",
        "改协办单位 1.1 城市管理 / 道路（北桥街道）：道路管理处、园林管理处 → 无",
        "改最低层级 1.1 城市管理 / 道路（北桥街道）：未写 → 街道",
        "删去一行 1.2 城市管理 / 照明（全区）：时限 24小时",
    )
    assert list(effect_words(effect_of(BEFORE, after), UNIT_NAMES)) == [
        "3 个事项、9 种事项与区域的组合结果不同：主办单位 2 种、协办单位 4 种、时限 3 种、受理指引 6 种、最低层级 4 种。",
        "主办单位 道路管理处 → 灯光管理科：2 种。",
    ]


def test_a_value_that_is_left_open_is_told_with_what_it_inherits() -> None:
    after = make_catalogue(*BEFORE.rows[:2], Row(matter="1.2", guide="请拍照"), BEFORE.rows[3])

    assert differences(BEFORE, after, UNIT_NAMES) == (
        "改时限 1.2 城市管理 / 照明（全区）：24小时 → 沿用（5个工作日）",
        "改受理指引 1.2 城市管理 / 照明（全区）：未写 → 请拍照",
    )


def test_matters_that_come_go_move_and_are_renamed() -> None:
    matters = [node for node in MATTERS if node.code not in ("2.1", "1.1.2")]
    matters += [Node("2.1", "垃圾清运", "1"), Node("3", "交通"), Node("3.1", "公交", "3")]
    after = Catalogue.of(matters, AREAS, (*BEFORE.rows, Row(matter="3", lead="roads")))

    assert differences(BEFORE, after, UNIT_NAMES) == (
        "事项 2.1 垃圾 更名为 垃圾清运",
        "事项 2.1 垃圾清运 改上级：2 环境卫生 → 1 城市管理",
        "新增事项 3 交通",
        "新增事项 3.1 交通 / 公交",
        "删去事项 1.1.2 城市管理 / 道路 / 井盖",
        "新增一行 3 交通（全区）：主办单位 道路管理处",
    )


def test_items_that_are_gone_are_counted_for_tickets_that_were_theirs() -> None:
    after = Catalogue.of((node for node in MATTERS if node.code != "1.1.2"), AREAS, BEFORE.rows)

    assert list(effect_words(effect_of(BEFORE, after), UNIT_NAMES)) == [
        "删去 1 个事项：新工单选不到它们，已有的工单仍按原名显示。",
        "对保留的事项没有影响。",
    ]


@settings(max_examples=100, deadline=None)
@given(catalogues, catalogues)
def test_differences_are_told_whenever_there_are_any(one: Catalogue, other: Catalogue) -> None:
    assert bool(differences(one, other, UNIT_NAMES)) == (one != other)
    effect = effect_of(one, other)
    assert effect.cells >= max(effect.changed.values(), default=0)
    assert sum(effect.moved.values()) == effect.changed.get("lead", 0)
    assert effect_of(other, one).cells == effect.cells
