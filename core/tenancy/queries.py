"""Reading features and their settings: what is on, which revisions there are, and what happened to them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import func, select

from core.tenancy.models import (
    CityMember,
    DryRun,
    FeatureEvent,
    FeatureIncident,
    SettingsEvent,
    SettingsRevision,
    Tenant,
    TenantFeature,
)
from core.tenancy.rules import Happened
from core.tenancy.scope import Scope


def feature_rows(scope: Scope) -> Sequence[TenantFeature]:
    """Return the tenant's features, on or off, in their order."""
    return scope.session.scalars(
        select(TenantFeature)
        .where(TenantFeature.tenant_id == scope.tenant.id)
        .order_by(TenantFeature.position, TenantFeature.feature)
    ).all()


def find_feature_row(scope: Scope, feature: str) -> TenantFeature | None:
    """Return the tenant's row of a feature, None when it was never switched on nor set."""
    return scope.session.get(TenantFeature, (scope.tenant.id, feature))


def revisions_of(scope: Scope, feature: str) -> Sequence[SettingsRevision]:
    """Return the revisions of a feature's settings, the newest first."""
    return scope.session.scalars(
        select(SettingsRevision)
        .where(SettingsRevision.tenant_id == scope.tenant.id, SettingsRevision.feature == feature)
        .order_by(SettingsRevision.number.desc())
    ).all()


def revision_of_command(scope: Scope, command_id: str) -> SettingsRevision | None:
    """Return the revision that a call with this idempotency key wrote."""
    return scope.session.scalar(
        select(SettingsRevision).where(
            SettingsRevision.tenant_id == scope.tenant.id, SettingsRevision.command_id == command_id
        )
    )


def events_of(scope: Scope, feature: str, number: int | None = None) -> Sequence[SettingsEvent]:
    """Return what happened to the revisions of a feature, or to one of them, in that order."""
    events = select(SettingsEvent).where(SettingsEvent.tenant_id == scope.tenant.id, SettingsEvent.feature == feature)
    if number is not None:
        events = events.where(SettingsEvent.number == number)
    # Ids come from blocks of each process: only within one transaction do they tell what was first.
    return scope.session.scalars(events.order_by(SettingsEvent.at, SettingsEvent.id)).all()


def happened_to(events: Sequence[SettingsEvent]) -> Mapping[int, tuple[Happened, ...]]:
    """Return the events as rules read them, by the number of the revision."""
    found: dict[int, list[Happened]] = defaultdict(list)
    for event in events:
        base = event.detail.get("base")
        found[event.number].append(
            Happened(event.kind, event.at, event.actor, event.actor_id, base if isinstance(base, int) else None)
        )
    return {number: tuple(happened) for number, happened in found.items()}


def last_plan_of(scope: Scope, feature: str, number: int) -> SettingsEvent | None:
    """Return the last plan to let a revision hold from a time on."""
    plans = [event for event in events_of(scope, feature, number) if event.kind == "planned"]
    return plans[-1] if plans else None


def valid_run_of(scope: Scope, feature: str, number: int) -> DryRun | None:
    """Return the newest finished try of a revision against the one that holds now."""
    row = find_feature_row(scope, feature)
    return scope.session.scalar(
        select(DryRun)
        .where(
            DryRun.tenant_id == scope.tenant.id,
            DryRun.feature == feature,
            DryRun.number == number,
            DryRun.base == (row.revision if row else 0),
            DryRun.state == "done",
        )
        .order_by(DryRun.finished_at.desc(), DryRun.id.desc())
        .limit(1)
    )


def was_tried(scope: Scope, feature: str, number: int) -> bool:
    """Tell whether a revision was ever tried on past tickets to the end, against whatever held then."""
    return (
        scope.session.scalar(
            select(DryRun.id)
            .where(
                DryRun.tenant_id == scope.tenant.id,
                DryRun.feature == feature,
                DryRun.number == number,
                DryRun.state == "done",
            )
            .limit(1)
        )
        is not None
    )


def feature_events_of(scope: Scope, feature: str) -> Sequence[FeatureEvent]:
    """Return what was done with a feature besides its settings, the newest first."""
    return scope.session.scalars(
        select(FeatureEvent)
        .where(FeatureEvent.tenant_id == scope.tenant.id, FeatureEvent.feature == feature)
        .order_by(FeatureEvent.at.desc(), FeatureEvent.id.desc())
    ).all()


def first_asked(scope: Scope, feature: str) -> datetime | None:
    """Return when a feature was first switched on, of one that files declared when its settings first held; None = unknown."""
    switched = select(func.min(FeatureEvent.at)).where(
        FeatureEvent.tenant_id == scope.tenant.id, FeatureEvent.feature == feature, FeatureEvent.kind == "on"
    )
    held = select(func.min(SettingsEvent.at)).where(
        SettingsEvent.tenant_id == scope.tenant.id, SettingsEvent.feature == feature, SettingsEvent.kind == "activated"
    )
    return scope.session.scalar(switched) or scope.session.scalar(held)


def open_incidents(scope: Scope) -> Sequence[FeatureIncident]:
    """Return the repair cards 待修复 that nobody has put away, the newest trouble first."""
    return scope.session.scalars(
        select(FeatureIncident)
        .where(FeatureIncident.tenant_id == scope.tenant.id, FeatureIncident.seen_at.is_(None))
        .order_by(FeatureIncident.last_at.desc(), FeatureIncident.feature, FeatureIncident.hook)
    ).all()


def member_slugs(scope: Scope) -> Sequence[str]:
    """Return the short names of the districts of this city, in their order; none when it is a district itself."""
    return scope.session.scalars(
        select(Tenant.slug)
        .join(CityMember, CityMember.district_id == Tenant.id)
        .where(CityMember.city_id == scope.tenant.id)
        .order_by(Tenant.slug)
    ).all()
