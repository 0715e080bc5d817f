"""Figures, grades, scores and warnings."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.hooks.contract import hook
from core.hooks.values import (
    Context,
    GradeBand,
    Metric,
    PerformanceRules,
    ReminderRules,
    ScoreLine,
    UnitFacts,
    WarningRules,
)


@hook(label="指标", kind="load", merge="each", on_error="quarantine", item=Metric, budget_ms=1000, since="1.0")
def metrics(ctx: Context, settings: Mapping[str, Any]) -> Sequence[Metric] | None:
    """Figures the district shows besides the core's. Asked once per tenant and epoch."""


@hook(label="等次", kind="load", merge="all", on_error="quarantine", item=GradeBand, budget_ms=1000, since="1.1")
def grade_bands(ctx: Context, settings: Mapping[str, Any]) -> Sequence[GradeBand] | None:
    """Thresholds by which figures are graded 等次, and what follows from them. Asked once per tenant and epoch.

    Asked of a district's month, as a whole and for each unit. Of several bands that a figure falls into, the gravest is
    shown: the lowest threshold where more is better, else the highest. Small samples are not graded. By the gravest on
    `satisfied` the bulletin proposes whom to name, a city's too. Nobody answers: figures are shown without a grade, and
    nobody is named.
    """


@hook(label="绩效考核", kind="policy", merge="all", on_error="hold", item=ScoreLine, budget_ms=50, since="1.1")
def score_lines(ctx: Context, settings: Mapping[str, Any], facts: UnitFacts) -> Sequence[ScoreLine] | None:
    """The lines of a unit's performance score 绩效考核 for a period.

    Asked for each unit when a district's month is reported, and when the sheet of a year 年度绩效 is computed; the score is
    the sum of its lines. If one fails the unit's score says that it is incomplete, no sum is shown, and the year's sheet
    cannot be signed. A line of the sheet opens the tickets that the measures in its `behind` counted. Nobody answers: no
    score is shown.
    """


@hook(
    label="年度绩效规则",
    kind="load",
    merge="first",
    on_error="quarantine",
    item=PerformanceRules,
    budget_ms=1000,
    since="1.1",
)
def performance_rules(ctx: Context, settings: Mapping[str, Any]) -> Sequence[PerformanceRules] | None:
    """How the yearly performance 年度绩效 of units is settled before it is signed.

    Asked once per tenant and epoch. The first feature in the tenant's order decides. Nobody answers: five working days.
    """


@hook(
    label="预警规则", kind="load", merge="first", on_error="quarantine", item=WarningRules, budget_ms=1000, since="1.1"
)
def warning_rules(ctx: Context, settings: Mapping[str, Any]) -> Sequence[WarningRules] | None:
    """When a rise of appeals on a matter, in an area or by enterprises, is unusual enough to warn of it 综合预警.

    Asked once per tenant and epoch. The first feature in the tenant's order decides. Nobody answers: nothing is watched.
    """


@hook(
    label="提醒函规则",
    kind="load",
    merge="first",
    on_error="quarantine",
    item=ReminderRules,
    budget_ms=1000,
    since="1.1",
)
def reminder_rules(ctx: Context, settings: Mapping[str, Any]) -> Sequence[ReminderRules] | None:
    """When figures call for a reminder letter 提醒函 to a unit, drafted for a person to sign.

    Asked once per tenant and epoch. The first feature in the tenant's order decides. Nobody answers: nothing is drafted.
    """
