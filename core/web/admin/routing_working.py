"""The rules as the editor has them: those that a revision has, and what was changed of them on the page and not drafted yet.

What was changed travels in the form, so that nothing is kept anywhere until it is drafted, and a page without script
edits several rules before it drafts once.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from core.hooks.settings.frozen import plain
from core.kit.errors import Refused
from core.kit.saying import said
from core.routing.ruleset import Rule, RuleSet, RulesUnusable, dump_rule, parse_rules
from core.routing.ruleset.arranging import beside, in_phase, moved, ordered, with_rule, without
from core.routing.ruleset.rules import PHASE_LABELS, PHASES
from core.routing.settings import LIMITS, RULES

LONGEST = 800_000
CARRIED = "kept"
"""The field that carries what was changed."""


class ChangesUnusable(Refused):
    """What the page carries of changed rules cannot be read."""

    code = "changes-unusable"


@dataclass(frozen=True, slots=True)
class Working:
    """Rules and limits as they stand on the page; `base` are those of the revision that it began with."""

    base: RuleSet
    rules: RuleSet
    base_limits: Sequence[Mapping[str, Any]]
    limits: Sequence[Mapping[str, Any]]

    @property
    def changed(self) -> Mapping[str, str]:
        """Return the ids of rules that are not as they were, each with what it is: new, or changed."""
        before = {rule.id: rule for rule in self.base.rules}
        return {
            rule.id: "new" if rule.id not in before else "changed"
            for rule in self.rules.rules
            if before.get(rule.id) != rule
        }

    @property
    def gone(self) -> tuple[Rule, ...]:
        """Return the rules that were taken out."""
        left = {rule.id for rule in self.rules.rules}
        return tuple(rule for rule in self.base.rules if rule.id not in left)

    @property
    def is_changed(self) -> bool:
        """Whether there is anything to draft."""
        return self.rules.rules != self.base.rules or list(self.limits) != list(self.base_limits)

    @property
    def limit_names(self) -> dict[str, str]:
        """Return what limits are called, by code."""
        return {str(row["code"]): str(row["label"]) for row in reversed(self.limits)}

    def find(self, rule_id: str) -> Rule | None:
        """Return the rule of this id."""
        return next((rule for rule in self.rules.rules if rule.id == rule_id), None)

    def number_of(self, rule_id: str) -> int:
        """Return as which one a rule is asked, counted from 1."""
        return [rule.id for rule in self.rules.in_order()].index(rule_id) + 1

    def put(self, rule: Rule) -> "Working":
        """Return the rules with this one, in the place of the one of its id or as a new one."""
        return self if self.find(rule.id) == rule else replace(self, rules=with_rule(self.rules, rule))

    def take_out(self, rule_id: str) -> "Working":
        """Return the rules without this one."""
        return replace(self, rules=without(self.rules, rule_id))

    def bring_back(self, rule_id: str) -> "Working":
        """Return the rules with the one that was taken out as it was."""
        rule = next((each for each in self.gone if each.id == rule_id), None)
        return replace(self, rules=with_rule(self.rules, rule)) if rule else self

    def move(self, rule_id: str, by: int) -> "Working":
        """Return the rules with one of them earlier or later in its phase."""
        return replace(self, rules=moved(self.rules, rule_id, by=by))

    def move_beside(self, rule_id: str, other: str, *, behind: bool) -> "Working":
        """Return the rules with one of them right before or behind another."""
        return replace(self, rules=beside(self.rules, rule_id, other, behind=behind))

    def with_limit(self, row: Mapping[str, Any]) -> "Working":
        """Return the rules with one more limit that they may give."""
        return replace(self, limits=(*self.limits, row))

    def without_limit(self, code: str) -> "Working":
        """Return the rules without the limits of this code."""
        return replace(self, limits=tuple(row for row in self.limits if row["code"] != code))

    def uses_of_limits(self) -> dict[str, int]:
        """Return how many rules give each limit."""
        uses: dict[str, int] = {}
        for rule in self.rules.rules:
            if rule.then.limit:
                uses[rule.then.limit] = uses.get(rule.then.limit, 0) + 1
        return uses

    def by_phase(self) -> list[tuple[str, list[Rule]]]:
        """Return the rules in the order in which they are asked, phase by phase; phases without rules are left out."""
        phases = [(PHASE_LABELS[phase], in_phase(self.rules, phase)) for phase in PHASES]
        return [(label, rules) for label, rules in phases if rules]

    def free_id(self, today: date) -> str:
        """Return an id that no rule has, of those before either."""
        taken = {rule.id for rule in (*self.base.rules, *self.rules.rules)}
        number = 1
        while (name := f"r{today:%y%m%d}-{number}") in taken:
            number += 1
        return name

    def carried(self) -> str:
        """Return what was changed, for the form to carry; empty = nothing."""
        if not self.is_changed:
            return ""
        changed = self.changed
        kept: dict[str, Any] = {
            "rules": [dump_rule(rule) for rule in self.rules.rules if rule.id in changed],
            "gone": [rule.id for rule in self.gone],
        }
        ids = [rule.id for rule in self.rules.rules]
        if ids != [rule.id for rule in self.base.rules]:
            kept["order"] = ids
        if list(self.limits) != list(self.base_limits):
            kept["limits"] = [dict(row) for row in self.limits]
        return json.dumps(kept, ensure_ascii=False, separators=(",", ":"))

    def written(self) -> dict[str, Any]:
        """Return the settings of routing that these rules are, as a draft takes them."""
        return {RULES: [dump_rule(rule) for rule in self.rules.rules], LIMITS: [dict(row) for row in self.limits]}


def working_of(values: Mapping[str, Any], carried: str = "") -> Working:
    """Return the rules of a revision's values with what the form carries of changes. Raises `ChangesUnusable`."""
    base = parse_rules({"rules": plain(values.get(RULES) or [])})
    limits: tuple[Mapping[str, Any], ...] = tuple(plain(values.get(LIMITS) or []))
    begun = Working(base, base, limits, limits)
    return _changed(begun, carried) if carried else begun


@dataclass
class _Kept:
    rules: list[Any] = field(default_factory=list)
    gone: list[Any] = field(default_factory=list)
    order: list[Any] = field(default_factory=list)
    limits: list[Any] | None = None


def _changed(begun: Working, carried: str) -> Working:
    kept = _read(carried)
    try:
        changed = parse_rules({"rules": kept.rules}).rules
    except RulesUnusable as unusable:
        raise ChangesUnusable(
            said("页面带回的改动读不出来：{message}。请重新打开这一页。", message=unusable.message[:300])
        ) from unusable
    by_id = {rule.id: rule for rule in (*begun.base.rules, *changed) if rule.id not in kept.gone}
    rules = tuple(by_id.values())
    order = [name for name in kept.order if isinstance(name, str)]
    limits = begun.limits if kept.limits is None else tuple(row for row in kept.limits if _is_limit(row))
    return replace(begun, rules=replace(begun.base, rules=ordered(rules, order) if order else rules), limits=limits)


def _read(carried: str) -> _Kept:
    if len(carried) <= LONGEST:
        try:
            document = json.loads(carried)
        except (ValueError, RecursionError):
            document = None
        if isinstance(document, dict):
            lists = {name: each for name, each in document.items() if isinstance(each, list)}
            try:
                return _Kept(**lists)
            except TypeError:
                pass
    raise ChangesUnusable("页面带回的改动读不出来。请重新打开这一页，再改一次。")


def _is_limit(row: Any) -> bool:
    return (
        isinstance(row, dict)
        and {"code", "label", "clock", "mode", "amount"} == set(row)
        and all(isinstance(row[name], str) for name in ("code", "label", "clock", "mode"))
        and isinstance(row["amount"], int)
        and row["clock"] in ("handle", "on_site", "reply")
        and row["mode"] in ("wd_eod", "ws", "wall", "natural")
        and 0 < row["amount"] <= 100_000
    )
