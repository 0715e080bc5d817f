"""Made-up duty lists of a small world, so that rows often meet what is asked; and a district of few units and areas."""

from typing import Any

from hypothesis import strategies as st

from core.areas.tree import Area
from core.hooks.values import Budget
from core.kit.trees import Node
from core.units.catalogue.catalogue import Catalogue
from core.units.catalogue.rows import Row
from core.units.levels import LEVELS, KnownUnit, KnownUnits

MATTERS = (
    Node("1", "城市管理"),
    Node("1.1", "道路", "1"),
    Node("1.1.1", "路面破损", "1.1"),
    Node("1.1.2", "井盖", "1.1"),
    Node("1.2", "照明", "1"),
    Node("S07", "路灯不亮", "1.2"),
    Node("2", "环境卫生"),
    Node("2.1", "垃圾", "2"),
)
AREAS = (
    Area("d", "示例区", None, "district"),
    Area("north", "北桥街道", "d", "street", "st-north"),
    Area("n1", "柳塘社区", "north", "community", "cc-n1"),
    Area("n2", "松岗社区", "north", "community"),
    Area("south", "南桥街道", "d", "street", "st-south"),
    Area("s1", "松岗社区", "south", "community", "cc-s1"),
)
UNITS: KnownUnits = {
    unit.code: unit
    for unit in (
        KnownUnit("desk", "受理中心", "dispatch_desk"),
        KnownUnit("roads", "道路管理处", "district_department"),
        KnownUnit("light", "灯光管理科", "section", "roads"),
        KnownUnit("parks", "园林管理处", "district_department"),
        KnownUnit("water", "市水务集团", "public_utility"),
        KnownUnit("st-north", "北桥街道办事处", "street"),
        KnownUnit("st-south", "南桥街道办事处", "street"),
        KnownUnit("north-cg", "城管办", "section", "st-north"),
        KnownUnit("south-cg", "城管办", "section", "st-south"),
        KnownUnit("cc-n1", "柳塘社区党群服务中心", "community_center", "st-north"),
        KnownUnit("cc-s1", "松岗社区党群服务中心", "community_center", "st-south"),
        KnownUnit("former", "市容管理所", "district_department", active=False),
    )
}
UNIT_NAMES = {unit.code: unit.name for unit in UNITS.values()}
LEADS = ("roads", "light", "parks", "st-north", "north-cg", "south-cg", "local:street", "local:community_center")

matter_codes = st.sampled_from([node.code for node in MATTERS])
area_codes = st.none() | st.sampled_from([area.code for area in AREAS[1:]])
words = (
    st.text("路灯井盖漏水=+-'，。；\"\n a1", min_size=1, max_size=8).map(str.strip).filter(lambda word: word.strip("-"))
)
"""A text of dashes alone is what people write into a cell that they leave empty, and is read so."""
texts = st.just("") | words
plain_words = st.text("路灯井盖漏水a1 ", min_size=1, max_size=4).map(str.strip).filter(bool)
budgets = st.one_of(
    st.builds(Budget, st.sampled_from(["wd_eod", "wd_same", "natural"]), st.integers(1, 30)),
    st.builds(Budget, st.sampled_from(["wall", "ws"]), st.integers(60, 90_000)),
)


def _row(values: Any) -> Row:
    return Row(**values)


def some(values: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(values, max_size=3, unique=True).map(tuple)


rows = st.fixed_dictionaries(
    {"matter": matter_codes, "area": area_codes},
    optional={
        "lead": st.sampled_from(LEADS),
        "co": some(st.sampled_from(LEADS)),
        "keywords": some(plain_words),
        "limit": budgets,
        "on_site": st.integers(60, 7200).map(lambda seconds: Budget("wall", seconds)),
        "after_arrival": st.integers(60, 7200).map(lambda seconds: Budget("wall", seconds)),
        "legal_basis": texts,
        "standard": texts,
        "guide": texts,
        "min_level": st.sampled_from(LEVELS),
        "department_function": st.booleans(),
        "origin": st.sampled_from(["published", "proposed"]),
        "grade": st.sampled_from(["general", "urgent", "major"]),
    },
).map(_row)
"""A row that may leave anything open."""
catalogues = st.lists(rows, max_size=8, unique_by=lambda row: row.key).map(lambda drawn: make_catalogue(*drawn))
"""A list over the small world, with one row at most for each matter and area."""


def make_catalogue(*listed: Row) -> Catalogue:
    """Return a list over the small world with these rows."""
    return Catalogue.of(MATTERS, AREAS, listed)
