"""The catalogues 译文: for each Chinese text the English one, as files in the format of gettext (.po).

The core has one, each feature package brings its own beside its code. They are small enough to be read as they are: there
is nothing to compile, so nothing to forget. Of the format only what is needed is known: msgctxt, msgid, msgstr and comments.
"""

import re
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path

import core
from core.hooks.manifest import ENTRY_POINT_GROUP

WITHIN = Path("locale", "en", "LC_MESSAGES", "messages.po")
HEADER = 'msgid ""\nmsgstr ""\n"Language: en\\n"\n"Content-Type: text/plain; charset=UTF-8\\n"\n'
ESCAPES = {"n": "\n", "t": "\t", "r": "\r"}


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
            words |= {text: said for text, said in read(path.read_text("utf-8")).items() if said}
    return words


def read(po: str) -> dict[str, str]:
    """Return the texts of a catalogue with what they are in English, empty where nobody has said it yet."""
    entries: dict[str, str] = {}
    text, said, place, context = "", "", "", ""
    for line in [*po.splitlines(), 'msgid ""']:
        keyword, _, rest = line.partition(" ")
        if keyword in ("msgid", "msgctxt") and place != "msgctxt" and text:
            entries[text] = said
            text = said = context = ""
        if keyword == "msgctxt":
            context, place = f"{_unquoted(rest)}\x04", "msgctxt"
        elif keyword == "msgid":
            text, said, place = context + _unquoted(rest), "", "msgid"
        elif keyword == "msgstr":
            said, place = _unquoted(rest), "msgstr"
        elif line.startswith('"') and place == "msgid":
            text += _unquoted(line)
        elif line.startswith('"'):
            said += _unquoted(line)
    return entries


def written(entries: Mapping[str, str], notes: Mapping[str, Iterable[str]]) -> str:
    """Return a catalogue as a file: sorted, each entry with where its text comes from, so that two changes rarely meet."""
    parts = [HEADER]
    for text in sorted(entries, key=lambda text: text.rpartition("\x04")[::-1]):
        places = "".join(f"#: {place}\n" for place in sorted(notes.get(text, ())))
        context, _, plain = text.rpartition("\x04")
        of = f"msgctxt {_quoted(context)}\n" if context else ""
        parts.append(f"{places}{of}msgid {_quoted(plain)}\nmsgstr {_quoted(entries[text])}\n")
    return "\n".join(parts)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    return f'"{escaped}"'


def _unquoted(quoted: str) -> str:
    return re.sub(r"\\(.)", lambda found: ESCAPES.get(found[1], found[1]), quoted.strip()[1:-1])
