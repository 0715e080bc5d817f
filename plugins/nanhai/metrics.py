"""考核: how much is done in time, and how content those are who called."""

from collections.abc import Sequence

from core.hooks import Metric, hookimpl


@hookimpl
def metrics() -> Sequence[Metric]:
    """Show the two figures the district publishes: 按时办结率 95.76%, 群众来电满意率 99.46%."""
    return [
        Metric(
            id="nanhai.on-time-rate",
            version=1,
            label="按时办结率",
            numerator="on_time",
            denominator="due",
            unit="percent",
            note="当期到期的时限中按时完成的比例，超时未完成的也计入分母",
        ),
        Metric(
            id="nanhai.call-satisfaction-rate",
            version=1,
            label="来电满意率",
            numerator="satisfied",
            denominator="rated",
            unit="percent",
            where={"medium": ("phone",)},
            note="电话诉求中，作出评价的来电人满意的比例",
        ),
    ]
