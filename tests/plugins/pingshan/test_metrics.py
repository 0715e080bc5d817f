"""办结率 99.98%，近一半事件一天办结."""

from core.hooks import Metric
from core.hooks.specs import metrics
from tests.plugins.making import answers


def test_what_is_concluded_and_what_within_a_day() -> None:
    assert answers("pingshan.metrics", metrics) == [
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
