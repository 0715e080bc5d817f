"""第三方评价小组: 对部门认为考核结果不合理及诉求群众与承办单位“各执一词”的问题进行客观评价."""

import pytest

from core.hooks import GroupSeats, PanelGroup, PanelRules, ReviewFacts
from core.hooks.settings import SettingsInvalid, read
from core.hooks.specs import panel_rules, review_triggers
from plugins.chengdu.review_panel import ReviewPanelSettings
from tests.plugins.making import answers, make_ticket

SEVEN: tuple[PanelGroup, ...] = ("official", "deputy", "cppcc", "lawyer", "journalist", "grassroots", "netizen")


def test_seven_groups_have_a_seat_each_and_the_finding_advises() -> None:
    (rules,) = answers("chengdu.review_panel", panel_rules, ticket=make_ticket())

    assert rules.seats == tuple(GroupSeats(group, 1) for group in SEVEN)
    assert (rules.quorum, rules.majority_percent, rules.days, rules.is_binding) == (5, 50, 5, False)
    assert isinstance(rules, PanelRules)


@pytest.mark.parametrize(
    ("facts", "cycle", "causes"),
    [
        (ReviewFacts(("rating",)), 1, ["unit_disputes"]),
        (ReviewFacts(("overdue",)), 1, ["unit_disputes"]),
        (ReviewFacts(("responsibility",)), 1, []),
        (ReviewFacts((), "resolved", "no", "dissatisfied"), 1, ["two_stories"]),
        (ReviewFacts((), "planned", "no", "dissatisfied"), 1, []),
        (ReviewFacts((), "planned", "no", "dissatisfied"), 2, ["large_gap"]),
        (ReviewFacts((), "planned", "partly", "dissatisfied", review_asked=True), 1, ["large_gap"]),
        (ReviewFacts((), "resolved", "yes", "satisfied", review_asked=True), 3, []),
    ],
)
def test_what_calls_for_a_panel(facts: ReviewFacts, cycle: int, causes: list[str]) -> None:
    proposed = answers("chengdu.review_panel", review_triggers, ticket=make_ticket(cycle_no=cycle), facts=facts)

    assert [each.cause for each in proposed] == causes


def test_a_quorum_that_no_panel_could_reach_is_refused_in_words() -> None:
    with pytest.raises(SettingsInvalid) as refusal:
        read(ReviewPanelSettings, {"netizen_seats": 0, "quorum": 7})

    assert "法定票数 7 多于全部席位 6" in str(refusal.value)
