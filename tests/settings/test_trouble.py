"""A feature that fails stands on a card; one that does nothing but fail for a day is put aside until a person says otherwise."""

from collections import deque
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from core.hooks import specs
from core.hooks.table import Failure
from core.jobs.suspensions import EVERY, Suspensions
from core.journey.features.listing import list_features
from core.journey.features.switching import FeatureStands
from core.journey.features.trouble import (
    SUSPENDED_FROM,
    list_cards,
    put_away,
    resume,
    resume_all,
    suspend_all,
    suspend_failing,
)
from core.people.roles import NotPermitted
from core.tenancy.incidents import GAP, keep_incident, keep_incidents
from core.tenancy.models import FeatureIncident
from core.tenancy.queries import feature_events_of
from core.tickets.service import ReasonMissing
from tests.builders import alone, make_feature, make_installation
from tests.plugins.making import make_ticket
from tests.settings.making import ANNA, BORIS, CLERK, GATE, LIGHT, NOW, District, asked, later, light


def failing(
    district: District,
    *,
    since: datetime,
    until: datetime,
    count: int = SUSPENDED_FROM,
    left_alone: bool = True,
    hook: str = "clock_marks",
    revision: int = 1,
) -> None:
    """Let a feature have failed so often between two times."""
    with district.installation.scope(district.slug) as scope:
        failure = Failure(scope.tenant.id, LIGHT, hook, revision, "raised", "ab12", "出错：ValueError", left_alone)
        for at in (since, until):
            keep_incident(scope.session, failure, now=at)
        scope.session.execute(
            update(FeatureIncident)
            .where(FeatureIncident.tenant_id == scope.tenant.id)
            .values(count=count, first_at=since, last_at=until)
        )


def suspend(district: District, now: datetime = NOW) -> Sequence[str]:
    suspended: Sequence[str] = district.run(lambda scope: suspend_failing(scope, now=now))
    return suspended


def state(district: District) -> tuple[str, str]:
    listed = district.run(lambda scope: list_features(scope, district.roster, actor=ANNA))
    line = next(each for each in listed.features if each.id == LIGHT)
    return line.state, line.reason


def cards(district: District) -> Any:
    return district.run(lambda scope: list_cards(scope, district.roster, actor=ANNA))


def test_what_has_only_failed_for_a_day_is_put_aside_and_the_card_says_so(district: District) -> None:
    failing(district, since=later(hours=-25), until=later(minutes=-20), count=61)

    assert suspend(district) == [LIGHT]

    words = "自 2026-03-11 09:00 起一直出错（clock_marks，61 次），已自动停用"
    assert state(district) == ("suspended", words)
    [card] = cards(district)
    assert (card.label, card.state, card.hook, card.kind, card.count) == (
        "信号灯",
        "suspended",
        "clock_marks",
        "出错",
        61,
    )
    assert card.instead == "按通用规则办理"
    district.installation.forget()
    with district.installation.scope(district.slug) as scope:
        assert asked(scope) == []
        assert [(each.kind, each.actor) for each in feature_events_of(scope, LIGHT)] == [("suspended", "系统")]
    assert suspend(district) == []


@pytest.mark.parametrize(
    "how",
    [
        {"since": later(hours=-23), "until": NOW},
        {"since": later(hours=-30), "until": later(hours=-2)},
        {"since": later(hours=-30), "until": NOW, "count": SUSPENDED_FROM - 1},
        {"since": later(hours=-30), "until": NOW, "left_alone": False},
        {"since": later(hours=-30), "until": NOW, "hook": "settings"},
        {"since": later(hours=-30), "until": NOW, "revision": 7},
    ],
    ids=["not a day yet", "over by now", "hardly asked", "answers in between", "not a question", "other settings"],
)
def test_what_may_still_answer_is_left_on(district: District, how: dict[str, Any]) -> None:
    failing(district, **how)

    assert suspend(district) == []
    assert state(district)[0] == "on"


def test_a_failure_after_hours_of_rest_is_counted_anew(district: District) -> None:
    with district.installation.scope(district.slug) as scope:
        failure = Failure(scope.tenant.id, LIGHT, "clock_marks", 1, "raised", "ab12", "出错：ValueError")
        for at in (NOW, later(hours=5), later(hours=5) + GAP + timedelta(seconds=1)):
            keep_incident(scope.session, failure, now=at)

    [card] = district.cards()
    assert (card.count, card.first_at) == (1, later(hours=5) + GAP + timedelta(seconds=1))


def test_a_feature_that_fails_in_a_row_is_known_to_be_left_alone(database_url: str, make: Any) -> None:
    def raises() -> list[Any]:
        raise ValueError

    broken = replace(light(), answers=make_feature(LIGHT, propose_watchers=raises).answers)
    district = make(within=make_installation(database_url, features=[broken]), with_ticket=False)
    told: list[bool] = []
    for _ in range(5):
        with district.installation.scope(district.slug) as scope:
            scope.hooks.ask(specs.propose_watchers, ticket=make_ticket())
        told.append(district.cards()[0].is_left_alone)

    assert told == [False, False, False, False, True]
    assert district.cards()[0].count == 5


def test_a_resumed_feature_is_asked_again_and_counted_from_one(district: District) -> None:
    failing(district, since=later(hours=-25), until=NOW)
    suspend(district)

    district.run(lambda scope: resume(scope, district.roster, LIGHT, reason="已修复", actor=BORIS, now=NOW))

    assert state(district) == ("on", "")
    assert cards(district) == []
    assert suspend(district) == []
    keep_incidents(
        district.installation.database,
        deque(
            [Failure(district.cards()[0].tenant_id, LIGHT, "clock_marks", 1, "raised", "cd34", "出错：KeyError", True)]
        ),
    )
    [card] = cards(district)
    assert (card.count, card.error_id) == (1, "cd34")
    assert suspend(district) == []


def test_only_what_was_put_aside_is_resumed(district: District) -> None:
    with pytest.raises(FeatureStands):
        district.run(lambda scope: resume(scope, district.roster, LIGHT, reason="已修复", actor=BORIS, now=NOW))
    with pytest.raises(NotPermitted):
        district.run(lambda scope: resume(scope, district.roster, LIGHT, reason="已修复", actor=CLERK, now=NOW))


def test_in_an_emergency_everything_is_put_aside_and_comes_back_in_its_order(make: Any) -> None:
    district = make({LIGHT: {}, GATE: {"address": "up"}})

    put = district.run(lambda scope: suspend_all(scope, reason="核实误派", actor=ANNA, now=NOW))
    district.installation.forget()
    with district.installation.scope(district.slug) as scope:
        during = asked(scope)
    shown = state(district)
    with pytest.raises(FeatureStands):
        district.run(lambda scope: suspend_all(scope, reason="核实误派", actor=ANNA, now=NOW))
    back = district.run(lambda scope: resume_all(scope, district.roster, reason="已核实", actor=BORIS, now=NOW))
    district.installation.forget()
    with district.installation.scope(district.slug) as scope:
        after = asked(scope)

    assert (put, during, back, after) == ([LIGHT, GATE], [], [LIGHT, GATE], [LIGHT, GATE])
    assert shown == ("suspended", "全部停用：核实误派")


def test_putting_all_aside_needs_a_reason(district: District) -> None:
    with pytest.raises(ReasonMissing):
        district.run(lambda scope: suspend_all(scope, reason="", actor=ANNA, now=NOW))
    with pytest.raises(FeatureStands):
        district.run(lambda scope: resume_all(scope, district.roster, reason="已核实", actor=ANNA, now=NOW))


def test_a_card_that_was_put_away_comes_back_with_the_next_failure(district: District) -> None:
    failing(district, since=later(hours=-2), until=later(hours=-1), count=3)

    assert district.run(lambda scope: put_away(scope, LIGHT, actor=ANNA, now=NOW)) == 1
    assert cards(district) == []
    assert district.run(lambda scope: put_away(scope, LIGHT, actor=ANNA, now=NOW)) == 0
    failing(district, since=later(hours=1), until=later(hours=1), count=4)

    assert [card.count for card in cards(district)] == [4]


def test_the_clock_looks_once_a_minute_at_all_tenants(district: District, make: Any) -> None:
    other = make()
    failing(district, since=later(hours=-25), until=NOW)
    suspensions = Suspensions(district.installation, is_ending=lambda: False)

    with alone(district.installation, district.slug, other.slug):
        suspensions.suspend(now=lambda: NOW)
    failing(other, since=later(hours=-25), until=NOW)
    with alone(district.installation, district.slug, other.slug):
        suspensions.suspend(now=lambda: NOW + EVERY / 2)
    soon = state(other)[0]
    with alone(district.installation, district.slug, other.slug):
        suspensions.suspend(now=lambda: NOW + EVERY)

    assert (state(district)[0], soon, state(other)[0]) == ("suspended", "on", "suspended")
