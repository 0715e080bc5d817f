"""Whoever answers lets the district hold campaigns; without an answer there are none."""

from core.hooks import EngagementRules, hookimpl


@hookimpl
def engagement_rules():
    return [EngagementRules(most_budget_yuan=2_000, most_prize_yuan=50, most_days=14)]
