"""The leaders' mailboxes that come with districts: every row can be taken, and Chengdu's have all five levels."""

import pytest

from core.hooks.core_features import PORTAL_INTAKE
from core.hooks.specs import channels
from core.journey.lists import rows_of
from core.journey.mailboxes import MOST, WHAT
from core.units.levels import KnownUnit
from core.units.mailboxes.levels import MAILBOX_LEVELS
from core.units.mailboxes.reading import COLUMNS, NEEDED, read_mailboxes
from tenants.demonstration import MAILBOXES
from tenants.profile import SHIPPED, Profile, shipped_profiles
from tests.plugins.making import answers

WITH_MAILBOXES = [profile for profile in shipped_profiles() if (SHIPPED / profile.slug / MAILBOXES).is_file()]


@pytest.mark.parametrize("profile", WITH_MAILBOXES, ids=lambda profile: profile.slug)
def test_every_row_of_a_shipped_list_can_be_taken(profile: Profile) -> None:
    slug, units = profile.slug, profile.units
    known = {unit.code: KnownUnit(unit.code, unit.name, unit.kind, unit.parent) for unit in units}
    is_chengdu = "chengdu.mailboxes" in profile.features
    ways = {channel.label: channel.id for channel in answers("chengdu.channels", channels)} if is_chengdu else {}

    rows = rows_of(SHIPPED / slug / MAILBOXES, COLUMNS, needed=NEEDED, most=MOST, what=WHAT)
    found, faults = read_mailboxes(rows, units=known, channels=ways)

    assert faults == {}
    assert ({each.level for each in found} == set(MAILBOX_LEVELS)) is is_chengdu
    titles = profile.settings["chengdu.mailboxes"]["titles"] if is_chengdu else []
    assert {row["mailbox"] for row in titles} <= {each.name for each in found}
    assert profile.core_settings[PORTAL_INTAKE.id]["open"] is True  # and residents may write to them


def test_the_three_districts_of_the_central_city_have_one_and_the_sample_district() -> None:
    central = {"chengdu-gaoxin", "chengdu-jinjiang", "chengdu-xindu"}
    assert {profile.slug for profile in WITH_MAILBOXES} == central | {"sandbox"}
