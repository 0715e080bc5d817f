"""年度绩效: 这些考核将与职能部门的年度绩效考核相挂钩. What is counted of a unit counts for its year, line by line."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.hooks import PerformanceRules, ScoreLine, UnitFacts, hookimpl, said, word
from core.hooks.settings import Settings, Whole, WorkDays, cross_check

WHOLE = 100
"""What the weights of a sheet come to."""
WEIGHTS = {"on_time_weight": 60, "satisfied_weight": 40}
"""The settings that are weights, each as it was where nobody set it."""


class PerformanceSettings(Settings):
    """What the yearly performance of a unit is made of, and for how long it may object to a line."""

    VERSION = 2

    on_time_weight = Whole(
        load_default=60,  # the article says that the marks count for the year, not how much: so of every number here
        min=0,
        max=100,
        unit="分",
        title="按时办结的分值",
        help="按时办结率（裁定后）乘以这个分值",
        group="绩效考核",
        risk="accountability",
    )
    satisfied_weight = Whole(
        load_default=40,
        min=0,
        max=100,
        unit="分",
        title="群众满意的分值",
        help="满意率（裁定后）乘以这个分值",
        group="绩效考核",
        risk="accountability",
    )
    overdue_loss = Whole(
        load_default=1,
        min=0,
        max=20,
        unit="分",
        title="每超时一件扣",
        help="按裁定后的超时件数",
        group="绩效考核",
        risk="accountability",
    )
    redo_loss = Whole(
        load_default=2,
        min=0,
        max=20,
        unit="分",
        title="每重办一次扣",
        help="群众不认可、重新办理的次数",
        group="绩效考核",
        risk="accountability",
    )
    case_loss = Whole(
        load_default=5,
        min=0,
        max=50,
        unit="分",
        title="每认定一次有责扣",
        help="问责作出决定、认定有责的案件，申诉后改变决定的以改变后的为准",
        group="绩效考核",
        risk="accountability",
    )
    objection_days = WorkDays(
        load_default=5,
        min=1,
        max=30,
        title="冻结后可以提出异议的期限",
        help="期限内单位可以对自己的每一行提出异议，期满并逐件认定后才能签发",
        group="签发",
        risk="accountability",
    )

    @classmethod
    def migrate(cls, values: dict[str, Any], *, from_version: int) -> dict[str, Any]:
        """Bring weights that came to more or less than a whole sheet to one, in the same proportion."""
        held = {name: values.get(name, usual) for name, usual in WEIGHTS.items()}
        total = sum(held.values())
        if from_version > 1 or total == WHOLE:
            return values
        on_time = round(WHOLE * held["on_time_weight"] / total) if total else WEIGHTS["on_time_weight"]
        return {**values, "on_time_weight": on_time, "satisfied_weight": WHOLE - on_time}

    @cross_check
    def whole_sheet(self, values: Mapping[str, Any]) -> dict[str, str] | None:
        """Let the weights come to a hundred, no more and no less."""
        total = sum(values[name] for name in WEIGHTS)
        if total == WHOLE:
            return None
        more = (
            said("多 {points} 分", points=total - WHOLE)
            if total > WHOLE
            else said("少 {points} 分", points=WHOLE - total)
        )
        wrong = said("各项分值合计 {total} 分，应当正好是 {whole} 分，{more}", total=total, whole=WHOLE, more=more)
        return dict.fromkeys(WEIGHTS, wrong)


@hookimpl
def score_lines(settings: Mapping[str, Any], facts: UnitFacts) -> Sequence[ScoreLine]:
    """Let the marks count for the unit's yearly performance: 考核与职能部门的年度绩效考核相挂钩."""
    counts = {"redone": 0, "accountable": 0, **facts.counts}
    return [
        _share(counts, "按时办结", "on-time", settings["on_time_weight"], "on_time_adjudicated", "due_adjudicated"),
        _share(
            counts, "群众满意", "satisfied", settings["satisfied_weight"], "satisfied_adjudicated", "rated_adjudicated"
        ),
        _loss(counts, "超时", "overdue-loss", settings["overdue_loss"], "overdue_adjudicated", "件"),
        _loss(counts, "重办", "redo-loss", settings["redo_loss"], "redone", "次"),
        _loss(counts, "问责有责", "case-loss", settings["case_loss"], "accountable", "件"),
    ]


@hookimpl
def performance_rules(settings: Mapping[str, Any]) -> Sequence[PerformanceRules]:
    """Leave units time to object before a sheet is signed."""
    return [PerformanceRules(objection_days=settings["objection_days"])]


def _share(counts: Mapping[str, int], label: str, rule: str, weight: int, part: str, whole: str) -> ScoreLine:
    """Return so much of the weight as the part is of the whole; of nothing, all of it."""
    points = round(weight * counts[part] / counts[whole], 2) if counts[whole] else float(weight)
    reason = (
        said("{counts}/{counts_2}，满分 {weight} 分", counts=counts[part], counts_2=counts[whole], weight=weight)
        if counts[whole]
        else said("本期没有可计的，按满分 {weight} 分", weight=weight)
    )
    return ScoreLine(label, points, f"nanhai.performance/{rule}", reason, (part, whole))


def _loss(counts: Mapping[str, int], label: str, rule: str, each: int, measure: str, unit: str) -> ScoreLine:
    reason = said("{counts} {unit}，每{unit}扣 {each} 分", counts=counts[measure], unit=word(unit), each=each)
    return ScoreLine(label, float(-each * counts[measure]), f"nanhai.performance/{rule}", reason, (measure,))
