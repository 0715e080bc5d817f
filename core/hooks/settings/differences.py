"""What changed between two settings, in the words of those who approve it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from json import dumps
from typing import Any

from marshmallow import missing

from core.hooks.settings.field import Choices, SettingField
from core.hooks.settings.frozen import plain
from core.hooks.settings.rows import Rows
from core.hooks.settings.schema import Settings, fields_of
from core.hooks.settings.secrets import Secret
from core.kit.saying import said, word

AS_INHERITED = "沿用"
NOTHING = "空"


@dataclass(frozen=True, slots=True)
class Difference:
    """One change: what it is called, what it was and what it becomes, and the risk for which a second person looks."""

    field: str
    label: str
    before: str
    after: str
    risk: str = ""


def differences(
    schema: type[Settings], before: Mapping[str, Any], after: Mapping[str, Any], *, choices: Choices | None = None
) -> list[Difference]:
    """Return what changed, field by field, with units, and with names in place of codes.

    Of lists only what came and went is told; rows are compared by what they say, so one that was put in between changes
    no other. A value on one side only was, or becomes, as inherited.
    """
    comparing = _Comparing(choices or {})
    return [
        difference
        for name, field in fields_of(schema).items()
        if not isinstance(field, Secret)
        for difference in comparing.of(
            field, before.get(name, missing), after.get(name, missing), _Place(name, field.title, field.risk)
        )
    ]


@dataclass(frozen=True, slots=True)
class _Place:
    """Of which field a change is told, how it is called and whose risk it is."""

    field: str
    label: str
    risk: str

    def row(self, number: int) -> "_Place":
        return _Place(
            f"{self.field}.{number}",
            said("{label} 第 {number} 行", label=word(self.label), number=number + 1),
            self.risk,
        )

    def inner(self, name: str, field: SettingField) -> "_Place":
        return _Place(
            f"{self.field}.{name}",
            said("{label} {title}", label=word(self.label), title=word(field.title)),
            field.risk or self.risk,
        )


@dataclass(frozen=True, slots=True)
class _Comparing:
    choices: Choices

    def of(self, field: SettingField, before: Any, after: Any, place: _Place) -> Iterator[Difference]:
        if _written(before) == _written(after):
            return
        parts = None if missing in (before, after) else field.told_apart(plain(before), plain(after), self.choices)
        if parts is not None:
            for part, old, new in parts:
                yield Difference(
                    place.field,
                    said("{label} {part}", label=word(place.label), part=part).rstrip(),
                    old,
                    new,
                    place.risk,
                )
            return
        is_list = isinstance(before, list | tuple) and isinstance(after, list | tuple)
        if isinstance(field, Rows) and is_list:
            yield from self._rows(field, before, after, place)
        elif is_list:
            yield self._lists(field, before, after, place)
        else:
            yield self._told(place, self._words(field, before), self._words(field, after))

    def _words(self, field: SettingField, value: Any) -> str:
        return AS_INHERITED if value is missing else field.words(value, self.choices) or NOTHING

    def _lists(self, field: SettingField, before: Sequence[Any], after: Sequence[Any], place: _Place) -> Difference:
        """Tell what went and what came; where only the order changed, the two orders."""
        gone = [item for item in before if item not in after]
        come = [item for item in after if item not in before]
        kept = len(before) - len(gone)
        if not (kept and (gone or come)):
            return self._told(place, self._words(field, before), self._words(field, after))
        rest = said("其余 {kept} 项不变", kept=kept)
        told = [
            said("{words}（{rest}）", words=word(self._words(field, part)), rest=rest) if part else rest
            for part in (gone, come)
        ]
        return self._told(place, *told)

    def _rows(self, field: Rows, before: Sequence[Any], after: Sequence[Any], place: _Place) -> Iterator[Difference]:
        matcher = SequenceMatcher(None, [_written(row) for row in before], [_written(row) for row in after], False)
        for tag, start, end, new_start, new_end in matcher.get_opcodes():
            if tag == "equal":
                continue
            shared = min(end - start, new_end - new_start)
            for number in range(shared):
                yield from self._row(
                    field, before[start + number], after[new_start + number], place.row(new_start + number)
                )
            for number in range(start + shared, end):
                yield self._told(place.row(number), field.row_words(before[number], self.choices), "删去")
            for number in range(new_start + shared, new_end):
                yield self._told(place.row(number), "没有", field.row_words(after[number], self.choices))

    def _row(self, rows: Rows, before: Any, after: Any, place: _Place) -> Iterator[Difference]:
        for name, field in rows.fields.items():
            yield from self.of(field, before.get(name, missing), after.get(name, missing), place.inner(name, field))

    def _told(self, place: _Place, before: str, after: str) -> Difference:
        return Difference(place.field, place.label, before, after, place.risk)


def _written(value: Any) -> str:
    return "" if value is missing else dumps(plain(value), sort_keys=True)
