"""What the shipped districts switch on exists, and is set with values that exist."""

from collections.abc import Iterator

import pytest

from core.hooks.roster import Roster
from core.hooks.settings import Reference, references
from tenants.profile import Profile, shipped_profiles
from tenants.scenario import shipped_scenarios
from tenants.steps import Accept

PROFILES = {profile.slug: profile for profile in shipped_profiles()}


@pytest.fixture(scope="module")
def roster() -> Roster:
    return Roster.installed()


def units_named_in_settings(profile: Profile, roster: Roster) -> Iterator[Reference]:
    for feature_id in profile.features:
        feature = roster.features[feature_id]
        values = feature.read(profile.settings.get(feature_id, {}))
        yield from (each for each in references(feature.schema(), values) if each.source == "units")


@pytest.mark.parametrize("slug", PROFILES)
def test_every_feature_is_installed_and_takes_its_settings(slug: str, roster: Roster) -> None:
    profile = PROFILES[slug]

    assert [feature for feature in profile.features if feature not in roster.features] == []
    for feature in profile.features:
        roster.features[feature].read(profile.settings.get(feature, {}))


@pytest.mark.parametrize("slug", PROFILES)
def test_units_in_settings_are_units_of_the_district(slug: str, roster: Roster) -> None:
    profile = PROFILES[slug]
    kinds = {unit.code: unit.kind for unit in profile.units}

    named = list(units_named_in_settings(profile, roster))

    assert [each for each in named if each.value not in kinds] == []
    assert [each for each in named if each.kind not in ("", kinds[each.value])] == []


def test_every_mailbox_of_a_scenario_belongs_to_a_unit() -> None:
    written_to = {
        (scenario.tenant, step.mailbox)
        for scenario in shipped_scenarios()
        for step in scenario.steps
        if isinstance(step, Accept) and step.mailbox
    }
    owned = {
        (slug, owned["mailbox"])
        for slug, profile in PROFILES.items()
        for owned in profile.settings.get("chengdu.routing", {}).get("mailboxes", [])
    }

    assert written_to - owned == set()
