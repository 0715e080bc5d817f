"""The catalogues 译文: for each Chinese text the English one, as files in the format of gettext (.po).

The core has one, each feature package brings its own beside its code. They are read as they are: there is nothing to
compile, so nothing to forget. A text that means something of its own in a place has the place before it, as gettext
keeps it in its compiled files: the context, `IN_PLACE`, and the text.
"""

from collections.abc import Iterable, Mapping
from functools import cache
from importlib.metadata import entry_points
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

import core
from core.hooks.manifest import ENTRY_POINT_GROUP

WITHIN = Path("locale", "en", "LC_MESSAGES", "messages.po")
HEADER = 'msgid ""\nmsgstr ""\n"Language: en\\n"\n"Content-Type: text/plain; charset=UTF-8\\n"\n\n'
"""Written by us, since Babel's has the hour at which it was written, and its own version: every writing would differ."""
IN_PLACE = "\x04"


def paths() -> dict[str, Path]:
    """Return where the catalogue of the core and of each installed feature package is, whether it is there or not."""
    found = {"core": Path(core.__path__[0])}
    for point in entry_points(group=ENTRY_POINT_GROUP):
        spec = find_spec(point.module)
        if spec and spec.submodule_search_locations:
            found[point.name] = Path(spec.submodule_search_locations[0])
    return {name: folder / WITHIN for name, folder in found.items()}


@cache
def english() -> Mapping[str, str]:
    """Return all texts that have an English one. Read once; the core's word for a text goes before a feature's."""
    words: dict[str, str] = {}
    for path in reversed(paths().values()):
        if path.exists():
            words |= {text: said for text, said in read(path.read_bytes()).items() if said}
    return words


def read(po: bytes) -> dict[str, str]:
    """Return the texts of a catalogue with what they are in English, empty where nobody has said it yet."""
    entries = {}
    for entry in read_po(BytesIO(po), locale="en"):
        if entry.id:
            entries[f"{entry.context}{IN_PLACE}{entry.id}" if entry.context else str(entry.id)] = str(entry.string)
    return entries


def written(entries: Mapping[str, str], notes: Mapping[str, Iterable[str]]) -> bytes:
    """Return a catalogue as a file: sorted, each entry with where its text comes from, so that two changes rarely meet."""
    catalog = Catalog(locale="en")
    for text, said in entries.items():
        context, _, plain = text.rpartition(IN_PLACE)
        places = [(place, 0) for place in sorted(notes.get(text, ()))]
        catalog.add(plain, said, locations=places, context=context or None)
    po = BytesIO()
    write_po(po, catalog, width=0, omit_header=True, sort_output=True, include_lineno=False)
    return HEADER.encode() + po.getvalue()
