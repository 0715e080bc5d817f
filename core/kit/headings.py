"""Headings of tables as people write them: what of a heading matters, and which column holds what."""

import re
import unicodedata
from collections.abc import Mapping, Sequence

_REMARK = re.compile(r"\((.*?)\)|\[(.*?)\]|【(.*?)】")
_NOISE = re.compile(r"[\s*:_-]")


def plain(heading: str) -> str:
    """Return a heading without what does not matter: width and case of letters, blanks, remarks in brackets."""
    folded = unicodedata.normalize("NFKC", heading).casefold()
    return _NOISE.sub("", _REMARK.sub("", folded))


def remark_in(heading: str) -> str:
    """Return what stands in the first brackets of a heading, such as the unit of its numbers, or an empty text."""
    found = _REMARK.search(unicodedata.normalize("NFKC", heading).casefold())
    return next((group.strip() for group in found.groups() if group), "") if found else ""


def places_of(headings: Sequence[str], known: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """Return the place of each field whose column is there. `known` names the fields, the surest names first."""
    offered = [plain(heading) for heading in headings]
    places: dict[str, int] = {}
    for field, names in known.items():
        free = (offered.index(name) for name in map(plain, names) if name in offered)
        place = next((place for place in free if place not in places.values()), None)
        if place is not None:
            places[field] = place
    return places
