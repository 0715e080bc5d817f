"""Items are merged, split and found to be the same in other words; nothing is decided by the way."""

from dataclasses import replace

import pytest
from hypothesis import given, settings

from core.hooks.values import Budget
from core.kit.trees import Node
from core.units.catalogue.catalogue import Catalogue
from core.units.catalogue.coding import coded
from core.units.catalogue.duplicates import Suggestion, suggest_duplicates
from core.units.catalogue.mending import CannotMerge, CannotSplit, Part, merge, split
from core.units.catalogue.rows import Row
from tests.duties.made_up import AREAS, MATTERS, area_codes, catalogues, make_catalogue, matter_codes

LISTED = (
    Row(matter="1", lead="roads", limit=Budget("wd_eod", 5)),
    Row(matter="1.1.1", keywords=("坑洼",), co=("parks",)),
    Row(matter="1.1.2", keywords=("井盖", "坑洼"), co=("light", "roads"), guide="请问编号"),
    Row(matter="1.1.2", area="north", limit=Budget("wall", 7200)),
    Row(matter="2", lead="parks"),
)


def test_merged_items_unite_their_words_and_helpers() -> None:
    with pytest.raises(CannotMerge) as refused:
        merge(make_catalogue(*LISTED), ["1.1.2"], "1.1.1")
    agreed = make_catalogue(*(row for row in LISTED if row.area is None))

    mended = merge(agreed, ["1.1.2", "1.1.1"], "1.1.1")

    assert refused.value.message == (
        "1.1.1 城市管理 / 道路 / 路面破损与1.1.2 城市管理 / 道路 / 井盖在北桥街道的时限不同。"
        "不知道以哪个为准，没有合并。请先改成一致，再合并。"
    )
    assert mended.became == {"1.1.2": ("1.1.1",)}
    assert mended.catalogue == Catalogue.of(
        [node for node in MATTERS if node.code != "1.1.2"],
        AREAS,
        [
            LISTED[0],
            Row(matter="1.1.1", keywords=("坑洼", "井盖"), co=("parks", "light"), guide="请问编号"),
            LISTED[4],
        ],
    )


def test_what_an_item_inherits_counts_as_what_it_says() -> None:
    """1.2 would get another lead unit by the way, without anybody deciding so."""
    with pytest.raises(CannotMerge) as refused:
        merge(make_catalogue(*LISTED), ["2.1"], "S07")

    assert refused.value.message == (
        "S07 城市管理 / 照明 / 路灯不亮与2.1 环境卫生 / 垃圾在全区的主办单位不同。"
        "不知道以哪个为准，没有合并。请先改成一致，再合并。"
    )


def test_what_lies_below_a_merged_item_goes_with_it() -> None:
    mended = merge(make_catalogue(LISTED[0]), ["1.1"], "1.2")

    assert [(node.code, node.parent) for node in mended.catalogue.matters.children("1.2")] == [
        ("1.1.1", "1.2"),
        ("1.1.2", "1.2"),
        ("S07", "1.2"),
    ]


@pytest.mark.parametrize(
    ("items", "into", "why"),
    [
        (["1.1"], "1.1", "没有指明要并入的事项。请至少选两个不同的事项。"),
        (["9"], "1.1", "清单中没有事项 9，无法合并。请从事项列表中选择。"),
        (
            ["1"],
            "1.1",
            "“1.1 城市管理 / 道路”就在“1 城市管理”之下，不能把上级并入下级。请反过来合并。",
        ),
    ],
)
def test_what_cannot_be_merged_is_refused(items: list[str], into: str, why: str) -> None:
    with pytest.raises(CannotMerge) as refused:
        merge(make_catalogue(*LISTED), items, into)

    assert refused.value.message == why


@settings(max_examples=100, deadline=None)
@given(catalogues, matter_codes, matter_codes, area_codes)
def test_merging_moves_nobody_to_another_unit(catalogue: Catalogue, item: str, into: str, area: str | None) -> None:
    try:
        mended = merge(catalogue, [item], into)
    except CannotMerge:
        return
    was = [catalogue.written(code, area) for code in (into, item)]
    will = mended.catalogue.written(into, area)

    for name in ("lead", "limit", "on_site", "standard", "min_level", "department_function"):
        assert getattr(will, name) in {getattr(row, name) for row in was}
        assert getattr(was[0], name) in (None, getattr(will, name))


def test_the_parts_of_a_split_item_have_its_rows_and_words_of_their_own() -> None:
    mended = split(make_catalogue(*LISTED), "1.1.2", [Part("1.1.3", "井盖缺失", ("缺失",)), Part("1.1.4", "井盖异响")])

    assert mended.became == {"1.1.2": ("1.1.3", "1.1.4")}
    whole = replace(LISTED[2], matter="1.1.3", keywords=("缺失",))
    assert mended.catalogue == Catalogue.of(
        [node for node in MATTERS if node.code != "1.1.2"]
        + [Node("1.1.3", "井盖缺失", "1.1"), Node("1.1.4", "井盖异响", "1.1")],
        AREAS,
        [
            *LISTED[:2],
            whole,
            replace(LISTED[3], matter="1.1.3"),
            replace(whole, matter="1.1.4", keywords=None),
            replace(LISTED[3], matter="1.1.4"),
            LISTED[4],
        ],
    )


@pytest.mark.parametrize(
    ("item", "parts", "why"),
    [
        ("9", [], "清单中没有事项 9，无法拆分。请从事项列表中选择。"),
        ("1.1", [], "事项“1.1 城市管理 / 道路”下还有事项，拆开后它们无处可放。请先拆分或移走下级。"),
        ("2.1", [Part("2.2", "清运")], "拆分要有至少两个名称不同、写明代码的新事项。请补全后再拆。"),
        (
            "2.1",
            [Part("2.2", "清运"), Part("1.1", "堆放")],
            "代码 1.1 已经用过，一个代码只能指一个事项，“2.1”没有拆分。请给新事项换代码。",
        ),
    ],
)
def test_what_cannot_be_split_is_refused(item: str, parts: list[Part], why: str) -> None:
    with pytest.raises(CannotSplit) as refused:
        split(make_catalogue(*LISTED), item, parts)

    assert refused.value.message == why


def test_names_that_say_the_same_are_suggested_and_nothing_more() -> None:
    names = {
        "a.1": "道路破损问题",
        "a.2": "道路破损",
        "a.3": "道路损坏",
        "b.1": "破损道路",
        "b.2": "其他",
        "a.4": "其他",
        "b.3": "噪声扰民",
        "b.4": "扰民噪音",
        "b.5": "施工噪声",
    }
    matters = [Node("a", "甲"), Node("b", "乙"), *(Node(code, name, code[0]) for code, name in names.items())]

    assert suggest_duplicates(Catalogue.of(matters)) == (
        Suggestion(("a.1", "a.2"), "名称只差标点或虚词"),
        Suggestion(("a.1", "a.2", "a.3"), "名称用了同义词"),
        Suggestion(("a.1", "a.2", "a.3", "b.1"), "名称用字相同，次序不同"),
        Suggestion(("b.3", "b.4"), "名称用字相同，次序不同"),
    )


def test_a_new_code_counts_on_as_those_beside_it_do() -> None:
    lights, holes, new = ("市政", "路灯"), ("市政", "井盖"), ("市政", "线缆")

    _, counting = coded({("市政",): "02", lights: "P02001", holes: "P02014", new: ""})
    _, mixed = coded({("市政",): "02", lights: "P02001", holes: "X", new: ""})

    assert (counting[new], mixed[new]) == ("P02015", "02.01")
