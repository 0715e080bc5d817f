"""综合预警: when a rise on a matter, in an area or by enterprises, is unusual enough to be told."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.hooks import WarningRules, hookimpl
from core.hooks.settings import Percent, Settings, Whole


class WarningSettings(Settings):
    """What is looked at, what it is held against, and how unusual it must be. The articles name no numbers."""

    window_days = Whole(
        load_default=7, min=1, max=28, unit="天", title="看最近多少天", help="到昨天为止，每天看一次", group="范围"
    )
    baseline_weeks = Whole(
        load_default=8,
        min=4,
        max=26,
        unit="周",
        title="与之前多少周对照",
        help="同样的星期几相比；不足 4 周的历史不预警",
        group="范围",
    )
    factor_percent = Whole(
        load_default=200,
        min=120,
        max=1000,
        unit="%",
        title="达到平常的百分之多少",
        help="200 即平常的两倍",
        group="条件",
    )
    least = Whole(
        load_default=8,
        min=2,
        max=1000,
        unit="件",
        title="至少多少件",
        help="件数少于此数的不预警，涨得再多也不算",
        group="条件",
    )
    urgent_least = Whole(
        load_default=4,
        min=2,
        max=100,
        unit="件",
        title="紧急诉求 24 小时内至少多少件",
        help="每小时看一次",
        group="条件",
    )
    chance_percent = Percent(
        load_default=5,
        min=1,
        max=50,
        title="一次扫描出现偶然预警的可能",
        help="越小预警越少；看的事项、区域多了，每一个的条件会自动收紧",
        group="条件",
    )


@hookimpl
def warning_rules(settings: Mapping[str, Any]) -> Sequence[WarningRules]:
    """Watch seven days against the same weekdays of eight weeks, and tell of twice as many that chance hardly explains."""
    return [
        WarningRules(
            window_days=settings["window_days"],
            baseline_weeks=settings["baseline_weeks"],
            factor=settings["factor_percent"] / 100,
            least=settings["least"],
            urgent_least=settings["urgent_least"],
            chance_percent=float(settings["chance_percent"]),
        )
    ]
