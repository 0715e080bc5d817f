"""Routing rules 派单规则: for the exceptions from the duty list, in phases, the first match of each phase."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Literal

from core.routing.ruleset.conditions import Condition
from core.routing.ruleset.fields import FIELDS, Fields


class Phase(StrEnum):
    """In which order rules are asked; each phase takes its first rule that matches."""

    SAFETY = "safety"
    OVERRIDE = "override"
    CATALOGUE = "catalogue"
    SPLIT = "split"
    FALLBACK = "fallback"


PHASES = tuple(Phase)
PHASE_LABELS = {
    Phase.SAFETY: "安全",
    Phase.OVERRIDE: "专项",
    Phase.CATALOGUE: "清单例外",
    Phase.SPLIT: "拆单",
    Phase.FALLBACK: "转人工",
}
CUSTOMARY_PRIORITY = 100


@dataclass(frozen=True, slots=True)
class Validity:
    """The days on which a rule holds, first and last included; None = open."""

    first: date | None = None
    last: date | None = None

    def holds_on(self, day: date) -> bool:
        """Tell whether the rule is in force on this day."""
        return (self.first is None or self.first <= day) and (self.last is None or day <= self.last)

    def covers(self, other: "Validity") -> bool:
        """Tell whether every day of the other is one of these."""
        begins = self.first is None or (other.first is not None and self.first <= other.first)
        return begins and (self.last is None or (other.last is not None and other.last <= self.last))

    def meets(self, other: "Validity") -> bool:
        """Tell whether there is a day of both."""
        return _not_after(self.first, other.last) and _not_after(other.first, self.last)


ALWAYS = Validity()


@dataclass(frozen=True, slots=True)
class Assign:
    """Whom a rule gives the ticket: lead 主办 and co-units 协办, by code, or as whoever is at home there 属地, `local:street`.

    `direct` = at once 直派, without the dispatcher.
    """

    lead: str
    co: tuple[str, ...] = ()
    direct: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a rule does: an urgency, a unit, a hint to split, the name of a limit, units that may not get it."""

    urgency: Literal["normal", "urgent"] | None = None
    assign: Assign | None = None
    split: str = ""
    limit: str = ""
    exclude: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A routing rule. `explain` is what is told to whoever asks why the ticket came to them."""

    id: str
    label: str
    phase: Phase
    when: Condition
    then: Outcome
    explain: str
    priority: int = CUSTOMARY_PRIORITY
    """The lower one is asked first; among equals, the one that is written first."""
    enabled: bool = True
    valid: Validity = ALWAYS


@dataclass(frozen=True, slots=True)
class RuleSet:
    """All rules of a tenant, as written, and the fields of which they speak."""

    rules: tuple[Rule, ...] = ()
    fields: Fields = field(default_factory=lambda: FIELDS)

    def in_order(self) -> list[Rule]:
        """Return the rules in the order in which they are asked."""
        order = {phase: place for place, phase in enumerate(PHASES)}
        return sorted(self.rules, key=lambda rule: (order[rule.phase], rule.priority))


def _not_after(first: date | None, last: date | None) -> bool:
    return first is None or last is None or first <= last
