"""Trying routing rules: whom they take a ticket from, how fast it is, and which of them never do anything."""

from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from core.journey.dry_run import change_words, export, summary
from core.tenancy.scope import Installation
from core.units.catalogue.rows import Row
from tests.areas.places import GAZETTEER
from tests.builders import make_district, make_ticket
from tests.dry_run.listing import PARK, ROAD, hold, list_draft, tried_list
from tests.dry_run.trying import told
from tests.journey.walking import Walk

ANYTHING = {"field": "matter", "op": "is_null", "value": False}
HOUR = [{"code": "hour", "label": "一小时", "clock": "on_site", "mode": "wall", "amount": 60}]


def rule(name: str, then: dict[str, Any], *words: str, phase: str = "override", priority: int = 100) -> dict[str, Any]:
    """Return a rule for tickets with one of these words, for all whose matter is known where none is given."""
    return {
        "id": name,
        "label": f"规则{name}",
        "phase": phase,
        "priority": priority,
        "when": {"field": "text", "op": "contains_any", "value": list(words)} if words else ANYTHING,
        "then": then,
        "explain": f"说明{name}",
    }


@pytest.fixture
def slug(installation: Installation) -> str:
    slug = make_district(installation, units=[("st-1", "石井街道办", "street"), ("st-2", "龙田街道办", "street")])
    hold(installation, slug, list_draft(installation, slug, ROAD, PARK))
    return slug


def test_a_rule_takes_its_tickets_at_once_and_says_why(installation: Installation, slug: str) -> None:
    lamp = make_ticket(installation, slug, text="路灯漏电", matter="road").serial_no
    make_ticket(installation, slug, matter="road")
    assign = {"assign": {"lead": "parks", "co": ["roads"], "direct": True}}

    found = tried_list(installation, slug, 1, [rule("lamp", assign, "漏电")])

    assert told(found, "route") == {lamp: [("other", "道路管理处", "园林管理处，协办 道路管理处")]}
    assert told(found, "dispatch") == {lamp: [("new", "由受理席派单", "直接派出")]}
    [route, _] = found.changed[0].changes
    assert (route.after.rule_id, route.after.by.partition("/")[2]) == ("core.routing/lamp", str(found.number))
    assert change_words(route) == (
        "承办单位改变：道路管理处 → 园林管理处，协办 道路管理处（原：职责清单：城市管理 / 道路；现：说明lamp）"
    )
    assert summary(found) == [
        "2 件中 1 件改派，1 件改为直接派出；0 件出错。",
        "主办工单：园林管理处 0 → 1 件，道路管理处 2 → 1 件。",
    ]
    assert (found.never_hit, found.shadowed) == ((), ())


def test_rules_that_do_nothing_are_told_by_name(installation: Installation, slug: str, tmp_path: Path) -> None:
    make_ticket(installation, slug, text="路灯漏电", matter="road")
    to_parks, to_roads = {"assign": {"lead": "parks"}}, {"assign": {"lead": "roads"}}
    rules = [
        rule("first", to_parks, "漏电", priority=1),
        rule("behind", to_roads, "路灯", priority=2),
        rule("later", to_roads, "路灯", phase="catalogue"),
        rule("never", to_parks, "无此事"),
        rule("off", to_parks, "路灯") | {"enabled": False},
    ]

    found = tried_list(installation, slug, 1, rules)

    assert found.never_hit == ("core.routing/never",)
    assert found.shadowed == ("core.routing/behind", "core.routing/later")
    assert summary(found)[1:3] == [
        "从未用到的规则：“规则never”（never）。",
        "答了但总被其他规则盖过的规则：“规则behind”（behind）、“规则later”（later）。",
    ]
    export(found, tmp_path / "a.xlsx", mark="")
    assert CalamineWorkbook.from_path(tmp_path / "a.xlsx").get_sheet_by_name("规则").to_python()[1:] == [
        ["“规则never”（never）", "从未用到"],
        ["“规则behind”（behind）", "答了但从未起决定作用"],
        ["“规则later”（later）", "答了但从未起决定作用"],
    ]


def test_a_rule_makes_tickets_urgent_but_none_of_which_a_person_said_otherwise(
    installation: Installation, slug: str
) -> None:
    danger = make_ticket(installation, slug, text="路灯漏电", matter="road").serial_no
    make_ticket(installation, slug, text="路灯漏电", matter="road", urgency="normal")

    found = tried_list(installation, slug, 1, [rule("danger", {"set": {"urgency": "urgent"}}, "漏电", phase="safety")])

    assert told(found, "urgency") == {danger: [("new", "一般", "紧急")]}
    [urgency] = [change for change in found.changed[0].changes if change.what == "urgency"]
    assert (urgency.after.rule_id, urgency.after.reason) == ("core.routing/danger", "说明danger")
    assert (found.totals.urgent, found.shadowed) == (1, ())


def test_a_rule_whose_urgency_people_had_given_already_decides_nothing(installation: Installation, slug: str) -> None:
    make_ticket(installation, slug, text="路灯漏电", matter="road", urgency="urgent")

    found = tried_list(installation, slug, 1, [rule("danger", {"set": {"urgency": "urgent"}}, "漏电", phase="safety")])

    assert (found.totals.changed, found.shadowed) == (0, ("core.routing/danger",))


def test_a_limit_that_a_rule_gives_starts_its_clock(installation: Installation, slug: str) -> None:
    walk = Walk(installation, slug)
    walk.take_in("2026-03-12 10:00", text="路灯漏电", matter="road")
    walk.dispatch("2026-03-12 10:10")
    walk.sign("2026-03-12 10:20")

    hasty = rule("danger", {"limit": "hour"}, "漏电", phase="safety")
    found = tried_list(installation, slug, 1, [hasty], limits=HOUR)

    [(effect, before, after)] = told(found, "clock")[walk.serial_no]
    assert (effect, before, after) == ("new", "无", "2026-03-12 11:10")
    [clock] = [change for change in found.changed[0].changes if change.what == "clock"]
    assert (clock.after.rule_id, clock.after.reason) == ("core.routing/hour", "规则时限“一小时”")
    assert found.shadowed == ()


def test_what_the_last_phase_gives_is_for_tickets_that_are_nobodys(installation: Installation, slug: str) -> None:
    listed, unclear = Walk(installation, slug), Walk(installation, slug)
    for walk, matter in ((listed, "road"), (unclear, None)):
        walk.take_in("2026-03-12 10:00", matter=matter)
        walk.dispatch("2026-03-12 10:10")
    unclear_hour = rule("unclear", {"limit": "hour"}, "坑洼", phase="fallback")

    found = tried_list(installation, slug, 1, [unclear_hour], limits=HOUR)

    assert set(told(found, "clock")) == {unclear.serial_no}


def test_the_last_phase_makes_urgent_what_is_nobodys_in_truth_as_in_a_try(
    installation: Installation, slug: str
) -> None:
    unclear = rule("unclear", {"set": {"urgency": "urgent"}}, "坑洼", phase="fallback")
    hold(installation, slug, 1, [unclear])
    walks = [Walk(installation, slug) for _ in range(2)]
    for walk, matter in zip(walks, ("road", None), strict=True):
        walk.take_in("2026-03-12 10:00", matter=matter)

    found = tried_list(installation, slug, 1, [])

    assert [walk.ticket().urgency for walk in walks] == ["normal", "urgent"]
    assert told(found, "urgency") == {walks[1].serial_no: [("gone", "紧急", "一般")]}


def test_a_unit_that_a_rule_excludes_does_not_get_it_by_the_list(installation: Installation, slug: str) -> None:
    road = make_ticket(installation, slug, matter="road").serial_no
    make_ticket(installation, slug, matter="park")

    found = tried_list(
        installation, slug, 1, [rule("not-roads", {"exclude": ["roads"]}, "坑洼"), rule("idle", {"exclude": ["st-1"]})]
    )

    assert told(found, "route") == {road: [("other", "道路管理处", "由受理席判定")]}
    assert (found.never_hit, found.shadowed) == ((), ("core.routing/idle",))


def test_who_is_at_home_there_gets_it_where_the_area_is_known(installation: Installation, slug: str) -> None:
    hold(installation, slug, list_draft(installation, slug, ROAD, PARK, gazetteer=GAZETTEER))
    there = make_ticket(installation, slug, text="创景路 9 号坑洼", matter="road").serial_no
    nowhere = make_ticket(installation, slug, matter="road").serial_no
    number = list_draft(installation, slug, ROAD, PARK, gazetteer=GAZETTEER)

    found = tried_list(
        installation, slug, number, [rule("home", {"assign": {"lead": "local:street", "co": ["roads"]}}, "坑洼")]
    )

    assert told(found, "route") == {there: [("other", "道路管理处", "石井街道办，协办 道路管理处")]}
    assert nowhere not in told(found, "route")


def test_a_guessed_matter_is_no_ground_to_dispatch_but_words_are(installation: Installation, slug: str) -> None:
    words = list_draft(installation, slug, Row(matter="road", lead="roads", keywords=("坑洼",)), PARK)
    hold(installation, slug, words)
    make_ticket(installation, slug)
    at_once = {"assign": {"lead": "parks", "direct": True}}

    by_matter = tried_list(installation, slug, words, [rule("matter", at_once)])
    by_words = tried_list(installation, slug, words, [rule("words", at_once, "坑洼")])

    assert (by_matter.totals.rerouted, by_matter.totals.direct) == (1, 0)
    assert (by_words.totals.rerouted, by_words.totals.direct) == (1, 1)


def test_a_rule_goes_before_what_features_propose(installation: Installation) -> None:
    slug = make_district(installation, features={"chengdu.routing": {"direct_domains": ["城市管理"]}})
    hold(installation, slug, list_draft(installation, slug, ROAD, PARK))
    road = make_ticket(installation, slug, matter="road").serial_no

    found = tried_list(installation, slug, 1, [rule("parks", {"assign": {"lead": "parks"}}, "坑洼")])

    assert told(found, "dispatch") == {road: [("gone", "直接派出", "由受理席派单")]}
    assert told(found, "route") == {road: [("other", "道路管理处", "园林管理处")]}


def test_taking_a_rule_away_is_told_too(installation: Installation, slug: str) -> None:
    hold(installation, slug, 1, [rule("lamp", {"assign": {"lead": "parks"}}, "漏电")])
    lamp = make_ticket(installation, slug, text="路灯漏电", matter="road").serial_no

    found = tried_list(installation, slug, 1)

    assert told(found, "route") == {lamp: [("other", "园林管理处", "道路管理处")]}
    [change] = found.changed[0].changes
    assert "（原：说明lamp；现：职责清单：城市管理 / 道路）" in change_words(change)
