"""A fourth district may combine any cities' features: together, in either order, they let an appeal come in and end."""

from collections.abc import Sequence
from itertools import permutations

import pytest
from sqlalchemy import select

from core.hooks.roster import Roster
from core.journey import handle
from core.tenancy.models import FeatureIncident
from core.tickets.states import State
from tests.builders import make_district, make_installation
from tests.journey.walking import Walk
from tests.web.making import make_account

SHIPPED = Roster.installed().features
CITIES = sorted({feature.plugin for feature in SHIPPED.values()})
COMBINATIONS = [*permutations(CITIES, 2), tuple(CITIES)]


def features_of(cities: Sequence[str]) -> list[str]:
    return [feature.id for city in cities for feature in SHIPPED.values() if feature.plugin == city]


@pytest.mark.parametrize("cities", COMBINATIONS, ids="+".join)
@pytest.mark.parametrize("urgency", ["normal", "urgent"])
def test_together_they_take_an_appeal_from_intake_to_its_answer(
    database_url: str, cities: tuple[str, ...], urgency: str
) -> None:
    installation = make_installation(database_url, features=list(SHIPPED.values()))
    slug = make_district(
        installation,
        features={feature: {} for feature in features_of(cities)},
        units=[("discipline", "纪检监察组", "discipline")],
        duties=[{"code": "road", "keywords": ["坑洼"]}],
    )
    make_account(installation, slug, "officer", ["discipline"], name="纪检干部", unit="discipline")
    walk = Walk(installation, slug)

    walk.take_in("2026-03-12 10:00", matter="road", urgency=urgency)
    if walk.ticket().state == State.ACCEPTED:
        walk.dispatch("2026-03-12 10:10")
    walk.sign("2026-03-12 10:20")
    walk.supervise("2026-03-30 10:00")
    walk.do(handle.contact, "2026-03-30 10:10", reached=True, what="已说明", actor=walk.lead_clerk())
    walk.reply("2026-03-30 11:00")
    walk.pass_reply("2026-03-30 11:20")

    with installation.scope(slug) as scope:
        incidents = scope.session.scalars(
            select(FeatureIncident.words).where(FeatureIncident.tenant_id == scope.tenant.id)
        ).all()
    assert (walk.ticket().state, incidents) == (State.CONCLUDED, [])
    installation.database.engine.dispose()
