"""Asking the rules about a ticket: the first match of each phase, and what follows from all of them together."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType

from core.areas.tree import LOCAL, LOCAL_NAMES
from core.kit.saying import said, word
from core.routing.ruleset.compiling import Values
from core.routing.ruleset.facts import Facts
from core.routing.ruleset.fields import Fields
from core.routing.ruleset.index import RuleIndex
from core.routing.ruleset.rules import ALWAYS, PHASES, Assign, Phase, Rule, RuleSet
from core.routing.ruleset.writing import digest_of

DUTY_LIST = "duty-list"
"""In place of a rule's id: the duty list decided."""
NOBODY_BARRED: Mapping[str, str] = MappingProxyType({})


class CompiledRules:
    """A published set of rules, ready to be asked. Made once for each digest and kept by whoever asks."""

    __slots__ = ("_entries", "digest", "fields", "index", "rules", "written")

    def __init__(self, rules: RuleSet) -> None:
        self.written = rules
        self.fields: Fields = rules.fields
        self.digest = digest_of(rules)
        self.rules: tuple[Rule, ...] = tuple(rule for rule in rules.in_order() if rule.enabled)
        """Those that are switched on, in the order in which they are asked."""
        self.index = RuleIndex([rule.when for rule in self.rules])
        self._entries = [
            (PHASES.index(rule.phase), test, None if rule.valid == ALWAYS else rule.valid)
            for rule, test in zip(self.rules, self.index.tests, strict=True)
        ]

    def matches(self, values: Values, on: date) -> Iterator[tuple[Rule, Values]]:
        """Yield the first matching rule of each phase and what was known when it was asked.

        The urgency that one phase sets is known to the next.
        """
        done = -1
        is_set = False
        for place in self.index.candidates(values):
            phase, test, valid = self._entries[place]
            if phase == done or not test(values) or (valid and not valid.holds_on(on)):
                continue
            done, rule = phase, self.rules[place]
            yield rule, values
            if rule.then.urgency and not is_set:
                is_set = True
                values = {**values, "urgency": rule.then.urgency}

    def true_ones(self, values: Values, on: date) -> Iterator[Rule]:
        """Yield every rule whose condition is true, those too before which another one of their phase counts."""
        asked, done, following, is_set = -1, -1, values, False
        for place in self.index.candidates(values):
            phase, test, valid = self._entries[place]
            if phase != asked:
                asked, values = phase, following
            if test(values) and (not valid or valid.holds_on(on)):
                rule = self.rules[place]
                yield rule
                if rule.then.urgency and not is_set and phase != done:  # it counts
                    is_set = True
                    following = {**values, "urgency": rule.then.urgency}
                done = phase

    def find(self, rule_id: str) -> Rule | None:
        """Return the rule of this id, also one that is switched off."""
        return next((rule for rule in self.written.rules if rule.id == rule_id), None)


def compile_rules(rules: RuleSet) -> CompiledRules:
    """Return the rules ready to be asked."""
    return CompiledRules(rules)


@dataclass(frozen=True, slots=True)
class Listed:
    """What the duty list says of the ticket: item, lead unit, co-units."""

    item: str
    lead: str
    co: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Offered:
    """What a feature proposes 功能的分派意见: by which of its rules (`source`), what the feature is called, and why.

    `stamp` is who the feature was: its version and the revision of its settings.
    """

    source: str
    by: str
    why: str
    assign: Assign
    stamp: str = ""


@dataclass(frozen=True, slots=True)
class Hit:
    """The rule that matched in its phase, and the values as that phase knew them."""

    rule: Rule
    values: Values


@dataclass(frozen=True, slots=True)
class Assignee:
    """Who gets the ticket, by which rule (of the set or of a feature), or by the duty list. Units are codes."""

    source: str
    lead: str
    co: tuple[str, ...]
    direct: bool = False


@dataclass(frozen=True, slots=True)
class PassedOver:
    """A unit that was proposed and does not get the ticket, or not in this role, and why."""

    source: str
    unit: str
    role: str
    why: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What rules and duty list say of one ticket on one day. Nobody to assign = a person at the dispatch desk decides."""

    digest: str
    on: date
    facts: Facts
    fields: Fields
    hits: tuple[Hit, ...]
    assignee: Assignee | None
    listed: Listed | None = None
    offered: tuple[Offered, ...] = ()
    urgency: str | None = None
    limit: str = ""
    split: str = ""
    excluded: Mapping[str, str] = field(default_factory=dict)
    """Units that may not get it, whoever proposes them, each with the rule that says so."""
    passed_over: tuple[PassedOver, ...] = ()

    @property
    def needs_person(self) -> bool:
        """Neither a rule nor the duty list names a unit that may get it."""
        return self.assignee is None


def evaluate(
    rules: CompiledRules,
    facts: Facts,
    *,
    on: date,
    listed: Listed | None = None,
    offered: Sequence[Offered] = (),
    known: Collection[str] | None = None,
    barred: Mapping[str, str] = NOBODY_BARRED,
) -> Verdict:
    """Return what the rules say of a ticket on this day of the district.

    `listed` is the duty list's word, `offered` what features propose, the best first, `known` the units that there are
    (None = all that are named), `barred` those that are given nothing, each with why.

    In each phase the first rule counts whose condition is true. Of several phases the earlier one wins what only one can
    have: unit, urgency, limit. What any phase excludes gets nothing from anybody. A rule whose unit gave the ticket
    back, is excluded or is not known here has matched all the same; then the next phase has the word, then what is
    offered, then the duty list, then a person. The phase fallback counts only in this last case.
    """
    hits = [Hit(rule, values) for rule, values in rules.matches(facts.values, on)]
    return verdict_of(rules, facts, hits, on=on, listed=listed, offered=offered, known=known, barred=barred)


def verdict_of(
    rules: CompiledRules,
    facts: Facts,
    hits: Sequence[Hit],
    *,
    on: date,
    listed: Listed | None,
    offered: Sequence[Offered] = (),
    known: Collection[str] | None = None,
    barred: Mapping[str, str] = NOBODY_BARRED,
) -> Verdict:
    """Return what follows from the rules that matched, one of each phase at most."""
    asked = [hit for hit in hits if hit.rule.phase is not Phase.FALLBACK]
    excluded = _excluded(asked, facts)
    objections = _Objections(facts, excluded, known, barred)
    assignee, passed_over = _assigned(asked, listed, offered, objections)
    if assignee is None and len(asked) < len(hits):
        asked = list(hits)
        excluded = _excluded(asked, facts)
    outcomes = [hit.rule.then for hit in asked]
    return Verdict(
        digest=rules.digest,
        on=on,
        facts=facts,
        fields=rules.fields,
        hits=tuple(asked),
        assignee=assignee,
        listed=listed,
        offered=tuple(offered),
        urgency=next((each.urgency for each in outcomes if each.urgency), None),
        limit=next((each.limit for each in outcomes if each.limit), ""),
        split=next((each.split for each in outcomes if each.split), ""),
        excluded=MappingProxyType({unit: rule.id for unit, rule in excluded.items()}),
        passed_over=tuple(passed_over),
    )


def _excluded(hits: Sequence[Hit], facts: Facts) -> dict[str, Rule]:
    excluded: dict[str, Rule] = {}
    for hit in hits:
        for unit in hit.rule.then.exclude:
            if (code := _resolved(unit, facts)) is not None:
                excluded.setdefault(code, hit.rule)
    return excluded


@dataclass(frozen=True, slots=True)
class _Objections:
    """What stands against a unit, whoever proposes it."""

    facts: Facts
    excluded: Mapping[str, Rule]
    known: Collection[str] | None
    barred: Mapping[str, str]

    def against(self, written: str, code: str | None) -> str:
        if code is None:
            return said("不知道本工单的{local}", local=word(LOCAL_NAMES[written]))
        if self.known is not None and code not in self.known:
            return "单位不存在或已停用"
        if code in self.barred:
            return said("只受理不承办（{barred}）", barred=self.barred[code])
        if code in self.facts.returned_by:
            return "该单位已退回过本工单"
        if code in self.excluded:
            return said("规则“{label}”排除了该单位", label=word(self.excluded[code].label))
        return ""


def _assigned(
    hits: Sequence[Hit], listed: Listed | None, offered: Sequence[Offered], objections: _Objections
) -> tuple[Assignee | None, list[PassedOver]]:
    """Return who gets the ticket, and who was proposed and does not."""
    proposals: list[tuple[str, str, Assign]] = [
        (hit.rule.id, said("前面的规则“{label}”已指定单位", label=word(hit.rule.label)), hit.rule.then.assign)
        for hit in hits
        if hit.rule.then.assign
    ]
    proposals += [(each.source, said("功能“{by}”的意见在前", by=each.by), each.assign) for each in offered]
    if listed:
        proposals.append((DUTY_LIST, "", Assign(listed.lead, listed.co)))
    chosen: Assignee | None = None
    outdone = ""
    passed_over: list[PassedOver] = []
    for source, outdoes, assign in proposals:
        lead = _resolved(assign.lead, objections.facts)
        if chosen and lead == chosen.lead:
            continue
        why = outdone or objections.against(assign.lead, lead)
        if lead is None or why:
            passed_over.append(PassedOver(source, lead or assign.lead, "lead", why))
            continue
        co, not_co = _partners(source, assign, lead, objections)
        passed_over += not_co
        chosen, outdone = Assignee(source, lead, co, assign.direct), outdoes
    return chosen, passed_over


def _partners(
    source: str, assign: Assign, lead: str, objections: _Objections
) -> tuple[tuple[str, ...], list[PassedOver]]:
    """Return the co-units, each once and none of them the lead, and those that are passed over."""
    co: list[str] = []
    passed_over: list[PassedOver] = []
    for unit in assign.co:
        code = _resolved(unit, objections.facts)
        if why := objections.against(unit, code):
            passed_over.append(PassedOver(source, code or unit, "co", why))
        elif code is not None and code != lead and code not in co:
            co.append(code)
    return tuple(co), passed_over


def _resolved(unit: str, facts: Facts) -> str | None:
    """Return the code of a unit; None when it is the area's and the area's is not known."""
    if unit.startswith(LOCAL):
        return facts.local_units.get(unit.removeprefix(LOCAL))
    return unit
