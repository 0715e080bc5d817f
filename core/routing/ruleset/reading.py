"""Reading routing rules from JSON: every fault is told at once, in words, with the rule and the place within it.

    {"rules": [{
      "id": "r-urgent-electric", "label": "用电险情", "phase": "safety", "priority": 10, "enabled": true,
      "valid": {"from": "2026-01-01", "to": null},
      "when": {"all": [{"field": "matter", "op": "under", "value": ["07.08"]},
                       {"any": [{"field": "text", "op": "contains_any", "value": ["漏电", "坍塌"]},
                                {"field": "repeat_count", "op": "gte", "value": 3}]},
                       {"not": {"field": "area", "op": "is_null", "value": true}}]},
      "then": {"set": {"urgency": "urgent"}, "assign": {"lead": "power", "co": ["local:street"], "direct": true},
               "limit": "urgent-1h", "exclude": ["estate"]},
      "explain": "用电安全类关键词，或重复反映三次以上"}]}

Priority, enabled, valid, co and direct may be left out. `split` is a hint for the person who splits, and all that a rule
of the phase split has; a rule of the phase fallback assigns nobody: the ticket goes to a person at the dispatch desk.
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from typing import Any, TypeVar, cast

from core.areas.tree import LOCAL, LOCAL_NAMES
from core.kit.saying import joined, said, word
from core.routing.ruleset.conditions import AllOf, AnyOf, Condition, Leaf, Not
from core.routing.ruleset.faults import Faults, Place, RuleFault, RulesUnusable, is_unshowable, kind_of, shown
from core.routing.ruleset.fields import ALL_OPERATORS, FIELDS, OPERATORS, Field, Fields, Scalar
from core.routing.ruleset.rules import (
    ALWAYS,
    CUSTOMARY_PRIORITY,
    PHASES,
    Assign,
    Outcome,
    Phase,
    Rule,
    RuleSet,
    Validity,
)

T = TypeVar("T")
MOST_RULES = 6_000
RESERVED = {"duty-list": "职责清单", "nobody": "没有命中、由人判定"}
"""Ids that stand in records for what is no rule."""
MOST_NODES = 200
"""Of one rule's condition."""
DEEPEST = 20
MOST_VALUES = 200
"""Of one leaf."""
HIGHEST_PRIORITY = 100_000
LONGEST_LABEL = 60
LONGEST_SENTENCE = 300
LONGEST_WORD = 40
LONGEST_CODE = 64
LONGEST_PATH = 256
MOST_UNITS = 20
PATTERNS = frozenset(
    ("regex", "regexp", "re", "match", "matches", "matches_regex", "~", "=~", "!~", "rlike", "like", "ilike", "glob")
)
"""What patterns are called elsewhere."""
CODE = re.compile(r"\w[\w.\-]*\Z")
_NOT_IN_PATHS = "*?%"
"""What stands for anything elsewhere."""
BRANCHES = ("all", "any", "not")
_WHOLE = Place("规则文件")


def read_rules(text: str | bytes, *, fields: Fields = FIELDS) -> RuleSet:
    """Return the rules of a JSON text. Raises `RulesUnusable`."""
    try:
        value = json.loads(text, object_pairs_hook=_once_each)
    except RecursionError as error:
        raise _unreadable("嵌套太深，读不完。请检查括号，条件树最多 20 层。") from error
    except ValueError as error:  # also what is not UTF-8, and numbers nobody could mean
        raise _unreadable(said("不合 JSON 语法（{error!s:.80}）。请检查引号、逗号和括号。", error=error)) from error
    return parse_rules(value, fields=fields)


def parse_rules(value: Any, *, fields: Fields = FIELDS) -> RuleSet:
    """Return the rules of a JSON value. Raises `RulesUnusable` with every fault there is."""
    faults = Faults()
    rules: list[Rule] = []
    whole = _Entry(_WHOLE, value, faults) if isinstance(value, dict) else None
    if whole is None:
        faults.add(_WHOLE, said('应是一个对象，不能是{kind}。请写成 {{"rules": [……]}}。', kind=kind_of(value)))
    else:
        written = whole.take("rules", list)
        whole.refuse_others()
        if written is not None and len(written) > MOST_RULES:
            faults.add(
                _WHOLE,
                said(
                    "有 {number:,} 条规则，最多 {most_rules:,} 条：规则只写例外，再多就没有人说得清先后。"
                    "事项归谁办请写进职责清单。",
                    number=len(written),
                    most_rules=MOST_RULES,
                ),
            )
        elif written is not None:
            rules = list(_rules(written, fields, faults))
    faults.refuse()
    return RuleSet(tuple(rules), fields)


def parse_condition(value: Any, *, fields: Fields = FIELDS) -> Condition:
    """Return one condition, such as a form edits it. Raises `RulesUnusable`."""
    faults = Faults()
    condition = _Tree(fields, faults).read(value, Place("条件", "when"))
    faults.refuse()
    assert condition is not None
    return condition


def _rules(written: list[Any], fields: Fields, faults: Faults) -> Iterator[Rule]:
    places: dict[str, int] = {}
    for number, value in enumerate(written, 1):
        place = Place(said("第 {number} 条规则", number=number))
        if not isinstance(value, dict):
            faults.add(
                place,
                said(
                    "应是一个对象，不能是{kind}。请按 id、label、phase、when、then、explain 填写。", kind=kind_of(value)
                ),
            )
            continue
        rule_id = value.get("id")
        if isinstance(rule_id, str) and _is_code(rule_id):
            if rule_id in RESERVED:
                faults.add(
                    Place(said("规则“{rule_id}”", rule_id=rule_id), "id"),
                    said(
                        "第 {number} 条规则的 id 不能是 {rule_id}，派单记录用它表示{reserved}。请换一个。",
                        number=number,
                        rule_id=rule_id,
                        reserved=word(RESERVED[rule_id]),
                    ),
                )
            if rule_id in places:
                faults.add(
                    Place(said("规则“{rule_id}”", rule_id=rule_id), "id"),
                    said(
                        "第 {places} 条和第 {number} 条规则用了同一个 id，派单记录里无法分辨。请给其中一条换一个。",
                        places=places[rule_id],
                        number=number,
                    ),
                )
            places.setdefault(rule_id, number)
            place = Place(said("规则“{rule_id}”", rule_id=rule_id))
        rule = _rule(_Entry(place, value, faults), fields, faults)
        if rule is not None:
            yield rule


def _rule(entry: "_Entry", fields: Fields, faults: Faults) -> Rule | None:
    before = len(faults.found)
    rule_id = entry.code("id")
    label = entry.text("label", longest=LONGEST_LABEL)
    phase = _phase(entry)
    priority = entry.number("priority", 0, HIGHEST_PRIORITY, default=CUSTOMARY_PRIORITY)
    enabled = entry.flag("enabled", default=True)
    valid = _validity(entry)
    when = _when(entry, fields, faults)
    then = _outcome(entry, phase)
    explain = entry.text("explain", longest=LONGEST_SENTENCE)
    entry.refuse_others()
    if len(faults.found) > before or rule_id is None or label is None or phase is None or explain is None:
        return None
    if when is None or then is None or priority is None or enabled is None:
        return None
    return Rule(
        id=rule_id,
        label=label,
        phase=phase,
        when=when,
        then=then,
        explain=explain,
        priority=priority,
        enabled=enabled,
        valid=valid,
    )


def _phase(entry: "_Entry") -> Phase | None:
    written = entry.take("phase", str)
    if written is None:
        return None
    if written not in PHASES:
        entry.add(
            "phase",
            said("没有阶段{written}。请从 {phases} 中选一个。", written=shown(written), phases=joined("、", PHASES)),
        )
        return None
    return Phase(written)


def _validity(entry: "_Entry") -> Validity:
    days = entry.inner("valid")
    if days is None:
        return ALWAYS
    first, last = days.day("from"), days.day("to")
    days.refuse_others()
    if first and last and last < first:
        days.add(
            "to",
            said("最后一天 {last} 早于第一天 {first}，规则一天也不会生效。请改正其中一个。", last=last, first=first),
        )
    return Validity(first, last)


def _when(entry: "_Entry", fields: Fields, faults: Faults) -> Condition | None:
    value = entry.take("when", dict)
    return None if value is None else _Tree(fields, faults).read(value, entry.place.at("when"))


def _outcome(entry: "_Entry", phase: Phase | None) -> Outcome | None:
    then = entry.inner("then", required=True)
    if then is None:
        return None
    outcome = Outcome(
        urgency=_urgency(then),
        assign=_assign(then),
        split=then.text("split", longest=LONGEST_SENTENCE, required=False) or "",
        limit=then.code("limit", required=False) or "",
        exclude=then.units("exclude"),
    )
    then.refuse_others()
    if not then.values:
        entry.add("then", "什么也没有写，命中了也没有结果。请写明 set、assign、split、limit 或 exclude。")
    _refuse_misplaced(then, outcome, phase)
    return outcome


def _refuse_misplaced(then: "_Entry", outcome: Outcome, phase: Phase | None) -> None:
    if phase is Phase.FALLBACK and "assign" in then.values:
        then.add(
            "assign",
            "转人工阶段不能指定单位：没有规则和清单可依的，由派单台的人员判定，不由社区或其他单位兜底。请删去。",
        )
    if phase is Phase.SPLIT and set(then.values) - {"split"}:
        then.add("split", "拆单阶段只给人提示，不派单也不改时限。请只留 split，其余移到别的阶段。")
    if phase is Phase.SPLIT and "split" not in then.values:
        then.add("split", "拆单阶段的规则没有写提示。请写一句为什么、怎么拆。")
    if phase not in (None, Phase.SPLIT) and "split" in then.values:
        then.add("split", "拆单提示只能写在拆单阶段。请把 phase 改为 split，或删去这一项。")
    if outcome.assign is None:
        return
    for unit in (outcome.assign.lead, *outcome.assign.co):
        if unit in outcome.exclude:
            then.add("exclude", said("单位{unit}既要派给它又要排除它。请删去其中一处。", unit=shown(unit)))


def _urgency(then: "_Entry") -> Any:
    changes = then.inner("set")
    if changes is None:
        return None
    urgency = changes.take("urgency", str)
    changes.refuse_others()
    if urgency is not None and urgency not in ("normal", "urgent"):
        changes.add(
            "urgency", said("没有紧急程度{urgency}。请写 normal（一般）或 urgent（紧急）。", urgency=shown(urgency))
        )
        return None
    return urgency


def _assign(then: "_Entry") -> Assign | None:
    assign = then.inner("assign")
    if assign is None:
        return None
    lead = assign.take("lead", str)
    if lead is not None and not _is_unit(lead):
        assign.add("lead", _not_a_unit(lead))
        lead = None
    co = assign.units("co")
    direct = assign.flag("direct", default=False)
    assign.refuse_others()
    if lead is None:
        return None
    if lead in co:
        assign.add("co", said("单位{lead}既是主办又是协办。请从 co 中删去。", lead=shown(lead)))
    return Assign(lead, co, bool(direct))


@dataclass
class _Entry:
    """An object of the file; says which one it is when a value is missing or of the wrong kind."""

    place: Place
    values: dict[Any, Any]
    faults: Faults
    asked: set[str] = field(default_factory=set)

    def add(self, key: str, sentence: str) -> None:
        self.faults.add(self.place.at(key), sentence)

    def take(self, key: str, kind: type[T], *, required: bool = True) -> T | None:
        """Return the value of a key, or None when it is missing or of another kind, which is noted if it matters."""
        self.asked.add(key)
        value = self.values.get(key)
        if value is None:
            if required:
                self.add(key, "没有填写。请补上。")
            elif key in self.values:
                self.add(key, "不能是空值 null。请填写，或删去这一项。")
            return None
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            words = {str: "文字", int: "整数", bool: " true 或 false", list: "列表", dict: "对象"}
            self.add(key, said("应是{words}，不能是{value}。请改正。", words=words[kind], value=shown(value)))
            return None
        return value

    def inner(self, key: str, *, required: bool = False) -> "_Entry | None":
        """Return the object of a key."""
        value = self.take(key, dict, required=required)
        return None if value is None else _Entry(self.place.at(key), value, self.faults)

    def text(self, key: str, *, longest: int, required: bool = True) -> str | None:
        """Return the words of a key, without blanks around them."""
        value = self.take(key, str, required=required)
        return None if value is None else _words(value, self.place.at(key), self.faults, longest=longest)

    def code(self, key: str, *, required: bool = True) -> str | None:
        value = self.take(key, str, required=required)
        if value is not None and not _is_code(value):
            self.add(
                key,
                said(
                    "{value}不能用作代码。请只用字母、数字、点、横线和下划线，最多 {longest_code} 个字符。",
                    value=shown(value),
                    longest_code=LONGEST_CODE,
                ),
            )
            return None
        return value

    def number(self, key: str, lowest: int, highest: int, *, default: int) -> int | None:
        value = self.take(key, int, required=False)
        if value is not None and not lowest <= value <= highest:
            self.add(
                key,
                said(
                    "不能是{value}。请写 {lowest} 到 {highest:,} 的整数。",
                    value=shown(value),
                    lowest=lowest,
                    highest=highest,
                ),
            )
            return None
        return default if key not in self.values else value

    def flag(self, key: str, *, default: bool) -> bool | None:
        value = self.take(key, bool, required=False)
        return default if key not in self.values else value

    def day(self, key: str) -> date | None:
        """Return the day of a key; null is none."""
        if self.values.get(key) is None:
            self.asked.add(key)
            return None
        written = self.take(key, str)
        if written is None:
            return None
        try:
            found = date.fromisoformat(written)
        except ValueError:
            found = None
        if found is None or found.isoformat() != written:
            self.add(key, said("{written}不是日期。请写成 2026-01-01 这样。", written=shown(written)))
            return None
        return found

    def units(self, key: str) -> tuple[str, ...]:
        """Return the units of a key, each once."""
        written = self.take(key, list, required=False)
        if written is None:
            return ()
        if not 1 <= len(written) <= MOST_UNITS and not (key == "co" and not written):
            self.add(
                key,
                said(
                    "有 {number:,} 个单位。请写 1 到 {most_units} 个，没有就删去这一项。",
                    number=len(written),
                    most_units=MOST_UNITS,
                ),
            )
            return ()
        place = self.place.at(key)
        for number, unit in enumerate(written):
            if not _is_unit(unit):
                self.faults.add(place.item(number), _not_a_unit(unit))
        return tuple(dict.fromkeys(unit for unit in written if _is_unit(unit)))

    def refuse_others(self) -> None:
        """Note every key that nobody asked for."""
        others = [key for key in self.values if not (isinstance(key, str) and key in self.asked)]
        if others:
            named = joined("、", (shown(key).strip() for key in others[:10]))
            self.faults.add(
                self.place,
                said(
                    "不认识{named}。可写的有 {asked}；请改正或删去。",
                    named=named,
                    asked=joined("、", sorted(self.asked)),
                ),
            )


@dataclass
class _Tree:
    """Reads the condition of one rule."""

    fields: Fields
    faults: Faults
    nodes: int = 0
    above: list[int] = field(default_factory=list)
    """Which objects the present one lies in."""

    def read(self, value: Any, place: Place) -> Condition | None:
        """Return the condition, or None when it cannot be used, with the reason noted."""
        self.nodes += 1
        if self.nodes > MOST_NODES:
            if self.nodes == MOST_NODES + 1:
                sentence = said(
                    "条件超过 {most_nodes} 个，没有人读得懂。请拆成几条规则，或把词语写进同一个列表。",
                    most_nodes=MOST_NODES,
                )
                self.faults.add(place, sentence)
            return None
        if id(value) in self.above:
            self.faults.add(place, "条件树绕回了自己（有环），永远判不完。请从头重写这条规则的条件。")
            return None
        if len(self.above) >= DEEPEST:
            self.faults.add(place, said("条件嵌套超过 {deepest} 层，没有人读得懂。请拆成几条规则。", deepest=DEEPEST))
            return None
        if not isinstance(value, dict):
            self.faults.add(
                place,
                said(
                    "条件应是一个对象，不能是{value}。请写 all、any、not 之一，或 field、op、value。",
                    value=shown(value),
                ),
            )
            return None
        self.above.append(id(value))
        try:
            return self._node(value, place)
        finally:
            self.above.pop()

    def _node(self, value: dict[Any, Any], place: Place) -> Condition | None:
        if not value:
            self.faults.add(place, "条件是空的，命中不了也说不清。请写 all、any、not 之一，或 field、op、value。")
            return None
        branches = [key for key in BRANCHES if key in value]
        if not branches:
            return _Comparison(_Entry(place, value, self.faults), self.fields).read()
        if len(value) > 1:
            others = joined("、", (shown(key).strip() for key in list(value)[:10]))
            self.faults.add(
                place,
                said(
                    "同时写了{others}，不知道该听哪一个。一个条件只能有 all、any、not 之一；请分成几层。", others=others
                ),
            )
            return None
        [branch] = branches
        inner = value[branch]
        if branch == "not":
            child = self.read(inner, place.at("not"))
            return None if child is None else Not(child)
        children = self._children(inner, place.at(branch))
        if children is None:
            return None
        return AllOf(children) if branch == "all" else AnyOf(children)

    def _children(self, written: Any, place: Place) -> tuple[Condition, ...] | None:
        if not isinstance(written, list):
            self.faults.add(place, said("应是条件的列表，不能是{written}。请写成 [……]。", written=shown(written)))
            return None
        if not written:
            self.faults.add(place, "一个条件也没有。请至少写一个，或删去这一层。")
            return None
        children: list[Condition | None] = []
        for number, each in enumerate(written):
            if self.nodes > MOST_NODES:
                break
            children.append(self.read(each, place.item(number)))
        if len(children) < len(written) or None in children:
            return None
        return cast("tuple[Condition, ...]", tuple(children))


@dataclass
class _Comparison:
    """Reads one leaf: field, op and value have to fit each other."""

    entry: _Entry
    fields: Fields

    def read(self) -> Leaf | None:
        """Return the leaf, or None with the reason noted."""
        entry = self.entry
        name, op = entry.take("field", str), entry.take("op", str)
        entry.asked.add("value")
        entry.refuse_others()
        field = self._field(name) if name is not None else None
        if op is not None and not self._is_operator(op, field):
            op = None
        if "value" not in entry.values:
            entry.add("value", "没有填写。请写明和什么比较。")
            return None
        if field is None or op is None:
            return None
        values = self._values(field, op, entry.values["value"])
        return None if values is None else Leaf(field.name, op, values)

    def _field(self, name: str) -> Field | None:
        if name in self.fields:
            return self.fields[name]
        close = get_close_matches(name, self.fields, 1) if len(name) <= LONGEST_CODE else []
        advice = said("您要写的是不是 {close}？", close=close[0]) if close else ""
        self.entry.add(
            "field",
            said(
                "没有字段{name}。{advice}可用的字段：{fields}。",
                name=shown(name),
                advice=advice,
                fields=joined("、", self.fields),
            ),
        )
        return None

    def _is_operator(self, op: str, field: Field | None) -> bool:
        if op.lower() in PATTERNS:
            self.entry.add(
                "op",
                said(
                    "不支持{op}：正则表达式或通配写错一处就会拖慢所有派单，退单争议中也没有人能向单位读出来。"
                    "请改用 contains_any 或 contains_all 列出词语，用 under 写明事项或区域。",
                    op=shown(op),
                ),
            )
            return False
        if op not in ALL_OPERATORS:
            known = OPERATORS[field.kind] if field else ALL_OPERATORS
            self.entry.add("op", said("没有运算{op}。请从 {known} 中选一个。", op=shown(op), known=joined("、", known)))
            return False
        if field and op not in OPERATORS[field.kind]:
            choices = joined("、", OPERATORS[field.kind])
            self.entry.add(
                "op",
                said(
                    "字段“{label}”（{name}）不能用 {op} 比较。请从 {choices} 中选一个。",
                    label=word(field.label),
                    name=field.name,
                    op=op,
                    choices=choices,
                ),
            )
            return False
        return True

    def _values(self, field: Field, op: str, written: Any) -> tuple[Scalar, ...] | None:
        place = self.entry.place.at("value")
        match op:
            case "is_null":
                return self._one(_flag, field, written, place)
            case "in_calendar":
                return self._one(_named, field, written, place)
            case "between":
                return self._span(field, written, place)
            case "in" | "contains_any" | "contains_all":
                return self._list(_READERS[field.kind], field, written, place)
            case "under" if isinstance(written, list):
                return self._list(_READERS[field.kind], field, written, place)
        return self._one(_READERS[field.kind], field, written, place)

    def _one(self, read: "_Read", field: Field, written: Any, place: Place) -> tuple[Scalar, ...] | None:
        value = read(field, written, place, self.entry.faults)
        return None if value is None else (value,)

    def _list(self, read: "_Read", field: Field, written: Any, place: Place) -> tuple[Scalar, ...] | None:
        if not isinstance(written, list):
            self.entry.faults.add(
                place, said("应是列表，不能是{written}。请写成 [……]，只有一个也一样。", written=shown(written))
            )
            return None
        if not 1 <= len(written) <= MOST_VALUES:
            self.entry.faults.add(
                place,
                said(
                    "列表有 {number:,} 项。请写 1 到 {most_values} 项，再多的分成几个条件。",
                    number=len(written),
                    most_values=MOST_VALUES,
                ),
            )
            return None
        found = [read(field, each, place.item(number), self.entry.faults) for number, each in enumerate(written)]
        values = tuple(dict.fromkeys(value for value in found if value is not None))
        return None if None in found else values

    def _span(self, field: Field, written: Any, place: Place) -> tuple[Scalar, ...] | None:
        if not isinstance(written, list) or len(written) != 2:
            self.entry.faults.add(
                place, said("between 要两个整数，不能是{written}。请写成 [最小, 最大]。", written=shown(written))
            )
            return None
        span = [_number(field, each, place.item(number), self.entry.faults) for number, each in enumerate(written)]
        if span[0] is None or span[1] is None:
            return None
        if span[0] > span[1]:
            self.entry.faults.add(
                place, said("最小 {span} 大于最大 {span_2}，什么都不在其中。请对调。", span=span[0], span_2=span[1])
            )
            return None
        return (span[0], span[1])


def _path(field: Field, value: Any, place: Place, faults: Faults) -> str | None:
    if isinstance(value, str) and len(value) <= LONGEST_PATH:
        steps = value.split(".")
        unfit = any(letter in _NOT_IN_PATHS or is_unshowable(letter) for letter in value)
        if not unfit and all(step and step == step.strip() for step in steps):
            return value
    faults.add(
        place,
        said(
            "{value}不是{label}的路径。请写成 07.08 这样，各级之间用点，不用星号。",
            value=shown(value),
            label=word(field.label),
        ),
    )
    return None


def _code(field: Field, value: Any, place: Place, faults: Faults) -> str | None:
    if field.is_closed:
        return cast("str | None", _named(field, value, place, faults))
    if _is_code(value):
        return cast("str", value)
    faults.add(place, said("{value}不是{label}的代码。请从列表中选择。", value=shown(value), label=word(field.label)))
    return None


def _named(field: Field, value: Any, place: Place, faults: Faults) -> Scalar | None:
    if isinstance(value, str) and value in field.names:
        return value
    known = joined(
        "、", (said("{code}（{label}）", code=code, label=word(label)) for code, label in field.names.items())
    )
    faults.add(
        place, said("{label}没有{value}。请从 {known} 中选。", label=word(field.label), value=shown(value), known=known)
    )
    return None


def _word(field: Field, value: Any, place: Place, faults: Faults) -> str | None:
    if isinstance(value, str):
        return _words(value, place, faults, longest=LONGEST_WORD)
    faults.add(place, said("要找的词应是文字，不能是{value}。请改正。", value=shown(value)))
    return None


def _number(field: Field, value: Any, place: Place, faults: Faults) -> int | None:
    if isinstance(value, int) and not isinstance(value, bool) and field.lowest <= value <= field.highest:
        return value
    bounds = said("{lowest} 到 {highest:,}", lowest=field.lowest, highest=field.highest)
    faults.add(
        place,
        said(
            "{label}不能和{value}比较。请写 {bounds} 的整数。",
            label=word(field.label),
            value=shown(value),
            bounds=bounds,
        ),
    )
    return None


def _flag(field: Field, value: Any, place: Place, faults: Faults) -> bool | None:
    if isinstance(value, bool):
        return value
    faults.add(place, said("应是 true 或 false，不能是{value}。请改正。", value=shown(value)))
    return None


_Read = Callable[[Field, Any, Place, Faults], Scalar | None]
_READERS: dict[str, _Read] = {"path": _path, "code": _code, "text": _word, "number": _number, "flag": _flag}


def _words(value: str, place: Place, faults: Faults, *, longest: int) -> str | None:
    words = value.strip()
    if not words:
        faults.add(place, "是空的。请填写。")
        return None
    if len(words) > longest:
        faults.add(place, said("有 {number:,} 个字，最多 {longest} 个。请缩短。", number=len(words), longest=longest))
        return None
    if any(is_unshowable(letter) for letter in words):
        faults.add(
            place,
            said("{words}里有看不见的字符（如换行、零宽字符），写得对也匹配不上。请重新输入。", words=shown(words)),
        )
        return None
    return words


def _is_code(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= LONGEST_CODE and CODE.match(value) is not None


def _is_unit(value: Any) -> bool:
    if isinstance(value, str) and value.startswith(LOCAL):
        return value in LOCAL_NAMES
    return _is_code(value)


def _not_a_unit(value: Any) -> str:
    local = joined(
        "、", (said("{code}（{label}）", code=code, label=word(label)) for code, label in LOCAL_NAMES.items())
    )
    return said("{value}不能用作单位。请写单位代码，或 {local}。", value=shown(value), local=local)


def _once_each(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        twice, _ = Counter(name for name, _ in pairs).most_common(1)[0]
        raise ValueError(said("{twice}写了两次", twice=shown(twice)))
    return found


def _unreadable(sentence: str) -> RulesUnusable:
    return RulesUnusable(
        [RuleFault(_WHOLE.rule, "", said("{whole}：{sentence}", whole=_WHOLE, sentence=word(sentence)))]
    )
