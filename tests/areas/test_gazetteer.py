"""A faulty gazetteer is told all at once; a good one is kept whole."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.areas.checking import GazetteerUnusable, check, refuse_faults
from core.areas.gazetteer import Gazetteer, PlaceName, from_document, to_document
from core.areas.shapes import polygon
from core.areas.tree import Area, local_units
from tests.areas.places import AREAS, GAZETTEER, NAMES


def faults(*names: PlaceName, areas: tuple[Area, ...] = AREAS) -> list[str]:
    return list(check(Gazetteer.of(areas, names)))


def test_a_good_gazetteer_has_no_fault() -> None:
    assert check(GAZETTEER) == ()
    refuse_faults(GAZETTEER)


def test_all_faults_are_told_at_once() -> None:
    areas = (
        *AREAS,
        Area("x", "河西街道", "tiantou", "street"),
        Area("y", "坪", "longtian"),
        Area("z", "远山社区", "longtian", shape=polygon([(0, 0), (1, 1)])),
        Area("u", "浮云社区", "sky"),
    )

    with pytest.raises(GazetteerUnusable) as refused:
        refuse_faults(Gazetteer.of(areas, [PlaceName("湖", "sea", "landmark", first=1)]))

    assert refused.value.faults == (
        "区域“u 浮云社区”的上级“sky”不存在；请先写上级，或把上级留空",
        "区域“坪”的名称只有一个字，在地址里到处都是；请写全名",
        "区域“远山社区”的边界只有 2 个不同的点，围不成一块地；请至少给出 3 个点",
        "街道“河西街道”写在社区“田头社区”下，级别不对；街道在区下，社区在街道下，请改正上级或类别",
        "地标“湖”不足 2 个字，会在别的词里认错；请写全名",
        "地标“湖”所在的区域“sea”不存在；请改成已有的区域代码",
        "地标“湖”写了门牌号，只有道路分段才用门牌号；请删去",
    )


def test_parts_of_a_road_do_not_overlap_unless_they_are_of_one_area() -> None:
    assert faults(
        PlaceName("长路", "tiantou", "road", 1, 99),
        PlaceName("长路", "tiantou", "road", 50, 120),
        PlaceName("长路", "liutang", "road", 99, 200, "odd"),
        PlaceName("短路", "tiantou", "road", side="odd"),
        PlaceName("短路", "liutang", "road", side="even"),
        PlaceName("倒路", "liutang", "road", 9, 1),
    ) == [
        "道路“倒路”的门牌号 9–1 不成范围；请从小到大填写",
        "道路“长路”有两段门牌号重叠，分属不同区域（liutang、tiantou）；请把号段分开",
        "道路“长路”有两段门牌号重叠，分属不同区域（liutang、tiantou）；请把号段分开",
    ]


def test_an_alias_of_two_areas_is_told_and_two_communities_of_one_name_are_not() -> None:
    assert faults(PlaceName("田头", "tiantou"), PlaceName("田头", "laokeng"), PlaceName("龙田街道", "tiantou")) == [
        "“龙田街道”同时指 longtian 龙田街道、tiantou 田头社区，地址里写它也分不清是哪一个；请删去一个别名",
        "“田头”同时指 laokeng 老坑社区、tiantou 田头社区，地址里写它也分不清是哪一个；请删去一个别名",
    ]


def test_units_at_home_in_an_area_are_those_around_it() -> None:
    assert local_units(GAZETTEER.areas, "tiantou") == {"community_center": "cc-1", "street": "st-1"}
    assert local_units(GAZETTEER.areas, "laokeng") == {"street": "st-2"}
    assert local_units(GAZETTEER.areas, "d") == local_units(GAZETTEER.areas, None) == {}


@settings(max_examples=50, deadline=None)
@given(st.permutations(AREAS), st.permutations(NAMES))
def test_order_does_not_matter_and_all_is_kept(areas: list[Area], names: list[PlaceName]) -> None:
    gazetteer = Gazetteer.of(areas, names)

    assert gazetteer == GAZETTEER
    assert from_document(to_document(gazetteer)) == GAZETTEER
    assert gazetteer.digest == GAZETTEER.digest


def test_another_unit_at_home_is_another_gazetteer() -> None:
    other = Gazetteer.of([replace(AREAS[0], unit="x"), *AREAS[1:]], NAMES)

    assert other.digest != GAZETTEER.digest
