"""A district's matters are counted as the central city's; what nobody mapped is other, and is named."""

from core.kit.trees import Node, Tree
from core.units.catalogue.mapping import (
    OTHER,
    MappingCoverage,
    MatterMapping,
    check_mapping,
    mapping_coverage,
    suggest_mapping,
)
from tests.duties.made_up import MATTERS

LOCAL = Tree.of(MATTERS)
CENTRAL = Tree.of(
    [
        Node("C1", "城市管理"),
        Node("C11", "市政道路", "C1"),
        Node("C12", "路灯不亮", "C1"),
        Node("C2", "生态环境"),
        Node("C21", "垃圾", "C2"),
        Node("C22", "噪声", "C2"),
    ]
)


def test_a_matter_is_what_it_is_mapped_to_or_what_the_one_above_is() -> None:
    mapping = MatterMapping.of({"1.1": "C11", "1.1.2": "C12"})

    assert [mapping.central_of(code, LOCAL) for code in ("1.1.1", "1.1.2", "1.2", "9")] == ["C11", "C12", OTHER, OTHER]


def test_how_much_is_mapped_is_counted_and_the_rest_named() -> None:
    assert mapping_coverage(MatterMapping.of({"1.1": "C11"}), LOCAL) == MappingCoverage(
        matters=4, mapped=2, others=("S07", "2.1"), unmapped=("S07", "2.1"), by_central={"C11": 2, OTHER: 2}
    )


def test_codes_that_are_not_there_are_told() -> None:
    mapping = MatterMapping.of({"9": "C11", "1.2": "C99", "2": OTHER})

    assert list(check_mapping(mapping, LOCAL, CENTRAL)) == [
        "对照表写的本区事项“9”不在职责清单中；请改正，或删去这一行",
        "事项“1.2 城市管理 / 照明”对照的市级事项“C99”不在市级目录中；请改正，或对照到“其他”",
    ]


def test_the_same_names_are_proposed() -> None:
    assert suggest_mapping(LOCAL, CENTRAL) == {"1": "C1", "S07": "C12", "2.1": "C21"}
