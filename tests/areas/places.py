"""A small district with streets, communities, roads and landmarks, for finding addresses in."""

from datetime import UTC, datetime

from core.areas.gazetteer import Gazetteer, PlaceName
from core.areas.service import draft
from core.areas.shapes import Polygon, polygon
from core.areas.tree import Area
from core.kit.trees import Node
from core.tenancy.revisions import FILES
from core.tenancy.scope import Installation, Scope
from core.units.catalogue.catalogue import Catalogue
from core.units.catalogue.queries import duty_list_in_force
from core.units.catalogue.rows import Row
from core.units.catalogue.service import draft as draft_duties
from tests.builders import let_hold as let_duties_hold

BEGINNING = datetime(2010, 1, 1, tzinfo=UTC)


def square(x: float, y: float, size: float = 1.0) -> Polygon:
    return polygon([(x, y), (x + size, y), (x + size, y + size), (x, y + size)])


AREAS = (
    Area("d", "示例区", None, "district", shape=square(0, 0, 10)),
    Area("shijing", "石井街道", "d", "street", "st-1", square(0, 0, 5)),
    Area("tiantou", "田头社区", "shijing", "community", "cc-1", square(0, 0)),
    Area("liutang", "柳塘社区", "shijing", "community", shape=square(1, 0)),
    Area("longtian", "龙田街道", "d", "street", "st-2", square(5, 0, 5)),
    Area("laokeng", "老坑社区", "longtian"),
    Area("liutang2", "柳塘社区", "longtian"),
)
NAMES = (
    PlaceName("石井", "shijing"),
    PlaceName("创景路", "tiantou", "road", first=1, last=99),
    PlaceName("创景路", "liutang", "road", first=100),
    PlaceName("金田路", "laokeng", "road", side="odd"),
    PlaceName("金田路", "tiantou", "road", side="even"),
    PlaceName("平路", "laokeng", "road"),
    PlaceName("石井路", "longtian", "road"),
    PlaceName("万达", "laokeng", "landmark"),
    PlaceName("市民广场", "tiantou", "landmark"),
    PlaceName("T3 航站楼", "liutang", "landmark"),
)
GAZETTEER = Gazetteer.of(AREAS, NAMES)

MATTERS = (Node("city", "城市管理"), Node("road", "道路", "city"), Node("park", "园林", "city"))
ROWS = (
    Row(matter="road", lead="roads", keywords=("坑洼",)),
    Row(matter="park", lead="parks", keywords=("枯树",)),
)


def let_hold(installation: Installation, slug: str, gazetteer: Gazetteer = GAZETTEER) -> int:
    """Let a gazetteer hold in a district, with its duty list, or one of ours where it has none; return the number."""

    def work(scope: Scope) -> int:
        held = duty_list_in_force(scope).catalogue
        nodes, rows = (held.matters.nodes, held.rows) if held.rows else (MATTERS, ROWS)
        number = draft(scope, gazetteer, reason="测试", author=FILES, now=BEGINNING).number
        listed = Catalogue.of(nodes, gazetteer.areas.nodes, rows)
        duties = draft_duties(scope, listed, gazetteer=number, reason="测试", author=FILES, now=BEGINNING)
        let_duties_hold(scope, duties.number)
        return number

    number = installation.run(slug, work)
    installation.forget()
    return number
