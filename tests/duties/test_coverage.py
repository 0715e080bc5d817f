"""How far the list reaches: every matter in every area is somebody's, or is named, and the counts add up."""

from hypothesis import given, settings

from core.units.catalogue.catalogue import Catalogue
from core.units.catalogue.coverage import Gap, coverage_of, coverage_words
from core.units.catalogue.rows import Row
from tests.duties.made_up import MATTERS, catalogues, make_catalogue


def test_what_is_nobodys_is_named_with_the_reason() -> None:
    catalogue = make_catalogue(
        Row(matter="1.1", lead="roads"),
        Row(matter="1.2", lead="local:community_center"),
        Row(matter="2", area="north", lead="parks"),
    )

    coverage = coverage_of(catalogue)

    assert (coverage.matters, coverage.areas, coverage.cells, coverage.resolved, coverage.explicit) == (4, 3, 12, 10, 3)
    assert coverage.gaps == (
        Gap("S07", "n2", "写的是属地单位，而这个区域没有指定单位"),
        Gap("2.1", "s1", "清单里没有适用的行"),
    )
    assert coverage.by_lead == {"roads": 6, "cc-n1": 1, "cc-s1": 1, "parks": 2}
    assert coverage.by_branch == {"1": (9, 8), "2": (3, 2)}
    assert list(coverage_words(catalogue, coverage)) == [
        "4 个事项 × 3 个区域，共 12 种情形，10 种有主办单位，2 种没有；写明主办单位的有 3 行。",
        "事项 S07 城市管理 / 照明 / 路灯不亮 在北桥街道松岗社区没有主办单位：写的是属地单位，而这个区域没有指定单位。",
        "事项 2.1 环境卫生 / 垃圾 在南桥街道松岗社区没有主办单位：清单里没有适用的行。",
    ]


def test_a_district_without_areas_is_one_whole() -> None:
    coverage = coverage_of(Catalogue.of(MATTERS, (), [Row(matter="1", lead="roads")]))

    assert (coverage.cells, coverage.resolved) == (4, 3)
    assert coverage.gaps == (Gap("2.1", None, "清单里没有适用的行"),)


@settings(max_examples=100, deadline=None)
@given(catalogues)
def test_the_counts_add_up(catalogue: Catalogue) -> None:
    coverage = coverage_of(catalogue)

    assert coverage.cells == coverage.resolved + len(coverage.gaps)
    assert coverage.resolved == sum(coverage.by_lead.values()) == sum(led for _, led in coverage.by_branch.values())
    assert coverage.cells == sum(cells for cells, _ in coverage.by_branch.values())
    assert all(catalogue.resolve(gap.matter, gap.area).lead is None for gap in coverage.gaps)
    assert coverage.is_whole == (coverage.resolved == coverage.cells)
