"""How units are scored and judged at a district, as an administrator looks at it: weights, thresholds, reasons for panels.

Found by asking the rules, so it is true of whatever features are on; each answer says which setting gives it.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from core.hooks import specs
from core.hooks.contract import CORE
from core.hooks.settings import Choices, MatterChoice, Rows, Words, fields_of
from core.hooks.table import HookTable
from core.hooks.values import GradeBand, PanelRules, ReviewFacts, ReviewProposal, ScoreLine, UnitFacts
from core.journey.administration_limits import Case, imagined
from core.journey.asked_rules import Asked, Setting, settings_that_decide
from core.kit.saying import joined
from core.statistics.performance.measures import COUNTABLE

EACH = 100
"""So often everything happened to the unit that is imagined: what is a share of it is whole, what is lost per case is this."""
WHOLE_SHEET = 100
"""What the weights of a sheet come to."""


@dataclass(frozen=True, slots=True)
class Weighing:
    """A line of the sheet: what a unit without fault gets for it, or loses each time; and the settings that say so."""

    label: str
    feature: str
    feature_label: str
    full: float
    each: float
    settings: tuple[Setting, ...]
    rule_id: str

    @property
    def is_weight(self) -> bool:
        """Whether it is won by a share, and not lost per case."""
        return self.full > 0


@dataclass(frozen=True, slots=True)
class Threshold:
    """A band: below or above which value a figure is graded, what follows, and the settings that say so."""

    band: GradeBand
    feature: str
    feature_label: str
    settings: tuple[Setting, ...]


@dataclass(frozen=True, slots=True)
class Reason:
    """A situation of an answered ticket, and whether the rules propose a panel for it; `because` is empty where not."""

    words: str
    because: str
    feature: str
    feature_label: str
    settings: tuple[Setting, ...]


@dataclass(frozen=True, slots=True)
class Panel:
    """How a panel is made up, whose rules that are (empty = the core's), and the settings that say so."""

    rules: PanelRules
    feature: str
    feature_label: str
    settings: tuple[Setting, ...]


@dataclass(frozen=True, slots=True)
class Excluding:
    """A feature that names grounds of exemption, and what its settings say of them, in words by title."""

    feature: str
    label: str
    summary: str
    grounds: tuple[tuple[Setting, tuple[str, ...]], ...]


SITUATIONS: tuple[tuple[str, int, ReviewFacts], ...] = (
    ("单位对评价提出申诉", 1, ReviewFacts(disputes=("rating",))),
    ("单位对超期提出申诉", 1, ReviewFacts(disputes=("overdue",))),
    ("单位答复已解决，诉求人说没有解决", 1, ReviewFacts(disposition="resolved", resolved="no")),
    ("第一轮办理后不满意，没有解决", 1, ReviewFacts(resolved="no", satisfaction="dissatisfied")),
    ("第二轮办理后仍不满意，没有解决", 2, ReviewFacts(resolved="no", satisfaction="dissatisfied")),
    ("第三轮办理后仍不满意，没有解决", 3, ReviewFacts(resolved="no", satisfaction="dissatisfied")),
    (
        "不满意，没有完全解决，并申请复核",
        1,
        ReviewFacts(resolved="partly", satisfaction="dissatisfied", review_asked=True),
    ),
)
"""What may call for a panel: in words, in which round of handling, and the facts."""


def weighing_of(asked: Asked) -> list[Weighing]:
    """Return the lines of the sheet, weights first, each with the settings that give it."""
    facts = UnitFacts("", date(2000, 1, 1), date(2000, 12, 31), dict.fromkeys(COUNTABLE, EACH))

    def answered(table: HookTable) -> list[tuple[str, ScoreLine]]:
        return list(table.ask(specs.score_lines, facts=facts))

    def plain(table: HookTable) -> dict[str, Hashable]:
        return {f"{place}": line.points for place, (_, line) in enumerate(answered(table))}

    lines = answered(asked.table)
    decide = settings_that_decide(asked, [feature for feature, _ in lines], plain)
    found = [
        Weighing(
            label=line.label,
            feature=feature,
            feature_label=asked.label_of(feature),
            full=max(line.points, 0),
            each=min(line.points, 0) / EACH,
            settings=tuple(decide.get(f"{place}", ())),
            rule_id=line.rule_id,
        )
        for place, (feature, line) in enumerate(lines)
    ]
    return sorted(found, key=lambda each: not each.is_weight)


def thresholds_of(asked: Asked) -> list[Threshold]:
    """Return the bands, each with the settings that give it."""

    def plain(table: HookTable) -> dict[str, Hashable]:
        return {
            f"{place}": (band.metric, band.threshold, band.label, band.action)
            for place, (_, band) in enumerate(table.ask(specs.grade_bands))
        }

    bands = list(asked.table.ask(specs.grade_bands))
    decide = settings_that_decide(asked, [feature for feature, _ in bands], plain)
    return [
        Threshold(band, feature, asked.label_of(feature), tuple(decide.get(f"{place}", ())))
        for place, (feature, band) in enumerate(bands)
    ]


def reasons_of(asked: Asked, *, at: datetime) -> list[Reason]:
    """Return for each situation whether the rules propose a panel."""
    view = imagined(asked, Case(), at=at)
    features = asked.table.answerers_of(specs.review_triggers)

    def answered(table: HookTable, cycle_no: int, facts: ReviewFacts) -> list[tuple[str, ReviewProposal]]:
        return list(table.ask(specs.review_triggers, ticket=replace(view, cycle_no=cycle_no), facts=facts))

    found = []
    for words, cycle_no, facts in SITUATIONS if features else ():
        proposed = answered(asked.table, cycle_no, facts)

        def plain(table: HookTable, cycle_no: int = cycle_no, facts: ReviewFacts = facts) -> dict[str, Hashable]:
            return {"": tuple(each.cause for _, each in answered(table, cycle_no, facts))}

        settings = settings_that_decide(asked, features, plain).get("", ())
        feature = proposed[0][0] if proposed else ""
        because = joined("；", (each.reason for _, each in proposed))
        found.append(Reason(words, because, feature, asked.label_of(feature), tuple(settings)))
    return found


def panel_of(asked: Asked, *, at: datetime) -> Panel:
    """Return how a panel is made up."""
    view = imagined(asked, Case(), at=at)

    def answered(table: HookTable) -> tuple[str, PanelRules]:
        return next(iter(table.ask(specs.panel_rules, ticket=view)), (CORE, PanelRules()))

    feature, rules = answered(asked.table)
    known = feature if feature != CORE else ""
    settings = settings_that_decide(asked, [known] if known else [], lambda table: {"": answered(table)[1]})
    return Panel(rules, known, asked.label_of(known) or "通用规则", tuple(settings.get("", ())))


def excluding_of(asked: Asked, choices: Choices) -> list[Excluding]:
    """Return the features that name grounds of exemption, with what their settings say of words and matters."""
    found = []
    for feature_id in asked.table.answerers_of(specs.exemptions):
        enabled = asked.table.enabled[feature_id]
        grounds = []
        for name, field in fields_of(enabled.feature.schema()).items():
            value: Any = enabled.settings.get(name)
            if not isinstance(field, Words | Rows | MatterChoice) or value is None:
                continue
            words = (
                joined("\n", (field.row_words(row, choices) for row in value))
                if isinstance(field, Rows)
                else field.words(value, choices)
            )
            grounds.append(
                (Setting(feature_id, name, field.title, ""), tuple(words.split("\n")) if words else ("没有",))
            )
        found.append(Excluding(feature_id, enabled.feature.label, enabled.feature.summary, tuple(grounds)))
    return found


def total_of(weighing: Sequence[Weighing]) -> float:
    """Return what the weights of a sheet come to."""
    return sum(each.full for each in weighing)
