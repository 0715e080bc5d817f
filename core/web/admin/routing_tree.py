"""The condition of a rule as a form edits it: rows, and groups of rows; what lies deeper stands as a block and stays as it is."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from werkzeug.datastructures import MultiDict

from core.routing.ruleset import AllOf, AnyOf, Condition, Leaf, Not, dump_condition
from core.routing.ruleset.fields import SEVERAL, Field, Fields

UNKNOWN, KNOWN, YES, NO = "unknown", "known", "yes", "no"
"""Comparisons that carry their value in themselves, where a stored rule has `is_null` or `eq` of yes and no."""
BARE = ("is_null", "flag")
MOST_ROWS = 200
LONGEST_LOCKED = 20_000
LONGEST_VALUE = 256
PLACE = re.compile(r"(leaf|group|locked):(\d{1,3}(?:\.\d{1,3})?)\Z")


@dataclass(frozen=True, slots=True)
class LeafRow:
    """One comparison: `values` as texts, `typed` what was entered and is no value yet."""

    field: str
    op: str
    values: tuple[str, ...] = ()
    negated: bool = False
    typed: str = ""


@dataclass(frozen=True, slots=True)
class LockedRow:
    """A condition that lies too deep for rows, as it is written."""

    written: str

    @property
    def negated(self) -> bool:
        return False


@dataclass(frozen=True, slots=True)
class GroupRow:
    """Several comparisons of which all, or any one, have to be met."""

    join: str
    rows: tuple["LeafRow | LockedRow", ...]
    negated: bool = False


Row: TypeAlias = LeafRow | GroupRow | LockedRow


@dataclass(frozen=True, slots=True)
class TreeForm:
    """The whole condition; `join` empty = it is one comparison, written without a group around it."""

    join: str
    rows: tuple[Row, ...]

    def placed(self) -> Iterator[tuple[str, Row]]:
        """Yield every row with its place: `1` for the second, `1.0` for the first one in that group."""
        for number, row in enumerate(self.rows):
            yield str(number), row
            if isinstance(row, GroupRow):
                for inner, each in enumerate(row.rows):
                    yield f"{number}.{inner}", each

    def added(self, place: str, row: Row) -> "TreeForm":
        """Return the condition with one more row, at its end or at that of a group."""
        if not place:
            return replace(self, join=self.join or "all", rows=(*self.rows, row))
        return self._with(place, lambda group: replace(group, rows=(*group.rows, row)))

    def dropped(self, place: str) -> "TreeForm":
        """Return the condition without a row; a group that loses its last row goes with it."""
        above, _, inner = place.partition(".")
        if not inner:
            return replace(self, rows=tuple(row for number, row in enumerate(self.rows) if str(number) != above))
        kept = self._with(
            above,
            lambda group: replace(group, rows=tuple(r for number, r in enumerate(group.rows) if str(number) != inner)),
        )
        return replace(kept, rows=tuple(row for row in kept.rows if not isinstance(row, GroupRow) or row.rows))

    def _with(self, place: str, change: Any) -> "TreeForm":
        rows = (
            change(row) if str(number) == place and isinstance(row, GroupRow) else row
            for number, row in enumerate(self.rows)
        )
        return replace(self, rows=tuple(rows))


def tree_of(condition: Condition, fields: Fields) -> TreeForm:
    """Return a condition as rows; `condition_of` gives the very same condition back."""
    match condition:
        case AllOf(children):
            return TreeForm("all", tuple(_row(each, fields) for each in children))
        case AnyOf(children):
            return TreeForm("any", tuple(_row(each, fields) for each in children))
    return TreeForm("", (_row(condition, fields),))


def condition_of(tree: TreeForm, fields: Fields) -> dict[str, Any]:
    """Return the condition of rows as JSON, whether it can be used or not: `parse_condition` tells."""
    written = [_written(row, fields) for row in tree.rows]
    if tree.join or len(written) != 1:
        return {tree.join or "all": written}
    return written[0]


def tree_from(form: MultiDict[str, str]) -> TreeForm:
    """Return the rows of a form that was sent; what is no row is left out."""
    top: list[Row] = []
    groups: dict[str, list[LeafRow | LockedRow]] = {}
    for place in form.getlist("row")[:MOST_ROWS]:
        if (found := PLACE.match(place)) is None:
            continue
        kind, path = found[1], found[2]
        above, _, inner = path.partition(".")
        if kind == "group" and not inner:
            groups[path] = []
            top.append(GroupRow(form.get(f"{path}.join", "any"), (), f"{path}.not" in form))
            groups[f"#{len(top) - 1}"] = groups[path]
            continue
        row = _leaf_from(form, path) if kind == "leaf" else LockedRow(form.get(f"{path}.locked", "")[:LONGEST_LOCKED])
        if inner and above in groups:
            groups[above].append(row)
        elif not inner and not isinstance(row, GroupRow):
            top.append(row)
    rows = tuple(
        replace(row, join=row.join if row.join in ("all", "any") else "any", rows=tuple(groups[f"#{number}"]))
        if isinstance(row, GroupRow)
        else row
        for number, row in enumerate(top)
    )
    join = form.get("join", "all")
    return TreeForm(join if join in ("all", "any", "") else "all", rows)


def needs_value(op: str) -> bool:
    """Tell whether a comparison is made with something."""
    return op not in (UNKNOWN, KNOWN, YES, NO)


def operators_of(field: Field, present: str = "") -> Mapping[str, str]:
    """Return the comparisons that a field has, in words; one with a single value only where a rule has it already."""
    ops = dict(_OPERATORS[field.kind])
    if field.kind == "number" and field.names:
        ops = {op: _OF_NAMED.get(op, words) for op, words in ops.items()}
    if present == "eq" and field.kind in ("path", "code"):
        ops = {"eq": "正是", **ops}
    return ops


def fitting(row: LeafRow, fields: Fields) -> LeafRow:
    """Return the row as its field allows: after the field was changed, with its first comparison and without values."""
    field = fields.get(row.field) or next(iter(fields.values()))
    if row.op in operators_of(field, row.op) and row.field == field.name:
        return row
    first = next(iter(operators_of(field)))
    return replace(row, field=field.name, op=first, values=(), typed="")


def _leaf_from(form: MultiDict[str, str], path: str) -> LeafRow:
    values = [value[:LONGEST_VALUE] for value in form.getlist(f"{path}.value")[:MOST_ROWS]]
    field = form.get(f"{path}.field", "")[:64]
    if form.get(f"{path}.was", field) != field:  # another field was chosen: its values were those of the other one
        return LeafRow(field, "", (), f"{path}.not" in form)
    return LeafRow(
        field,
        form.get(f"{path}.op", "")[:16],
        tuple(value for value in values if value),
        f"{path}.not" in form,
        form.get(f"{path}.more", "")[:2000],
    )


def _row(condition: Condition, fields: Fields) -> Row:
    inner = condition.child if isinstance(condition, Not) else condition
    negated = isinstance(condition, Not)
    match inner:
        case Leaf():
            return _leaf_row(inner, fields, negated=negated)
        case AllOf(children) | AnyOf(children):
            rows = tuple(_inner_row(each, fields) for each in children)
            return GroupRow("all" if isinstance(inner, AllOf) else "any", rows, negated)
    return LockedRow(_text(condition))


def _inner_row(condition: Condition, fields: Fields) -> LeafRow | LockedRow:
    inner = condition.child if isinstance(condition, Not) else condition
    if isinstance(inner, Leaf):
        return _leaf_row(inner, fields, negated=isinstance(condition, Not))
    return LockedRow(_text(condition))


def _leaf_row(leaf: Leaf, fields: Fields, *, negated: bool) -> LeafRow:
    if leaf.op == "is_null":
        return LeafRow(leaf.field, UNKNOWN if leaf.values[0] else KNOWN, (), negated)
    if fields[leaf.field].kind == "flag":
        return LeafRow(leaf.field, YES if leaf.values[0] else NO, (), negated)
    return LeafRow(leaf.field, leaf.op, tuple(map(str, leaf.values)), negated)


def _written(row: Row, fields: Fields) -> dict[str, Any]:
    match row:
        case LockedRow(locked):
            return _read(locked)
        case GroupRow(join, rows):
            written: dict[str, Any] = {join: [_written(each, fields) for each in rows]}
        case LeafRow():
            written = _leaf_written(row, fields)
    return {"not": written} if row.negated else written


def _read(locked: str) -> dict[str, Any]:
    """Return a locked block as it was written; one that somebody has tampered with is empty, and refused as such."""
    try:
        found = json.loads(locked)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _leaf_written(row: LeafRow, fields: Fields) -> dict[str, Any]:
    if row.op in (UNKNOWN, KNOWN):
        return {"field": row.field, "op": "is_null", "value": row.op == UNKNOWN}
    if row.op in (YES, NO):
        return {"field": row.field, "op": "eq", "value": row.op == YES}
    field = fields.get(row.field)
    values: list[Any] = list(row.values)
    if field is not None and field.kind == "number":
        values = [int(each) if each.isascii() and each.isdecimal() else each for each in values]
    return {
        "field": row.field,
        "op": row.op,
        "value": values if row.op in SEVERAL else values[0] if values else None,
    }


def _text(condition: Condition) -> str:
    return json.dumps(dump_condition(condition), ensure_ascii=False, separators=(",", ":"))


_OPERATORS: Mapping[str, Mapping[str, str]] = {
    "path": {"under": "属于", "in": "正是其中之一", UNKNOWN: "不明", KNOWN: "已知"},
    "code": {"in": "是", UNKNOWN: "不明", KNOWN: "已知"},
    "text": {"contains_any": "含有任一", "contains_all": "同时含有", UNKNOWN: "不明", KNOWN: "已知"},
    "number": {
        "gte": "不少于",
        "lte": "不多于",
        "between": "在两者之间",
        "eq": "正好是",
        "in": "是其中之一",
        UNKNOWN: "不明",
        KNOWN: "已知",
    },
    "flag": {YES: "是", NO: "否", UNKNOWN: "不明", KNOWN: "已知"},
    "moment": {"in_calendar": "在"},
}
_OF_NAMED = {"gte": "不早于", "lte": "不晚于"}
"""Comparisons of numbers that have names, such as days of the week."""
