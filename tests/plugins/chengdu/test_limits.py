"""简单问题 5 个工作日内办理回复，复杂问题最长不超过 20 个工作日；紧急的一小时之内现场核实 (2019)."""

from core.hooks import Budget, HandlingRules, TimeLimit
from core.hooks.specs import handling_rules, time_limits
from tests.plugins.making import answers, make_ticket

REPLY_IN_FIVE = TimeLimit("reply", Budget("wd_eod", 5), "chengdu.limits/simple", "简单诉求，5 个工作日内办理回复")


def test_simple_appeals_are_answered_within_five_working_days() -> None:
    ticket = make_ticket(complexity="simple")

    assert answers("chengdu.limits", time_limits, ticket=ticket, duty=None) == [REPLY_IN_FIVE]


def test_complex_appeals_are_answered_within_twenty_working_days() -> None:
    ticket = make_ticket(complexity="complex")

    assert answers("chengdu.limits", time_limits, ticket=ticket, duty=None) == [
        TimeLimit("reply", Budget("wd_eod", 20), "chengdu.limits/complex", "复杂诉求，20 个工作日内办理回复")
    ]


def test_urgent_appeals_are_seen_on_site_within_the_hour_day_or_night() -> None:
    ticket = make_ticket(urgency="urgent")

    assert answers("chengdu.limits", time_limits, ticket=ticket, duty=None) == [
        REPLY_IN_FIVE,
        TimeLimit("on_site", Budget("wall", 3600), "chengdu.limits/on-site", "紧急诉求，60 分钟内到现场核实情况"),
    ]


def test_a_district_may_promise_more_than_the_city() -> None:
    settings = {"simple_days": 3, "on_site_minutes": 30}
    ticket = make_ticket(urgency="urgent")

    assert answers("chengdu.limits", time_limits, settings, ticket=ticket, duty=None) == [
        TimeLimit("reply", Budget("wd_eod", 3), "chengdu.limits/simple", "简单诉求，3 个工作日内办理回复"),
        TimeLimit("on_site", Budget("wall", 1800), "chengdu.limits/on-site", "紧急诉求，30 分钟内到现场核实情况"),
    ]


def test_with_all_its_extensions_a_simple_appeal_takes_no_longer_than_a_complex_one() -> None:
    assert answers("chengdu.limits", handling_rules) == [HandlingRules(extension_days=15)]
    assert answers("chengdu.limits", handling_rules, {"extension_days": 0}) == [HandlingRules(extension_days=0)]
