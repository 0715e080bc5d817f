"""Applying a profile to a real database: what is written, what stays, and that twice is once."""

import secrets
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from core.hooks.core_features import CORE_IDS, PORTAL_INTAKE, ROUTING
from core.hooks.roster import Quarantined, Roster, UnknownFeature
from core.hooks.settings import SettingsInvalid
from core.hooks.values import Budget
from core.intake.portal import find_portal
from core.jobs.settings import settings_kinds
from core.kit.outbox import Job
from core.routing.ruleset.reading import read_rules
from core.routing.ruleset.writing import dump_rules
from core.routing.service import dispatch, end_assignments
from core.routing.states import AssignmentState
from core.tenancy.hosts import HostTaken, give_host
from core.tenancy.models import TenantFeature
from core.tenancy.revisions import FILES, Author, make_active, write_revision
from core.tenancy.scope import Installation, Scope, UnknownTenant
from core.tenancy.security_log import AT_THE_MACHINE
from core.tickets.models import Ticket
from core.tickets.timeline import Order
from core.units.catalogue.queries import duty_list_in_force, duty_list_versions, gazetteer_in_force, limit_history
from core.units.catalogue.service import draft
from core.units.editing import UnitEntry
from core.units.entries import entries_of, unit_rows
from core.units.initials import initials_of
from core.units.levels import KnownUnit, KnownUnits
from core.units.models import Unit
from core.units.queries import directory
from core.units.service import write_units
from core.workdays.queries import current_calendar
from tenants.apply import apply_profile, apply_shipped, plan_profile
from tenants.areas import read_areas
from tenants.changes import Change
from tenants.duties import catalogue_of
from tenants.faults import Faults
from tenants.profile import Profile, read_profile, shipped_profiles
from tenants.units import UnitFact
from tests.builders import OPERATOR, let_hold, make_installation, make_ticket
from tests.tenants.making import AREAS, RULES, make_folder

NOW = datetime(2026, 3, 12, 2, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def installation(database_url: str) -> Installation:
    return make_installation(database_url, features=tuple(Roster.installed().features.values()))


@pytest.fixture
def profile(tmp_path: Path) -> Profile:
    """A district of its own for every test, with the light switched on."""
    mark = secrets.token_hex(3)
    return replace(
        read_profile(make_folder(tmp_path)),
        slug=f"xinqu-{mark}",
        serial_prefix=f"X{mark.upper()}",
        features=("nanhai.light",),
        settings={"nanhai.light": {"yellow_hours": 2}},
    )


def known_units_of(profile: Profile) -> KnownUnits:
    return {unit.code: KnownUnit(unit.code, unit.name, unit.kind, unit.parent) for unit in profile.units}


def unit_of(scope: Scope, code: str) -> Unit:
    return scope.session.scalars(select(Unit).where(Unit.tenant_id == scope.tenant.id, Unit.code == code)).one()


def test_a_new_district_is_made_as_declared(installation: Installation, profile: Profile) -> None:
    apply_profile(installation, profile, now=NOW)

    tenant = installation.tenant(profile.slug)
    assert (tenant.name, tenant.kind, tenant.zone.key, tenant.serial_prefix) == (
        "新区",
        "district",
        "Asia/Shanghai",
        profile.serial_prefix,
    )
    with installation.scope(profile.slug) as scope:
        units = directory(scope)
        assert [(unit.code, unit.name, unit.kind, unit.initials) for unit in units.units] == [
            ("desk", "派单台", "dispatch_desk", "pdt"),
            ("street", "东街街道办事处", "street", "djjdbsc"),
            ("street-cg", "城市管理科", "section", "csglk"),
        ]
        assert units.get_unit("street-cg").parent_id == units.get_unit("street").id
        pothole = units.get_duty("D01")
        assert (pothole.lead, pothole.co, pothole.legal_basis, pothole.guide) == (
            "street-cg",
            ("desk", "street"),
            "《城市道路管理条例》",
            "问清路名和坑洞大小",
        )
        assert units.keywords.words["D01"] == ("路面坑洼", "坑洞")
        assert current_calendar(scope).name == "工作日历"
        features = scope.session.scalars(
            select(TenantFeature).where(TenantFeature.tenant_id == tenant.id).order_by(TenantFeature.position)
        )
        assert [(row.feature, row.position, row.state, row.revision) for row in features] == [
            ("core.routing", -1, "on", 1),
            ("nanhai.light", 0, "on", 1),
        ]
        assert scope.hooks.enabled["nanhai.light"].settings["yellow_hours"] == 2


def test_applying_twice_changes_nothing_the_second_time(installation: Installation, profile: Profile) -> None:
    apply_profile(installation, profile, now=NOW)
    epoch = installation.tenant(profile.slug).epoch

    again = apply_profile(installation, profile, now=NOW)

    assert again == []
    assert installation.tenant(profile.slug).epoch == epoch


def test_the_plan_is_what_apply_then_does(installation: Installation, profile: Profile) -> None:
    planned = plan_profile(installation, profile)
    with pytest.raises(UnknownTenant):
        installation.tenant(profile.slug)

    assert apply_profile(installation, profile, now=NOW) == planned
    assert plan_profile(installation, profile) == []


def test_what_is_no_longer_declared_is_switched_off_not_deleted(installation: Installation, profile: Profile) -> None:
    apply_profile(installation, profile, now=NOW)
    epoch = installation.tenant(profile.slug).epoch
    smaller = replace(
        profile,
        units=tuple(unit for unit in profile.units if unit.code != "street"),
        duties=profile.duties[2:],
    )
    smaller = replace(smaller, units=tuple(replace(unit, parent=None) for unit in smaller.units))

    told = apply_profile(installation, smaller, now=NOW)

    assert [change.sentence for change in told] == [
        "改上级 城市管理科：东街街道办事处 → 无",
        "停用单位 东街街道办事处",
        "删去事项 01 市政",
        "删去事项 D01 市政 / 路面破损",
        "删去事项 D02 市政 / 路灯",
    ]
    assert installation.tenant(profile.slug).epoch > epoch
    with installation.scope(profile.slug) as scope:
        units = scope.session.scalars(select(Unit).where(Unit.tenant_id == scope.tenant.id).order_by(Unit.code)).all()
        duties = directory(scope).duties
        assert [(unit.code, unit.active) for unit in units] == [("desk", True), ("street", False), ("street-cg", True)]
        assert list(duties) == ["D03"]
    assert [change.sentence for change in plan_profile(installation, profile)][:5] == [
        "恢复单位 东街街道办事处",
        "改上级 城市管理科：无 → 东街街道办事处",
        "新增事项 01 市政",
        "新增事项 D01 市政 / 路面破损",
        "新增事项 D02 市政 / 路灯",
    ]


def test_a_district_that_changed_its_list_keeps_it_until_its_files_say_otherwise(
    installation: Installation, profile: Profile
) -> None:
    apply_profile(installation, profile, now=NOW)
    tighter = (replace(profile.duties[1], limit=Budget("wd_eod", 3)), *profile.duties[2:])
    with installation.scope(profile.slug) as scope:
        drafted = draft(
            scope, catalogue_of(tighter), gazetteer=0, reason="时限压缩", author=Author("管理员甲", 7), now=NOW
        )
        let_hold(scope, drafted.number)
    installation.forget()

    assert apply_profile(installation, profile, now=NOW) == []
    with installation.scope(profile.slug) as scope:
        assert duty_list_in_force(scope).number == drafted.number
    longer = replace(profile, duties=(profile.duties[0], replace(profile.duties[1], limit=Budget("wd_eod", 9))))
    apply_profile(installation, longer, now=NOW)

    with installation.scope(profile.slug) as scope:
        assert {code: duty.limit for code, duty in directory(scope).duties.items()} == {
            "D01": Budget("wall", 24 * 3600),
            "D02": Budget("wd_eod", 9),
        }
        [line, *_] = duty_list_versions(scope)
        assert (line.number, line.author, line.reason) == (3, "区配置文件", "按区配置文件")
        assert [(change.matter, change.direction, change.on) for change in limit_history(scope)] == [
            ("D02", "looser", date(2026, 3, 12))
        ]
        assert scope.hooks.enabled[ROUTING.id].revision == 3


def test_areas_hold_with_a_list_on_them_and_a_change_of_names_alone_is_a_new_version_of_both(
    installation: Installation, profile: Profile, tmp_path: Path
) -> None:
    units = known_units_of(profile)
    (tmp_path / "areas.csv").write_text(AREAS, encoding="utf-8")
    placed = replace(profile, gazetteer=read_areas(tmp_path / "areas.csv", units, Faults()))
    local = replace(profile.duties[1], lead="local:street", areas=("XQ01",))
    listed = replace(placed, duties=(*profile.duties, local))

    apply_profile(installation, listed, now=NOW)

    with installation.scope(profile.slug) as scope:
        in_force = duty_list_in_force(scope)
        assert (in_force.number, in_force.gazetteer, gazetteer_in_force(scope)) == (1, 1, listed.gazetteer)
        found = [directory(scope).find_duty("D02", area) for area in (None, "XQ01", "gone")]
        assert [(duty.lead, duty.limit) for duty in found if duty] == [
            ("street-cg", Budget("wd_eod", 5)),
            ("street", Budget("wd_eod", 5)),
            ("street-cg", Budget("wd_eod", 5)),
        ]
    assert plan_profile(installation, listed) == []
    (tmp_path / "areas.csv").write_text(AREAS.replace("东街,,,XQ01", "西街,,,XQ01"), encoding="utf-8")
    renamed = replace(listed, gazetteer=read_areas(tmp_path / "areas.csv", units, Faults()))
    assert apply_profile(installation, renamed, now=NOW) == [Change("地名库改为 2 个区域、1 个地名")]

    with installation.scope(profile.slug) as scope:
        assert [(line.number, line.gazetteer) for line in duty_list_versions(scope)] == [(2, 2), (1, 1)]
        assert gazetteer_in_force(scope) == renamed.gazetteer


def test_categories_keep_the_codes_that_the_list_in_force_gave_them(
    installation: Installation, profile: Profile
) -> None:
    apply_profile(installation, profile, now=NOW)
    first, second, third = profile.duties

    apply_profile(installation, replace(profile, duties=(third, second, replace(first, standard="平整"))), now=NOW)

    with installation.scope(profile.slug) as scope:
        matters = duty_list_in_force(scope).catalogue.matters
        assert [(node.code, node.name) for node in matters.children(None)] == [("01", "市政"), ("02", "政务")]


def test_rules_and_their_limits_hold_as_the_files_say_and_not_any_more_without_them(
    installation: Installation, profile: Profile
) -> None:
    an_hour = {"code": "1h", "label": "一小时", "clock": "on_site", "mode": "wall", "amount": 60}
    limited = {**profile.settings, ROUTING.id: {"limits": [an_hour]}}
    rules = read_rules(RULES.replace('"then": {', '"then": {"limit": "1h", '))
    ruled = replace(profile, rules=rules, settings=limited)

    def held() -> tuple[object, ...]:
        with installation.scope(profile.slug) as scope:
            settings = scope.hooks.enabled[ROUTING.id].settings
            ids = [rule["id"] for rule in settings["rules"]]
            return settings["duty_list"], ids, [limit["code"] for limit in settings["limits"]]

    with pytest.raises(SettingsInvalid):
        plan_profile(installation, replace(profile, rules=rules))
    apply_profile(installation, ruled, now=NOW)
    assert held() == (1, ["r-power"], ["1h"])
    assert plan_profile(installation, ruled) == []

    apply_profile(installation, profile, now=NOW)

    assert held() == (1, [], [])
    assert plan_profile(installation, profile) == []


def test_rules_that_administrators_wrote_stay_when_the_files_change_the_list_alone(
    installation: Installation, profile: Profile
) -> None:
    apply_profile(installation, profile, now=NOW)
    with installation.scope(profile.slug) as scope:
        let_hold(scope, 1, dump_rules(read_rules(RULES))["rules"])
    installation.forget()

    apply_profile(installation, replace(profile, duties=profile.duties[:2]), now=NOW)

    with installation.scope(profile.slug) as scope:
        settings = scope.hooks.enabled[ROUTING.id].settings
        assert (settings["duty_list"], [rule["id"] for rule in settings["rules"]]) == (2, ["r-power"])


def test_settings_of_the_core_hold_as_the_files_say_until_administrators_set_them(
    installation: Installation, profile: Profile
) -> None:
    told = replace(profile, settings={**profile.settings, PORTAL_INTAKE.id: {"open": True}})

    def phone() -> str | None:
        with installation.scope(profile.slug) as scope:
            portal = find_portal(scope.hooks)
            return portal.phone if portal else None

    apply_profile(installation, profile, now=NOW)
    before = phone()
    planned = plan_profile(installation, told)
    assert apply_profile(installation, told, now=NOW) == planned == [Change("改设置 core.portal：{} → {'open': True}")]
    assert (before, phone()) == (None, "optional")
    assert plan_profile(installation, told) == []

    with installation.scope(profile.slug) as scope:
        values = {"open": True, "phone": "none"}
        revision = write_revision(
            scope, PORTAL_INTAKE.id, values=values, schema_version=1, reason="不问", author=Author("田一禾"), now=NOW
        )
        make_active(scope, PORTAL_INTAKE.id, revision.number, actor=Author("田一禾"), now=NOW)
    installation.forget()
    assert apply_profile(installation, told, now=NOW) == []
    assert phone() == "none"

    assert apply_profile(installation, profile, now=NOW) == [Change("改设置 core.portal：{'open': True} → {}")]
    assert phone() is None


def test_settings_of_the_core_that_do_not_fit_are_refused_before_anything_is_written(
    installation: Installation, profile: Profile
) -> None:
    with pytest.raises(SettingsInvalid, match="联系电话"):
        apply_profile(
            installation, replace(profile, settings={**profile.settings, PORTAL_INTAKE.id: {"phone": "maybe"}}), now=NOW
        )

    assert profile.slug not in {tenant.slug for tenant in installation.tenants()}


def test_hosts_that_the_files_name_are_given_once_and_those_given_otherwise_stay(
    installation: Installation, profile: Profile
) -> None:
    named = replace(profile, hosts=(f"{profile.slug}.example",))
    apply_profile(installation, profile, now=NOW)
    installation.run(profile.slug, lambda scope: give_host(scope, f"b.{profile.slug}.example", AT_THE_MACHINE, now=NOW))
    installation.forget()

    assert plan_profile(installation, named) == [Change(f"绑定域名 {profile.slug}.example")]
    apply_profile(installation, named, now=NOW)
    assert apply_profile(installation, named, now=NOW) == []
    assert installation.tenant(profile.slug).hosts == (f"b.{profile.slug}.example", f"{profile.slug}.example")
    other = replace(profile, slug=f"{profile.slug}x", serial_prefix=f"{profile.serial_prefix}X", hosts=named.hosts)
    with pytest.raises(HostTaken, match=f"已经属于租户 {profile.slug}"):
        apply_profile(installation, other, now=NOW)
    assert other.slug not in {tenant.slug for tenant in installation.tenants()}


def test_what_administrators_changed_of_units_survives_until_the_file_says_otherwise(
    installation: Installation, profile: Profile
) -> None:
    apply_profile(installation, profile, now=NOW)
    with installation.scope(profile.slug) as scope:
        rows = unit_rows(scope)
        told = entries_of(rows)
        own = UnitEntry("新设科室", "section", "street", phone="1234")
        write_units(scope, rows, {"street": replace(told["street"], phone="0755 1234"), "own": own})

    assert apply_profile(installation, profile, now=NOW) == []
    desk, street, section = profile.units
    renamed = replace(profile, units=(desk, replace(street, name="东街办"), section))
    assert apply_profile(installation, renamed, now=NOW) == [Change("单位 东街街道办事处 更名为 东街办")]
    assert apply_profile(installation, renamed, now=NOW) == []

    with installation.scope(profile.slug) as scope:
        assert (unit_of(scope, "street").name, unit_of(scope, "street").phone) == ("东街办", "0755 1234")
        assert unit_of(scope, "own").active
    reached = replace(renamed, units=(desk, replace(street, name="东街办", phone="1"), section))
    assert apply_profile(installation, reached, now=NOW) == [Change("改电话 东街办：0755 1234 → 1")]


def test_what_the_file_says_as_administrators_did_before_is_the_files_from_then_on(
    installation: Installation, profile: Profile
) -> None:
    apply_profile(installation, profile, now=NOW)
    with installation.scope(profile.slug) as scope:
        unit_of(scope, "street").phone = "1"
    desk, street, section = profile.units
    same = replace(profile, units=(desk, replace(street, phone="1"), section))
    assert apply_profile(installation, same, now=NOW) == []
    with installation.scope(profile.slug) as scope:
        unit_of(scope, "street").phone = "2"

    assert apply_profile(installation, same, now=NOW) == []
    assert apply_profile(installation, profile, now=NOW) == [Change("改电话 东街街道办事处：2 → 无")]


def test_a_unit_is_switched_off_only_when_it_has_nothing_in_hand(installation: Installation, profile: Profile) -> None:
    apply_profile(installation, profile, now=NOW)
    ticket_id = make_ticket(installation, profile.slug, now=NOW).ticket_id
    with installation.scope(profile.slug) as scope:
        ticket = scope.session.get_one(Ticket, (scope.tenant.id, ticket_id))
        dispatch(scope, ticket, lead="street-cg", reason="测试", order=Order(OPERATOR, NOW))
    smaller = replace(profile, units=profile.units[:2], duties=profile.duties[2:])
    apply_profile(installation, smaller, now=NOW)
    epoch = installation.tenant(profile.slug).epoch

    while_in_hand = apply_profile(installation, smaller, now=NOW)

    assert while_in_hand == [
        Change("暂不停用单位 城市管理科：手上还有 1 件承办任务；请先办结或改派，再应用一次", waits=True)
    ]
    assert installation.tenant(profile.slug).epoch == epoch
    with installation.scope(profile.slug) as scope:
        assert unit_of(scope, "street-cg").active
        ticket = scope.session.get_one(Ticket, (scope.tenant.id, ticket_id))
        end_assignments(scope, ticket, AssignmentState.RECALLED, now=NOW)
    assert apply_profile(installation, smaller, now=NOW) == [Change("停用单位 城市管理科")]
    with installation.scope(profile.slug) as scope:
        assert not unit_of(scope, "street-cg").active


def test_a_replaced_dispatch_desk_with_tasks_in_hand_is_no_desk_any_more(
    installation: Installation, profile: Profile
) -> None:
    apply_profile(installation, profile, now=NOW)
    ticket_id = make_ticket(installation, profile.slug, now=NOW).ticket_id
    with installation.scope(profile.slug) as scope:
        ticket = scope.session.get_one(Ticket, (scope.tenant.id, ticket_id))
        dispatch(scope, ticket, lead="desk", reason="测试", order=Order(OPERATOR, NOW))
    units = (replace(profile.units[0], code="new-desk"), *profile.units[1:])

    apply_profile(installation, replace(profile, units=units, duties=()), now=NOW)

    with installation.scope(profile.slug) as scope:
        assert directory(scope).desk.code == "new-desk"
        assert (unit_of(scope, "desk").active, unit_of(scope, "desk").kind) == (True, "section")


def test_a_feature_nobody_ships_is_refused_before_anything_is_written(
    installation: Installation, profile: Profile
) -> None:
    with pytest.raises(UnknownFeature):
        apply_profile(installation, replace(profile, features=("nowhere.light",)), now=NOW)

    with pytest.raises(UnknownTenant):
        installation.tenant(profile.slug)


def test_settings_that_do_not_fit_are_refused_before_anything_is_written(
    installation: Installation, profile: Profile
) -> None:
    with pytest.raises(SettingsInvalid):
        apply_profile(installation, replace(profile, settings={"nanhai.light": {"yellow_hours": 99}}), now=NOW)

    with pytest.raises(UnknownTenant):
        installation.tenant(profile.slug)


def test_a_unit_may_stand_for_another_tenant_that_is_there(installation: Installation, profile: Profile) -> None:
    apply_profile(installation, profile, now=NOW)
    units = (*profile.units, UnitFact("next", "邻区", "district_department", None, tenant=profile.slug))
    neighbour = replace(
        profile, slug=f"{profile.slug}-b", serial_prefix=f"{profile.serial_prefix}B", units=units, duties=()
    )
    apply_profile(installation, neighbour, now=NOW)

    with installation.scope(neighbour.slug) as scope:
        stands_for = {unit.code: unit.refers_to for unit in directory(scope).units if unit.refers_to}
    assert stands_for == {"next": profile.slug}
    assert apply_profile(installation, neighbour, now=NOW) == []
    alone = replace(neighbour, units=(*profile.units, replace(units[-1], tenant="")))
    assert apply_profile(installation, alone, now=NOW) == [Change(f"改移交对象 邻区：{profile.slug} → 无")]


def test_a_unit_goes_on_standing_for_a_tenant_while_a_referral_is_under_way(
    installation: Installation, profile: Profile
) -> None:
    apply_profile(installation, profile, now=NOW)
    unit = UnitFact("next", "邻区", "district_department", None, tenant=profile.slug)
    slug, prefix = f"{profile.slug}-c", f"{profile.serial_prefix}C"
    neighbour = replace(profile, slug=slug, serial_prefix=prefix, units=(*profile.units, unit))
    apply_profile(installation, neighbour, now=NOW)
    ticket_id = make_ticket(installation, slug, now=NOW).ticket_id
    with installation.scope(slug) as scope:
        ticket = scope.session.get_one(Ticket, (scope.tenant.id, ticket_id))
        dispatch(scope, ticket, lead="next", reason="测试", order=Order(OPERATOR, NOW))
    alone = replace(neighbour, units=(*profile.units, replace(unit, tenant="")))

    assert [change.waits for change in apply_profile(installation, alone, now=NOW)] == [True]
    with installation.scope(slug) as scope:
        assert unit_of(scope, "next").refers_to == profile.slug
        ticket = scope.session.get_one(Ticket, (scope.tenant.id, ticket_id))
        end_assignments(scope, ticket, AssignmentState.RECALLED, now=NOW)
    apply_profile(installation, alone, now=NOW)
    with installation.scope(slug) as scope:
        assert unit_of(scope, "next").refers_to == ""


def test_a_unit_that_stands_for_nobody_known_is_refused_before_anything_is_written(
    installation: Installation, profile: Profile
) -> None:
    strange = replace(
        profile, units=(*profile.units, UnitFact("far", "远区", "district_department", None, tenant="far"))
    )
    refused = "远区（far）代表的租户 far 不存在"
    with pytest.raises(UnknownTenant, match=refused):
        plan_profile(installation, strange)
    with pytest.raises(UnknownTenant, match=refused):
        apply_profile(installation, strange, now=NOW)

    with pytest.raises(UnknownTenant):
        installation.tenant(profile.slug)


def test_tenants_applied_together_may_stand_for_each_other(installation: Installation, profile: Profile) -> None:
    slugs = [f"{profile.slug}-{side}" for side in ("a", "b")]
    for slug, other in zip(slugs, reversed(slugs), strict=True):
        unit = UnitFact("next", "邻区", "district_department", None, tenant=other)
        prefix = f"{profile.serial_prefix}{slug[-1].upper()}"
        neighbour = replace(profile, slug=slug, serial_prefix=prefix, units=(*profile.units, unit))
        apply_profile(installation, neighbour, now=NOW, together=slugs)

    for slug, other in zip(slugs, reversed(slugs), strict=True):
        with installation.scope(slug) as scope:
            assert directory(scope).get_unit("next").refers_to == other


def test_the_shipped_city_has_a_unit_for_each_of_its_districts() -> None:
    profiles = {profile.slug: profile for profile in shipped_profiles()}
    city = profiles["center"]

    stands_for = {unit.tenant: unit.name for unit in city.units if unit.tenant}
    assert stands_for == {slug: profiles[slug].name for slug in city.members}


def test_a_city_gains_and_loses_members(installation: Installation, profile: Profile) -> None:
    city = replace(profile, slug=f"{profile.slug}-city", serial_prefix=f"{profile.serial_prefix}C", kind="city")
    apply_profile(installation, profile, now=NOW)
    joined = apply_profile(installation, replace(city, members=(profile.slug,)), now=NOW)
    members = [member.slug for member in installation.members(city.slug)]

    left = apply_profile(installation, city, now=NOW)

    assert joined[-1].sentence == f"加入成员 {profile.slug}"
    assert members == [profile.slug]
    assert [change.sentence for change in left] == [f"移出成员 {profile.slug}"]
    assert installation.members(city.slug) == []


def test_everything_shipped_can_be_applied_and_then_needs_no_change(installation: Installation) -> None:
    apply_shipped(installation)

    assert {profile.slug: plan_profile(installation, profile) for profile in shipped_profiles()} == {
        profile.slug: [] for profile in shipped_profiles()
    }


def test_units_are_picked_by_pinyin_initials() -> None:
    assert initials_of("石羊街道办事处") == "syjdbsc"


def test_a_district_goes_on_while_a_plugin_that_it_uses_is_put_aside(
    installation: Installation, database_url: str, profile: Profile
) -> None:
    others = [feature for feature in installation.roster.features.values() if not feature.id.startswith("nanhai.")]
    lacking = make_installation(database_url)
    lacking.roster = Roster(others, quarantined=[Quarantined("nanhai", "数据表没有更新")])
    changed = replace(profile, name="新区（改名）", settings={"nanhai.light": {"yellow_hours": 3}})
    apply_profile(installation, profile, now=NOW)

    done = apply_profile(lacking, changed, now=NOW)

    assert [change.sentence for change in done] == [f"改名称 {profile.slug}：新区 → 新区（改名）"]
    assert features_of(installation, profile) == [("nanhai.light", "on", {"yellow_hours": 2})]
    installation.forget()
    apply_profile(installation, changed, now=NOW)
    assert features_of(installation, profile) == [("nanhai.light", "on", {"yellow_hours": 3})]


def test_a_new_district_is_made_without_the_plugin_that_is_put_aside_and_gets_it_later(
    installation: Installation, database_url: str, profile: Profile
) -> None:
    lacking = make_installation(database_url)
    lacking.roster = Roster([], quarantined=[Quarantined("nanhai", "数据表没有更新")])

    apply_profile(lacking, profile, now=NOW)
    assert features_of(installation, profile) == []

    apply_profile(installation, profile, now=NOW)
    assert features_of(installation, profile) == [("nanhai.light", "on", {"yellow_hours": 2})]


def features_of(installation: Installation, profile: Profile) -> list[tuple[str, str, object]]:
    """Return the tenant's features with their states and what the files last said of their settings."""
    with installation.scope(profile.slug) as scope:
        rows = scope.session.scalars(
            select(TenantFeature).where(
                TenantFeature.tenant_id == scope.tenant.id, TenantFeature.feature.not_in(CORE_IDS)
            )
        )
        return [(row.feature, row.state, (row.declared or {}).get("settings")) for row in rows]


def test_a_member_gets_what_the_city_presets_and_loses_it_when_it_leaves(
    installation: Installation, profile: Profile
) -> None:
    city = replace(
        profile, slug=f"{profile.slug}-city", kind="city", serial_prefix=f"{profile.serial_prefix}C", features=()
    )
    apply_profile(installation, profile, now=NOW)
    apply_profile(installation, city, now=NOW)
    with installation.scope(city.slug) as scope:
        revision = write_revision(
            scope,
            "nanhai.light",
            values={"inquiry_days": 2},
            schema_version=1,
            reason="全市统一",
            author=FILES,
            now=NOW,
        )
        make_active(scope, "nanhai.light", revision.number, actor=FILES, now=NOW)

    apply_profile(installation, replace(city, members=(profile.slug,)), now=NOW)
    with installation.scope(city.slug) as scope:
        job = scope.session.scalars(select(Job).where(Job.tenant_id == scope.tenant.id)).one()
        settings_kinds(installation)[job.kind].do(scope, job.payload, NOW)
    installation.forget()
    with installation.scope(profile.slug) as scope:
        joined = dict(scope.hooks.enabled["nanhai.light"].settings)
    apply_profile(installation, city, now=NOW)
    with installation.scope(profile.slug) as scope:
        left = dict(scope.hooks.enabled["nanhai.light"].settings)

    assert (joined["inquiry_days"], joined["yellow_hours"]) == (2, 2)
    assert (left["inquiry_days"], left["yellow_hours"]) == (1, 2)
