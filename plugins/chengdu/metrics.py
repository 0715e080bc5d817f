"""办理效能: the five figures of the monthly analysis 《“网络理政”一月分析汇报》."""

from collections.abc import Sequence

from core.hooks import Metric, hookimpl


@hookimpl
def metrics() -> Sequence[Metric]:
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
            note="作出评价的诉求人中满意的比例",
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
