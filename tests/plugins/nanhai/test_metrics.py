"""按时办结率达 95.76%，群众来电满意率达 99.46% (to the end of September 2013)."""

from core.hooks import Metric
from core.hooks.specs import metrics
from tests.plugins.making import answers


def test_what_is_done_in_time_and_how_content_callers_are() -> None:
    assert answers("nanhai.metrics", metrics) == [
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
