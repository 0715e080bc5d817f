"""Rules in words: what a condition asks, what a ticket answered, and what a rule does."""

from collections.abc import Sequence
from typing import Any

from core.routing.ruleset.conditions import AllOf, AnyOf, Condition, Leaf, Not
from core.routing.ruleset.directory import NAMELESS, RoutingDirectory
from core.routing.ruleset.fields import FIELDS, URGENCIES, Field, Fields
from core.routing.ruleset.rules import PHASE_LABELS, Outcome, Rule
from core.routing.ruleset.tracing import LeafTrace

_INNER_MARKS = str.maketrans("“”", "‘’")
MOST_NAMED = 6
"""Values that a sentence lists before it only counts them."""


class Wording:
    """Says conditions in the words of a district."""

    def __init__(self, fields: Fields = FIELDS, directory: RoutingDirectory = NAMELESS) -> None:
        self.fields = fields
        self.directory = directory

    def rule(self, rule: Rule) -> str:
        """Return the whole rule as it would be read out."""
        days = self._days(rule)
        return f"{PHASE_LABELS[rule.phase]}：{days}凡{self.condition(rule.when)}的，{self.outcome(rule.then)}。"

    def condition(self, condition: Condition, *, within: bool = False) -> str:
        """Return what a condition asks."""
        match condition:
            case Leaf():
                return self.leaf(condition)
            case Not(child):
                return f"并非{_quoted(self.condition(child))}"
            case AllOf([only]) | AnyOf([only]):
                return self.condition(only, within=within)
            case AllOf(children):
                words = "，且".join(self.condition(each, within=True) for each in children)
            case AnyOf(children):
                words = "，或".join(self.condition(each, within=True) for each in children)
        return f"（{words}）" if within else words

    def leaf(self, leaf: Leaf) -> str:
        """Return what a leaf asks."""
        field = self.fields[leaf.field]
        if leaf.op == "is_null":
            return f"{field.label}不明" if leaf.values[0] else f"{field.label}已知"
        if field.kind == "flag":
            return field.label if leaf.values[0] else f"并非{field.label}"
        return f"{field.label}{self._relation(field, leaf)}"

    def answer(self, trace: LeafTrace) -> str:
        """Return what the ticket answered to a leaf, as a statement that is true of it."""
        leaf, actual = trace.leaf, trace.actual
        field = self.fields[leaf.field]
        if leaf.op == "is_null":
            return f"{field.label}不明" if actual is None else f"{field.label}已知（{self._named(field, actual)}）"
        if trace.truth is None:
            return f"{field.label}不明，无从判断是否{_quoted(self.leaf(leaf))}"
        if field.kind == "flag":
            return field.label if actual else f"并非{field.label}"
        if field.kind == "text":
            return self._words_found(field, leaf, actual, trace.truth)
        if field.kind == "moment":
            calendar = field.names[leaf.values[0]]
            return f"{field.label}在{calendar}内" if trace.truth else f"{field.label}不在{calendar}内"
        return self._compared(field, leaf, actual, trace.truth)

    def outcome(self, outcome: Outcome) -> str:
        """Return what a rule does."""
        parts = []
        if outcome.urgency:
            parts.append(f"紧急程度定为{URGENCIES[outcome.urgency]}")
        if outcome.assign:
            verb = "直接派给" if outcome.assign.direct else "派给"
            parts.append(f"{verb}{self.units([outcome.assign.lead])}")
            if outcome.assign.co:
                parts.append(f"由{self.units(outcome.assign.co)}协办")
        if outcome.limit:
            parts.append(f"时限按“{self.directory.limit_name(outcome.limit)}”")
        if outcome.split:
            parts.append(f"提示拆单：{outcome.split.rstrip('。')}")
        if outcome.exclude:
            parts.append(f"不派给{self.units(outcome.exclude)}")
        return "，".join(parts)

    def units(self, units: Sequence[str]) -> str:
        """Return what units are called."""
        return "、".join(self.directory.unit_name(unit) for unit in units)

    def _relation(self, field: Field, leaf: Leaf) -> str:
        values = leaf.values
        measure = field.measure
        match leaf.op:
            case "eq":
                return f"是{self._named(field, values[0])}"
            case "in":
                return f"是{self._several(field, values)}{_either(values)}"
            case "under":
                return f"属于{self._several(field, values)}{_either(values)}"
            case "contains_any":
                return f"含有{self._several(field, values)}{_either(values)}"
            case "contains_all":
                return f"{'同时' if len(values) > 1 else ''}含有{self._several(field, values)}"
            case "gte":
                return f"不少于 {values[0]}{measure}" if not field.names else f"不早于{self._named(field, values[0])}"
            case "lte":
                return f"不多于 {values[0]}{measure}" if not field.names else f"不晚于{self._named(field, values[0])}"
            case "between" if field.names:
                return f"在{self._named(field, values[0])}到{self._named(field, values[1])}之间"
            case "between":
                return f"在 {values[0]} 到 {values[1]}{measure}之间"
        return f"在{field.names[values[0]]}内"

    def _compared(self, field: Field, leaf: Leaf, actual: Any, truth: bool) -> str:
        """Return a value and how it stands to what the leaf compares it with."""
        said = f"{field.label}是{self._named(field, actual)}"
        if truth and leaf.op == "eq":
            return said
        if truth and leaf.op == "in":
            return f"{said}，在所列之中" if len(leaf.values) > 1 else said
        relation = self._relation(field, leaf)
        if truth:
            return f"{said}，{relation}"
        if leaf.op == "eq":
            return f"{said}，不{relation}"
        if leaf.op in ("in", "under"):
            verb = "不属于" if leaf.op == "under" else "不是"
            return f"{said}，{verb}{self._several(field, leaf.values)}"
        return f"{said}，并非{relation}"

    def _words_found(self, field: Field, leaf: Leaf, found: Sequence[str], truth: bool) -> str:
        if truth:
            return f"{field.label}提到{self._several(field, found)}"
        missing = [word for word in leaf.values if word not in found]
        return f"{field.label}没有提到{self._several(field, missing)}"

    def _several(self, field: Field, values: Sequence[Any]) -> str:
        named = "、".join(self._named(field, value) for value in values[:MOST_NAMED])
        return f"{named}等 {len(values)} 个" if len(values) > MOST_NAMED else named

    def _named(self, field: Field, value: Any) -> str:
        if value in field.names:
            return f"“{field.names[value]}”" if field.kind == "code" else field.names[value]
        if isinstance(value, str):
            return f"“{self.directory.name_of(field.name, value)}”"
        return f" {value}{field.measure}"

    def _days(self, rule: Rule) -> str:
        first, last = rule.valid.first, rule.valid.last
        if first and last:
            return f"{first} 到 {last}，"
        if first:
            return f"{first} 起，"
        return f"到 {last} 为止，" if last else ""


def _quoted(words: str) -> str:
    """Return words in quotation marks, those within them turned into the inner ones."""
    return f"“{words.translate(_INNER_MARKS)}”"


def _either(values: Sequence[Any]) -> str:
    return "之一" if len(values) > 1 else ""
