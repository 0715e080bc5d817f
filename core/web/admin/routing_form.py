"""One routing rule as a form: from a rule, from what was sent, and back to a rule with every fault beside its field."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from werkzeug.datastructures import MultiDict

from core.kit.saying import said
from core.routing.ruleset import (
    Phase,
    Rule,
    RulesUnusable,
    Wording,
    parse_condition,
    parse_rules,
)
from core.routing.ruleset.fields import Fields
from core.routing.ruleset.rules import CUSTOMARY_PRIORITY
from core.web.admin.routing_choices import Choices
from core.web.admin.routing_tree import (
    GroupRow,
    LeafRow,
    LockedRow,
    Row,
    TreeForm,
    condition_of,
    fitting,
    needs_value,
    tree_from,
    tree_of,
)

BY_DUTY_LIST = ""
"""In place of a unit: the rule names none, and the duty list decides as ever."""
LONGEST_LABEL, LONGEST_SENTENCE = 60, 300
Faults = dict[str, str]


@dataclass(frozen=True, slots=True)
class RuleForm:
    """A rule as its form shows it. `lead` empty = by the duty list; days as they were typed."""

    id: str
    label: str = ""
    phase: str = Phase.OVERRIDE
    tree: TreeForm = field(default_factory=lambda: TreeForm("all", (LeafRow("matter", "under"),)))
    lead: str = BY_DUTY_LIST
    direct: bool = False
    co: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    urgency: str = ""
    limit: str = ""
    split: str = ""
    first: str = ""
    last: str = ""
    explain: str = ""
    enabled: bool = True
    priority: int = CUSTOMARY_PRIORITY
    typed: Mapping[str, str] = field(default_factory=dict)
    """What was entered for `co` and `exclude` and is no unit."""

    @property
    def is_split(self) -> bool:
        return self.phase == Phase.SPLIT

    @property
    def is_fallback(self) -> bool:
        return self.phase == Phase.FALLBACK


def form_of(rule: Rule, fields: Fields) -> RuleForm:
    """Return the form of a rule; `rule_of` gives the very same rule back."""
    then = rule.then
    return RuleForm(
        id=rule.id,
        label=rule.label,
        phase=str(rule.phase),
        tree=tree_of(rule.when, fields),
        lead=then.assign.lead if then.assign else BY_DUTY_LIST,
        direct=bool(then.assign and then.assign.direct),
        co=then.assign.co if then.assign else (),
        exclude=then.exclude,
        urgency=then.urgency or "",
        limit=then.limit,
        split=then.split,
        first=rule.valid.first.isoformat() if rule.valid.first else "",
        last=rule.valid.last.isoformat() if rule.valid.last else "",
        explain=rule.explain,
        enabled=rule.enabled,
        priority=rule.priority,
    )


def form_from(form: MultiDict[str, str], choices: Choices) -> RuleForm:
    """Return the form that was sent, with the names that were entered turned into what they name."""
    typed: dict[str, str] = {}
    units: dict[str, tuple[str, ...]] = {}
    for name in ("co", "exclude"):
        entered = form.get(f"{name}.more", "")[:2000]
        found, typed[name] = choices.units_in(entered)
        units[name] = tuple(dict.fromkeys([*(each[:64] for each in form.getlist(name)[:40] if each), *found]))
    priority = form.get("priority", "")
    phase = form.get("phase", "")
    return RuleForm(
        id=form.get("id", "")[:64],
        label=form.get("label", "").strip()[:200],
        phase=phase if phase in list(Phase) else str(Phase.OVERRIDE),
        tree=_resolved(tree_from(form), choices),
        lead=form.get("lead", "")[:64],
        direct="direct" in form,
        co=units["co"],
        exclude=units["exclude"],
        urgency=form.get("urgency", "")[:20],
        limit=form.get("limit", "")[:64],
        split=form.get("split", "").strip()[:1000],
        first=form.get("first", "").strip()[:20],
        last=form.get("last", "").strip()[:20],
        explain=form.get("explain", "").strip()[:1000],
        enabled="enabled" in form,
        priority=int(priority) if priority.isascii() and priority.isdecimal() and len(priority) < 7 else 100,
        typed={name: words for name, words in typed.items() if words},
    )


def rule_of(form: RuleForm, choices: Choices) -> tuple[Rule | None, Faults]:
    """Return the rule of a form, None where something is wrong, and what that is by the field beside which it stands."""
    if faults := dict(_faults(form, choices)):
        return None, faults
    try:
        [rule] = parse_rules({"rules": [_written(form, choices.fields)]}, fields=choices.fields).rules
    except RulesUnusable as unusable:
        for fault in unusable.faults:
            faults.setdefault(_field_of(fault.path), fault.sentence.partition("：")[2] or fault.sentence)
        return None, faults
    return rule, {}


def words_of_locked(row: LockedRow, fields: Fields, wording: Wording) -> str:
    """Return a block that lies too deep for rows as it would be read out."""
    try:
        return wording.condition(parse_condition(_json(row, fields), fields=fields))
    except RulesUnusable:
        return "这一段条件读不出来，请删除后重写"


def _json(row: LockedRow, fields: Fields) -> Any:
    return condition_of(TreeForm("", (row,)), fields)


def _resolved(tree: TreeForm, choices: Choices) -> TreeForm:
    """Turn the names that were entered into values, and give every row a comparison that its field has."""

    def leaf(row: LeafRow) -> LeafRow:
        row = fitting(row, choices.fields)
        if not needs_value(row.op):
            return replace(row, values=(), typed="")
        found, left = choices.values_in(row.field, row.typed)
        values = (*row.values, *found)
        if row.op != "between":  # two ends that are the same number are two all the same
            values = tuple(dict.fromkeys(values))
        if row.op == "eq" and found:
            values = tuple(found[-1:])
        return replace(row, values=values, typed=left)

    def one(row: Row) -> Row:
        match row:
            case LeafRow():
                return leaf(row)
            case GroupRow():
                return replace(row, rows=tuple(leaf(each) if isinstance(each, LeafRow) else each for each in row.rows))
        return row

    return replace(tree, rows=tuple(one(row) for row in tree.rows))


def _written(form: RuleForm, fields: Fields) -> dict[str, Any]:
    """Return the rule as JSON, with what its phase has no use for left out."""
    then: dict[str, Any] = {}
    if form.is_split:
        then["split"] = form.split
    else:
        if form.urgency:
            then["set"] = {"urgency": form.urgency}
        if form.lead and not form.is_fallback:
            then["assign"] = {"lead": form.lead, "co": list(form.co), "direct": form.direct}
        if form.limit:
            then["limit"] = form.limit
        if form.exclude:
            then["exclude"] = list(form.exclude)
    return {
        "id": form.id,
        "label": form.label,
        "phase": form.phase,
        "priority": form.priority,
        "enabled": form.enabled,
        "valid": {"from": form.first or None, "to": form.last or None},
        "when": condition_of(form.tree, fields),
        "then": then,
        "explain": form.explain,
    }


def _faults(form: RuleForm, choices: Choices) -> Iterator[tuple[str, str]]:
    """Yield what is wrong in the words of the form; what is left to say the reading of rules says."""
    if not form.label:
        yield "label", "请给规则起个名字，派单记录里就用它"
    elif len(form.label) > LONGEST_LABEL:
        yield "label", said("名字最多 {most} 个字，请缩短", most=LONGEST_LABEL)
    if not form.explain:
        yield "explain", "请写一句理由，收到工单的单位会看到"
    elif len(form.explain) > LONGEST_SENTENCE:
        yield "explain", said("最多 {most} 个字，请缩短", most=LONGEST_SENTENCE)
    yield from _wrong_days(form)
    if not form.tree.rows:
        yield "tree", "一个条件也没有，规则会管所有工单。请至少加一个条件"
    for place, row in form.tree.placed():
        if isinstance(row, LeafRow) and (why := _wrong_row(row, choices)):
            yield place, why
    if form.is_split and not form.split:
        yield "split", "请写一句为什么可能是几件事、怎么拆"
    if not form.is_split:
        yield from _wrong_outcome(form, choices)


def _wrong_days(form: RuleForm) -> Iterator[tuple[str, str]]:
    days: list[date] = []
    for name, typed in (("first", form.first), ("last", form.last)):
        if typed:
            try:
                days.append(date.fromisoformat(typed))
            except ValueError:
                yield name, said("“{typed}”不是日期，请写成 2026-05-01 这样", typed=typed)
    if len(days) == 2 and days[1] < days[0]:
        yield "last", "最后一天早于第一天，规则一天也不会生效。请改正其中一个"


def _wrong_row(row: LeafRow, choices: Choices) -> str:
    if row.typed:
        return choices.not_found(row.field, row.typed)
    if not needs_value(row.op):
        return ""
    of = choices.fields.get(row.field)
    if not row.values:
        return "还没有写和什么比较。请填写，或删除这个条件"
    if row.op == "between" and len(row.values) != 2:
        return "请写两个数，小的在前"
    if row.op == "eq" and len(row.values) > 1:
        return "这里只能有一个。请只留一个，或改用“其中之一”"
    if of is not None and of.kind == "number":
        bounds = said("请写 {lowest} 到 {highest:,} 的整数", lowest=of.lowest, highest=of.highest)
        numbers = [int(each) for each in row.values if each.isascii() and each.isdecimal()]
        if len(numbers) < len(row.values) or not all(of.lowest <= each <= of.highest for each in numbers):
            return bounds
        if row.op == "between" and numbers[0] > numbers[1]:
            return "前一个数大于后一个，什么都不在其中。请对调"
    return ""


def _wrong_outcome(form: RuleForm, choices: Choices) -> Iterator[tuple[str, str]]:
    for name in ("co", "exclude"):
        if typed := form.typed.get(name):
            yield name, choices.not_found("unit", typed)
    lead = "" if form.is_fallback else form.lead
    if not (lead or form.urgency or form.limit or form.exclude):
        yield "lead", "命中了也没有结果。请选一个单位，或写明时限、紧急程度、不派给谁"
    if lead and lead in form.exclude:
        yield "exclude", said("{unit}既要派给它又要排除它，请删去其中一处", unit=choices.unit_name(form.lead))
    if lead and lead in form.co:
        yield "co", said("{unit}既是主办又是协办，请从协办中删去", unit=choices.unit_name(form.lead))
    for unit in form.co if lead else ():
        if unit in form.exclude:
            yield "exclude", said("{unit}既是协办又要排除它，请删去其中一处", unit=choices.unit_name(unit))


def _field_of(path: str) -> str:
    """Return beside which field of the form a fault stands that was found at this path of the rule."""
    if path.startswith("when"):
        return "tree"
    for start, name in (
        ("then.assign.co", "co"),
        ("then.assign", "lead"),
        ("then.exclude", "exclude"),
        ("then.limit", "limit"),
        ("then.split", "split"),
        ("then.set", "urgency"),
        ("then", "lead"),
        ("valid.from", "first"),
        ("valid", "last"),
    ):
        if path.startswith(start):
            return name
    return path if path in ("label", "explain") else "label"
