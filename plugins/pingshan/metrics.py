"""办结: how many events are concluded, and how many of those within a day."""

from collections.abc import Sequence

from core.hooks import Metric, hookimpl


@hookimpl
def metrics() -> Sequence[Metric]:
    """Show the two figures the district publishes: 办结率 99.98%, 近一半事件一天办结."""
    return [
        Metric(
            id="pingshan.conclusion-rate",
            version=1,
            label="办结率",
            numerator="concluded",
            denominator="accepted",
            unit="percent",
            note="当期办结数与当期受理数之比；办结往期积压时可能超过 100%",
        ),
        Metric(
            id="pingshan.within-a-day",
            version=1,
            label="当日办结占比",
            numerator="concluded_within_a_day",
            denominator="concluded",
            unit="percent",
            note="当期办结的诉求中，受理后一天内办结的比例",
        ),
    ]
