"""What the form of a rule offers by name: fields, matters, areas, channels, units and limits; and what an entered name means."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cached_property
from typing import Any

from core.areas.tree import LOCAL_NAMES
from core.hooks.values import Budget
from core.kit.saying import joined, said, word
from core.routing.ruleset import FIELDS, RoutingDirectory
from core.routing.ruleset.fields import Fields
from core.routing.settings import IN_MINUTES
from core.units.catalogue.limits import limit_words
from core.units.queries import DirectoryUnit

BETWEEN = re.compile(r"[、，,;；\n]+")
FEW = 12
"""So many choices stand side by side; more are entered by name."""
MOST_TICKED = 60
"""So many of a tree can be ticked; those below are entered by name."""
CLOCKS: Mapping[str, str] = {"on_site": "到场", "handle": "办理", "reply": "答复"}
MODES: Mapping[str, str] = {"wall": "分钟", "ws": "工作分钟", "wd_eod": "个工作日", "natural": "天"}
GROUPS: Mapping[str, tuple[str, ...]] = {
    "什么事、在哪里": ("matter", "area", "place"),
    "怎么说的": ("title", "text"),
    "从哪里来": ("channel", "medium", "mailbox", "source"),
    "什么样的诉求": ("nature", "appellant", "urgency", "complexity", "affected_count", "repeat_count"),
    "什么时候提交": ("submitted", "submitted_weekday", "submitted_hour"),
    "办理中的": ("bounce_count", "cycle_no", "has_instruction", "matter_guessed"),
}
NOUNS: Mapping[str, str] = {"unit": "单位"}


@dataclass(frozen=True, slots=True)
class LimitLine:
    """A limit that rules may give, in words, and how many rules give it."""

    code: str
    label: str
    words: str
    used: int


@dataclass(frozen=True)
class Choices:
    """Names of everything that a rule may speak of. `units` are those that are open, by code."""

    names: RoutingDirectory
    units: Mapping[str, DirectoryUnit]
    limits: Sequence[Mapping[str, Any]]
    mailboxes: Mapping[str, str]
    sources: Mapping[str, str]
    fields: Fields = field(default_factory=lambda: FIELDS)

    def options(self, field: str) -> Mapping[str, str]:
        """Return what a field's values are called; empty = any word or number can be entered."""
        of = self.fields[field]
        if of.kind in ("code", "moment") and of.names:
            return {str(value): label for value, label in of.names.items()}
        if of.kind == "number":
            return {str(value): label for value, label in of.names.items()}
        match field:
            case "matter":
                return {path: matter.name for path, matter in self.names.matters.items()}
            case "area":
                return self.names.areas
            case "channel":
                return self.names.channels
            case "mailbox":
                return self.mailboxes
            case "source":
                return self.sources
        return {}

    def upper(self, field: str) -> Mapping[str, str]:
        """Return the upper ones of a tree, few enough to be ticked: categories of matters, areas as far as they go."""
        if field not in ("matter", "area"):
            return {}
        options = self.options(field)
        depths = {path: path.count(".") for path in options}
        deepest = max((n for n in range(4) if sum(depth <= n for depth in depths.values()) <= MOST_TICKED), default=0)
        found = {path: name for path, name in options.items() if depths[path] <= deepest}
        return found if len(found) <= MOST_TICKED else {}

    def value_name(self, field: str, value: str) -> str:
        """Return what a value is called."""
        of = self.fields.get(field)
        if of is None or of.kind == "text":
            return value
        return self.options(field).get(value, value)

    def unit_name(self, unit: str) -> str:
        """Return what a unit is called."""
        return self.names.unit_name(unit)

    def grouped_fields(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """Return the fields in groups, those of the district's own last."""
        named = [name for names in GROUPS.values() for name in names]
        groups = {**GROUPS, "本区的": tuple(name for name in self.fields if name not in named)}
        return [
            (group, [(name, self.fields[name].label) for name in names if name in self.fields])
            for group, names in groups.items()
            if names
        ]

    def widget(self, field: str, op: str) -> str:
        """Return how values are entered: by ticks, from a list, as numbers, or as words and names one by one."""
        of = self.fields[field]
        if of.kind == "moment" or (of.kind == "number" and of.names and op in ("eq", "gte", "lte")):
            return "select"
        if of.kind == "number":
            if of.names:
                return "ticks" if op == "in" else "span-of-names"
            return {"between": "span", "in": "numbers"}.get(op, "number")
        if of.kind == "code" and op == "in" and 0 < len(self.options(field)) <= FEW:
            return "ticks"
        return "words" if of.kind == "text" else "names"

    def values_in(self, field: str, typed: str) -> tuple[list[str], str]:
        """Return the values that entered words name, and the words that name none."""
        parts = [part.strip() for part in BETWEEN.split(typed) if part.strip()]
        of = self.fields.get(field)
        if of is None or not parts:
            return [], typed.strip()
        if of.kind in ("text", "number"):
            return parts, ""
        book = self._books[field] if field in self._books else self._book(self.options(field))
        whole = typed.strip()
        if whole in book and len(book[whole]) == 1:  # a name may hold what stands between names
            return book[whole], ""
        return _sorted(parts, book, free=not self.options(field))

    def units_in(self, typed: str) -> tuple[list[str], str]:
        """Return the units that entered words name, and the words that name none."""
        return _sorted([part.strip() for part in BETWEEN.split(typed) if part.strip()], self._unit_book, free=False)

    def not_found(self, field: str, typed: str) -> str:
        """Say that entered words name nothing, and what was perhaps meant."""
        noun = NOUNS.get(field) or self.fields[field].label
        book = self._unit_book if field == "unit" else self._book(self.options(field))
        several = book.get(typed, [])
        if len(several) > 1:
            called = joined("、", (self.value_name(field, each) for each in several[:5]))
            return said("叫“{typed}”的{noun}不止一个：{names}。请写全名", typed=typed, noun=word(noun), names=called)
        close = [name for name in book if typed in name] or get_close_matches(typed, list(book), 3, 0.5)
        call = self.unit_name if field == "unit" else lambda value: self.value_name(field, value)
        names = list(dict.fromkeys(call(value) for name in close for value in book[name]))[:3]
        hint = said("是不是 {names}？", names=joined("、", names)) if names else word("请从提示的列表中选择。")
        return said("没有{noun}“{typed}”。{hint}", noun=word(noun), typed=typed[:40], hint=hint)

    def limit_lines(self, used: Mapping[str, int]) -> list[LimitLine]:
        """Return the limits that rules may give, those of one code together."""
        codes = dict.fromkeys(str(row["code"]) for row in self.limits)
        return [
            LimitLine(
                code,
                next(str(row["label"]) for row in self.limits if row["code"] == code),
                joined("，", (words_of_limit(row) for row in self.limits if row["code"] == code)),
                used.get(code, 0),
            )
            for code in codes
        ]

    @cached_property
    def _books(self) -> Mapping[str, Mapping[str, list[str]]]:
        return {name: self._book(self.options(name)) for name in ("matter", "area")}

    @cached_property
    def _unit_book(self) -> Mapping[str, list[str]]:
        return self._book({**LOCAL_NAMES, **{code: unit.name for code, unit in self.units.items()}})

    def _book(self, options: Mapping[str, str]) -> dict[str, list[str]]:
        """Return values by every word for them: the whole name, its last part, and the code."""
        book: dict[str, list[str]] = {}
        for value, name in options.items():
            for words in dict.fromkeys((name, name.rpartition(" / ")[2], value, value.rpartition(".")[2])):
                book.setdefault(words, [])
                if value not in book[words]:
                    book[words].append(value)
        whole = {name: value for value, name in options.items()}
        return {words: [whole[words]] if words in whole and len(found) > 1 else found for words, found in book.items()}


def words_of_limit(row: Mapping[str, Any]) -> str:
    """Return a limit that a rule gives in words: 到场 1小时."""
    amount = int(row["amount"]) * (60 if row["mode"] in IN_MINUTES else 1)
    return said(
        "{clock} {limit}",
        clock=word(CLOCKS.get(row["clock"], row["clock"])),
        limit=limit_words(Budget(row["mode"], amount)),
    )


def _sorted(parts: Sequence[str], book: Mapping[str, list[str]], *, free: bool) -> tuple[list[str], str]:
    found, left = [], []
    for part in parts:
        if part in book and len(book[part]) == 1:
            found.append(book[part][0])
        elif free:
            found.append(part)
        else:
            left.append(part)
    return found, "、".join(left)
