"""办结: what the district publishes of its work, each figure with both of its numbers and what is still open."""

from collections.abc import Sequence

from core.hooks import Metric, hookimpl


@hookimpl
def metrics() -> Sequence[Metric]:
    """Show the figures of the article, 办结率 99.98% and 近一半事件一天办结, and those of its other promises."""
    return [
        Metric(
            id="pingshan.conclusion-rate",
            version=2,
            label="办结率",
            numerator="concluded_of_accepted",
            denominator="to_conclude",
            unit="percent",
            note="当期受理、没有作废的诉求中至今已办结的；只要还有一件没办结就不写 100%",
            rest="未办结",
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
        Metric(
            id="pingshan.first-hit",
            version=1,
            label="首次分拨准确率",
            numerator="first_hit",
            denominator="first_dispatched",
            unit="percent",
            note="当期首次派单的诉求中，一次派对、没有退单、改派或再派的",
            rest="分拨不准",
        ),
        Metric(
            id="pingshan.filed-in-time",
            version=1,
            label="限时立案率",
            numerator="filed_in_time",
            denominator="filing_due",
            unit="percent",
            note="当期等人受理的诉求中，在立案时限内受理的；提交即受理的不在内",
            rest="超时",
        ),
        Metric(
            id="pingshan.minutes-to-file",
            version=1,
            label="平均立案用时",
            numerator="filed",
            denominator="filed",
            unit="minutes",
            better="down",
            note="当期等人受理、已经受理的诉求，从提交到受理的平均分钟数，不分昼夜",
        ),
    ]
