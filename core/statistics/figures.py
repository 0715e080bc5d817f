"""Figures 指标: one measure over another in a period, with both numbers, and the same of the period before."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from core.hooks import specs
from core.hooks.values import Metric
from core.kit.saying import said
from core.statistics.measures import MEASURES
from core.statistics.queries import Counts
from core.tenancy.scope import Scope

SMALL_SAMPLE = 30
"""A quotient over fewer is shown with this remark, and never ranked."""
DAY_SECONDS = 86_400
SECONDS = {"days": DAY_SECONDS, "minutes": 60}
"""Seconds of the units in which a mean is told."""
Unit = Literal["count", "percent", "days", "minutes"]
Better = Literal["up", "down", "neither"]


@dataclass(frozen=True, slots=True)
class Median:
    """A figure that is the middle one of a measure's durations, in days.

    It is read from counts by whole hours: each duration counts as the middle of its hour, so the median is right to
    half an hour.
    """

    id: str
    version: int
    label: str
    measure: str
    note: str


@dataclass(frozen=True, slots=True)
class Reading:
    """A figure's value in one period, exactly. Counts have no denominator; a median has no numerator.

    The numerator of a mean in days or minutes is its seconds.
    """

    numerator: int | None
    denominator: int | None
    value: Fraction | None


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of a period beside the period before it. Rounding is left to whoever shows it."""

    id: str
    version: int
    label: str
    unit: Unit
    better: Better
    note: str
    now: Reading
    before: Reading
    rest: str = ""
    """What those are called that stand in the denominator alone; empty = they are not told."""

    @property
    def left(self) -> int | None:
        """How many stand in the denominator alone, where they are told."""
        if not self.rest or self.now.numerator is None or not self.now.denominator:
            return None
        return self.now.denominator - self.now.numerator

    @property
    def change(self) -> Fraction | None:
        """How much the value has changed, or None when one of the two is missing."""
        if self.now.value is None or self.before.value is None:
            return None
        return self.now.value - self.before.value

    @property
    def is_small(self) -> bool:
        """Tell whether too few stand behind the quotient to rank it."""
        return self.now.denominator is not None and self.now.denominator < SMALL_SAMPLE


_ADJUDICATED_NOTE = "剔除或改由其他单位承担的以裁定为准，裁定前的数见上一行"

CORE_METRICS: tuple[Metric, ...] = (
    Metric("accepted", 1, "受理量", "accepted", None, "count", "neither"),
    Metric("concluded", 1, "办结量", "concluded", None, "count", "neither"),
    Metric("closed", 1, "办结率", "concluded_of_accepted", "accepted", "percent", note="当期受理的诉求中至今已办结的"),
    Metric("on_time", 1, "按时办结率", "on_time", "due", "percent", note="当期到期的答复时限中按时答复的"),
    Metric(
        "on_time_adjudicated",
        1,
        "按时办结率（裁定后）",
        "on_time_adjudicated",
        "due_adjudicated",
        "percent",
        note=_ADJUDICATED_NOTE,
    ),
    Metric(
        "overdue", 1, "超期率", "overdue", "due", "percent", "down", note="当期到期的答复时限中超期的，未答复的也在内"
    ),
    Metric(
        "overdue_adjudicated",
        1,
        "超期率（裁定后）",
        "overdue_adjudicated",
        "due_adjudicated",
        "percent",
        "down",
        note=_ADJUDICATED_NOTE,
    ),
    Metric("resolved", 1, "诉求解决率", "resolved", "answered_resolved", "percent", note="有效回答中答“已解决”的"),
    Metric(
        "resolved_adjudicated",
        1,
        "诉求解决率（裁定后）",
        "resolved_adjudicated",
        "answered_resolved_adjudicated",
        "percent",
        note=_ADJUDICATED_NOTE,
    ),
    Metric("satisfied", 1, "群众满意率", "satisfied", "rated", "percent", note="有效评价中满意和基本满意的"),
    Metric(
        "satisfied_adjudicated",
        1,
        "群众满意率（裁定后）",
        "satisfied_adjudicated",
        "rated_adjudicated",
        "percent",
        note=_ADJUDICATED_NOTE,
    ),
    Metric("coverage", 1, "评价覆盖率", "rated", "concluded", "percent", note="当期评价数与当期办结数之比"),
    Metric(
        "mean_days_to_reply",
        1,
        "平均答复天数（当期受理）",
        "replied_of_accepted",
        "replied_of_accepted",
        "days",
        "down",
        note="当期受理、至今已答复的诉求，从提交到答复的平均自然日",
    ),
    Metric(
        "mean_days_to_reply_of_replies",
        1,
        "平均答复天数（当期答复）",
        "replied",
        "replied",
        "days",
        "down",
        note="当期答复的诉求，从提交到答复的平均自然日",
    ),
    Metric(
        "mean_minutes_to_dispatch",
        1,
        "平均派单用时",
        "first_dispatched",
        "first_dispatched",
        "minutes",
        "down",
        note="当期第一次派单的诉求，从受理到派单的平均分钟数，不分昼夜，等待审定的时间也在内",
    ),
    Metric("returned", 1, "退单率", "returned", "dispatched", "percent", "down", note="当期退单次数与当期派单次数之比"),
    Metric(
        "ping_pong",
        1,
        "踢皮球指数",
        "returned_in_vain",
        "dispatched",
        "percent",
        "down",
        note="每百次派单中没有站住脚的退单：不准的，和同意后又回到原单位的；按决定之日计",
    ),
    Metric(
        "extended", 1, "延期率", "extended", "dispatched", "percent", "down", note="当期批准的延期与当期派单次数之比"
    ),
    Metric("redone", 1, "重办率", "redone", "concluded", "percent", "down", note="当期重办次数与当期办结数之比"),
    Metric("attached", 1, "并单率", "attached", "accepted", "percent", "neither", note="当期并单次数与当期受理数之比"),
    Metric("rejected", 1, "不予受理量", "rejected", None, "count", "neither", note="当期决定不予受理的，不在受理量内"),
    Metric("voided", 1, "作废率", "voided", "accepted", "percent", "down", note="当期作废数与当期受理数之比"),
)
"""The core's figures. What could be used to make the others look better is shown beside them."""
MEDIANS: tuple[Median, ...] = (
    Median(
        "median_days_to_reply",
        1,
        "答复天数中位数（当期受理）",
        "replied_of_accepted",
        "当期受理、至今已答复的诉求，从提交到答复的自然日中位数，按整小时统计",
    ),
    Median(
        "median_days_to_reply_of_replies",
        1,
        "答复天数中位数（当期答复）",
        "replied",
        "当期答复的诉求，从提交到答复的自然日中位数，按整小时统计",
    ),
)


def metrics_of(scope: Scope) -> Sequence[Metric]:
    """Return the core's metrics and those that the district shows besides, each id once."""
    return scope.remember("metrics", lambda: _ask(scope))


def read(metric: Metric, counts: Counts) -> Reading:
    """Take a metric's value from the counts of a period."""
    if metric.unit == "count" or metric.denominator is None:
        n = counts.n(metric.numerator, metric.where)
        return Reading(n, None, Fraction(n))
    denominator = counts.n(metric.denominator, metric.where)
    if metric.unit in SECONDS:
        seconds = counts.seconds(metric.numerator, metric.where)
        mean = Fraction(seconds, denominator * SECONDS[metric.unit]) if denominator else None
        return Reading(seconds, denominator, mean)
    numerator = counts.n(metric.numerator, metric.where)
    return Reading(numerator, denominator, Fraction(numerator, denominator) if denominator else None)


def figure(metric: Metric, now: Counts, before: Counts) -> Figure:
    """Read a metric in a period and in the one before."""
    return Figure(
        id=metric.id,
        version=metric.version,
        label=metric.label,
        unit=metric.unit,
        better=metric.better,
        note=metric.note,
        now=read(metric, now),
        before=read(metric, before),
        rest=metric.rest if metric.unit == "percent" else "",
    )


def median_figure(median: Median, hours: Callable[[str], tuple[Mapping[int, int], Mapping[int, int]]]) -> Figure:
    """Read a median; `hours` returns the durations of a measure by whole hours, in the period and the one before."""
    now, before = hours(median.measure)
    return Figure(
        id=median.id,
        version=median.version,
        label=median.label,
        unit="days",
        better="down",
        note=median.note,
        now=_middle(now),
        before=_middle(before),
    )


def _middle(hours: Mapping[int, int]) -> Reading:
    n = sum(hours.values())
    if not n:
        return Reading(None, 0, None)
    lower, upper = _at(hours, (n - 1) // 2), _at(hours, n // 2)
    return Reading(None, n, (Fraction(lower + upper, 2) + Fraction(1, 2)) / 24)


def _at(hours: Mapping[int, int], place: int) -> int:
    passed = 0
    for hour in sorted(hours):
        passed += hours[hour]
        if passed > place:
            return hour
    raise AssertionError("the place is one of those counted")


def _ask(scope: Scope) -> Sequence[Metric]:
    metrics = {metric.id: metric for metric in CORE_METRICS}
    for feature, metric in scope.hooks.ask(specs.metrics):
        if fault := _fault_of(metric):
            scope.hooks.refuse(feature, specs.metrics, said("指标 {id}：{fault}", id=metric.id, fault=fault))
        else:
            metrics.setdefault(metric.id, metric)
    return tuple(metrics.values())


def _fault_of(metric: Metric) -> str | None:
    """Tell what is wrong with a metric, so that one bad definition costs itself alone and not the report."""
    for measure in filter(None, (metric.numerator, metric.denominator)):
        if measure not in MEASURES:
            return said("没有计量 {measure}", measure=measure)
    if metric.unit in SECONDS and MEASURES[metric.numerator].took is None:
        return said("{numerator} 不计时长", numerator=metric.numerator)
    if (metric.unit == "count") != (metric.denominator is None):
        return "件数没有分母，其他指标都有"
    return None
