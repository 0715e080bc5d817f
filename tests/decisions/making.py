"""The district of these tests, and what is looked at in its stories."""

from collections.abc import Callable

from click.testing import Result

from core.areas.gazetteer import Gazetteer, PlaceName
from core.areas.service import draft as draft_areas
from core.areas.tree import Area
from core.journey.queries.explained import Explained, explain_ticket
from core.kit.trees import Node
from core.tenancy.revisions import FILES
from core.tenancy.scope import Scope
from core.units.catalogue.catalogue import Catalogue
from core.units.catalogue.rows import Row
from core.units.catalogue.service import draft
from tests.builders import beijing, let_hold
from tests.journey.walking import Walk

Run = Callable[..., Result]
UNITS = [
    ("power", "供电局", "public_utility"),
    ("east", "东街道办", "street"),
    ("water", "水务局", "district_department"),
]
AREAS = [Area("q", "测试区", None, "district", ""), Area("s1", "东街道", "q", "street", "east")]
NAMES = [PlaceName("东街道", "s1", "alias")]
MATTERS = [Node("01", "城市管理", None), Node("road", "道路", "01"), Node("park", "园林", "01")]
LIST = [
    Row(matter="road", lead="roads", co=("parks",), keywords=("坑洼",)),
    Row(matter="park", lead="parks", keywords=("枯树",)),
]
DANGER = {
    "id": "danger",
    "label": "用电险情",
    "phase": "safety",
    "when": {
        "all": [
            {"field": "text", "op": "contains_any", "value": ["漏电", "触电"]},
            {"not": {"field": "area", "op": "is_null", "value": True}},
        ]
    },
    "then": {"set": {"urgency": "urgent"}, "assign": {"lead": "power", "co": ["local:street"], "direct": True}},
    "explain": "用电险情先断电。",
}
MANY = {
    "id": "many",
    "label": "多人反映",
    "phase": "override",
    "when": {"field": "affected_count", "op": "gte", "value": 50},
    "then": {"assign": {"lead": "water"}},
    "explain": "五十人以上由水务局牵头",
}
RULES = (DANGER, MANY)


def begin(scope: Scope) -> None:
    """Let duty list and rules of the district hold."""
    at = beijing("2010-01-01 10:00")
    areas = draft_areas(scope, Gazetteer.of(AREAS, NAMES), reason="初始", author=FILES, now=at).number
    catalogue = Catalogue.of(MATTERS, AREAS, LIST)
    number = draft(scope, catalogue, gazetteer=areas, reason="初始", author=FILES, now=at).number
    let_hold(scope, number, RULES)


def explained(walk: Walk) -> Explained:
    return walk.run(lambda scope: explain_ticket(scope, walk.serial_no))


def sentences(walk: Walk) -> list[str]:
    """Return the story of the ticket as it is read."""
    return [step.words for step in explained(walk).steps]
