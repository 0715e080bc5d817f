"""Where a written address lies: by the longest names, streets before roads before landmarks; unknown is an answer."""

from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.areas.gazetteer import Gazetteer, PlaceName
from core.areas.locating import Located, locate, locate_point
from core.areas.shapes import Point
from core.areas.tree import Area
from tests.areas.places import AREAS, GAZETTEER, NAMES


@pytest.mark.parametrize(
    ("address", "area"),
    [
        ("石井街道田头社区三巷 2 号", "tiantou"),
        ("示例区 龙田街道 办事处对面", "longtian"),
        ("创景路 88 号门前", "tiantou"),
        ("创景路１０２号", "liutang"),
        ("金田路7-9号", "laokeng"),
        ("金田路 8 号", "tiantou"),
        ("石井那边的路灯不亮", "shijing"),
        ("在石井路口", "longtian"),
        ("石井街道柳塘社区", "liutang"),
        ("柳塘社区（龙田街道）", "liutang2"),
        ("万达对面的人行道", "laokeng"),
        ("去万达的路上", "laokeng"),
        ("t3航站楼出口", "liutang"),
        ("广大石井街道居民反映", "shijing"),
        ("示例区范围内", "d"),
    ],
)
def test_an_address_is_found_by_its_names(address: str, area: str) -> None:
    found = locate(GAZETTEER, address)

    assert (found.area, found.path) == (area, GAZETTEER.areas.path(area))


@pytest.mark.parametrize(
    "address",
    [
        "",
        "   \n",
        "某某小区 3 栋",
        "东创景路 8 号",
        "花了上百万达成一致",
        "太平路上",
        "市t33航站楼",
        "石井大道",
        "新石井街道",
    ],
)
def test_nothing_is_found_inside_other_words(address: str) -> None:
    assert locate(GAZETTEER, address) == Located(None, None, (), "地址里没有认出本区的街道、社区、道路或地标")


def test_the_reason_names_the_words() -> None:
    assert locate(GAZETTEER, "石井街道创景路 88 号，市民广场旁") == Located(
        area="tiantou",
        path="d.shijing.tiantou",
        words=("石井街道", "创景路 88 号", "市民广场"),
        why="按“石井街道”“创景路 88 号”“市民广场”定位到 示例区 / 石井街道 / 田头社区",
    )


def test_a_road_without_a_number_is_found_as_far_as_its_areas_have_one_around_them() -> None:
    assert locate(GAZETTEER, "创景路边") == Located(
        area="shijing",
        path="d.shijing",
        words=("创景路",),
        why="按“创景路”可能在示例区 / 石井街道 / 柳塘社区、示例区 / 石井街道 / 田头社区，只能定位到 示例区 / 石井街道",
        candidates=("liutang", "tiantou"),
    )


def test_what_may_be_in_two_streets_is_ambiguous() -> None:
    found = locate(GAZETTEER, "柳塘社区路灯不亮")

    assert found.is_ambiguous
    assert found == Located(
        area=None,
        path=None,
        words=("柳塘社区",),
        why="按“柳塘社区”可能在示例区 / 龙田街道 / 柳塘社区、示例区 / 石井街道 / 柳塘社区，无法确定是哪一处",
        candidates=("liutang2", "liutang"),
    )


def test_two_streets_named_alike_in_one_address_are_ambiguous() -> None:
    found = locate(GAZETTEER, "我住石井街道，反映龙田街道的路灯")

    assert (found.area, found.candidates) == (None, ("longtian", "shijing"))


def test_a_landmark_elsewhere_is_passed_over_where_the_street_is_written() -> None:
    found = locate(GAZETTEER, "石井街道，万达附近")

    assert found.area == "shijing"
    assert found.why == "按“石井街道”定位到 示例区 / 石井街道；“万达”不在那里，未采用"


def test_a_number_that_no_part_of_the_road_has_says_nothing() -> None:
    gazetteer = Gazetteer.of(
        AREAS, [PlaceName("长路段", "tiantou", "road", 1, 9), PlaceName("长路段", "laokeng", "road", 20, 30)]
    )

    assert locate(gazetteer, "长路段 15 号").candidates == ("laokeng", "tiantou")
    assert locate(gazetteer, "长路段 21 号").area == "laokeng"
    assert locate(gazetteer, "长路段 3 号线站台").candidates == ("laokeng", "tiantou")


def test_a_point_lies_in_the_lowest_area_around_it() -> None:
    assert locate_point(GAZETTEER, Point(0.5, 0.5)) == Located(
        area="tiantou",
        path="d.shijing.tiantou",
        words=("0.500000, 0.500000",),
        why="按“0.500000, 0.500000”定位到 示例区 / 石井街道 / 田头社区",
    )
    assert locate_point(GAZETTEER, Point(7, 2)).area == "longtian"
    assert locate_point(GAZETTEER, Point(7, 7)).area == "d"
    assert locate_point(GAZETTEER, Point(11, 7)) == Located(None, None, (), "这个点不在任何一个区域的边界内")


def test_a_point_on_the_line_between_two_is_found_as_far_as_both_have_one_around_them() -> None:
    assert locate_point(GAZETTEER, Point(1, 0.5)).area == "shijing"
    between = locate_point(GAZETTEER, Point(5, 2))
    assert (between.area, between.candidates) == (None, ("longtian", "shijing"))


def test_a_text_without_end_is_looked_through_only_as_far_as_an_address_goes() -> None:
    assert locate(GAZETTEER, "石井街道" * 100_000).area == "shijing"
    assert locate(GAZETTEER, "某" * 2000 + "石井街道").area is None


def test_a_sentence_names_some_of_many_words_and_areas() -> None:
    roads = [f"{letter}山路" for letter in "甲乙丙丁戊己庚辛"]
    streets = [Area(f"s{number}", f"{road}街道", None, "street") for number, road in enumerate(roads)]
    gazetteer = Gazetteer.of(streets, [PlaceName(road, f"s{number}", "road") for number, road in enumerate(roads)])

    found = locate(gazetteer, "，".join(roads))

    assert (found.area, len(found.candidates), len(found.words)) == (None, 8, 8)
    assert found.why == (
        "按“甲山路”“乙山路”“丙山路”“丁山路”“戊山路”“己山路”等 8 处可能在甲山路街道、乙山路街道、丙山路街道、"
        "丁山路街道、戊山路街道、己山路街道等 8 处，无法确定是哪一处"
    )


def test_thousands_of_names_and_a_text_made_to_hit_them_take_a_moment() -> None:
    """Somebody repeats a beginning that all roads have; looking at each name at each place took most of a second."""
    roads = [PlaceName(f"坪山{chr(0x6000 + number)}路", "tiantou", "road") for number in range(5000)]
    gazetteer = Gazetteer.of(AREAS, roads)
    locate(gazetteer, "坪山")
    begun = process_time()

    for _ in range(10):
        assert locate(gazetteer, "坪山" * 1000).area is None

    assert process_time() - begun < 1


KNOWN = sorted(GAZETTEER.by_name)
pieces = st.sampled_from([*KNOWN, "东", "8号", " ", "\n", "的", "，", "社区", "路", "万", "T", "3"])
names = st.builds(
    PlaceName,
    st.text("石井路万达a3 社区", max_size=4),
    st.sampled_from(["tiantou", "laokeng", "shijing", "d", "nowhere"]),
    st.sampled_from(["alias", "road", "landmark"]),
    st.none() | st.integers(1, 9),
    st.none() | st.integers(1, 9),
    st.sampled_from(["both", "odd", "even"]),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(names, max_size=5), st.text(max_size=30) | st.lists(pieces, max_size=6).map("".join))
def test_any_text_has_an_answer_that_its_words_bear_out(added: list[PlaceName], address: str) -> None:
    gazetteer = Gazetteer.of(AREAS, (*NAMES, *added))

    found = locate(gazetteer, address)

    assert found.why
    assert found.area is None or found.area in gazetteer.areas
    assert (found.path is None) == (found.area is None)
    assert bool(found.words) or found.area is None
    for candidate in found.candidates:
        assert found.area is None or gazetteer.areas.is_under(candidate, found.area)


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from([area for area in AREAS if area.code not in ("liutang", "liutang2")]),
    st.text("的在，。 门前后 ", max_size=5),
)
def test_an_area_that_is_written_alone_is_always_found(area: object, around: str) -> None:
    assert isinstance(area, type(AREAS[0]))
    assert locate(GAZETTEER, f"{around}{area.name}{around}").area == area.code
