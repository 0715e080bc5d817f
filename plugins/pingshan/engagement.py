"""有奖征集、红包答题: residents take part online, by their own wish. Off unless a district switches it on."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.hooks import EngagementRules, hookimpl
from core.hooks.settings import Settings, Whole


class EngagementSettings(Settings):
    """Within which bounds campaigns are held. The article names the campaigns and none of these numbers."""

    most_budget = Whole(
        load_default=5_000,
        min=0,
        max=1_000_000,
        unit="元",
        title="一次活动的预算上限",
        help="奖品总值在登记时就不能超过活动预算，预算不能超过这个数",
        group="奖品",
        risk="accountability",
    )
    most_prize = Whole(
        load_default=200,
        min=0,
        max=50_000,
        unit="元",
        title="一个奖品的上限",
        help="单个奖品或红包的最高金额",
        group="奖品",
        risk="accountability",
    )
    most_days = Whole(
        load_default=30,
        min=1,
        max=90,
        unit="天",
        title="活动最长",
        help="从开始到截止",
        group="参加",
        affects="new",
    )
    seconds_per_question = Whole(
        load_default=3,
        min=1,
        max=60,
        unit="秒",
        title="每题最少用时",
        help="答得比这还快的不像是人在答，不收",
        group="参加",
        affects="new",
    )
    entries_per_address = Whole(
        load_default=5,
        min=1,
        max=1_000,
        unit="人",
        title="一个网络地址 24 小时内参加人数",
        help="一家人、一个办公室常共用一个地址",
        group="参加",
        affects="new",
    )


@hookimpl
def engagement_rules(settings: Mapping[str, Any]) -> Sequence[EngagementRules]:
    """Hold campaigns within the district's bounds."""
    return [
        EngagementRules(
            most_budget_yuan=settings["most_budget"],
            most_prize_yuan=settings["most_prize"],
            most_days=settings["most_days"],
            seconds_per_question=settings["seconds_per_question"],
            entries_per_address=settings["entries_per_address"],
        )
    ]
