"""Reading what another system pushed: its text, in whichever charset it is, its JSON, and what stands under a name there."""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, NoReturn, get_args
from zoneinfo import ZoneInfo

from core.hooks.values import InboundPayload
from core.hooks.values.ticket import Nature
from core.hooks.values.words import NATURE_LABELS

CHARSET = re.compile(r"charset\s*=\s*\"?([\w.:-]{1,40})", re.IGNORECASE)
CODECS = {
    "gbk": "gb18030",
    "gb2312": "gb18030",
    "gb18030": "gb18030",
    "big5": "big5hkscs",
    "utf-16": "utf-16",
    "utf-16le": "utf-16-le",
    "utf-16be": "utf-16-be",
    "iso-8859-1": "latin-1",
}
"""Charsets that a sender may name; Python knows others that are no charsets, or that take long."""
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
UNKNOWN = "\ufffd"
"""Stands for what cannot be read, and for what no database stores: NUL and halves of characters."""


def text_of(payload: InboundPayload) -> str:
    """Return the body as text: in UTF-8, else in the charset that the sender names, else in GB18030.

    What cannot be read or stored becomes a �; nothing raises.
    """
    named = CHARSET.search(payload.content_type)
    return decoded(payload.body, named[1] if named else "")


def decoded(body: bytes, charset: str) -> str:
    """Return bytes as text that say they are in this charset, or in none, read as `text_of` reads them."""
    for codec in _codecs(charset):
        try:
            return _storable(body.decode(codec))
        except UnicodeDecodeError:
            continue
    return _storable(body.decode("utf-8", errors="replace"))


def json_of(payload: InboundPayload) -> Any:
    """Return what the body says in JSON; None where it is none, names a thing twice, or is nested too deeply."""
    try:
        return _all_storable(json.loads(text_of(payload), object_pairs_hook=_each_once, parse_constant=_no_number))
    except (ValueError, RecursionError):
        return None


def text_at(document: Mapping[str, Any], name: str) -> str:
    """Return the text under a name without the blanks around it; empty where there is none, or something else."""
    value = document.get(name)
    return value.strip() if isinstance(value, str) else ""


def object_at(document: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """Return the object under a name; an empty one where there is none, or something else."""
    value = document.get(name)
    return value if isinstance(value, dict) else {}


def moment_at(document: Mapping[str, Any], name: str, zone: ZoneInfo) -> datetime | None:
    """Return the ISO 8601 time under a name, without an offset in this zone; None for what is no time."""
    try:
        moment = datetime.fromisoformat(text_at(document, name))
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


def nature_at(document: Mapping[str, Any], name: str) -> Nature | None:
    """Return the nature 诉求类型 that is written under a name in its Chinese word, such as 投诉; None for any other."""
    word = text_at(document, name)
    return next((nature for nature in get_args(Nature) if NATURE_LABELS[nature] == word), None)


def _codecs(charset: str) -> Iterator[str]:
    codec = CODECS.get(charset.lower(), "")
    if codec.startswith("utf-16"):  # every second byte of it may be a zero, which UTF-8 would take
        yield codec
    yield "utf-8-sig"
    if codec:
        yield codec
    yield "gb18030"


def _storable(text: str) -> str:
    return UNSTORABLE.sub(UNKNOWN, text)


def _all_storable(value: Any) -> Any:
    if isinstance(value, str):
        return _storable(value)
    if isinstance(value, list):
        return [_all_storable(each) for each in value]
    if isinstance(value, dict):
        return {_storable(name): _all_storable(each) for name, each in value.items()}
    return value


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError("a name stands twice")
    return made


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number of JSON")
