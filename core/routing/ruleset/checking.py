"""What is looked at before rules are published: whom and what they name, which can never match, which contradict.

A finding of level `error` keeps the rules from being published, a `warning` is shown to whoever approves them, a `notice`
is a report. Unreachable rules and overlaps are shown only when they are certain; there may be more.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from itertools import chain
from typing import Any, Literal

from core.areas.tree import LOCAL, LOCAL_NAMES
from core.kit.saying import joined, said, word
from core.routing.ruleset.compiling import when_true
from core.routing.ruleset.conditions import Leaf, leaves_of
from core.routing.ruleset.directory import FRONT_LINE, RoutingDirectory
from core.routing.ruleset.evaluating import CompiledRules
from core.routing.ruleset.fields import prefixes_of
from core.routing.ruleset.index import PATHS, Demand, demand_of
from core.routing.ruleset.possibility import Effort, can_match, implies
from core.routing.ruleset.rules import Phase, Rule, RuleSet
from core.routing.ruleset.tracing import trace
from core.routing.ruleset.wording import Wording
from core.units.levels import LEVEL_NAMES

Level = Literal["error", "warning", "notice"]
MOST_OVERLAPS = 200
MOST_OVERLAPS_OF_ONE = 3
"""Earlier rules named for one rule."""
MOST_PAIRS_OF_ONE = 300
"""Earlier rules with which one rule is compared."""
MOST_EFFORT = 400_000
"""Steps of proof for all unreachable rules, and again for all overlaps; a few seconds."""
TRIALS_IN_A_STEP = 2
"""Rules tried on an example for the price of one step."""
_PATTERN_SIGNS = (".*", ".+", "\\d", "\\w", "\\s", "(?:", "|", "*", "[^")
_NAMED = {"matter": "职责清单没有事项", "area": "没有区域", "channel": "没有渠道"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to know before publishing: a stable code, the rule and the place in it, the sentence."""

    level: Level
    code: str
    rule: str
    path: str
    sentence: str
    other: str = ""
    """The other rule, where two are concerned."""
    words: str = dataclass_field(default="", compare=False)
    """The sentence alone, for where the rule and the place in it are seen."""


@dataclass(frozen=True, slots=True)
class Report:
    """All findings, errors first. Not complete: more overlapping rules than are listed, or than were compared."""

    findings: tuple[Finding, ...]
    is_complete: bool = True

    @property
    def may_be_published(self) -> bool:
        """Nothing is wrong that keeps the rules from being published."""
        return all(finding.level != "error" for finding in self.findings)

    def of(self, code: str) -> list[Finding]:
        """Return the findings of one code."""
        return [finding for finding in self.findings if finding.code == code]


def check_rules(rules: RuleSet, directory: RoutingDirectory, *, most_overlaps: int = MOST_OVERLAPS) -> Report:
    """Return what is to be known of the rules that are switched on before they are published in this district."""
    compiled = CompiledRules(rules)
    wording = Wording(rules.fields, directory)
    examples = [_example(rule, rules) for rule in compiled.rules]
    strangers = list(chain.from_iterable(_strangers(rule, directory) for rule in compiled.rules))
    too_low = [found for rule in compiled.rules if (found := _too_low(rule, rules, directory))]
    never = [_never(rule) for rule, answer in zip(compiled.rules, examples, strict=True) if not answer.is_possible]
    effort = Effort(MOST_EFFORT)
    unreachable = list(_unreachable(compiled, examples, wording, effort))
    dead = {finding.rule for finding in (*never, *unreachable)}
    overlaps = _Overlaps(compiled, examples, wording, dead)
    reported = list(overlaps.found(most_overlaps))
    patterns = list(chain.from_iterable(_patterns(rule) for rule in compiled.rules))
    return Report(
        (*strangers, *too_low, *never, *unreachable, *patterns, *reported), overlaps.is_complete and not effort.is_spent
    )


@dataclass(frozen=True, slots=True)
class _Example:
    """Whether a rule can match; values of which it does, if such were found."""

    is_possible: bool
    values: Mapping[str, Any] | None


def _example(rule: Rule, rules: RuleSet) -> _Example:
    answer = can_match([rule.when], rules.fields)
    fits = answer.example is not None and when_true(rule.when)(answer.example)
    return _Example(answer.is_possible, answer.example if fits else None)


def _strangers(rule: Rule, directory: RoutingDirectory) -> Iterator[Finding]:
    """Yield every unit, matter, area, channel and limit that the rule names and the district does not have."""
    for path, leaf in leaves_of(rule.when):
        yield from _unknown_values(rule, path, leaf, directory)
    outcome = rule.then
    if outcome.assign:
        yield from _unit(rule, "then.assign.lead", outcome.assign.lead, directory)
        for number, unit in enumerate(outcome.assign.co):
            yield from _unit(rule, f"then.assign.co[{number}]", unit, directory)
    for number, unit in enumerate(outcome.exclude):
        yield from _unit(rule, f"then.exclude[{number}]", unit, directory)
    if outcome.limit and outcome.limit not in directory.limits:
        sentence = said("没有名为“{limit}”的时限。请从时限列表中选择。", limit=outcome.limit)
        yield _finding("error", "unknown-limit", rule, "then.limit", sentence)


def _unknown_values(rule: Rule, path: str, leaf: Leaf, directory: RoutingDirectory) -> Iterator[Finding]:
    if leaf.field not in _NAMED or leaf.op == "is_null":
        return
    known: Callable[[str], bool] = (
        directory.channels.__contains__ if leaf.field == "channel" else lambda value: directory.knows(leaf.field, value)
    )
    for value in leaf.values:
        if not known(str(value)):
            sentence = said(
                "{named} {value}，永远不会符合。请从列表中选择，或删去。", named=word(_NAMED[leaf.field]), value=value
            )
            yield _finding("error", f"unknown-{leaf.field}", rule, f"{path}.value", sentence)


def _unit(rule: Rule, path: str, code: str, directory: RoutingDirectory) -> Iterator[Finding]:
    if code in LOCAL_NAMES:
        kind = code.removeprefix(LOCAL)
        if not any(unit.kind == kind and unit.active for unit in directory.units.values()):
            sentence = said("本区没有可作{local}的单位。请写明具体单位。", local=word(LOCAL_NAMES[code]))
            yield _finding("error", "unknown-unit", rule, path, sentence)
        elif path.startswith("then.assign") and (why := _only_takes_in(kind, directory)):
            yield _finding(
                "error", "takes-in-only", rule, path, said("{local}{why}", local=word(LOCAL_NAMES[code]), why=why)
            )
        return
    unit = directory.units.get(code)
    if unit is None:
        yield _finding(
            "error", "unknown-unit", rule, path, said("没有代码为 {code} 的单位。请从单位列表中选择。", code=code)
        )
    elif not unit.active:
        sentence = said("单位“{name}”（{code}）已停用，派不出去。请改为接手其职责的单位。", name=unit.name, code=code)
        yield _finding("error", "closed-unit", rule, path, sentence)
    elif unit.kind == "dispatch_desk" and path == "then.assign.lead":
        sentence = said(
            "“{name}”是派单台，不承办工单；没有规则命中的本来就由它判定。请删去 assign，或写承办单位。", name=unit.name
        )
        yield _finding("error", "desk-as-unit", rule, path, sentence)
    elif path.startswith("then.assign") and (why := _only_takes_in(unit.kind, directory)):
        yield _finding("error", "takes-in-only", rule, path, said("“{name}”{why}", name=unit.name, why=why))


def _only_takes_in(kind: str, directory: RoutingDirectory) -> str:
    """Return what stands against giving tickets to units of this kind, empty = nothing."""
    why = next((unit.takes_in_only for unit in directory.units.values() if unit.kind == kind), "")
    return said("只受理不承办（{why}），派不出去。请改为对这类事项负责的部门或街道。", why=why) if why else ""


def _too_low(rule: Rule, rules: RuleSet, directory: RoutingDirectory) -> Finding | None:
    """Return what is wrong when the rule can give a matter to a unit that stands too low for it."""
    assign = rule.then.assign
    if assign is None:
        return None
    level = directory.level_of(assign.lead)
    for matter in directory.matters_above(level, demand_of(rule.when).paths_of("matter")):
        if can_match([rule.when, Leaf("matter", "eq", (matter.path,))], rules.fields).is_possible:
            told = said(
                "事项“{name}”（{path}）可能被派给{unit_name}，",
                name=matter.name,
                path=matter.path,
                unit_name=directory.unit_name(assign.lead),
            )
            if matter.is_department_function and level in FRONT_LINE:
                why = (
                    "而它标明是部门职责。职能部门的事不得分派给基层（国办函〔2025〕66号）；"
                    "请改派部门、由基层协办，或在条件中排除这类事项。"
                )
                return _finding("error", "front-line", rule, "then.assign.lead", told + why)
            least = LEVEL_NAMES[matter.least] if matter.least else ""
            why = said("而它至少由{least}单位主办。请改派，或在条件中排除这类事项。", least=word(least))
            return _finding("error", "level-too-low", rule, "then.assign.lead", told + why)
    return None


def _patterns(rule: Rule) -> Iterator[Finding]:
    """Yield the words that were meant as a pattern: they are searched as they stand."""
    for path, leaf in leaves_of(rule.when):
        for number, sought in enumerate(leaf.values if leaf.op.startswith("contains") else ()):
            if any(sign in str(sought) for sign in _PATTERN_SIGNS):
                sentence = said(
                    "“{sought}”像是正则表达式或通配，而词语是照字面找的，不会符合。请逐个列出要找的词。", sought=sought
                )
                yield _finding("warning", "pattern-as-word", rule, f"{path}.value[{number}]", sentence)


def _never(rule: Rule) -> Finding:
    return _finding(
        "warning", "contradiction", rule, "when", "条件自相矛盾，没有工单能符合。请改正条件，或删去这条规则。"
    )


def _unreachable(
    compiled: CompiledRules, examples: Sequence[_Example], wording: Wording, effort: Effort
) -> Iterator[Finding]:
    """Yield the rules that an earlier one of their phase always forestalls, as far as the effort goes.

    An earlier rule that does must be true of the example too, so few have to be looked into.
    """
    for place, rule in enumerate(compiled.rules):
        values = examples[place].values
        if values is None:
            continue
        for tried, earlier in enumerate(dict.fromkeys(compiled.index.candidates(values))):
            if earlier >= place or effort.is_spent:
                break
            effort.left -= tried % TRIALS_IN_A_STEP
            other = compiled.rules[earlier]
            if (
                other.phase is rule.phase
                and other.valid.covers(rule.valid)
                and compiled.index.tests[earlier](values)
                and implies(rule.when, other.when, compiled.fields, effort)
            ):
                yield _finding(
                    "warning",
                    "unreachable",
                    rule,
                    "when",
                    said(
                        "永远轮不到：凡{condition}的，都已符合排在前面的{name}（{when}）。请调整先后、收窄前一条，或删去这一条。",
                        condition=wording.condition(rule.when),
                        name=_name(other),
                        when=wording.condition(other.when),
                    ),
                    other=other.id,
                )
                break


class _Overlaps:
    """Finds rules of one phase that can both match and then differ, where the earlier is not just an exception."""

    def __init__(self, compiled: CompiledRules, examples: Sequence[_Example], wording: Wording, dead: set[str]) -> None:
        self.is_complete = True
        self._compiled = compiled
        self._examples = examples
        self._wording = wording
        self._dead = dead
        self._effort = Effort(MOST_EFFORT)

    def found(self, most: int) -> Iterator[Finding]:
        """Yield at most so many overlaps."""
        left = most
        for place, others in self._pairs():
            rule = self._compiled.rules[place]
            named = 0
            for tried, earlier in enumerate(others):
                if named == MOST_OVERLAPS_OF_ONE or tried == MOST_PAIRS_OF_ONE or not left or self._effort.is_spent:
                    self.is_complete = False
                    break
                if example := self._common(place, earlier):
                    named, left = named + 1, left - 1
                    yield self._finding(rule, self._compiled.rules[earlier], example)
            if not left or self._effort.is_spent:
                self.is_complete = False
                return

    def _pairs(self) -> Iterator[tuple[int, list[int]]]:
        """Yield each rule with the earlier ones of its phase whose demands do not keep them apart."""
        seen: dict[Phase, _Demands] = defaultdict(_Demands)
        for place, rule in enumerate(self._compiled.rules):
            if rule.id in self._dead or rule.phase is Phase.FALLBACK:
                continue
            demand = demand_of(rule.when)
            yield place, seen[rule.phase].near(demand)
            seen[rule.phase].add(place, demand)

    def _common(self, place: int, earlier: int) -> Mapping[str, Any] | None:
        """Return values of which both are true, if both are in force at a time, differ, and do so by accident."""
        rule, other = self._compiled.rules[place], self._compiled.rules[earlier]
        if rule.then == other.then or not rule.valid.meets(other.valid):
            return None
        fields = self._compiled.fields
        both = (rule.when, other.when)
        example = self._examples[place].values
        if example is None or not when_true(other.when)(example):
            example = can_match(both, fields, self._effort).example
        if not example or not all(when_true(each)(example) for each in both):
            return None
        return None if implies(other.when, rule.when, fields, self._effort) else example

    def _finding(self, rule: Rule, other: Rule, example: Mapping[str, Any]) -> Finding:
        wording = self._wording
        answers = [wording.answer(leaf) for each in (other, rule) for leaf in trace(each.when, example).deciding]
        order = "两条优先级相同，按书写先后" if rule.priority == other.priority else "按优先级"
        return _finding(
            "notice",
            "overlap",
            rule,
            "when",
            said(
                "与排在前面的{name}可能同时符合，结果不同：前一条{outcome}，这一条{then}；"
                "{order}取前一条。例如：{fromkeys}。",
                name=_name(other),
                outcome=wording.outcome(other.then),
                then=wording.outcome(rule.then),
                order=word(order),
                fromkeys=joined("；", dict.fromkeys(answers)),
            ),
            other=other.id,
        )


class _Demands:
    """The demands of the rules so far, to find those that a new one does not exclude."""

    def __init__(self) -> None:
        self._all: dict[int, Demand] = {}
        self._without: dict[str, list[int]] = {field: [] for field in PATHS}
        """The rules that demand no path of this field."""
        self._at: dict[tuple[str, str], list[int]] = defaultdict(list)
        self._within: dict[tuple[str, str], list[int]] = defaultdict(list)
        """Under a path, the rules whose demand is this path or lies under it."""

    def add(self, place: int, demand: Demand) -> None:
        self._all[place] = demand
        for field, without in self._without.items():
            paths = demand.paths_of(field)
            if paths is None:
                without.append(place)
                continue
            for path in paths:
                self._at[field, path].append(place)
                for above in prefixes_of(path):
                    self._within[field, above].append(place)

    def near(self, demand: Demand) -> list[int]:
        """Return the places whose paths, channels and natures meet these."""
        places = set(self._all)
        for field in PATHS:
            if (paths := demand.paths_of(field)) is not None:
                near = set(self._without[field])
                for path in paths:
                    near.update(self._within.get((field, path), ()))
                    near.update(*(self._at.get((field, above), ()) for above in prefixes_of(path)))
                places &= near
        return sorted(place for place in places if _meet(demand, self._all[place]))


def _meet(demand: Demand, other: Demand) -> bool:
    pairs = ((demand.channels, other.channels), (demand.natures, other.natures))
    return all(None in one or None in two or not set(one).isdisjoint(two) for one, two in pairs)


def _finding(level: Level, code: str, rule: Rule, path: str, sentence: str, *, other: str = "") -> Finding:
    return Finding(
        level,
        code,
        rule.id,
        path,
        said("{name}的 {path}：{sentence}", name=_name(rule), path=path, sentence=word(sentence)),
        other,
        sentence,
    )


def _name(rule: Rule) -> str:
    return said("规则“{label}”（{id}）", label=word(rule.label), id=rule.id)
