"""积极开展有奖征集、红包答题等线上互动活动: within bounds that a district sets, and nowhere by default."""

from core.hooks import EngagementRules
from core.hooks.specs import engagement_rules
from tenants.profile import shipped_profiles
from tests.plugins.making import answers


def test_campaigns_are_held_within_the_bounds_of_the_district_and_in_no_shipped_one() -> None:
    assert answers("pingshan.engagement", engagement_rules, {"most_budget": 300}) == [
        EngagementRules(
            most_budget_yuan=300, most_prize_yuan=200, most_days=30, seconds_per_question=3, entries_per_address=5
        )
    ]
    assert not any("pingshan.engagement" in profile.features for profile in shipped_profiles())
