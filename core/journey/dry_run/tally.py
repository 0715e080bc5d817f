"""Counting what a try comes to, part by part: all of it is plain values, kept with the try."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from core.hooks.specs import HOOKS
from core.journey.dry_run.changes import MESSAGES, Change
from core.journey.dry_run.outcome import Outcome, Route

TRIED_HOOKS = (
    "scope_issues",
    "receipt",
    "assess_urgency",
    "propose_routes",
    "propose_watchers",
    "guard_command",
    "time_limits",
    "clock_marks",
    "handling_rules",
    "escalation_steps",
    "exemptions",
)
"""Questions that are asked anew for past tickets. The others help those who look at a ticket, show or count."""
LOADS = ("suggested_before", "suggested_after", "direct_before", "direct_after")


@dataclass(slots=True)
class Tally:
    """What was counted so far.

    `counts` are tickets by what changes and how (`due/earlier`), each once, besides `tickets`, `changed`, `rerouted`,
    and the messages sent altogether before and after. `load` is how many tickets each unit would get, `failures` what
    could not be had by feature and question: its words, and of how many tickets before and after.
    `rules` are those of the feature that was tried, `labels` what some of them are called; which `answered`, and whose
    answer was ever `decisive`.
    """

    counts: Counter[str] = field(default_factory=Counter)
    load: dict[str, dict[str, int]] = field(default_factory=dict)
    failures: dict[str, dict[str, Any]] = field(default_factory=dict)
    rules: list[str] = field(default_factory=list)
    labels: dict[str, str] = field(default_factory=dict)
    answered: set[str] = field(default_factory=set)
    decisive: set[str] = field(default_factory=set)
    untried: list[str] = field(default_factory=list)

    def begin(self, feature: str, rules: Mapping[str, str], hooks: Sequence[str]) -> None:
        """Take note of what is tried: its rules, each with its label or an empty one; what it answers and is not asked."""
        self.rules = [f"{feature}/{rule}" for rule in rules]
        self.labels = {f"{feature}/{rule}": label for rule, label in rules.items() if label}
        self.untried = [HOOKS[name].label for name in sorted(hooks) if name not in TRIED_HOOKS]

    def add(self, feature: str, before: Outcome, after: Outcome, changes: Sequence[Change]) -> None:
        """Count one ticket."""
        counted = {f"{change.what}/{change.effect}" for change in changes}
        if before.route and after.route and before.route.unit != after.route.unit:
            counted.add("rerouted")
        elif before.route and after.route and before.route.co != after.route.co:
            counted.add("joined_otherwise")
        if changes:
            counted.add("changed")
        self.counts.update(["tickets", *counted])
        self.counts["messages_before"] += len(before.of_kind(*MESSAGES))
        self.counts["messages_after"] += len(after.of_kind(*MESSAGES))
        self._load(before.route, "before")
        self._load(after.route, "after")
        self._fail(before, "before")
        self._fail(after, "after")
        self.answered |= {rule for rule in after.answered if rule.startswith(f"{feature}/")}
        self.decisive |= {rule for rule in after.decisive if rule.startswith(f"{feature}/")}

    def plain(self) -> dict[str, Any]:
        """Return it as JSON values; `tally_from` undoes it."""
        return {
            "counts": dict(self.counts),
            "load": self.load,
            "failures": self.failures,
            "rules": self.rules,
            "labels": self.labels,
            "answered": sorted(self.answered),
            "decisive": sorted(self.decisive),
            "untried": self.untried,
        }

    def _load(self, route: Route | None, when: str) -> None:
        if route is None:
            return
        of_unit = self.load.setdefault(route.unit, dict.fromkeys(LOADS, 0))
        of_unit[f"{'direct' if route.is_direct else 'suggested'}_{when}"] += 1

    def _fail(self, outcome: Outcome, when: str) -> None:
        for (feature, hook), words in outcome.failures.items():
            known = self.failures.setdefault(f"{feature} {hook}", {"words": words, "before": 0, "after": 0})
            known[when] += 1


def tally_from(plain: Mapping[str, Any]) -> Tally:
    """Return the tally that `plain` wrote down; an empty one where nothing was."""
    return Tally(
        counts=Counter(plain.get("counts", {})),
        load=dict(plain.get("load", {})),
        failures=dict(plain.get("failures", {})),
        rules=list(plain.get("rules", [])),
        labels=dict(plain.get("labels", {})),
        answered=set(plain.get("answered", [])),
        decisive=set(plain.get("decisive", [])),
        untried=list(plain.get("untried", [])),
    )
