"""Asking the rules about a ticket: phases, priorities, days, units that may not get it, and the duty list behind."""

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from core.hooks.values import TicketView
from core.routing.ruleset import (
    Assignee,
    Facts,
    FactsUnusable,
    Listed,
    PassedOver,
    Verdict,
    evaluate,
    facts_from,
    facts_of,
)
from tests.routing.written import leaf, make_compiled, make_rule

DAY = date(2026, 3, 10)
LISTED = Listed("07.08.03", "roads", ("estate",))
TICKET = TicketView(
    id=1,
    serial_no="S1",
    state="accepted",
    channel="hotline",
    medium="phone",
    mailbox="",
    title="路灯漏电",
    text="小区门口的路灯ＬＥＤ漏电。",
    place="",
    nature="help",
    urgency="normal",
    complexity="simple",
    matter="LD03",
    affected_count=2,
    submitted_at=datetime(2026, 3, 9, 17, 30, tzinfo=UTC),
    lead_unit=None,
    cycle_no=1,
    bounce_count=0,
)


def facts(*, returned_by: tuple[str, ...] = (), street: str = "", **values: Any) -> Facts:
    known = {"matter": "07.08.03", "text": "路灯漏电", "nature": "help", "urgency": "normal", **values}
    return facts_from(known, returned_by=returned_by, local_units={"street": street} if street else {})


def ask(*rules: Any, of: Facts | None = None, on: date = DAY, listed: Listed | None = None) -> Verdict:
    return evaluate(make_compiled(*rules), of or facts(), on=on, listed=listed)


def hits_of(verdict: Verdict) -> list[str]:
    return [hit.rule.id for hit in verdict.hits]


def test_in_each_phase_the_first_rule_that_matches_counts() -> None:
    verdict = ask(
        make_rule("split", phase="split", then={"split": "按事项拆"}),
        make_rule("late", priority=20),
        make_rule("other", priority=1, when=leaf("matter", "under", "08")),
        make_rule("early", priority=10, then={"assign": {"lead": "roads", "direct": True}}),
        make_rule("equal", priority=10),
        make_rule("danger", phase="safety", then={"set": {"urgency": "urgent"}, "limit": "urgent-1h"}),
    )

    assert hits_of(verdict) == ["danger", "early", "split"]
    assert verdict.assignee == Assignee("early", "roads", (), direct=True)
    assert (verdict.urgency, verdict.limit, verdict.split) == ("urgent", "urgent-1h", "按事项拆")


def test_a_later_phase_knows_the_urgency_that_an_earlier_one_set() -> None:
    urgent = make_rule("urgent", when=leaf("urgency", "eq", "urgent"))
    danger = make_rule("danger", phase="safety", then={"set": {"urgency": "urgent"}})

    assert hits_of(ask(urgent)) == []
    assert hits_of(ask(urgent, danger)) == ["danger", "urgent"]


def test_of_several_phases_the_earlier_one_has_the_unit_and_the_other_is_passed_over() -> None:
    verdict = ask(
        make_rule("campaign", then={"assign": {"lead": "roads"}, "limit": "quick"}),
        make_rule("exception", phase="catalogue", then={"assign": {"lead": "market"}, "limit": "slow"}),
        listed=Listed("07.08.03", "power"),
    )

    assert verdict.assignee == Assignee("campaign", "roads", ())
    assert verdict.limit == "quick"
    assert verdict.passed_over == (
        PassedOver("exception", "market", "lead", "前面的规则“CAMPAIGN”已指定单位"),
        PassedOver("duty-list", "power", "lead", "前面的规则“CAMPAIGN”已指定单位"),
    )


def test_a_rule_counts_on_its_first_and_last_day_and_not_beyond() -> None:
    rule = make_rule(valid={"from": "2026-03-09", "to": "2026-03-11"})

    counted = [day for day in range(8, 13) if hits_of(ask(rule, on=date(2026, 3, day)))]

    assert counted == [9, 10, 11]


def test_a_rule_that_is_switched_off_is_not_asked() -> None:
    assert hits_of(ask(make_rule(enabled=False))) == []


def test_without_a_rule_the_duty_list_decides_and_without_it_a_person() -> None:
    assert ask(listed=LISTED).assignee == Assignee("duty-list", "roads", ("estate",))
    assert ask().needs_person


def test_a_unit_that_gave_the_ticket_back_is_passed_over_and_the_next_phase_has_the_word() -> None:
    rules = [
        make_rule("campaign", then={"assign": {"lead": "power", "direct": True}, "set": {"urgency": "urgent"}}),
        make_rule("exception", phase="catalogue", then={"assign": {"lead": "roads", "co": ["power"]}}),
    ]

    verdict = ask(*rules, of=facts(returned_by=("power",)), listed=LISTED)

    assert hits_of(verdict) == ["campaign", "exception"]
    assert verdict.urgency == "urgent"
    assert verdict.assignee == Assignee("exception", "roads", ())
    assert verdict.passed_over == (
        PassedOver("campaign", "power", "lead", "该单位已退回过本工单"),
        PassedOver("exception", "power", "co", "该单位已退回过本工单"),
    )


def test_an_excluded_unit_gets_the_ticket_from_nobody_whatever_the_phase() -> None:
    verdict = ask(
        make_rule("danger", phase="safety", then={"assign": {"lead": "roads"}}),
        make_rule("accused", then={"exclude": ["roads", "local:street"]}),
        make_rule("exception", phase="catalogue", then={"assign": {"lead": "local:street"}}),
        of=facts(street="street-a"),
        listed=LISTED,
    )

    assert verdict.needs_person
    assert verdict.excluded == {"roads": "accused", "street-a": "accused"}
    assert verdict.passed_over == (
        PassedOver("danger", "roads", "lead", "规则“ACCUSED”排除了该单位"),
        PassedOver("exception", "street-a", "lead", "规则“ACCUSED”排除了该单位"),
        PassedOver("duty-list", "roads", "lead", "规则“ACCUSED”排除了该单位"),
    )


def test_the_unit_at_home_in_the_area_is_resolved_where_it_is_known() -> None:
    rule = make_rule(then={"assign": {"lead": "power", "co": ["local:street", "local:community_center"]}})
    at_home = make_rule(then={"assign": {"lead": "local:street", "co": ["street-a"]}})

    known, unknown = ask(rule, of=facts(street="street-a")), ask(at_home)

    assert known.assignee == Assignee("r", "power", ("street-a",))
    assert known.passed_over == (PassedOver("r", "local:community_center", "co", "不知道本工单的属地社区"),)
    assert unknown.passed_over == (PassedOver("r", "local:street", "lead", "不知道本工单的属地街道"),)
    assert ask(at_home, of=facts(street="street-a")).assignee == Assignee("r", "street-a", ())


def test_the_rules_of_the_fallback_count_only_where_a_person_decides() -> None:
    fallback = make_rule("quick", phase="fallback", then={"limit": "desk-1h", "exclude": ["market"]})

    by_person, by_list = ask(fallback), ask(fallback, listed=LISTED)

    assert (hits_of(by_person), by_person.limit, dict(by_person.excluded)) == (
        ["quick"],
        "desk-1h",
        {"market": "quick"},
    )
    assert (hits_of(by_list), by_list.limit, dict(by_list.excluded)) == ([], "", {})


def test_what_is_unknown_meets_no_condition_and_not_its_opposite_either() -> None:
    repeated = leaf("repeat_count", "gte", 3)

    assert hits_of(ask(make_rule(when=repeated))) == []
    assert hits_of(ask(make_rule(when={"not": repeated}))) == []
    assert hits_of(ask(make_rule(when=leaf("repeat_count", "is_null", True)))) == ["r"]
    assert hits_of(ask(make_rule(when={"any": [repeated, leaf("nature", "eq", "help")]}))) == ["r"]


@pytest.mark.parametrize(
    ("condition", "matches"),
    [
        (leaf("matter", "under", "07.08"), True),
        (leaf("matter", "under", ["08", "07.08.03"]), True),
        (leaf("matter", "under", "07.0"), False),
        (leaf("matter", "eq", "07.08"), False),
        (leaf("matter", "in", ["07.08.03"]), True),
        (leaf("text", "contains_any", ["led"]), True),
        (leaf("text", "contains_all", ["ＬＥＤ", "漏电"]), True),
        (leaf("text", "contains_all", ["漏电", "坍塌"]), False),
        (leaf("place", "is_null", True), True),
        (leaf("submitted_weekday", "eq", 2), True),
        (leaf("submitted_hour", "between", [0, 1]), True),
        (leaf("submitted", "in_calendar", "working_time"), False),
        ({"not": leaf("submitted", "in_calendar", "working_time")}, True),
        ({"not": leaf("submitted", "in_calendar", "working_day")}, False),
        (leaf("affected_count", "lte", 2), True),
        (leaf("has_instruction", "eq", False), True),
        (leaf("matter_guessed", "eq", True), False),
    ],
)
def test_a_ticket_answers_in_the_districts_own_time(condition: Any, matches: bool) -> None:
    told = facts_of(
        TICKET, zone=ZoneInfo("Asia/Shanghai"), matter="07.08.03", is_working_time=False, has_instruction=False
    )

    assert bool(hits_of(ask(make_rule(when=condition), of=told))) is matches


@pytest.mark.parametrize(
    "values",
    [
        {"mater": "07"},
        {"matter": 7},
        {"nature": "rage"},
        {"repeat_count": True},
        {"has_instruction": 1},
        {"submitted": {"lunch": True}},
        {"submitted": True},
    ],
)
def test_facts_of_another_type_are_refused(values: Any) -> None:
    with pytest.raises(FactsUnusable):
        facts_from(values)
