"""Counting: figures a district shows, the bands it grades them by, and the lines of a unit's score."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

Dimension = Literal["nature", "channel", "medium", "appellant"]


@dataclass(frozen=True, slots=True)
class Metric:
    """A figure 指标: one measure over another, or over nothing when it is a plain count.

    Measures are the core's (`core.statistics.measures`). `where` narrows numerator and denominator to values of a
    dimension, e.g. {"medium": ("phone",)}. `unit` is how the quotient is shown. `rest` is what those are called that stand
    in the denominator and not in the numerator, e.g. 未办结: their number is shown beside a percentage, empty = it is not.
    With `public` everybody finds it among the district's figures of the present month, with its note.
    """

    id: str
    version: int
    label: str
    numerator: str
    denominator: str | None
    unit: Literal["count", "percent", "days", "minutes"]
    better: Literal["up", "down", "neither"] = "up"
    where: Mapping[Dimension, tuple[str, ...]] = field(default_factory=dict)
    note: str = ""
    rest: str = ""
    public: bool = False


@dataclass(frozen=True, slots=True)
class GradeBand:
    """Values of a metric below (or above, where lower is better) which a unit or district is graded 等次.

    `threshold` is in the metric's own terms: a share between 0 and 1 for percent, else the number. `action` says what
    follows, for instance 点名通报并约谈. The core's own metrics have plain ids, a feature's begin with its plugin's.
    Metrics for which neither direction is better have no grades.
    """

    metric: str
    threshold: float
    label: str
    action: str
    rule_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class UnitFacts:
    """What is counted of one unit in a period: measures by name (see `docs/figures.md`), each with the unit's count.

    Names that end in `_adjudicated` are the counts after adjudication 裁定, which is what a unit answers for. Beside the
    measures stands `accountable`: the cases of accountability decided in the period in which the unit was found responsible.
    """

    unit: str
    first: date
    last: date
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class ScoreLine:
    """One line of a unit's performance score 绩效考核: points won or lost, and why.

    `behind` names the measures that the line counts: whoever reads the line of a yearly sheet opens exactly the tickets,
    or cases, that these counted. A line without any has none to show. Points are kept to the hundredth.
    """

    label: str
    points: float
    rule_id: str
    reason: str
    behind: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PerformanceRules:
    """How the yearly performance 年度绩效 of units is settled: for how many working days after a sheet was frozen units may object."""

    objection_days: int = 5


@dataclass(frozen=True, slots=True)
class WarningRules:
    """When a rise is unusual enough to warn of it 综合预警.

    The appeals of the last `window_days` days are held against the same days of `baseline_weeks` weeks before. There is a
    warning of `least` appeals or more that are at least `factor` times what was to be expected, if by chance alone so
    many would come less often than in `chance_percent` of a hundred runs over everything that is watched. Urgent appeals
    are looked at every hour, those of the last 24 hours; there `urgent_least` are enough.
    """

    window_days: int = 7
    baseline_weeks: int = 8
    factor: float = 2.0
    least: int = 8
    urgent_least: int = 4
    chance_percent: float = 5.0


@dataclass(frozen=True, slots=True)
class ReminderRules:
    """When figures call for a reminder letter 提醒函 to a unit, and within what time it is acknowledged and answered.

    The appeals of the last `window_days` days are counted for each unit, and held against as many days before.
    Repetition 同类集中: one matter in one area came in `repeated_least` times or more; or `rise_least` times or more and
    at least `rise_factor` times as often as before.
    Limits 临期集中: `due_least` open tickets or more are due within `due_hours`, and the share answered in time has fallen
    by `fall_points` percentage points or more.
    Again 办结后反复: `again_least` appeals or more came again on the same matter, from the same resident or place, within
    `again_days` days after the unit's ticket was concluded.
    A letter is acknowledged within `acknowledge_days` working days, and answered within `answer_days`.
    """

    window_days: int = 30
    repeated_least: int = 10
    rise_least: int = 6
    rise_factor: float = 2.0
    due_hours: int = 24
    due_least: int = 10
    fall_points: int = 5
    again_days: int = 30
    again_least: int = 3
    acknowledge_days: int = 1
    answer_days: int = 5
