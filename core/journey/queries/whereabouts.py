"""In which area of the district a point lies, for whoever is asked whether that is the place."""

from core.areas.locating import located_within
from core.areas.queries import areas_around
from core.areas.shapes import Point
from core.tenancy.scope import Scope
from core.units.catalogue.queries import duty_list_in_force, gazetteer_in_force


def area_around(scope: Scope, point: Point) -> str | None:
    """Return the code of the area of the gazetteer in force in which the point lies, None = unknown."""
    gazetteer = gazetteer_in_force(scope)
    if not any(area.shape for area in gazetteer.areas.nodes):
        return None
    return located_within(
        gazetteer, point, areas_around(scope, point, version=duty_list_in_force(scope).gazetteer)
    ).area
