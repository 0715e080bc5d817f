"""考核: how much is done in time, how content those are who called, and how much of what came in was a valid appeal."""

from collections.abc import Sequence

from core.hooks import Metric, hookimpl


@hookimpl
def metrics() -> Sequence[Metric]:
    """Show the figures the district publishes: 有效诉求 7614 件, 按时办结率 95.76%, 群众来电满意率 99.46%."""
    return [
        Metric(
            id="nanhai.valid-appeals",
            version=1,
            label="有效诉求",
            numerator="valid",
            denominator=None,
            unit="count",
            better="neither",
            note="当期收到、已经受理的来件；经两人先后认定无效的不在内",
            public=True,
        ),
        Metric(
            id="nanhai.on-time-rate",
            version=1,
            label="按时办结率",
            numerator="on_time",
            denominator="due",
            unit="percent",
            note="当期到期的时限中按时完成的比例，超时未完成的也计入分母",
            public=True,
        ),
        Metric(
            id="nanhai.call-satisfaction-rate",
            version=1,
            label="来电满意率",
            numerator="satisfied",
            denominator="rated",
            unit="percent",
            where={"medium": ("phone",)},
            note="只统计电话来的诉求：作出评价的来电人中满意和基本满意的；没有评价的不计，也不算满意",
            public=True,
        ),
        Metric(
            id="nanhai.calls-reached",
            version=1,
            label="来电回访问到",
            numerator="reached",
            denominator=None,
            unit="count",
            better="neither",
            where={"medium": ("phone",)},
            note="只统计电话来的诉求：回访接通、问到本人的次数，其中作出评价的即来电满意率的分母",
            public=True,
        ),
    ]
