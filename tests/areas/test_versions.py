"""The gazetteer is published in versions, each in force from its moment on."""

from dataclasses import replace
from datetime import timedelta

import pytest

from core.areas.checking import GazetteerUnusable
from core.areas.gazetteer import Gazetteer, PlaceName
from core.areas.queries import NOWHERE, GazetteerInForce, NoSuchGazetteer, gazetteer_at, gazetteer_of
from core.areas.service import Publication, publish
from core.kit.versions import EffectiveInThePast, NoReasonGiven
from core.tenancy.revisions import Author
from core.tenancy.scope import Installation
from tests.areas.places import AREAS, GAZETTEER, NAMES
from tests.builders import beijing, make_district

CLERK = Author("管理员甲", 7)
NOW = beijing("2026-03-12 10:00")
LATER = beijing("2026-04-01 00:00")
RENAMED = Gazetteer.of(
    [replace(area, name=f"{area.name}片") if area.code == "laokeng" else area for area in AREAS], NAMES
)


def published(installation: Installation, slug: str, gazetteer: Gazetteer, **more: object) -> Publication:
    def work(scope: object) -> Publication:
        return publish(scope, gazetteer, **{"reason": "区划调整", "author": CLERK, "now": NOW, **more})  # type: ignore[arg-type]

    found = installation.run(slug, work)
    installation.forget()
    return found


def test_what_is_published_is_read_whole_boundaries_included(installation: Installation) -> None:
    slug = make_district(installation)

    assert published(installation, slug, GAZETTEER) == Publication(1, is_new=True)
    assert published(installation, slug, GAZETTEER) == Publication(1, is_new=False)

    with installation.scope(slug) as scope:
        assert gazetteer_at(scope, NOW - timedelta(seconds=1)) == GazetteerInForce(0, NOWHERE)
        assert gazetteer_at(scope, NOW) == GazetteerInForce(1, GAZETTEER)


def test_a_planned_version_waits_and_the_old_one_stays_readable(installation: Installation) -> None:
    slug = make_district(installation)
    published(installation, slug, GAZETTEER)
    published(installation, slug, RENAMED, effective_from=LATER)

    with installation.scope(slug) as scope:
        assert gazetteer_at(scope, LATER - timedelta(seconds=1)).number == 1
        assert gazetteer_at(scope, LATER) == GazetteerInForce(2, RENAMED)
        assert gazetteer_of(scope, 1) == GAZETTEER
        with pytest.raises(NoSuchGazetteer):
            gazetteer_of(scope, 3)


def test_what_held_before_holds_again_as_a_new_version(installation: Installation) -> None:
    slug = make_district(installation)
    numbers = [published(installation, slug, each).number for each in (GAZETTEER, RENAMED, GAZETTEER)]

    assert numbers == [1, 2, 3]


def test_a_faulty_gazetteer_or_one_for_the_past_changes_nothing(installation: Installation) -> None:
    slug = make_district(installation)

    with pytest.raises(GazetteerUnusable):
        published(installation, slug, Gazetteer.of(AREAS, [PlaceName("湖边", "sea")]))
    with pytest.raises(EffectiveInThePast):
        published(installation, slug, GAZETTEER, effective_from=NOW - timedelta(days=1))
    with pytest.raises(NoReasonGiven):
        published(installation, slug, GAZETTEER, reason=" ")

    with installation.scope(slug) as scope:
        assert gazetteer_at(scope, LATER).number == 0
