"""第三方评价小组: seven groups of outsiders judge what a unit calls unjust, and where both sides tell different stories."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.hooks import GroupSeats, PanelRules, ReviewFacts, ReviewProposal, TicketView, hookimpl, said, word
from core.hooks.settings import Percent, Settings, Whole, Words, WorkDays, YesNo, cross_check

UNSOLVED = ("no", "partly")


def _seats(title: str) -> Whole:
    """Return the setting for the seats of a group of panel members; the articles name the groups, one seat each."""
    return Whole(
        load_default=1,
        min=0,
        max=9,
        unit="席",
        title=said("{title}席位", title=title),
        help="抽签为这一组产生的评议员人数，0 为不设",
        group="席位",
        risk="accountability",
    )


class ReviewPanelSettings(Settings):
    """How a third-party panel is made up and decides, and when one is proposed."""

    official_seats = _seats("机关工作人员")
    deputy_seats = _seats("人大代表")
    cppcc_seats = _seats("政协委员")
    lawyer_seats = _seats("律师")
    journalist_seats = _seats("记者")
    grassroots_seats = _seats("基层代表")
    netizen_seats = _seats("网民代表")
    substitutes = Whole(
        load_default=2,
        min=0,
        max=9,
        unit="人",
        title="每组递补",
        help="有人回避时，由同组递补人员接替",
        group="席位",
        risk="accountability",
    )
    quorum = Whole(
        load_default=5,
        min=1,
        max=63,
        unit="票",
        title="法定票数",
        help="截止时少于此数，没有结论；可延期一次或重新抽签",
        group="表决",
        risk="accountability",
    )
    majority = Percent(
        load_default=50,
        min=50,
        max=99,
        title="多数",
        help="一种意见的票数须超过已投票数的这个比例才是结论",
        group="表决",
        risk="accountability",
    )
    days = WorkDays(
        load_default=5,
        min=1,
        max=30,
        title="投票期限",
        help="抽签次日起算，最后一个工作日下班时截止",
        group="表决",
        risk="accountability",
    )
    extension_days = WorkDays(
        load_default=3,
        min=1,
        max=30,
        title="延期",
        help="只能延期一次",
        group="表决",
        risk="accountability",
    )
    criteria = Words(
        load_default=["诉求是否解决", "办理是否依法合规", "答复是否属实", "态度是否认真"],
        least=1,
        most=10,
        shortest=2,
        longest=20,
        title="评分项",
        help="每一项由评议员打 1 到 5 分",
        group="表决",
        risk="accountability",
    )
    binds = YesNo(
        load_default=False,
        title="结论须执行",
        help="选否时结论供督办席参考，不采纳的须写明理由",
        group="表决",
        risk="accountability",
    )
    on_unit_disputes = YesNo(
        load_default=True,
        title="单位认为考核结果不合理时建议评议",
        help="承办单位对评价或超期提出申诉",
        group="建议评议",
        risk="accountability",
    )
    on_two_stories = YesNo(
        load_default=True,
        title="双方各执一词时建议评议",
        help="单位答复“已解决”，诉求人认为没有解决",
        group="建议评议",
        risk="accountability",
    )
    on_large_gap = YesNo(
        load_default=True,
        title="诉求与结果差距较大时建议评议",
        help="诉求人不满意且没有完全解决，并已办理多轮或申请复核",
        group="建议评议",
        risk="accountability",
    )
    gap_rounds = Whole(
        load_default=2,
        min=1,
        max=9,
        unit="轮",
        title="差距较大从第几轮算起",
        help="办理到第几轮仍不满意，即为差距较大",
        group="建议评议",
        risk="accountability",
    )

    @cross_check
    def can_be_decided(self, values: Mapping[str, Any]) -> Mapping[str, str]:
        """Say when there are no seats at all, or fewer than votes that must be in."""
        groups = ("official", "deputy", "cppcc", "lawyer", "journalist", "grassroots", "netizen")
        seats = sum(values[f"{group}_seats"] for group in groups)
        if values["quorum"] > seats:
            return {
                "quorum": said(
                    "法定票数 {quorum} 多于全部席位 {seats}，永远不会有结论", quorum=values["quorum"], seats=seats
                )
            }
        return {}


@hookimpl
def review_triggers(settings: Mapping[str, Any], ticket: TicketView, facts: ReviewFacts) -> Sequence[ReviewProposal]:
    """Propose a panel on the occasions that the articles name, as far as the district wants each."""
    return [
        *_unit_disputes(settings, facts),
        *_two_stories(settings, facts),
        *_large_gap(settings, ticket, facts),
    ]


@hookimpl
def panel_rules(settings: Mapping[str, Any]) -> Sequence[PanelRules]:
    """Make the panel up of the seven groups, as many seats each as the district says."""
    seats = tuple(
        GroupSeats(group, settings[f"{group}_seats"])
        for group in ("official", "deputy", "cppcc", "lawyer", "journalist", "grassroots", "netizen")
    )
    return [
        PanelRules(
            seats=seats,
            quorum=settings["quorum"],
            majority_percent=settings["majority"],
            days=settings["days"],
            extension_days=settings["extension_days"],
            substitutes=settings["substitutes"],
            criteria=tuple(settings["criteria"]),
            is_binding=settings["binds"],
        )
    ]


def _unit_disputes(settings: Mapping[str, Any], facts: ReviewFacts) -> list[ReviewProposal]:
    """部门认为考核结果不合理."""
    if not settings["on_unit_disputes"] or not {"rating", "overdue"}.intersection(facts.disputes):
        return []
    return [_proposal("unit_disputes", "unit-disputes", "承办单位对计入考核的评价或超期提出申诉")]


def _two_stories(settings: Mapping[str, Any], facts: ReviewFacts) -> list[ReviewProposal]:
    """诉求群众与承办单位“各执一词”: the unit says solved, the resident says not."""
    if not settings["on_two_stories"] or facts.disposition != "resolved" or facts.resolved != "no":
        return []
    return [_proposal("two_stories", "two-stories", "承办单位答复“已解决”，诉求人认为没有解决")]


def _large_gap(settings: Mapping[str, Any], ticket: TicketView, facts: ReviewFacts) -> list[ReviewProposal]:
    """群众诉求与解决结果有较大差距: unsolved and dissatisfied, after so many rounds or with a review asked for."""
    is_unhappy = facts.satisfaction == "dissatisfied" and facts.resolved in UNSOLVED
    is_stubborn = ticket.cycle_no >= settings["gap_rounds"] or facts.review_asked
    if not settings["on_large_gap"] or not is_unhappy or not is_stubborn:
        return []
    asked = "，诉求人已申请复核" if facts.review_asked else ""
    return [
        _proposal(
            "large_gap",
            "large-gap",
            said("第 {cycle_no} 轮办理后诉求人仍不满意{asked}", cycle_no=ticket.cycle_no, asked=word(asked)),
        )
    ]


def _proposal(cause: Any, rule: str, reason: str) -> ReviewProposal:
    return ReviewProposal(cause=cause, rule_id=f"chengdu.review_panel/{rule}", reason=reason)
