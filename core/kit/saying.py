"""Sentences of the house 话: Chinese as it is said, and what another language needs to say it anew.

A `Said` is the finished Chinese text, usable wherever text is; it remembers the sentence it was made of and the values
that were put in. Pages translate it when they are shown; what is stored is the Chinese text and stays as it was written:
pickled, written to the database or sent to a program, a `Said` is plain text.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Self, SupportsIndex

Translate = Callable[[str], str | None]
"""Finds a Chinese sentence, pattern or label in the catalogue of a language; None = it is not there."""

STOP = "。"
SEPARATORS: Mapping[str, str] = {"、": ", ", "，": ", ", "；": "; ", "：": ": ", "。": ". ", "": " "}
"""What stands between parts in languages that are written with spaces."""
BRACKETS: Mapping[str, str] = {"（": " (", "）": ")", "}{": "} {", "){": ") {"}
HAN = re.compile(r"[\u3400-\u9fff]")
LOOSE = re.compile(" +(?=[,.;:])|(?<= ) +")
"""Spaces too many between values that stand side by side."""


class Said(str):
    """A finished sentence, with its pattern (the message id of catalogues) and the values by name."""

    __slots__ = ("pattern", "values")
    pattern: str
    values: Mapping[str, Any]

    def __str__(self) -> str:
        return self

    def __reduce_ex__(self, protocol: SupportsIndex) -> tuple[type[str], tuple[str]]:
        return str, (str.__str__(self),)

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: object) -> Self:
        return self

    def __add__(self, other: str) -> "Said":
        return joined("", (self, other))

    def __radd__(self, other: str) -> "Said":
        return joined("", (other, self))

    def translated(self, translate: Translate) -> str:
        """Say the sentence in another language; where that has no such sentence, the values in it are still translated."""
        pattern = translate(self.pattern)
        if not self.values:
            return str.__str__(self) if pattern is None else pattern
        values = {name: _translated(value, translate) for name, value in self.values.items()}
        if pattern is None:
            pattern = self.pattern if HAN.search(self.pattern) else _spaced(self.pattern)
            return LOOSE.sub("", pattern.format(**values)).rstrip(" ")
        return pattern.format(**values)


class Joined(Said):
    """Sentences put together; each of them is translated by itself."""

    __slots__ = ()

    def translated(self, translate: Translate) -> str:
        """Say every part in another language, and put them together as that language does."""
        parts = [SEPARATORS.get(part, "").strip() or _translated(part, translate) for part in self.values["parts"]]
        between = translate(self.pattern) if self.pattern.strip("\n ") else None
        if between is None:
            between = SEPARATORS.get(self.pattern, self.pattern)
        if between != " ":
            return between.join(parts)
        text = ""
        for part in parts:
            touching = not text or not part or text[-1:].isspace() or part[0] in " ,.;:)!?\n" or text[-1] in "(“"
            text += part if touching else f" {part}"
        return text


class Unstopped(Said):
    """A sentence without its full stop, to stand inside another."""

    __slots__ = ()

    def translated(self, translate: Translate) -> str:
        """Say the sentence in another language, and leave its full stop away."""
        sentence: str = _translated(self.values["sentence"], translate)
        return sentence.rstrip(f"{STOP}.")


def said(pattern: str, /, **values: Any) -> Said:
    """Fill a pattern such as `“{name}”最大 {most} MB`. A value that is itself `Said` is translated with the sentence."""
    sentence = Said(pattern.format(**values) if values else pattern)
    sentence.pattern, sentence.values = pattern, values
    return sentence


def word(label: str, /) -> Said:
    """Mark a label or sentence of the house that is to be translated with the sentence it is put into."""
    return label if isinstance(label, Said) else said(label)


def joined(separator: str, parts: Iterable[str], /) -> Said:
    """Put sentences, labels and what people wrote together, as `separator.join(parts)` does."""
    kept = list(parts)
    whole = Joined(separator.join(kept))
    whole.pattern, whole.values = separator, {"parts": kept}
    return whole


def unstopped(sentence: str, /) -> str:
    """Return the sentence without its full stop 句号."""
    if not isinstance(sentence, Said):
        return sentence.rstrip(STOP)
    bare = Unstopped(str.rstrip(sentence, STOP))
    bare.pattern, bare.values = "{sentence}", {"sentence": sentence}
    return bare


def carried(sentence: str, /) -> dict[str, Any] | str:
    """Return the sentence as JSON can hold it, to be said later by `recalled`, perhaps in another language."""
    if not isinstance(sentence, Said):
        return sentence
    values: Mapping[str, Any] = sentence.values
    kind = next(name for name, of in KINDS.items() if type(sentence) is of)
    return {kind: sentence.pattern, "values": {name: _held(value) for name, value in values.items()}}


def recalled(held: Mapping[str, Any] | str, /) -> str:
    """Return the sentence that `carried` put away."""
    if isinstance(held, str):
        return held
    values = {name: _let_go(value) for name, value in held["values"].items()}
    if "joined" in held:
        return joined(held["joined"], values["parts"])
    return unstopped(values["sentence"]) if "unstopped" in held else said(held["said"], **values)


KINDS: Mapping[str, type[Said]] = {"said": Said, "joined": Joined, "unstopped": Unstopped}
MOMENTS: Mapping[str, type[datetime | date | time]] = {"datetime": datetime, "date": date, "time": time}


def _spaced(pattern: str) -> str:
    """Return a pattern without words with the punctuation of languages that are written with spaces."""
    for sign, instead in (*SEPARATORS.items(), *BRACKETS.items()):
        pattern = pattern.replace(sign, instead) if sign else pattern
    return pattern


def _translated(value: Any, translate: Translate) -> Any:
    """Say a value that is a sentence or a word of the house; what people wrote stays as it stands."""
    if isinstance(value, Said):
        return value.translated(translate)
    return translate(value) or value if isinstance(value, str) and HAN.search(value) else value


def _held(value: Any) -> Any:
    if isinstance(value, str):
        return carried(value)
    if isinstance(value, list):
        return [_held(each) for each in value]
    if isinstance(value, bool | int | float | None):
        return value
    if isinstance(value, Decimal):
        return {"decimal": str(value)}
    for name, of in MOMENTS.items():
        if isinstance(value, of):
            return {name: value.isoformat()}
    return str(value)


def _let_go(value: Any) -> Any:
    if isinstance(value, list):
        return [_let_go(each) for each in value]
    if not isinstance(value, dict):
        return value
    if "decimal" in value:
        return Decimal(value["decimal"])
    for name, of in MOMENTS.items():
        if name in value:
            return of.fromisoformat(value[name])
    return recalled(value)
