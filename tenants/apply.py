"""Bringing the database in line with a profile: say what will change, then change exactly that.

Applying the same profile twice changes nothing the second time. Units are never deleted, because past tickets speak of
them; what the profile no longer names is switched off, a unit only once it has no task in hand.
"""

from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

from sqlalchemy import delete, select, update

from core.hooks.core_features import CORE_IDS
from core.hooks.roster import Roster, Wanted
from core.journey.calendar import move_clocks
from core.journey.settings.presets import leave_city, tell_new_district
from core.tenancy.ending import was_deleted
from core.tenancy.hosts import HostTaken, give_host
from core.tenancy.models import CityMember, Tenant, TenantFeature
from core.tenancy.revisions import (
    FILES,
    feature_row,
    make_active,
    record_feature_event,
    set_state,
    write_revision,
)
from core.tenancy.scope import Installation, Scope, UnknownTenant
from core.tenancy.security_log import By
from core.units.entries import unit_rows
from core.units.service import write_units
from core.workdays.declaration import parse_workdays
from core.workdays.models import WorkCalendar
from core.workdays.service import publish
from core.workdays.stored import to_document
from tenants.changes import Change, changes, core_settings_changed
from tenants.merging import as_entry, declared_after, merged_calendar, merged_units
from tenants.profile import Profile, shipped_profiles
from tenants.routing import check_routing, write_routing
from tenants.stored import State, state_of


def apply_shipped(installation: Installation) -> None:
    """Bring every shipped tenant up to date; called when an installation is prepared. Reads the clock.

    For a tenant declared in files the files are the beginning: of units, calendar, duty list, routing rules, features and
    settings only what the files themselves say otherwise than when they were last applied is changed. What
    administrators did since stays. A tenant that was deleted here is not made again.
    """
    profiles = [each for each in shipped_profiles() if not was_deleted(installation, each.slug)]
    for profile in profiles:
        apply_profile(installation, profile, now=datetime.now(UTC), together=[each.slug for each in profiles])


def plan_profile(installation: Installation, profile: Profile, *, together: Collection[str] = ()) -> list[Change]:
    """Return what `apply_profile` would change. Raises `UnknownFeature`, `SettingsInvalid`, `UnknownTenant`.

    `together` are the short names of the tenants that are planned, or applied, in one go: their units may stand for
    each other before they are there.
    """
    roster = installation.roster
    check_features(roster, profile)
    check_tenants(installation, profile, together)
    tenant_changes = _plan_tenant(installation, profile)
    if not _exists(installation, profile):
        beginning = changes(State(), without_aside(profile, State(), roster))
        return [*tenant_changes, *_plan_hosts(installation, profile), *beginning, *_plan_members(installation, profile)]
    with installation.scope(profile.slug) as scope:
        planned = plan(scope, profile, roster)
    return [*tenant_changes, *_plan_hosts(installation, profile), *planned, *_plan_members(installation, profile)]


def apply_profile(
    installation: Installation, profile: Profile, *, now: datetime, together: Collection[str] = ()
) -> list[Change]:
    """Make or change the tenant as the profile says, and return what changed, and what has to wait.

    Raises `UnknownFeature`, `SettingsInvalid`, `UnknownTenant`, `HostTaken` or `CalendarUnusable` before anything is written, and
    `CatalogueUnusable` where the duty list does not go together with areas that the tenant got by other means.
    """
    planned = plan_profile(installation, profile, together=together)
    if not all(change.waits for change in planned):
        _write_tenant(installation, profile)
        joined, left = _write_members(installation, profile)
        installation.forget()
        with installation.scope(profile.slug) as scope:
            for host in missing_hosts(installation, profile):
                give_host(scope, host, By(FILES.name, reason="区配置文件列出"), now=now)
            apply(scope, profile, installation.roster, now=now)
            for district in joined:
                tell_new_district(scope, installation.roster, district, now=now)
        for district in left:
            installation.run(district, partial(leave_city, city=profile.slug))
        installation.forget()
    else:
        installation.run(profile.slug, partial(_remember_silently, profile=profile))
    move_clocks(installation, profile.slug, now=now)  # even where nothing changed: an earlier run may have been cut off
    return planned


def plan(scope: Scope, profile: Profile, roster: Roster) -> list[Change]:
    """Return what `apply` would change of the tenant's units, duties, features and calendar."""
    state = state_of(scope)
    return changes(state, without_aside(profile, state, roster))


def apply(scope: Scope, profile: Profile, roster: Roster, *, now: datetime) -> list[Change]:
    """Change units, duties, features and calendar as the profile says, in the scope's transaction; return what changed.

    Every process reads the tenant anew afterwards. Clocks that run go by the calendar they were started with until
    `move_clocks` moves them.
    """
    state = state_of(scope)
    profile = without_aside(profile, state, roster)
    planned = changes(state, profile)
    if not all(change.waits for change in planned):
        _write_units(scope, profile, state)
        remember_declared(scope, profile, state)
        _write_features(scope, profile, state, roster, now=now)
        _write_core_settings(scope, profile, state, roster, now=now)
        write_routing(scope, profile, state.routing, roster, now=now)
        calendar = merged_calendar(state, profile)
        publish(scope, calendar.name, calendar.spec, now=now)
        _remember_calendar(scope, profile)
        scope.session.execute(update(Tenant).where(Tenant.id == scope.tenant.id).values(epoch=Tenant.epoch + 1))
    return planned


def without_aside(profile: Profile, state: State, roster: Roster) -> Profile:
    """Return the profile with the features of plugins that are put aside as the tenant has them, if it has them.

    They are neither switched on nor off, nor set otherwise, until their plugin is repaired and the profile applied.
    """
    declared = dict(state.features)
    aside = {name for name in profile.features if roster.is_aside(name)}
    told = {name: values for name, values in profile.settings.items() if name not in aside}
    kept = {name: values for name, values in declared.items() if name in aside}
    features = tuple(name for name in profile.features if name not in aside or name in kept)
    return replace(profile, features=features, settings={**told, **kept})


def check_features(roster: Roster, profile: Profile) -> None:
    """Raise `UnknownFeature` or `SettingsInvalid` when the tenant could not be asked anything with these settings."""
    for name in profile.features:
        if roster.is_aside(name):
            continue
        roster.enabled(Wanted(name, profile.settings.get(name, {})))
    for name, settings in profile.core_settings.items():
        roster.enabled(Wanted(name, settings))
    check_routing(roster, profile)


def check_tenants(installation: Installation, profile: Profile, together: Collection[str]) -> None:
    """Raise `UnknownTenant` when a unit stands for a tenant that neither is there nor is made in one go with this."""
    known = {tenant.slug for tenant in installation.tenants()} | set(together)
    for unit in profile.units:
        if unit.tenant and unit.tenant not in known:
            raise UnknownTenant(
                f"单位 {unit.name}（{unit.code}）代表的租户 {unit.tenant} 不存在，工单无从移交。"
                f"现有：{'、'.join(sorted(known)) or '无'}。请改正 tenant，或先应用那个租户。"
            )


def _exists(installation: Installation, profile: Profile) -> bool:
    return any(tenant.slug == profile.slug for tenant in installation.tenants())


def _plan_tenant(installation: Installation, profile: Profile) -> list[Change]:
    known = next((tenant for tenant in installation.tenants() if tenant.slug == profile.slug), None)
    if known is None:
        return [Change(f"新增租户 {profile.name}（{profile.slug}）")]
    pairs = [
        ("名称", known.name, profile.name),
        ("类别", known.kind, profile.kind),
        ("时区", known.zone.key, profile.zone),
        ("流水号前缀", known.serial_prefix, profile.serial_prefix),
    ]
    return [Change(f"改{what} {profile.slug}：{old} → {new}") for what, old, new in pairs if old != new]


def _plan_members(installation: Installation, profile: Profile) -> list[Change]:
    before = {tenant.slug for tenant in installation.members(profile.slug)} if _exists(installation, profile) else set()
    return [
        *(Change(f"加入成员 {slug}") for slug in profile.members if slug not in before),
        *(Change(f"移出成员 {slug}") for slug in sorted(before - set(profile.members))),
    ]


def missing_hosts(installation: Installation, profile: Profile) -> list[str]:
    """Return the hosts that the files name and the tenant has not; those given by other means stay."""
    known = next((tenant.hosts for tenant in installation.tenants() if tenant.slug == profile.slug), ())
    return [host for host in profile.hosts if host not in known]


def _plan_hosts(installation: Installation, profile: Profile) -> list[Change]:
    missing = missing_hosts(installation, profile)
    for tenant in installation.tenants():
        if taken := sorted({*missing} & {*tenant.hosts}):
            raise HostTaken(
                f"域名 {'、'.join(taken)} 已经属于租户 {tenant.slug}，一个域名只能属于一个租户。请先在那里移除。"
            )
    return [Change(f"绑定域名 {host}") for host in missing]


def _write_tenant(installation: Installation, profile: Profile) -> None:
    with installation.database.transaction(None) as session:
        tenant = session.scalar(select(Tenant).where(Tenant.slug == profile.slug).with_for_update())
        if tenant is None:
            tenant = Tenant(
                slug=profile.slug,
                name=profile.name,
                kind=profile.kind,
                zone=profile.zone,
                serial_prefix=profile.serial_prefix,
            )
            session.add(tenant)
        tenant.name, tenant.kind = profile.name, profile.kind
        tenant.zone, tenant.serial_prefix = profile.zone, profile.serial_prefix
        tenant.epoch += 1


def _write_members(installation: Installation, profile: Profile) -> tuple[list[str], list[str]]:
    """Make these districts the city's members, and return who joined and who left."""
    before = {tenant.slug for tenant in installation.members(profile.slug)}
    city_id = installation.tenant(profile.slug).id
    district_ids = [installation.tenant(slug).id for slug in profile.members]
    with installation.database.transaction(None) as session:
        session.execute(delete(CityMember).where(CityMember.city_id == city_id))
        session.add_all(CityMember(city_id=city_id, district_id=district_id) for district_id in district_ids)
    return sorted(set(profile.members) - before), sorted(before - set(profile.members))


def _remember_silently(scope: Scope, profile: Profile) -> None:
    """Remember what the files say where nothing changes by it: they say now what administrators had done before."""
    state = state_of(scope)
    if state.declared_units != declared_after(state, profile):
        remember_declared(scope, profile, state)
    if state.declared_calendar != parse_workdays(profile.calendar_toml):
        _remember_calendar(scope, profile)


def _write_units(scope: Scope, profile: Profile, before: State) -> None:
    merged = merged_units(before, profile)
    changed = {code: as_entry(unit) for code, unit in merged.items() if before.units.get(code) != unit}
    write_units(scope, unit_rows(scope), changed)


def remember_declared(scope: Scope, profile: Profile, before: State) -> None:
    """Remember what the files say of units, so that the next time only what they say otherwise is changed."""
    declared = {code: unit.document for code, unit in declared_after(before, profile).items()}
    for code, row in unit_rows(scope).items():
        row.declared = declared.get(code)
    scope.session.flush()


def _remember_calendar(scope: Scope, profile: Profile) -> None:
    declared = parse_workdays(profile.calendar_toml)
    scope.session.execute(
        update(WorkCalendar)
        .where(WorkCalendar.tenant_id == scope.tenant.id)
        .values(declared={"name": declared.name, "specification": to_document(declared.spec)})
    )
    scope.session.flush()


def _write_features(scope: Scope, profile: Profile, before: State, roster: Roster, *, now: datetime) -> None:
    """Change what the files say otherwise than when they were last applied; what administrators did since stays."""
    declared = dict(before.features)
    for position, feature in enumerate(profile.features):
        settings = dict(profile.settings.get(feature, {}))
        if feature not in declared or declared[feature] != settings:
            _declare_settings(scope, feature, settings, roster, now=now)
        if feature not in declared:
            set_state(scope, feature, "on", reason="")
            record_feature_event(scope, feature, "on", actor=FILES, reason="区配置文件列出", now=now)
        row = feature_row(scope, feature)
        row.position, row.declared = position, {"position": position, "settings": settings}
    for feature in declared.keys() - set(profile.features):
        set_state(scope, feature, "off", reason="区配置文件不再列出")
        record_feature_event(scope, feature, "off", actor=FILES, reason="区配置文件不再列出", now=now)
        feature_row(scope, feature).declared = None
    others = scope.session.scalars(
        select(TenantFeature)
        .where(
            TenantFeature.tenant_id == scope.tenant.id,
            TenantFeature.feature.not_in([*profile.features, *CORE_IDS]),
        )
        .order_by(TenantFeature.position, TenantFeature.feature)
    )
    for position, row in enumerate(others, start=len(profile.features)):
        row.position = position
    scope.session.flush()


def _write_core_settings(scope: Scope, profile: Profile, before: State, roster: Roster, *, now: datetime) -> None:
    for name in core_settings_changed(before, profile):
        settings = dict(profile.core_settings.get(name, {}))
        _declare_settings(scope, name, settings, roster, now=now)
        feature_row(scope, name).declared = {"settings": settings} if settings else None
    scope.session.flush()


def _declare_settings(scope: Scope, feature: str, settings: dict[str, Any], roster: Roster, *, now: datetime) -> None:
    revision = write_revision(
        scope,
        feature,
        values=settings,
        schema_version=roster.get(feature).schema().VERSION,
        reason="按区配置文件",
        author=FILES,
        now=now,
    )
    make_active(scope, feature, revision.number, actor=FILES, now=now)
