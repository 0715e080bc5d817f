"""How the limits of the duty list were tightened 时限压缩, time after time; a looser one needs to be said."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

from core.hooks.values import Budget
from core.kit.errors import Refused
from core.kit.saying import joined, said, word
from core.units.catalogue.catalogue import Catalogue
from core.units.catalogue.limits import Comparison, compare, limit_words
from core.units.catalogue.rows import FIELD_WORDS, Key

LimitField = Literal["limit", "on_site", "after_arrival"]
LIMIT_FIELDS: tuple[LimitField, ...] = ("limit", "on_site", "after_arrival")
DIRECTION_WORDS: dict[Comparison, str] = {
    "same": "不变",
    "tighter": "压缩",
    "looser": "放宽",
    "unclear": "改了计法，有时更长",
}
SHOWN = 20


class LimitsLoosened(Refused):
    """A new version gives units more time, and nobody said that it should."""

    code = "limits-loosened"


class NoReasonForLimits(Refused):
    """Limits change and no reason is given."""

    code = "no-reason-for-limits"


@dataclass(frozen=True, slots=True)
class LimitChange:
    """An entry of the history: from when on a matter in an area has another limit, and why. None = no limit."""

    matter: str
    area: str | None
    field: LimitField
    before: Budget | None
    after: Budget | None
    on: date
    reason: str

    @property
    def key(self) -> Key:
        return self.matter, self.area

    @property
    def direction(self) -> Comparison:
        """Which way it goes; a limit where there was none is tighter, none where there was one is looser."""
        if self.before is None:
            return "tighter"
        return "looser" if self.after is None else compare(self.before, self.after)

    @property
    def is_tighter(self) -> bool:
        return self.direction == "tighter"


def limit_changes(before: Catalogue, after: Catalogue, *, on: date, reason: str) -> tuple[LimitChange, ...]:
    """Return what changes for the limits that rows of either version set, as they come out in the end.

    What only inherits is told once, where it inherits from; a matter that moved is asked for itself. New and dropped
    matters have no history. Raises `NoReasonForLimits`.
    """
    changes = tuple(
        LimitChange(matter, area, name, was, will, on, reason)
        for matter, area in _places_of_limits(before, after)
        for name in LIMIT_FIELDS
        if (was := getattr(before.resolve(matter, area).values, name))
        != (will := getattr(after.resolve(matter, area).values, name))
    )
    if changes and not reason.strip():
        raise NoReasonForLimits(
            said("有 {number} 处时限改变，没有写明原因，日后无从查考。请写明原因后再发布。", number=len(changes))
        )
    return changes


def refuse_loosening(changes: Iterable[LimitChange], catalogue: Catalogue, *, allowed: Collection[Key] = ()) -> None:
    """Raise `LimitsLoosened` when a limit gets longer, or may do so, that is not among those said to be `allowed`."""
    refused = [change for change in changes if not change.is_tighter and change.key not in allowed]
    if refused:
        named = joined("；", (change_words(change, catalogue) for change in refused[:SHOWN]))
        more = said("等 {number} 处", number=len(refused)) if len(refused) > SHOWN else ""
        raise LimitsLoosened(
            said(
                "新版本放宽了时限：{named}{more}。时限只压缩不放宽；确需放宽的，请逐项注明后再发布。",
                named=named,
                more=more,
            )
        )


def history_of(history: Iterable[LimitChange], matter: str, catalogue: Catalogue) -> tuple[LimitChange, ...]:
    """Return the entries that concern a matter, its own and those of the matters above, the earliest first."""
    line = catalogue.matters.line(matter) or (matter,)
    return tuple(sorted((each for each in history if each.matter in line), key=lambda each: each.on))


def change_words(change: LimitChange, catalogue: Catalogue) -> str:
    """Say an entry: which matter, from how long to how long."""
    was, will = (limit_words(each) if each else "无" for each in (change.before, change.after))
    what = FIELD_WORDS[change.field]
    return said(
        "{key}{what}{direction} {was} → {will}",
        key=catalogue.key_words(change.key),
        what=word(what),
        direction=word(DIRECTION_WORDS[change.direction]),
        was=was,
        will=will,
    )


def _places_of_limits(before: Catalogue, after: Catalogue) -> Iterator[Key]:
    rows = (
        row
        for catalogue in (after, before)
        for row in catalogue.rows
        if any(getattr(row, name) for name in LIMIT_FIELDS)
    )
    moved = (
        (node.code, None)
        for node in after.matters.nodes
        if (was := before.matters.find(node.code)) and was.parent != node.parent
    )
    for key in dict.fromkeys([*(row.key for row in rows), *moved]):
        if key[0] in before.matters and key[0] in after.matters:
            yield key
