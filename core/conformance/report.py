"""What an examination found, rule by rule."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.conformance.rule import Rule, Status, Tier

LABELS: Mapping[Status, str] = {"pass": "通过", "fail": "不合格", "exempt": "豁免", "not_applicable": "不适用"}


@dataclass(frozen=True)
class Outcome:
    """How a rule is kept. `words` tell what breaks it, or why it is exempt or does not apply."""

    rule: Rule
    status: Status
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class Report:
    """The rules that were looked at, each with its outcome."""

    plugin: str
    version: str
    outcomes: tuple[Outcome, ...]

    @property
    def is_green(self) -> bool:
        """Whether no rule is broken."""
        return not self.failed

    @property
    def failed(self) -> tuple[Outcome, ...]:
        """The outcomes of the rules that are broken."""
        return tuple(outcome for outcome in self.outcomes if outcome.status == "fail")

    @property
    def reached(self) -> Tier | None:
        """The highest tier of which, and below which, no rule is broken; None when one of the lowest is."""
        broken = min((outcome.rule.tier for outcome in self.failed), default=None)
        looked_at = max((outcome.rule.tier for outcome in self.outcomes), default=None)
        if broken is None:
            return looked_at
        return Tier(broken - 1) if broken > Tier.BRONZE else None

    def as_json(self) -> dict[str, Any]:
        """Return the report as plain data."""
        return {
            "plugin": self.plugin,
            "version": self.version,
            "green": self.is_green,
            "tier": self.reached.label if self.reached else None,
            "rules": [
                {
                    "id": outcome.rule.id,
                    "tier": outcome.rule.tier.label,
                    "statement": outcome.rule.statement,
                    "status": outcome.status,
                    "words": list(outcome.words),
                }
                for outcome in self.outcomes
            ],
        }

    def rows(self) -> list[tuple[str, str, str, str]]:
        """Return the table: rule, tier, outcome, statement; below a rule what there is to say."""
        found = []
        for outcome in self.outcomes:
            rule = outcome.rule
            found.append((rule.id, rule.tier.label, LABELS[outcome.status], rule.statement))
            found += [("", "", "", f"· {words}") for words in outcome.words]
        return found

    def summary(self) -> str:
        """Return one sentence for the end."""
        counts = {status: sum(each.status == status for each in self.outcomes) for status in LABELS}
        told = "，".join(f"{LABELS[status]} {count} 条" for status, count in counts.items() if count)
        reached = f"达到{self.reached.label}级" if self.reached else "未达到铜级，不能启用"
        return f"插件 {self.plugin} {self.version}：{told}；{reached}。"
