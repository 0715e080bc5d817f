"""What is wrong with rules as they are written: a sentence for each place, all told at once."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from core.kit.errors import Refused
from core.kit.saying import said, word

SHOWN = 50
_LONGEST_SHOWN = 40
_BESIDE_MARKS = re.compile(r" ?([，。：；、（）]) ?")
"""Blanks beside full-width punctuation, where a number or a Latin word was put in."""
_UNSHOWABLE = ("Cc", "Cf", "Cs", "Zl", "Zp")
"""Categories of characters that cannot be seen, or not stored."""
_TYPES = {str: "文字", bool: "是否", int: "整数", float: "小数", list: "列表", dict: "对象", type(None): "空值"}


@dataclass(frozen=True, slots=True)
class RuleFault:
    """One fault: the rule by its id, or by its place while it has none, the path within it, and the whole sentence."""

    rule: str
    path: str
    sentence: str


class RulesUnusable(Refused):
    """The rules cannot be used as they are written. `faults` holds every fault, the message the first fifty."""

    code = "rules-unusable"

    def __init__(self, faults: Sequence[RuleFault]) -> None:
        sentences = [fault.sentence for fault in faults[:SHOWN]]
        if len(faults) > SHOWN:
            sentences.append(said("另有 {number} 处问题没有列出。请先改正以上各处。", number=len(faults) - SHOWN))
        super().__init__("\n".join(sentences))
        self.faults = tuple(faults)


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the rules something is written."""

    rule: str
    path: str = ""

    def at(self, key: str) -> "Place":
        """Return the place of a key within this one."""
        return replace(self, path=f"{self.path}.{key}" if self.path else key)

    def item(self, number: int) -> "Place":
        """Return the place of an item within this one."""
        return replace(self, path=f"{self.path}[{number}]")

    def __str__(self) -> str:
        return said("{rule}的 {path}", rule=self.rule, path=self.path) if self.path else self.rule


@dataclass
class Faults:
    """Collects the faults of one reading."""

    found: list[RuleFault] = field(default_factory=list)

    def add(self, place: Place, sentence: str) -> None:
        """Note a fault; the sentence says what, why not, and what to do."""
        told = _BESIDE_MARKS.sub(r"\1", said("{place}：{sentence}", place=place, sentence=word(sentence)))
        self.found.append(RuleFault(place.rule, place.path, told))

    def refuse(self) -> None:
        """Raise `RulesUnusable` if anything was found."""
        if self.found:
            raise RulesUnusable(self.found)


def shown(value: Any) -> str:
    """Return a value as a Chinese sentence can show it, whatever it is."""
    match value:
        case str():
            seen = "".join("�" if is_unshowable(letter) else letter for letter in value[: _LONGEST_SHOWN + 1])
            return (
                said("“{seen}…”", seen=seen[:_LONGEST_SHOWN])
                if len(seen) > _LONGEST_SHOWN
                else said("“{seen}”", seen=seen)
            )
        case True | False:
            return " true " if value else " false "
        case int() if -(10**15) < value < 10**15:
            return f" {value} "
        case int():
            return "过大的数"
        case None:
            return "空值"
    return kind_of(value)


def kind_of(value: Any) -> str:
    """Return what sort of value it is."""
    return next((word for kind, word in _TYPES.items() if isinstance(value, kind)), "其他类型的值")


def is_unshowable(letter: str) -> bool:
    """Tell whether a character cannot be seen or stored."""
    return unicodedata.category(letter) in _UNSHOWABLE
