"""What groups, causes, states, seats and verdicts of panels are called."""

from collections.abc import Mapping

GROUP_LABELS: Mapping[str, str] = {
    "official": "机关工作人员",
    "deputy": "人大代表",
    "cppcc": "政协委员",
    "lawyer": "律师",
    "journalist": "记者",
    "grassroots": "基层代表",
    "netizen": "网民代表",
}
"""By the codes of `core.hooks.values.PanelGroup`."""
RECRUITED_LABELS = {"invitation": "邀请", "nomination": "基层推荐", "application": "网络征集"}
"""How somebody came into the pool."""
CAUSE_LABELS: Mapping[str, str] = {
    "unit_disputes": "单位认为考核结果不合理",
    "two_stories": "诉求人与承办单位各执一词",
    "large_gap": "诉求与解决结果差距较大",
}
"""By the codes of `core.hooks.values.ReviewCause`."""
STATE_LABELS = {
    "voting": "评议中",
    "no_quorum": "票数不足",
    "found": "已有结论，待执行",
    "carried": "已执行",
    "declined": "未采纳",
}
UNDER_WAY = ("voting", "no_quorum", "found")
"""States of a panel of which something is still to come."""
SEAT_LABELS = {"standby": "递补", "asked": "待确认", "accepted": "已接受", "recused": "已回避"}
SITTING = ("asked", "accepted")
"""Seats whose members may vote."""
VERDICT_LABELS = {
    "keep": "维持办理和考核结果",
    "redo": "重新办理",
    "exclude": "不计入承办单位考核",
    "shift": "改由其他单位承担",
}
NO_MAJORITY = "none"
"""What is found when no verdict has a majority."""
FOUND_LABELS = {**VERDICT_LABELS, NO_MAJORITY: "未形成多数意见"}
EXCLUSION_LABELS = {
    "ties": "与当事单位有利害关系",
    "organisation": "与当事单位同属一个单位",
    "interest": "与本件诉求有利害关系",
    "sat_before": "参加过本件的评议",
    "away": "评议期间不在",
    "ended": "聘期已满",
    "no_account": "没有可以登录的评议员账号",
}
"""Why a member could not be drawn. Whoever is the appellant is not named as such: that would tell who appealed."""
