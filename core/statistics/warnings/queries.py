"""Reading warnings: those that wait, the log of all, how often each rule cried wolf, and how early it was."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from statistics import median
from typing import Any

from sqlalchemy import func, select

from core.classification.locating import area_words
from core.documents.charts import Series
from core.documents.model import Lines
from core.hooks.values.words import APPELLANT_LABELS
from core.kit.errors import Refused
from core.kit.saying import said, word
from core.statistics.queries import Cube, matter_names
from core.statistics.report import UNNAMED, matter_label
from core.statistics.warnings.models import Warned
from core.tenancy.scope import Scope

SHOWN = 100
RULE_LABELS = {"area": "事项×区域", "appellant": "事项×企业、单位", "whole": "事项（全区）", "urgent": "紧急诉求"}
STATE_LABELS = {"open": "待研判", "acknowledged": "已确认", "false_alarm": "误报"}
A_WEEK = timedelta(days=7)


class NoSuchWarning(Refused):
    """There is no such warning."""

    code = "no-such-warning"


@dataclass(frozen=True, slots=True)
class WarningLine:
    """A warning as it is shown: of what, how many and how many were to be expected, and what was said of it."""

    id: int
    rule: str
    rule_label: str
    what: str
    matter: str
    first: date
    last: date
    count: int
    expected: float
    chance: float
    baseline: Sequence[int]
    watched: int
    thresholds: Mapping[str, Any]
    tickets: Sequence[str]
    raised_at: datetime
    peak: int
    peak_on: date
    state: str
    state_label: str
    settled_by: str
    settled_at: datetime | None
    reason: str
    question_id: int | None


@dataclass(frozen=True, slots=True)
class RuleRecord:
    """How a rule has done: warnings settled, how many of them were false alarms, and how many days before the peak they came."""

    label: str
    raised: int
    settled: int
    false_alarms: int
    lead_days: float | None
    """Half of the warnings that were none of those came at least so many days before the count was highest."""

    @property
    def share(self) -> Fraction | None:
        return Fraction(self.false_alarms, self.settled) if self.settled else None


def open_warnings(scope: Scope) -> int:
    """Count the warnings that wait for somebody to look at them."""
    waiting = select(func.count()).where(Warned.tenant_id == scope.tenant.id, Warned.state == "open")
    return scope.session.scalar(waiting) or 0


def has_warnings(scope: Scope) -> bool:
    """Tell whether there ever was one."""
    found = select(Warned.id).where(Warned.tenant_id == scope.tenant.id).limit(1)
    return scope.session.scalar(found) is not None


def warning_lines(scope: Scope, *, state: str | None) -> list[WarningLine]:
    """List the warnings in this state, or all, those raised last first."""
    asked = select(Warned).where(Warned.tenant_id == scope.tenant.id)
    if state is not None:
        asked = asked.where(Warned.state == state)
    rows = scope.session.scalars(asked.order_by(Warned.raised_at.desc(), Warned.chance, Warned.id).limit(SHOWN)).all()
    return [_line(scope, each) for each in rows]


def get_warning(scope: Scope, warning_id: int) -> WarningLine:
    """Return a warning. Raises `NoSuchWarning`."""
    found = scope.session.get(Warned, (scope.tenant.id, warning_id))
    if found is None:
        raise NoSuchWarning("没有这一条预警。请从预警列表中打开。")
    return _line(scope, found)


def rule_records(scope: Scope) -> list[RuleRecord]:
    """Return how each rule has done, in their order; a rule that never raised anything is left out."""
    rows = scope.session.execute(
        select(Warned.rule, Warned.state, Warned.until_at, Warned.peak_on).where(Warned.tenant_id == scope.tenant.id)
    ).all()
    records = []
    for rule, label in RULE_LABELS.items():
        own = [row for row in rows if row.rule == rule]
        if not own:
            continue
        settled = [row for row in own if row.state != "open"]
        leads = [(row.peak_on - _last(scope, row.until_at)).days for row in settled if row.state == "acknowledged"]
        records.append(
            RuleRecord(
                label,
                len(own),
                len(settled),
                sum(row.state == "false_alarm" for row in settled),
                float(median(leads)) if leads and rule != "urgent" else None,
            )
        )
    return records


def trend_of(line: WarningLine) -> Lines:
    """Draw the counts of the same days in the weeks before and at last, beside what was to be expected."""
    weeks = [*reversed(line.baseline), line.count]
    step = -(-((line.last - line.first).days + 1) // 7)
    ends = [line.last - back * step * A_WEEK for back in reversed(range(len(weeks)))]
    return Lines(
        said("{what}：同期诉求", what=line.what),
        [Series("诉求（件）", weeks), Series("预期（件）", [round(line.expected, 1)] * len(weeks))],
        [f"{end:%m-%d}" for end in ends],
    )


def _line(scope: Scope, warned: Warned) -> WarningLine:
    names = matter_names(Cube.of(scope))
    what = matter_label(names, warned.matter) if warned.matter else UNNAMED
    if warned.area:
        what += said(" · {area}", area=area_words(scope, warned.area) or warned.area)
    if warned.appellant:
        what += said(" · {appellant}", appellant=word(APPELLANT_LABELS.get(warned.appellant, warned.appellant)))
    return WarningLine(
        warned.id,
        warned.rule,
        RULE_LABELS[warned.rule],
        what,
        warned.matter,
        warned.from_at.astimezone(scope.tenant.zone).date(),
        _last(scope, warned.until_at),
        warned.count,
        warned.expected,
        warned.chance,
        warned.baseline,
        warned.watched,
        warned.thresholds,
        warned.tickets,
        warned.raised_at,
        warned.peak,
        warned.peak_on,
        warned.state,
        STATE_LABELS[warned.state],
        warned.settled_by,
        warned.settled_at,
        warned.reason,
        warned.question_id,
    )


def _last(scope: Scope, until_at: datetime) -> date:
    """Return the last day of what ended at an instant, which is left out itself."""
    return (until_at - timedelta(microseconds=1)).astimezone(scope.tenant.zone).date()
