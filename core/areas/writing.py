"""A gazetteer as a table, with the same columns as it is read from: what is read again is the same gazetteer."""

from collections.abc import Iterator

from core.areas.boundaries import written_boundary
from core.areas.gazetteer import KIND_WORDS, SIDE_WORDS, Gazetteer
from core.areas.headings import HEADINGS
from core.areas.tree import KIND_NAMES

COLUMNS = tuple(names[0] for names in HEADINGS.values())


def rows_of(gazetteer: Gazetteer) -> Iterator[tuple[str, ...]]:
    """Yield a row for each area, the upper ones first, then one for each name."""
    for area in gazetteer.areas.nodes:
        boundary = written_boundary(area.shape) if area.shape else ""
        yield (KIND_NAMES[area.kind], area.code, area.name, area.parent or "", area.unit, "", "", "", "", boundary)
    for place in gazetteer.names:
        side = SIDE_WORDS[place.side] if place.side != "both" else ""
        yield (
            *(KIND_WORDS[place.kind], "", place.name, "", "", place.area),
            *(str(place.first or ""), str(place.last or ""), side, ""),
        )
