"""Whose a matter is: the most specific row wins, and what it leaves open it inherits."""

from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from core.hooks.values import Budget
from core.kit.trees import Node
from core.units.catalogue.catalogue import Catalogue, Resolved, from_document, to_document
from core.units.catalogue.explaining import trace
from core.units.catalogue.rows import VALUES, Row
from tests.duties.made_up import AREAS, MATTERS, UNIT_NAMES, area_codes, catalogues, make_catalogue, matter_codes

SOME = settings(max_examples=100, deadline=None)
PARENTS: dict[str, str | None] = {node.code: node.parent for node in (*MATTERS, *AREAS)}
LOCAL = {
    "local:street": {"north": "st-north", "n1": "st-north", "n2": "st-north", "south": "st-south", "s1": "st-south"},
    "local:community_center": {"n1": "cc-n1", "s1": "cc-s1"},
}


def upwards(code: str | None) -> list[str]:
    return [code, *upwards(PARENTS[code])] if code else []


def naive(catalogue: Catalogue, matter: str, area: str | None) -> dict[str, Any]:
    """What holds by definition: of all rows above, the lowest matter first, then the lowest area, each value once."""
    matters, areas = upwards(matter), [*upwards(area), None]
    applying = [row for row in catalogue.rows if row.matter in matters and row.area in areas]
    applying.sort(key=lambda row: (matters.index(row.matter), areas.index(row.area)))
    values = {name: next((v for row in applying if (v := getattr(row, name)) is not None), None) for name in VALUES}
    if values["lead"] in LOCAL:
        values["lead"] = LOCAL[values["lead"]].get(area or "")
    if values["co"] is not None:
        here = [LOCAL[unit].get(area or "") if unit in LOCAL else unit for unit in values["co"]]
        values["co"] = tuple(unit for unit in here if unit)
    return values


def values_of(resolved: Resolved) -> dict[str, Any]:
    return {name: getattr(resolved.values, name) for name in VALUES}


@SOME
@given(catalogues, matter_codes, area_codes)
def test_what_is_looked_up_is_what_all_rows_say_by_definition(
    catalogue: Catalogue, matter: str, area: str | None
) -> None:
    assert values_of(catalogue.resolve(matter, area)) == naive(catalogue, matter, area)


@SOME
@given(catalogues, matter_codes, area_codes)
def test_every_value_stands_in_the_row_that_it_is_said_to_come_from(
    catalogue: Catalogue, matter: str, area: str | None
) -> None:
    resolved = catalogue.resolve(matter, area)

    for name, key in resolved.sources.items():
        row = catalogue.row(key)
        assert row is not None
        assert getattr(row, name) == getattr(catalogue.written(matter, area), name)
        assert row in resolved.rows


@SOME
@given(catalogues.filter(lambda catalogue: catalogue.rows), matter_codes, area_codes)
def test_a_less_specific_row_changes_only_what_the_others_leave_open(
    catalogue: Catalogue, matter: str, area: str | None
) -> None:
    whole = catalogue.resolve(matter, area)
    for last in whole.rows[-1:]:
        without = Catalogue.of(MATTERS, AREAS, [row for row in catalogue.rows if row != last]).resolve(matter, area)

        assert without.rows == whole.rows[:-1]
        assert without.sources == {name: key for name, key in whole.sources.items() if key != last.key}
        assert {name: values_of(without)[name] for name in without.sources} == {
            name: values_of(whole)[name] for name in without.sources
        }


@SOME
@given(catalogues, matter_codes, area_codes)
def test_a_matter_without_rows_is_as_the_one_above_it(catalogue: Catalogue, matter: str, area: str | None) -> None:
    with_child = Catalogue.of((*MATTERS, Node("9", "新事项", matter)), AREAS, catalogue.rows)

    assert values_of(with_child.resolve("9", area)) == values_of(catalogue.resolve(matter, area))


@SOME
@given(catalogues, st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter_and_all_is_kept(catalogue: Catalogue, chance: Any) -> None:
    shuffled = [*catalogue.rows]
    chance.shuffle(shuffled)

    assert Catalogue.of(reversed(MATTERS), reversed(AREAS), shuffled) == catalogue
    assert from_document(to_document(catalogue)) == catalogue
    assert from_document(to_document(catalogue)).digest == catalogue.digest


@SOME
@given(catalogues, catalogues)
def test_lists_that_say_different_things_have_different_digests(one: Catalogue, other: Catalogue) -> None:
    assert (one.digest == other.digest) == (one == other)


@SOME
@given(catalogues, matter_codes | st.text(max_size=3), area_codes | st.text(max_size=3))
def test_whatever_is_asked_is_answered_in_words(catalogue: Catalogue, matter: str, area: str | None) -> None:
    assert all(trace(catalogue.resolve(matter, area), UNIT_NAMES))


def test_the_lowest_matter_wins_before_the_lowest_area() -> None:
    catalogue = make_catalogue(
        Row(matter="1", area="n1", lead="parks"),
        Row(matter="1.1", lead="roads"),
        Row(matter="1.1", area="north", lead="st-north"),
    )

    assert catalogue.resolve("1.1.1", "n1").lead == "st-north"
    assert catalogue.resolve("1.1.1", "s1").lead == "roads"
    assert catalogue.resolve("1.2", "n1").lead == "parks"
    assert catalogue.resolve("1.2", "s1").lead is None


def test_a_row_can_say_that_nobody_helps_where_others_do() -> None:
    catalogue = make_catalogue(
        Row(matter="1", lead="roads", co=("parks",)),
        Row(matter="1.1", co=()),
        Row(matter="1.1.1", limit=Budget("ws", 60)),
    )

    assert catalogue.resolve("1.1.1").values.co == ()
    assert catalogue.resolve("1.2").values.co == ("parks",)


def test_whoever_is_at_home_there_leads_and_nobody_where_that_is_not_known() -> None:
    catalogue = make_catalogue(Row(matter="2", lead="local:street", co=("local:community_center", "parks")))

    assert (catalogue.resolve("2.1", "n1").lead, catalogue.resolve("2.1", "n1").values.co) == (
        "st-north",
        ("cc-n1", "parks"),
    )
    assert (catalogue.resolve("2.1").lead, catalogue.resolve("2.1").values.co) == (None, ("parks",))


def test_the_trace_tells_where_each_value_comes_from() -> None:
    catalogue = make_catalogue(
        Row(matter="1", limit=Budget("wd_eod", 5), legal_basis="示例条例第一条", department_function=False),
        Row(matter="1.1", area="north", lead="local:street", co=("roads",)),
        Row(matter="1.1.1", area="n1", limit=Budget("wall", 3600), min_level="street"),
    )

    assert trace(catalogue.resolve("1.1.1", "n1"), UNIT_NAMES) == (
        "事项 1.1.1 城市管理 / 道路 / 路面破损，区域 北桥街道柳塘社区",
        "主办单位：属地街道，即北桥街道办事处（沿用 1.1 城市管理 / 道路（北桥街道））",
        "协办单位：道路管理处（沿用 1.1 城市管理 / 道路（北桥街道））",
        "时限：1小时（本行写明）",
        "法律依据：示例条例第一条（沿用 1 城市管理（全区））",
        "最低层级：街道（本行写明）",
        "职能部门职责：否（沿用 1 城市管理（全区））",
    )
    assert trace(catalogue.resolve("1.1.1"), UNIT_NAMES) == (
        "事项 1.1.1 城市管理 / 道路 / 路面破损，区域未知，按全区",
        "时限：5个工作日（沿用 1 城市管理（全区））",
        "法律依据：示例条例第一条（沿用 1 城市管理（全区））",
        "职能部门职责：否（沿用 1 城市管理（全区））",
        "主办单位：没有一行写明，由派单台判定",
    )
    assert trace(catalogue.resolve("9", "n1"), UNIT_NAMES) == (
        "职责清单中没有事项 9",
        "主办单位：没有一行写明，由派单台判定",
    )
    assert trace(catalogue.resolve("2.1", "elsewhere"), UNIT_NAMES) == (
        "事项 2.1 环境卫生 / 垃圾，区域 elsewhere 不在清单的区域表中，按全区",
        "主办单位：没有一行写明，由派单台判定",
    )


def test_a_path_shows_the_way_from_the_top_whatever_codes_look_like() -> None:
    matters = make_catalogue().matters

    assert [matters.path(node.code) for node in matters.nodes] == [
        "1",
        "1.1",
        "1.1.1",
        "1.1.2",
        "1.2",
        "1.2.S07",
        "2",
        "2.1",
    ]
    assert matters.path("9") == ""


def test_rows_that_say_nothing_are_no_part_of_the_list() -> None:
    assert make_catalogue(Row(matter="1")) == make_catalogue()
    assert replace(AREAS[0], shape=None) in make_catalogue().areas.nodes
