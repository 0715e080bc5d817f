"""第三方评价小组: seven groups of outsiders judge what a unit calls unjust, and where both sides tell different stories."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.hooks import GroupSeats, PanelRules, ReviewFacts, ReviewProposal, TicketView, hookimpl

UNSOLVED = ("no", "partly")


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
    return [_proposal("large_gap", "large-gap", f"第 {ticket.cycle_no} 轮办理后诉求人仍不满意{asked}")]


def _proposal(cause: Any, rule: str, reason: str) -> ReviewProposal:
    return ReviewProposal(cause=cause, rule_id=f"chengdu.review_panel/{rule}", reason=reason)
