"""Headings of tables as people write them: what of a heading matters, and which column holds what."""

import re
import unicodedata
from collections.abc import Mapping, Sequence

from core.kit.saying import joined

_REMARK = re.compile(r"\((.{0,200}?)\)|\[(.{0,200}?)\]|【(.{0,200}?)】")
_NOISE = re.compile(r"[\s*:_-]")
OF_REJECTS = ("行号", "原因")
"""Columns of a file of rejected rows that somebody mended; they are meant for people."""
NAMED_AT_MOST = 30
"""Columns that a refusal names."""


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


def unread_of(headings: Sequence[str], places: Mapping[str, int]) -> tuple[str, ...]:
    """Return the columns that are not read and might have been meant to be."""
    read = set(places.values())
    names = (name for place, name in enumerate(headings) if place not in read)
    return tuple(name for name in names if name and name not in OF_REJECTS)


def shown(headings: Sequence[str]) -> str:
    """Return what a refusal says of the columns that there are."""
    return joined("、", (name[:20] for name in headings[:NAMED_AT_MOST] if plain(name))) or "无"
