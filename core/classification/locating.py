"""Where a ticket is from 定位: the area of its point, else of the place that was written, else of its words."""

from collections.abc import Callable, Iterator

from core.areas.gazetteer import Gazetteer
from core.areas.locating import Located, locate, located_within
from core.areas.queries import areas_around
from core.areas.shapes import Point
from core.kit.errors import Refused
from core.kit.saying import joined, said
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.units.catalogue.queries import duty_list_in_force, gazetteer_in_force

SHOWN = 12
"""Areas that a refusal names."""


class NoSuchArea(Refused):
    """The gazetteer in force has no area of this code."""

    code = "no-such-area"


def locate_ticket(scope: Scope, ticket: Ticket) -> Located | None:
    """Return where the ticket is from, None = unknown, which holds nobody up. Without a point no statement is needed.

    The point is believed before the place, the place before the words; that it is somewhere in the district is believed
    only if nothing says more.
    """
    gazetteer = gazetteer_in_force(scope)

    def around(point: Point) -> Located:
        within = areas_around(scope, point, version=duty_list_in_force(scope).gazetteer)
        return located_within(gazetteer, point, within)

    return located_by(
        gazetteer, point=ticket.point, around=around, place=ticket.place, title=ticket.title, text=ticket.text
    )


def located_by(
    gazetteer: Gazetteer, *, point: Point | None, around: Callable[[Point], Located], place: str, title: str, text: str
) -> Located | None:
    """Return where an appeal is from by this gazetteer, None = unknown; `around` tells in which areas a point lies."""
    if not gazetteer.areas.nodes:
        return None
    somewhere = None
    for found in _answers(gazetteer, point, around, place, f"{place}\n{title}\n{text}"):
        area = gazetteer.areas.find(found.area)
        if area and area.kind != "district":
            return found
        somewhere = somewhere or (found if area else None)
    return somewhere


def area_words(scope: Scope, area: str | None) -> str:
    """Return how people of the district call an area, empty = unknown; one that is no more in force by its code."""
    names = gazetteer_in_force(scope).areas.names(area) if area else ()
    return " / ".join(names[1:] or names) or area or ""


def get_area(scope: Scope, code: str) -> str:
    """Return the code of an area of the gazetteer in force. Raises `NoSuchArea`."""
    areas = gazetteer_in_force(scope).areas
    if code in areas:
        return code
    known = joined("、", (said("{code}（{name}）", code=area.code, name=area.name) for area in areas.nodes[:SHOWN]))
    more = said("等 {number} 个", number=len(areas)) if len(areas) > SHOWN else ""
    raise NoSuchArea(
        said("没有代码为 {code} 的区域。请从现行地名库中选择：{known}{more}。", code=code, known=known, more=more)
        if known
        else said("没有代码为 {code} 的区域：本区还没有启用地名库。请先导入地名库，或不填区域。", code=code)
    )


def _answers(
    gazetteer: Gazetteer, point: Point | None, around: Callable[[Point], Located], place: str, words: str
) -> Iterator[Located]:
    if point is not None and any(area.shape for area in gazetteer.areas.nodes):
        yield around(point)
    yield locate(gazetteer, place)
    # Together, so that the words may tell which of several places of that name is meant, and none other.
    yield locate(gazetteer, words)
