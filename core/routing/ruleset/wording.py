"""Rules in words: what a condition asks, what a ticket answered, and what a rule does."""

from collections.abc import Sequence
from typing import Any

from core.kit import saying
from core.kit.saying import said, word
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
        return saying.said(
            "{phase}：{days}凡{condition}的，{outcome}。",
            phase=saying.word(PHASE_LABELS[rule.phase]),
            days=days,
            condition=self.condition(rule.when),
            outcome=self.outcome(rule.then),
        )

    def condition(self, condition: Condition, *, within: bool = False) -> str:
        """Return what a condition asks."""
        match condition:
            case Leaf():
                return self.leaf(condition)
            case Not(child):
                return saying.said("并非{quoted}", quoted=_quoted(self.condition(child)))
            case AllOf([only]) | AnyOf([only]):
                return self.condition(only, within=within)
            case AllOf(children):
                words = saying.joined("，且", (self.condition(each, within=True) for each in children))
            case AnyOf(children):
                words = saying.joined("，或", (self.condition(each, within=True) for each in children))
        return saying.said("（{words}）", words=words) if within else words

    def leaf(self, leaf: Leaf) -> str:
        """Return what a leaf asks."""
        field = self.fields[leaf.field]
        if leaf.op == "is_null":
            return (
                saying.said("{label}不明", label=saying.word(field.label))
                if leaf.values[0]
                else saying.said("{label}已知", label=saying.word(field.label))
            )
        if field.kind == "flag":
            return field.label if leaf.values[0] else saying.said("并非{label}", label=saying.word(field.label))
        return said("{label}{relation}", label=word(field.label), relation=self._relation(field, leaf))

    def answer(self, trace: LeafTrace) -> str:
        """Return what the ticket answered to a leaf, as a statement that is true of it."""
        leaf, actual = trace.leaf, trace.actual
        field = self.fields[leaf.field]
        if leaf.op == "is_null":
            return (
                saying.said("{label}不明", label=saying.word(field.label))
                if actual is None
                else saying.said(
                    "{label}已知（{named}）", label=saying.word(field.label), named=self._named(field, actual)
                )
            )
        if trace.truth is None:
            return saying.said(
                "{label}不明，无从判断是否{quoted}", label=saying.word(field.label), quoted=_quoted(self.leaf(leaf))
            )
        if field.kind == "flag":
            return field.label if actual else saying.said("并非{label}", label=saying.word(field.label))
        if field.kind == "text":
            return self._words_found(field, leaf, actual, trace.truth)
        if field.kind == "moment":
            calendar = field.names[leaf.values[0]]
            return (
                saying.said("{label}在{calendar}内", label=saying.word(field.label), calendar=calendar)
                if trace.truth
                else saying.said("{label}不在{calendar}内", label=saying.word(field.label), calendar=calendar)
            )
        return self._compared(field, leaf, actual, trace.truth)

    def outcome(self, outcome: Outcome) -> str:
        """Return what a rule does."""
        parts: list[str] = []
        if outcome.urgency:
            parts.append(saying.said("紧急程度定为{urgencies}", urgencies=saying.word(URGENCIES[outcome.urgency])))
        if outcome.assign:
            verb = "直接派给" if outcome.assign.direct else "派给"
            parts.append(f"{verb}{self.units([outcome.assign.lead])}")
            if outcome.assign.co:
                parts.append(saying.said("由{units}协办", units=self.units(outcome.assign.co)))
        if outcome.limit:
            parts.append(saying.said("时限按“{limit_name}”", limit_name=self.directory.limit_name(outcome.limit)))
        if outcome.split:
            parts.append(saying.said("提示拆单：{split}", split=saying.unstopped(outcome.split)))
        if outcome.exclude:
            parts.append(saying.said("不派给{units}", units=self.units(outcome.exclude)))
        return saying.joined("，", parts)

    def units(self, units: Sequence[str]) -> str:
        """Return what units are called."""
        return saying.joined("、", (self.directory.unit_name(unit) for unit in units))

    def _relation(self, field: Field, leaf: Leaf) -> str:
        values = leaf.values
        measure = field.measure
        match leaf.op:
            case "eq":
                return saying.said("是{named}", named=self._named(field, values[0]))
            case "in":
                return saying.said(
                    "是{several}{either}", several=self._several(field, values), either=saying.word(_either(values))
                )
            case "under":
                return saying.said(
                    "属于{several}{either}", several=self._several(field, values), either=saying.word(_either(values))
                )
            case "contains_any":
                return saying.said(
                    "含有{several}{either}", several=self._several(field, values), either=saying.word(_either(values))
                )
            case "contains_all":
                return saying.said(
                    "{number}含有{several}",
                    number=saying.word("同时") if len(values) > 1 else "",
                    several=self._several(field, values),
                )
            case "gte":
                return (
                    saying.said("不少于 {values}{measure}", values=values[0], measure=measure)
                    if not field.names
                    else saying.said("不早于{named}", named=self._named(field, values[0]))
                )
            case "lte":
                return (
                    saying.said("不多于 {values}{measure}", values=values[0], measure=measure)
                    if not field.names
                    else saying.said("不晚于{named}", named=self._named(field, values[0]))
                )
            case "between" if field.names:
                return saying.said(
                    "在{named}到{field}之间", named=self._named(field, values[0]), field=self._named(field, values[1])
                )
            case "between":
                return saying.said(
                    "在 {values} 到 {values_2}{measure}之间", values=values[0], values_2=values[1], measure=measure
                )
        return saying.said("在{names}内", names=field.names[values[0]])

    def _compared(self, field: Field, leaf: Leaf, actual: Any, truth: bool) -> str:
        """Return a value and how it stands to what the leaf compares it with."""
        said = saying.said("{label}是{named}", label=saying.word(field.label), named=self._named(field, actual))
        if truth and leaf.op == "eq":
            return said
        if truth and leaf.op == "in":
            return saying.said("{said}，在所列之中", said=said) if len(leaf.values) > 1 else said
        relation = self._relation(field, leaf)
        if truth:
            return saying.said("{said}，{relation}", said=said, relation=relation)
        if leaf.op == "eq":
            return saying.said("{said}，不{relation}", said=said, relation=relation)
        if leaf.op in ("in", "under"):
            verb = "不属于" if leaf.op == "under" else "不是"
            return saying.said(
                "{said}，{verb}{several}", said=said, verb=saying.word(verb), several=self._several(field, leaf.values)
            )
        return saying.said("{said}，并非{relation}", said=said, relation=relation)

    def _words_found(self, field: Field, leaf: Leaf, found: Sequence[str], truth: bool) -> str:
        if truth:
            return saying.said(
                "{label}提到{several}", label=saying.word(field.label), several=self._several(field, found)
            )
        missing = [word for word in leaf.values if word not in found]
        return saying.said(
            "{label}没有提到{several}", label=saying.word(field.label), several=self._several(field, missing)
        )

    def _several(self, field: Field, values: Sequence[Any]) -> str:
        named = saying.joined("、", (self._named(field, value) for value in values[:MOST_NAMED]))
        return (
            saying.said("{named}等 {number} 个", named=named, number=len(values)) if len(values) > MOST_NAMED else named
        )

    def _named(self, field: Field, value: Any) -> str:
        if value in field.names:
            return saying.said("“{names}”", names=field.names[value]) if field.kind == "code" else field.names[value]
        if isinstance(value, str):
            return saying.said("“{name}”", name=self.directory.name_of(field.name, value))
        return f" {value}{field.measure}"

    def _days(self, rule: Rule) -> str:
        first, last = rule.valid.first, rule.valid.last
        if first and last:
            return saying.said("{first} 到 {last}，", first=first, last=last)
        if first:
            return saying.said("{first} 起，", first=first)
        return saying.said("到 {last} 为止，", last=last) if last else ""


def _quoted(words: str) -> str:
    """Return words in quotation marks, those within them turned into the inner ones."""
    return saying.said("“{translate}”", translate=words.translate(_INNER_MARKS))


def _either(values: Sequence[Any]) -> str:
    return "之一" if len(values) > 1 else ""
