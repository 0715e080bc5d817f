"""The duty list is drafted in versions and holds while a revision of routing names it; a faulty one changes nothing."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from core.areas.gazetteer import Gazetteer, PlaceName
from core.areas.queries import NOWHERE, NoSuchGazetteer
from core.areas.service import draft as draft_gazetteer
from core.hooks.values import Budget
from core.kit.trees import Node
from core.kit.versions import NoReasonGiven
from core.tenancy.revisions import Author
from core.tenancy.scope import Installation, Scope
from core.units.catalogue.catalogue import Catalogue
from core.units.catalogue.checking import CatalogueUnusable
from core.units.catalogue.limit_history import LimitChange, LimitsLoosened
from core.units.catalogue.mapping import MatterMapping
from core.units.catalogue.queries import (
    EMPTY,
    DutyListInForce,
    DutyListLine,
    NoSuchDutyList,
    duty_list_in_force,
    duty_list_of,
    duty_list_versions,
    former_names,
    gazetteer_in_force,
    known_units,
    limit_history,
    matter_mapping,
)
from core.units.catalogue.rows import Row
from core.units.catalogue.service import AreasChanged, Drafted, draft, keep_limit_changes, map_matters
from core.units.levels import KnownUnit
from core.units.models import Unit
from core.units.queries import directory
from tests.builders import beijing, let_hold, make_district
from tests.duties.made_up import AREAS, MATTERS, UNITS

CLERK = Author("管理员甲", 7)
NOW = beijing("2026-03-12 10:00")
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
        after_arrival=Budget("wall", 7200),
        legal_basis="示例条例",
        standard="",
        guide="请问位置",
        min_level="district",
        department_function=True,
        grade="major",
    ),
    Row(matter="1.1", area="n1", co=()),
    Row(matter="2", lead="parks"),
)
SECOND = listed(replace(FIRST.rows[0], limit=Budget("wd_eod", 3)), *FIRST.rows[1:])


def make(installation: Installation) -> str:
    """Make a district with a gazetteer."""
    slug = make_district(installation)
    installation.run(
        slug, lambda scope: draft_gazetteer(scope, Gazetteer.of(PLACES), reason="首次", author=CLERK, now=NOW)
    )
    return slug


def drafted(installation: Installation, slug: str, catalogue: Catalogue, **more: Any) -> Drafted:
    wanted = {"gazetteer": 1, "reason": "首次", "author": CLERK, "now": NOW, **more}
    return installation.run(slug, lambda scope: draft(scope, catalogue, **wanted))


def in_force(installation: Installation, slug: str, number: int, *, reason: str = "启用") -> None:
    """Let a revision of routing name a version, as activating one does."""

    def work(scope: Scope) -> None:
        before = duty_list_in_force(scope).number
        let_hold(scope, number)
        keep_limit_changes(scope, before=before, after=number, on=date(2026, 4, 1), reason=reason)

    installation.run(slug, work)
    installation.forget()


def test_what_is_drafted_is_read_whole_and_holds_only_once_a_revision_names_it(installation: Installation) -> None:
    slug = make(installation)

    assert drafted(installation, slug, FIRST) == Drafted(1, is_new=True)
    with installation.scope(slug) as scope:
        assert duty_list_in_force(scope) == DutyListInForce(0, 0, EMPTY)
        assert gazetteer_in_force(scope) == NOWHERE
    in_force(installation, slug, 1)

    with installation.scope(slug) as scope:
        assert duty_list_in_force(scope) == DutyListInForce(1, 1, FIRST)
        assert duty_list_in_force(scope).catalogue.digest == FIRST.digest
        assert gazetteer_in_force(scope) == Gazetteer.of(PLACES)
        assert duty_list_versions(scope) == [DutyListLine(1, 1, "首次", "管理员甲", NOW)]
        with pytest.raises(NoSuchDutyList):
            duty_list_of(scope, 2)


def test_what_a_version_says_already_is_not_drafted_again(installation: Installation) -> None:
    slug = make(installation)

    numbers = [drafted(installation, slug, each) for each in (FIRST, SECOND, FIRST)]

    assert numbers == [Drafted(1, is_new=True), Drafted(2, is_new=True), Drafted(1, is_new=False)]


def test_the_same_list_on_another_gazetteer_of_the_same_areas_is_another_version(installation: Installation) -> None:
    slug = make(installation)
    named = Gazetteer.of(PLACES, [PlaceName("老坑", "n1")])
    installation.run(slug, lambda scope: draft_gazetteer(scope, named, reason="加别名", author=CLERK, now=NOW))

    numbers = [drafted(installation, slug, FIRST, gazetteer=number).number for number in (1, 2, 2)]

    assert numbers == [1, 2, 2]


def test_drafting_lets_no_process_read_the_tenant_anew(installation: Installation) -> None:
    slug = make(installation)
    before = installation.tenant(slug).epoch

    drafted(installation, slug, FIRST)

    installation.forget()
    assert installation.tenant(slug).epoch == before


def test_a_draft_that_was_undone_is_not_what_its_number_says_later(installation: Installation) -> None:
    slug = make(installation)
    with installation.scope(slug) as scope:
        number = draft(scope, FIRST, gazetteer=1, reason="试", author=CLERK, now=NOW).number
        assert duty_list_of(scope, number) == FIRST
        scope.session.rollback()

    assert drafted(installation, slug, SECOND).number == 1

    with installation.scope(slug) as scope:
        assert duty_list_of(scope, 1) == SECOND


def test_limits_are_tightened_from_a_day_on_and_the_history_says_why(installation: Installation) -> None:
    slug = make(installation)
    drafted(installation, slug, FIRST)
    in_force(installation, slug, 1)

    second = drafted(installation, slug, SECOND, reason="第二轮时限压缩")

    change = LimitChange(
        "1", None, "limit", Budget("wd_eod", 5), Budget("wd_eod", 3), date(2026, 3, 12), "第二轮时限压缩"
    )
    assert second == Drafted(2, is_new=True, limit_changes=(change,))
    with installation.scope(slug) as scope:
        assert limit_history(scope) == []
    in_force(installation, slug, 2, reason="第二轮时限压缩")
    with installation.scope(slug) as scope:
        assert limit_history(scope) == [replace(change, on=date(2026, 4, 1))]


def test_a_longer_limit_needs_to_be_said_and_rolling_back_is_in_the_history(installation: Installation) -> None:
    slug = make(installation)
    for number, catalogue in enumerate((FIRST, SECOND), start=1):
        drafted(installation, slug, catalogue)
        in_force(installation, slug, number)

    with pytest.raises(LimitsLoosened):
        drafted(installation, slug, FIRST, reason="恢复")
    longer = drafted(installation, slug, FIRST, reason="恢复", loosened={("1", None)})
    in_force(installation, slug, 1, reason="恢复")

    assert (longer.number, [change.direction for change in longer.limit_changes]) == (1, ["looser"])
    with installation.scope(slug) as scope:
        told = [(change.direction, change.reason) for change in limit_history(scope)]
    assert told == [("tighter", "启用"), ("looser", "恢复")]


def test_a_faulty_list_is_refused_whole_and_leaves_the_one_in_force(installation: Installation) -> None:
    slug = make(installation)
    drafted(installation, slug, FIRST)
    in_force(installation, slug, 1)
    with installation.scope(slug) as scope:
        parks = scope.session.get_one(Unit, (scope.tenant.id, _id_of(scope, "parks")))
        parks.active = False

    with pytest.raises(CatalogueUnusable) as refused:
        drafted(installation, slug, SECOND)
    with pytest.raises(NoReasonGiven):
        drafted(installation, slug, FIRST, reason="")

    assert refused.value.faults == (
        "1 城市管理（全区）写的单位“园林管理处”（parks）已停用，工单会无处可派；请改成承接其职责的单位",
        "2 环境卫生（全区）写的单位“园林管理处”（parks）已停用，工单会无处可派；请改成承接其职责的单位",
    )
    with installation.scope(slug) as scope:
        assert duty_list_in_force(scope).number == 1
        assert [line.number for line in duty_list_versions(scope)] == [1]


def test_a_list_of_other_areas_than_its_gazetteer_is_refused(installation: Installation) -> None:
    slug = make(installation)
    whole = Catalogue.of(MATTERS, (), [row for row in FIRST.rows if row.area is None])

    with pytest.raises(AreasChanged):
        drafted(installation, slug, whole)
    with pytest.raises(AreasChanged):
        drafted(installation, slug, FIRST, gazetteer=0)
    with pytest.raises(NoSuchGazetteer):
        drafted(installation, slug, FIRST, gazetteer=2)


def test_a_district_without_areas_has_a_list_for_the_whole(installation: Installation) -> None:
    slug = make_district(installation)
    catalogue = Catalogue.of(MATTERS, (), [row for row in FIRST.rows if row.area is None])

    drafted(installation, slug, catalogue, gazetteer=0)
    in_force(installation, slug, 1)

    with installation.scope(slug) as scope:
        assert duty_list_in_force(scope) == DutyListInForce(1, 0, catalogue)


def test_two_who_draft_at_once_get_a_version_each(installation: Installation) -> None:
    slug = make(installation)
    wanted = [FIRST, listed(*FIRST.rows[:1], Row(matter="2", lead="parks", guide="请问位置"))]

    with ThreadPoolExecutor(2) as both:
        found = list(both.map(lambda catalogue: drafted(installation, slug, catalogue), wanted))

    assert sorted(each.number for each in found) == [1, 2]


def test_another_district_sees_nothing_of_it(installation: Installation) -> None:
    slug, other = make(installation), make(installation)
    drafted(installation, slug, FIRST)
    in_force(installation, slug, 1)

    with installation.scope(other) as scope:
        assert duty_list_in_force(scope).number == 0
        assert duty_list_versions(scope) == []


def test_a_matter_that_is_gone_is_called_as_the_newest_version_that_knew_it_says(installation: Installation) -> None:
    slug = make_district(installation)
    light = (Node("1", "城市管理"), Node("1.2", "照明", "1"), Node("S07", "路灯不亮", "1.2"))
    renamed = (Node("1", "市政"), Node("1.2", "亮化", "1"), Node("S07", "路灯故障", "1.2"))
    without = (Node("1", "市政"), Node("1.1", "道路", "1"))
    for matters in (light, renamed, without):
        drafted(installation, slug, Catalogue.of(matters, (), [Row(matter="1", lead="roads")]), gazetteer=0)

    with installation.scope(slug) as scope:
        names = former_names(scope, {"S07", "1.1", "9"})

    assert names == {"S07": ("市政", "亮化", "路灯故障"), "1.1": ("市政", "道路")}


def test_the_newest_mapping_of_a_matter_holds(installation: Installation) -> None:
    slug = make_district(installation)

    with installation.scope(slug) as scope:
        map_matters(scope, {"1.1": "C11", "1.2": "C12"}, author=CLERK, now=NOW)
        map_matters(scope, {"1.1": "C21", "1.2": ""}, author=CLERK, now=NOW + timedelta(days=20))

    with installation.scope(slug) as scope:
        assert matter_mapping(scope) == MatterMapping.of({"1.1": "C21"})


def test_units_are_known_with_those_above_and_the_closed_ones(installation: Installation) -> None:
    slug = make_district(installation, units=[("light", "灯光管理科", "section")], parents={"light": "roads"})

    with installation.scope(slug) as scope:
        units = known_units(scope)

    assert units["light"] == KnownUnit("light", "灯光管理科", "section", "roads")
    assert set(units) == {"desk", "roads", "parks", "light"} <= set(UNITS)


def _id_of(scope: Scope, code: str) -> int:
    return directory(scope).get_unit(code).id
