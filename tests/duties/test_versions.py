"""The duty list is published in versions with a moment, a reason and a history of limits; a faulty one changes nothing."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from core.areas.gazetteer import Gazetteer
from core.areas.service import publish as publish_gazetteer
from core.hooks.values import Budget
from core.kit.versions import EffectiveInThePast, NoReasonGiven
from core.tenancy.revisions import Author
from core.tenancy.scope import Installation
from core.units.catalogue.catalogue import Catalogue
from core.units.catalogue.checking import CatalogueUnusable
from core.units.catalogue.limit_history import LimitChange, LimitsLoosened
from core.units.catalogue.mapping import MatterMapping
from core.units.catalogue.queries import (
    EMPTY,
    DutyListInForce,
    NoSuchDutyList,
    duty_list_at,
    duty_list_of,
    known_units,
    limit_history,
    matter_mapping,
)
from core.units.catalogue.rows import Row
from core.units.catalogue.service import AreasChanged, Publication, map_matters, publish
from core.units.levels import KnownUnit
from core.units.models import Unit
from tests.builders import beijing, make_district
from tests.duties.made_up import AREAS, MATTERS, UNITS

CLERK = Author("管理员甲", 7)
NOW = beijing("2026-03-12 10:00")
LATER = beijing("2026-04-01 00:00")
PLACES = [replace(area, unit="") for area in AREAS]


def listed(*rows: Row) -> Catalogue:
    return Catalogue.of(MATTERS, PLACES, rows)


FIRST = listed(
    Row(
        matter="1",
        lead="roads",
        co=("parks",),
        keywords=(),
        limit=Budget("wd_eod", 5),
        on_site=Budget("wall", 3600),
        legal_basis="示例条例",
        standard="",
        guide="请问位置",
        min_level="district",
        department_function=True,
    ),
    Row(matter="1.1", area="n1", co=()),
    Row(matter="2", lead="parks"),
)
SECOND = listed(replace(FIRST.rows[0], limit=Budget("wd_eod", 3)), *FIRST.rows[1:])


def make(installation: Installation) -> str:
    slug = make_district(installation)
    installation.run(
        slug,
        lambda scope: publish_gazetteer(
            scope, Gazetteer.of(PLACES), reason="首次发布", author=CLERK, now=NOW - timedelta(days=1)
        ),
    )
    installation.forget()
    return slug


def published(installation: Installation, slug: str, catalogue: Catalogue, **more: Any) -> Publication:
    wanted = {"reason": "首次发布", "author": CLERK, "now": NOW, **more}
    found = installation.run(slug, lambda scope: publish(scope, catalogue, **wanted))
    installation.forget()
    return found


def test_what_is_published_is_read_whole(installation: Installation) -> None:
    slug = make(installation)

    assert published(installation, slug, FIRST) == Publication(1, is_new=True)
    assert published(installation, slug, FIRST) == Publication(1, is_new=False)

    with installation.scope(slug) as scope:
        assert duty_list_at(scope, NOW - timedelta(seconds=1)) == DutyListInForce(0, EMPTY)
        in_force = duty_list_at(scope, NOW)
        assert in_force == DutyListInForce(1, FIRST)
        assert in_force.catalogue.digest == FIRST.digest
        with pytest.raises(NoSuchDutyList):
            duty_list_of(scope, 2)


def test_limits_are_tightened_from_a_day_on_and_the_history_says_why(installation: Installation) -> None:
    slug = make(installation)
    published(installation, slug, FIRST)

    second = published(installation, slug, SECOND, reason="第二轮时限压缩", effective_from=LATER)

    change = LimitChange(
        "1", None, "limit", Budget("wd_eod", 5), Budget("wd_eod", 3), date(2026, 4, 1), "第二轮时限压缩"
    )
    assert second == Publication(2, is_new=True, limit_changes=(change,))
    with installation.scope(slug) as scope:
        assert duty_list_at(scope, LATER - timedelta(seconds=1)).number == 1
        assert duty_list_at(scope, LATER) == DutyListInForce(2, SECOND)
        assert limit_history(scope) == [change]


def test_a_longer_limit_needs_to_be_said_and_rolling_back_is_a_new_version(installation: Installation) -> None:
    slug = make(installation)
    published(installation, slug, SECOND)

    with pytest.raises(LimitsLoosened):
        published(installation, slug, FIRST, reason="恢复")
    back = published(installation, slug, FIRST, reason="恢复", loosened={("1", None)}, restored_from=1)

    assert (back.number, [change.direction for change in back.limit_changes]) == (2, ["looser"])


def test_a_faulty_list_leaves_the_published_one_in_force(installation: Installation) -> None:
    slug = make(installation)
    published(installation, slug, FIRST)
    with installation.scope(slug) as scope:
        parks = scope.session.get_one(Unit, (scope.tenant.id, _id_of(scope, "parks")))
        parks.active = False
    installation.forget()

    with pytest.raises(CatalogueUnusable) as refused:
        published(installation, slug, SECOND)
    with pytest.raises(NoReasonGiven):
        published(installation, slug, FIRST, reason="")
    with pytest.raises(EffectiveInThePast):
        published(installation, slug, FIRST, effective_from=NOW - timedelta(seconds=1))

    assert refused.value.faults == (
        "1 城市管理（全区）写的单位“园林管理处”（parks）已停用，工单会无处可派；请改成承接其职责的单位",
        "2 环境卫生（全区）写的单位“园林管理处”（parks）已停用，工单会无处可派；请改成承接其职责的单位",
    )
    with installation.scope(slug) as scope:
        assert duty_list_at(scope, LATER).number == 1


def test_a_list_of_other_areas_than_the_gazetteer_is_refused(installation: Installation) -> None:
    slug = make(installation)

    with pytest.raises(AreasChanged):
        published(installation, slug, Catalogue.of(MATTERS, (), [row for row in FIRST.rows if row.area is None]))


def test_a_district_without_areas_publishes_for_the_whole(installation: Installation) -> None:
    slug = make_district(installation)
    catalogue = Catalogue.of(MATTERS, (), [row for row in FIRST.rows if row.area is None])

    published(installation, slug, catalogue)

    with installation.scope(slug) as scope:
        assert duty_list_at(scope, NOW) == DutyListInForce(1, catalogue)


def test_the_same_version_is_published_twice_in_one_transaction_only_once(installation: Installation) -> None:
    slug = make(installation)

    with installation.scope(slug) as scope:
        numbers = [
            publish(scope, catalogue, reason="试", author=CLERK, now=NOW).number
            for catalogue in (FIRST, SECOND, SECOND)
        ]

    assert numbers == [1, 2, 2]


def test_two_who_publish_at_once_get_a_version_each(installation: Installation) -> None:
    slug = make(installation)
    wanted = [FIRST, listed(*FIRST.rows[:1], Row(matter="2", lead="parks", guide="请问位置"))]

    with ThreadPoolExecutor(2) as both:
        found = list(both.map(lambda catalogue: published(installation, slug, catalogue), wanted))

    assert sorted(publication.number for publication in found) == [1, 2]


def test_another_district_sees_nothing_of_it(installation: Installation) -> None:
    slug, other = make(installation), make(installation)
    published(installation, slug, FIRST)

    with installation.scope(other) as scope:
        assert duty_list_at(scope, LATER).number == 0


def test_the_newest_mapping_of_a_matter_holds(installation: Installation) -> None:
    slug = make_district(installation)

    with installation.scope(slug) as scope:
        map_matters(scope, {"1.1": "C11", "1.2": "C12"}, author=CLERK, now=NOW)
        map_matters(scope, {"1.1": "C21", "1.2": ""}, author=CLERK, now=LATER)

    with installation.scope(slug) as scope:
        assert matter_mapping(scope) == MatterMapping.of({"1.1": "C21"})


def test_units_are_known_with_those_above_and_the_closed_ones(installation: Installation) -> None:
    slug = make_district(installation, units=[("light", "灯光管理科", "section")], parents={"light": "roads"})

    with installation.scope(slug) as scope:
        units = known_units(scope)

    assert units["light"] == KnownUnit("light", "灯光管理科", "section", "roads")
    assert set(units) == {"desk", "roads", "parks", "light"} <= set(UNITS)


def _id_of(scope: Any, code: str) -> int:
    return next(unit.id for unit in scope.session.query(Unit).filter_by(tenant_id=scope.tenant.id, code=code))
