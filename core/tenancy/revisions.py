"""Writing revisions of settings and what becomes of them: the only writer of their tables. Flushes, never commits."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import func, select, update

from core.hooks.core_features import CORE_IDS
from core.kit.errors import Refused
from core.kit.saying import said
from core.tenancy.active import CORE_POSITION
from core.tenancy.models import FeatureEvent, SettingsEvent, SettingsRevision, Tenant, TenantFeature
from core.tenancy.scope import Scope

EventKind = Literal["checked", "refused", "approved", "planned", "activated", "superseded", "withdrawn"]
FeatureEventKind = Literal["enabling", "on", "off", "suspended", "resumed", "moved", "secret_set", "secret_removed"]


class NoSuchRevision(Refused):
    """The feature has no revision of this number."""

    code = "no-such-revision"


@dataclass(frozen=True, slots=True)
class Author:
    """Who writes or decides: an account or token of the house, or (id None) the tenant's files, its city, or the clock."""

    name: str
    account_id: int | None = None


FILES = Author("区配置文件")
"""The tenant's folder, applied by `huiying tenant apply`."""
CLOCK = Author("系统")
"""The product itself, which puts aside what keeps failing."""


def write_revision(
    scope: Scope,
    feature: str,
    *,
    values: Mapping[str, Any],
    schema_version: int,
    reason: str,
    author: Author,
    now: datetime,
    locked: Sequence[str] = (),
    restored_from: int | None = None,
    command_id: str | None = None,
) -> SettingsRevision:
    """Add the next revision of a feature's settings. The row of the feature is locked meanwhile."""
    feature_row(scope, feature)
    newest = scope.session.scalar(
        select(func.max(SettingsRevision.number)).where(
            SettingsRevision.tenant_id == scope.tenant.id, SettingsRevision.feature == feature
        )
    )
    revision = SettingsRevision(
        tenant_id=scope.tenant.id,
        feature=feature,
        number=(newest or 0) + 1,
        schema_version=schema_version,
        values=dict(values),
        locked=sorted(locked),
        sha256=digest_of(values),
        reason=reason,
        author_id=author.account_id,
        author=author.name,
        created_at=now,
        restored_from=restored_from,
        command_id=command_id,
    )
    scope.session.add(revision)
    scope.session.flush()
    return revision


def record_event(
    scope: Scope,
    feature: str,
    number: int,
    kind: EventKind,
    *,
    actor: Author,
    now: datetime,
    detail: Mapping[str, Any] | None = None,
) -> SettingsEvent:
    """Add what happened to a revision."""
    event = SettingsEvent(
        tenant_id=scope.tenant.id,
        id=scope.new_id(),
        feature=feature,
        number=number,
        kind=kind,
        at=now,
        actor_id=actor.account_id,
        actor=actor.name,
        detail=dict(detail or {}),
    )
    scope.session.add(event)
    scope.session.flush()
    return event


def record_feature_event(
    scope: Scope, feature: str, kind: FeatureEventKind, *, actor: Author, reason: str, now: datetime
) -> None:
    """Add what was done with a feature besides its settings."""
    scope.session.add(
        FeatureEvent(
            tenant_id=scope.tenant.id,
            id=scope.new_id(),
            feature=feature,
            kind=kind,
            at=now,
            actor_id=actor.account_id,
            actor=actor.name,
            reason=reason,
        )
    )
    scope.session.flush()


def make_active(scope: Scope, feature: str, number: int, *, actor: Author, now: datetime) -> None:
    """Let a revision hold from now on; every process reads the tenant anew within two seconds."""
    row = feature_row(scope, feature)
    if row.revision == number:
        return
    if row.revision:
        record_event(scope, feature, row.revision, "superseded", actor=actor, now=now, detail={"by": number})
    record_event(scope, feature, number, "activated", actor=actor, now=now)
    row.revision = number
    bump_epoch(scope)


def set_state(scope: Scope, feature: str, state: str, *, reason: str) -> None:
    """Switch a feature on or off, or put it aside; what is asked changes within two seconds everywhere."""
    row = feature_row(scope, feature)
    row.state, row.reason = state, reason
    bump_epoch(scope)


def feature_row(scope: Scope, feature: str) -> TenantFeature:
    """Return the tenant's row of a feature, locked; made at the end of the order when there is none.

    That of one of the core's own is on from the start.
    """
    row = scope.session.scalar(
        select(TenantFeature)
        .where(TenantFeature.tenant_id == scope.tenant.id, TenantFeature.feature == feature)
        .with_for_update()
    )
    if row is None:
        is_core = feature in CORE_IDS
        last = scope.session.scalar(
            select(func.max(TenantFeature.position)).where(TenantFeature.tenant_id == scope.tenant.id)
        )
        position = CORE_POSITION if is_core else 0 if last is None else last + 1
        row = TenantFeature(
            tenant_id=scope.tenant.id, feature=feature, position=position, state="on" if is_core else "off"
        )
        scope.session.add(row)
        scope.session.flush()
    return row


def get_revision(scope: Scope, feature: str, number: int) -> SettingsRevision:
    """Return a revision. Raises `NoSuchRevision`."""
    revision = scope.session.get(SettingsRevision, (scope.tenant.id, feature, number))
    if revision is None:
        raise NoSuchRevision(
            said("功能 {feature} 没有第 {number} 次修订。请先查看现有的修订。", feature=feature, number=number)
        )
    return revision


def bump_epoch(scope: Scope) -> None:
    """Let every process read the tenant's facts anew."""
    scope.session.flush()
    scope.session.execute(update(Tenant).where(Tenant.id == scope.tenant.id).values(epoch=Tenant.epoch + 1))


def digest_of(values: Mapping[str, Any]) -> str:
    """Return the SHA-256 of settings in one canonical form, as hexadecimal digits."""
    written = json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(written.encode()).hexdigest()
