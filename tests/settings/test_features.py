"""Switching features on and off: in steps where something is needed first, and never without saying what depends on it."""

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from core.hooks.features import Feature
from core.hooks.roster import FeatureUnusable, Quarantined, Roster, UnknownFeature
from core.hooks.settings import SettingsInvalid
from core.hooks.values import Budget, Channel, TimeLimit
from core.jobs.drain import NotYet
from core.jobs.settings import settings_kinds
from core.journey.features.listing import FeatureLine, FeatureList, list_features
from core.journey.features.switching import (
    FeatureInUse,
    FeatureStands,
    NotForACity,
    NotInOrder,
    Switching,
    await_trial,
    move,
    switch_off,
    switch_on,
)
from core.journey.settings.deciding import withdraw
from core.journey.settings.effects import FeatureConflict
from core.journey.settings.held import FeatureOfCity
from core.kit.errors import Refused
from core.people.roles import NotPermitted
from core.tenancy.queries import feature_events_of
from core.tenancy.rules import ApprovalMissing
from core.tenancy.scope import Installation
from core.tickets.service import ReasonMissing
from tests.builders import make_feature, make_installation
from tests.settings.making import ANNA, BORIS, CLERK, GATE, LIGHT, NOW, District, asked, gate, later, light

LIMITS = "test.limits"


def limits(**changed: Any) -> Feature:
    """Return a feature that says how long clocks run."""
    limit = TimeLimit("reply", Budget("wd_eod", 3), f"{LIMITS}/reply", "三日")
    return replace(make_feature(LIMITS, time_limits=lambda: [limit]), label="时限", **changed)


@pytest.fixture
def at(make: Callable[..., District], database_url: str) -> Callable[..., District]:
    """Make a district of an installation with these features installed, and those named on."""

    def at(*features: Feature, on: dict[str, Any] | None = None, **more: Any) -> District:
        return make(on or {}, within=make_installation(database_url, features=features), **more)

    return at


def on(district: District, feature: str = LIGHT, *, actor: Any = ANNA, **more: Any) -> Switching:
    switching: Switching = district.run(
        lambda scope: switch_on(scope, district.roster, feature, actor=actor, now=NOW, **more)
    )
    return switching


def off(
    district: District, feature: str = LIGHT, *, actor: Any = ANNA, reason: str = "试用结束", anyway: bool = False
) -> Any:
    return district.run(
        lambda scope: switch_off(scope, district.roster, feature, reason=reason, anyway=anyway, actor=actor, now=NOW)
    )


def lines(district: District) -> FeatureList:
    listed: FeatureList = district.run(lambda scope: list_features(scope, district.roster, actor=ANNA))
    return listed


def line(district: District, feature: str = LIGHT) -> FeatureLine:
    return next(each for each in lines(district).features if each.id == feature)


def test_a_feature_that_decides_on_tickets_is_tried_before_it_is_on(at: Callable[..., District]) -> None:
    district = at(light())

    begun = on(district, reason="领导同意试用")
    shown = line(district)
    district.tried(begun.number)
    ended = on(district)

    assert begun == Switching("enabling", 1, ("trial",), ())
    assert (shown.state, shown.revision, shown.reason) == ("enabling", 0, "领导同意试用")
    assert ended == Switching("on", 1, (), ())
    assert (line(district).state, line(district).revision, line(district).used) == ("on", 1, 1)
    assert district.settings()["yellow_hours"] == 3
    [revision] = district.revisions()
    assert (revision.state, revision.reason, revision.author) == ("active", "领导同意试用", "安娜")
    with district.installation.scope(district.slug) as scope:
        assert [each.kind for each in feature_events_of(scope, LIGHT)] == ["on", "enabling"]


def test_a_feature_that_decides_on_no_ticket_is_on_at_once(at: Callable[..., District]) -> None:
    district = at(make_quiet())

    assert on(district, "test.quiet") == Switching("on", 1, (), ())


def no_channels() -> list[Channel]:
    return []


def test_where_nothing_was_ever_accepted_there_is_nothing_to_try(at: Callable[..., District]) -> None:
    assert on(at(light(), with_ticket=False)) == Switching("on", 1, (), ())


def make_quiet() -> Feature:
    return make_feature("test.quiet", channels=no_channels)


def test_a_restricted_feature_takes_two_persons_each_time(at: Callable[..., District]) -> None:
    district = at(light(restricted=True))

    assert on(district).needs == ("trial", "approval")
    district.tried(1)
    assert on(district).needs == ("approval",)
    with pytest.raises(ApprovalMissing, match="两人同意"):
        district.activate(1)
    district.approve(1)
    assert on(district).state == "on"
    off(district)
    again = on(district, actor=BORIS)

    assert (again.state, again.number, again.needs) == ("enabling", 2, ("trial", "approval"))
    assert district.revision(2).restored_from == 1


def test_activating_the_revision_it_waits_for_switches_it_on(at: Callable[..., District]) -> None:
    district = at(light(restricted=True))
    on(district)
    district.tried(1)
    district.approve(1)

    district.activate(1)

    assert line(district).state == "on"


def test_withdrawing_the_revision_it_waits_for_gives_it_up(at: Callable[..., District]) -> None:
    district = at(light())
    on(district)

    district.run(lambda scope: withdraw(scope, LIGHT, 1, reason="再议", actor=ANNA, now=NOW))

    assert (line(district).state, line(district).reason) == ("off", "第 1 次修订已撤回：再议")


def test_the_worker_goes_on_when_the_try_has_ended(at: Callable[..., District]) -> None:
    district = at(light())
    number = on(district).number
    district.run(lambda scope: await_trial(scope, LIGHT, number, now=NOW))
    do = settings_kinds(district.installation)["feature-enabling"].do
    payload = district.jobs("feature-enabling")[0].payload

    with pytest.raises(NotYet), district.installation.scope(district.slug) as scope:
        do(scope, payload, later(minutes=1))
    district.tried(number)
    with district.installation.scope(district.slug) as scope:
        do(scope, payload, later(minutes=2))

    assert line(district).state == "on"


def test_a_feature_that_was_on_before_is_on_at_once_with_what_held(at: Callable[..., District]) -> None:
    district = at(light(), on={LIGHT: {"yellow_hours": 5}})
    off(district)

    assert on(district) == Switching("on", 1, (), ())
    assert district.settings()["yellow_hours"] == 5


def test_a_setting_without_a_default_is_asked_for_first(at: Callable[..., District]) -> None:
    district = at(gate())

    with pytest.raises(SettingsInvalid, match="address：必须填写"):
        on(district, GATE)
    district.make_active({"address": "up"}, feature=GATE)

    assert on(district, GATE).state == "on"


def test_what_was_set_while_off_holds_when_it_is_switched_on(at: Callable[..., District]) -> None:
    district = at(light())
    district.make_active({"yellow_hours": 5})

    on(district)

    assert district.settings()["yellow_hours"] == 5


@pytest.mark.parametrize("who", ["the new one", "the one that is on"])
def test_features_that_exclude_each_other_are_not_on_together(at: Callable[..., District], who: str) -> None:
    new = light(conflicts=(LIMITS,)) if who == "the new one" else light()
    there = limits() if who == "the new one" else limits(conflicts=(LIGHT,))
    district = at(new, there, on={LIMITS: {}})

    with pytest.raises(FeatureConflict, match="不能与已启用的"):
        on(district)
    off(district, LIMITS, anyway=True)
    assert on(district).state == "enabling"


def test_of_two_that_exclude_each_other_and_come_at_once_one_is_on(at: Callable[..., District]) -> None:
    district = at(light(conflicts=(LIMITS,)), limits(), with_ticket=False)
    refused: list[Refused] = []
    begin = threading.Barrier(2)

    def work(feature: str) -> None:
        begin.wait()
        try:
            on(district, feature)
        except Refused as refusal:
            refused.append(refusal)

    threads = [threading.Thread(target=work, args=(feature,)) for feature in (LIGHT, LIMITS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [type(each) for each in refused] == [FeatureConflict]
    assert sorted(each.state for each in lines(district).features) == ["off", "on"]


def test_features_of_a_city_and_of_districts_stay_where_they_belong(at: Callable[..., District]) -> None:
    features = (light(), make_quiet_city())
    district, city = at(*features), at(*features, kind="city")

    with pytest.raises(FeatureOfCity):
        on(district, "test.city")
    with pytest.raises(NotForACity):
        on(city)
    assert on(city, "test.city").state == "on"
    assert [each.id for each in lines(district).features] == [LIGHT]


def make_quiet_city() -> Feature:
    return replace(make_feature("test.city", channels=no_channels), level="city")


@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        ({"feature": "test.nothing"}, UnknownFeature),
        ({"feature": "test.broken"}, FeatureUnusable),
        ({"actor": CLERK}, NotPermitted),
        ({"feature": LIMITS}, FeatureStands),
    ],
)
def test_what_cannot_be_switched_on_is_refused(
    at: Callable[..., District], given: dict[str, Any], refusal: type[Refused]
) -> None:
    broken = Feature(id="test.broken", label="坏的", summary="", answers="tests.settings.not_there")
    district = at(light(), limits(), broken, on={LIMITS: {}})

    with pytest.raises(refusal):
        on(district, **given)


def test_switching_off_says_first_what_depends_on_it(at: Callable[..., District]) -> None:
    district = at(limits(), light(suggests=(LIMITS,)), on={LIMITS: {}, LIGHT: {}})

    with pytest.raises(FeatureInUse, match="1 个在走的时限由它设定") as refused:
        off(district, LIMITS)
    depending = off(district, LIMITS, anyway=True)

    assert "建议与它同时启用" in refused.value.message
    assert (depending.open_clocks, depending.open_cases, depending.suggested_by) == (1, 0, (f"{LIGHT}（信号灯）",))
    assert (line(district, LIMITS).state, line(district, LIMITS).reason) == ("off", "试用结束")


def test_switching_off_needs_a_reason_and_something_that_is_on(at: Callable[..., District]) -> None:
    district = at(light(), gate(), on={LIGHT: {}})

    with pytest.raises(ReasonMissing):
        off(district, reason=" ")
    with pytest.raises(FeatureStands):
        off(district, GATE)
    with pytest.raises(NotPermitted):
        off(district, actor=CLERK)


def test_a_feature_that_is_not_installed_any_more_can_be_switched_off(at: Callable[..., District]) -> None:
    before = at(light(), gate(), on={LIGHT: {}, GATE: {"address": "up"}})
    after = District(
        Installation(
            before.installation.database,
            before.installation.keys,
            Roster([gate()], quarantined=[Quarantined("test", "清单读不出来")]),
        ),
        before.slug,
    )

    shown = line(after)
    off(after)

    assert (shown.state, shown.reason, shown.used) == ("incompatible", "清单读不出来", None)
    assert [(each.id, each.state) for each in lines(after).features] == [(LIGHT, "off"), (GATE, "on")]
    assert [each.plugin for each in lines(after).quarantined] == ["test"]


def test_settings_that_fit_nowhere_make_a_feature_unusable_and_say_why(at: Callable[..., District]) -> None:
    district = at(light(), on={LIGHT: {"yellow_hours": 99}})

    shown = line(district)

    assert (shown.state, shown.used) == ("incompatible", None)
    assert "没有启用" in shown.reason
    assert "yellow_hours" in shown.reason


def test_the_order_is_the_administrators(at: Callable[..., District]) -> None:
    district = at(light(), gate(), limits(), on={LIGHT: {}, GATE: {"address": "up"}, LIMITS: {}})

    def put(feature: str, before: str | None) -> Any:
        return district.run(lambda scope: move(scope, feature, before=before, actor=ANNA, now=NOW))

    assert put(LIMITS, LIGHT) == [LIMITS, LIGHT, GATE]
    assert put(LIMITS, None) == [LIGHT, GATE, LIMITS]
    district.installation.forget()
    with district.installation.scope(district.slug) as scope:
        assert asked(scope) == [LIGHT, GATE, LIMITS]
    for feature, before in ((LIGHT, LIGHT), (LIGHT, "test.nothing"), ("test.nothing", None)):
        with pytest.raises(NotInOrder):
            put(feature, before)


def test_in_safe_mode_the_list_says_so(at: Callable[..., District], monkeypatch: pytest.MonkeyPatch) -> None:
    district = at(light(), on={LIGHT: {}})
    monkeypatch.setenv("HUIYING_SAFE_MODE", "1")
    district.installation.forget()

    assert lines(district).safe_mode
    with district.installation.scope(district.slug) as scope:
        assert asked(scope) == []
