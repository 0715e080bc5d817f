"""办结率 99.98%，近一半事件一天办结; the first dispatch that hits, and filing within three minutes."""

from core.hooks import Metric
from core.hooks.specs import metrics
from tests.plugins.making import answers


def test_what_is_concluded_and_what_within_a_day_dispatched_right_and_filed_in_time() -> None:
    told: list[Metric] = answers("pingshan.metrics", metrics)

    assert [(each.id, each.version, each.numerator, each.denominator, each.unit, each.rest) for each in told] == [
        ("pingshan.conclusion-rate", 2, "concluded_of_accepted", "to_conclude", "percent", "未办结"),
        ("pingshan.within-a-day", 1, "concluded_within_a_day", "concluded", "percent", ""),
        ("pingshan.first-hit", 1, "first_hit", "first_dispatched", "percent", "分拨不准"),
        ("pingshan.filed-in-time", 1, "filed_in_time", "filing_due", "percent", "超时"),
        ("pingshan.minutes-to-file", 1, "filed", "filed", "minutes", ""),
    ]
