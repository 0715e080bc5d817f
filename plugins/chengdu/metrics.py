"""办理效能: the five figures of the monthly analysis 《“网络理政”一月分析汇报》."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.hooks import GradeBand, Metric, hookimpl
from core.hooks.settings import Percent, Settings


class MetricSettings(Settings):
    """The floor below which a unit is named at the mayor's monthly meeting."""

    satisfaction_floor = Percent(
        load_default=85,
        min=1,
        title="群众满意率底线",
        help="当月低于此数的单位点名通报并约谈",
        group="通报",
        risk="accountability",
    )


@hookimpl
def metrics(settings: Mapping[str, Any]) -> Sequence[Metric]:
    """Show replies, solutions, satisfaction, overdue clocks and the days a reply takes."""
    return [
        Metric(
            id="chengdu.reply-rate",
            version=1,
            label="回复办理率",
            numerator="replied_of_accepted",
            denominator="accepted",
            unit="percent",
            note="当期受理的诉求中已经答复的比例",
        ),
        Metric(
            id="chengdu.resolution-rate",
            version=1,
            label="诉求解决率",
            numerator="resolved",
            denominator="answered_resolved",
            unit="percent",
            note="回答了是否解决的诉求人中，答“已解决”的比例",
        ),
        Metric(
            id="chengdu.satisfaction-rate",
            version=1,
            label="群众满意率",
            numerator="satisfied",
            denominator="rated",
            unit="percent",
            note=f"作出评价的诉求人中满意的比例；当月低于 {settings['satisfaction_floor']}% 的单位点名通报并约谈",
        ),
        Metric(
            id="chengdu.overdue-rate",
            version=1,
            label="超期率",
            numerator="overdue",
            denominator="due",
            unit="percent",
            better="down",
            note="当期到期的时限中超期的比例",
        ),
        Metric(
            id="chengdu.reply-days",
            version=1,
            label="平均回复周期",
            numerator="replied",
            denominator="replied",
            unit="days",
            better="down",
            note="从提交到答复的平均天数，按自然日计",
        ),
    ]


@hookimpl
def grade_bands(settings: Mapping[str, Any]) -> Sequence[GradeBand]:
    """Name and summon whoever satisfies too few: 凡是群众满意率低于85%的单位不仅要点名通报，还要约谈."""
    floor = settings["satisfaction_floor"]
    return [
        GradeBand(
            metric="satisfied",
            threshold=floor / 100,
            label="低于底线",
            action="点名通报并约谈",
            rule_id="chengdu.metrics/floor",
            reason=f"群众满意率低于 {floor}% 的单位点名通报并约谈",
        )
    ]
