"""The gazetteer is drafted in versions, each whole; what a version says already is not drafted again."""

from dataclasses import replace

import pytest

from core.areas.checking import GazetteerUnusable
from core.areas.gazetteer import Gazetteer, PlaceName
from core.areas.queries import NOWHERE, GazetteerLine, NoSuchGazetteer, gazetteer_of, gazetteer_versions
from core.areas.service import Drafted, draft
from core.kit.versions import NoReasonGiven
from core.tenancy.revisions import Author
from core.tenancy.scope import Installation
from tests.areas.places import AREAS, GAZETTEER, NAMES
from tests.builders import beijing, make_district

CLERK = Author("管理员甲", 7)
NOW = beijing("2026-03-12 10:00")
RENAMED = Gazetteer.of(
    [replace(area, name=f"{area.name}片") if area.code == "laokeng" else area for area in AREAS], NAMES
)


def drafted(installation: Installation, slug: str, gazetteer: Gazetteer, *, reason: str = "区划调整") -> Drafted:
    return installation.run(slug, lambda scope: draft(scope, gazetteer, reason=reason, author=CLERK, now=NOW))


def test_what_is_drafted_is_read_whole_boundaries_included(installation: Installation) -> None:
    slug = make_district(installation)

    numbers = [drafted(installation, slug, each) for each in (GAZETTEER, RENAMED, GAZETTEER)]

    assert numbers == [Drafted(1, is_new=True), Drafted(2, is_new=True), Drafted(1, is_new=False)]
    with installation.scope(slug) as scope:
        assert [gazetteer_of(scope, number) for number in (0, 1, 2)] == [NOWHERE, GAZETTEER, RENAMED]
        assert gazetteer_versions(scope) == [
            GazetteerLine(2, "区划调整", "管理员甲", NOW),
            GazetteerLine(1, "区划调整", "管理员甲", NOW),
        ]
        with pytest.raises(NoSuchGazetteer):
            gazetteer_of(scope, 3)


def test_drafting_lets_no_process_read_the_tenant_anew(installation: Installation) -> None:
    slug = make_district(installation)
    before = installation.tenant(slug).epoch

    drafted(installation, slug, GAZETTEER)

    installation.forget()
    assert installation.tenant(slug).epoch == before


def test_a_draft_that_was_undone_is_not_what_its_number_says_later(installation: Installation) -> None:
    slug = make_district(installation)
    with installation.scope(slug) as scope:
        number = draft(scope, GAZETTEER, reason="试", author=CLERK, now=NOW).number
        assert gazetteer_of(scope, number) == GAZETTEER
        scope.session.rollback()

    assert drafted(installation, slug, RENAMED).number == 1

    with installation.scope(slug) as scope:
        assert gazetteer_of(scope, 1) == RENAMED


def test_a_faulty_gazetteer_or_one_without_a_reason_changes_nothing(installation: Installation) -> None:
    slug = make_district(installation)

    with pytest.raises(GazetteerUnusable):
        drafted(installation, slug, Gazetteer.of(AREAS, [PlaceName("湖边", "sea")]))
    with pytest.raises(NoReasonGiven):
        drafted(installation, slug, GAZETTEER, reason=" ")

    with installation.scope(slug) as scope:
        assert gazetteer_versions(scope) == []
