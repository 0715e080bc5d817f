"""What holds for a tenant now: its features in their order, each with the settings that follow from revision and preset.

The district goes on whatever is wrong: settings that no longer fit give way to the last revision that does, a feature
that cannot be used is left out, and both are reported.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from core.hooks.core_features import CORE_FEATURES, CORE_IDS
from core.hooks.features import Feature
from core.hooks.roster import Roster, Wanted
from core.hooks.settings import MigrationFailed, SecretText, SettingsInvalid, migrated
from core.hooks.table import Enabled, Failure, HookTable, Report, unreported
from core.hooks.values import Context
from core.kit.errors import Refused
from core.kit.keys import Keyring
from core.kit.saying import said
from core.tenancy.facts import TenantFacts
from core.tenancy.models import SettingsEvent, SettingsPreset, SettingsRevision, TenantFeature, TenantSecret
from core.tenancy.secrets import opened_secrets

SAFE_MODE = "HUIYING_SAFE_MODE"
"""Environment variable: set to 1, no plugin's feature is asked anywhere and the core's own rules hold."""
CORE_POSITION = -1
"""The core's own features stand before all others and are not moved."""
GOES_BACK = 5
"""How many revisions that held before are tried when the present one no longer fits."""


@dataclass(frozen=True, slots=True)
class Stored:
    """What is stored of a feature's settings: the values of its own, of which schema version, under which number."""

    number: int
    schema_version: int
    values: Mapping[str, Any]


NOTHING = Stored(0, 1, {})
"""Where a tenant has set nothing of its own."""


@dataclass(frozen=True, slots=True)
class Preset:
    """What the city presets for a feature, and which names it does not leave to its districts."""

    city: str = ""
    number: int = 0
    schema_version: int = 1
    values: Mapping[str, Any] | None = None
    locked: tuple[str, ...] = ()


NO_PRESET = Preset()


@dataclass(frozen=True, slots=True)
class Kept:
    """What a tenant's table is made of beside its rows, read in one statement each: revisions in use, presets, secrets."""

    revisions: Mapping[str, SettingsRevision]
    presets: Mapping[str, SettingsPreset]
    secrets: Sequence[TenantSecret]


def compile_table(session: Session, tenant: TenantFacts, roster: Roster, keys: Keyring, *, report: Report) -> HookTable:
    """Return the table of the tenant's features that are on and can be used. Never raises for a bad one."""
    rows = core_rows(session, tenant) if in_safe_mode() else rows_asked(session, tenant)
    kept = _kept(session, tenant)
    enabled = [in_use(session, tenant, roster, keys, row, kept=kept, report=report) for row in rows]
    return roster.compiled(context_of(tenant), [each for each in enabled if each], report=report)


def in_safe_mode() -> bool:
    """Tell whether the installation was started with every feature of every tenant left out."""
    return os.environ.get(SAFE_MODE) == "1"


def context_of(tenant: TenantFacts, *, dry_run: bool = False) -> Context:
    """Return the context in which the tenant's features are asked."""
    return Context(tenant.id, tenant.slug, tenant.zone.key, dry_run)


def features_on(session: Session, tenant: TenantFacts) -> Sequence[TenantFeature]:
    """Return the rows of the plugins' features that are on, in their order."""
    return session.scalars(
        select(TenantFeature)
        .where(
            TenantFeature.tenant_id == tenant.id,
            TenantFeature.state == "on",
            TenantFeature.feature.not_in(CORE_IDS),
        )
        .order_by(TenantFeature.position, TenantFeature.feature)
    ).all()


def core_rows(session: Session, tenant: TenantFacts) -> Sequence[TenantFeature]:
    """Return a row for each of the core's own features; one that was never set holds its defaults."""
    kept = session.scalars(
        select(TenantFeature).where(TenantFeature.tenant_id == tenant.id, TenantFeature.feature.in_(CORE_IDS))
    ).all()
    rows = {row.feature: row for row in kept}
    return [
        rows.get(feature.id)
        or TenantFeature(tenant_id=tenant.id, feature=feature.id, position=CORE_POSITION, state="on")
        for feature in CORE_FEATURES
    ]


def rows_asked(session: Session, tenant: TenantFacts) -> Sequence[TenantFeature]:
    """Return the rows of all that is on: the core's own first, then the plugins' in their order."""
    return [*core_rows(session, tenant), *features_on(session, tenant)]


def wanted(
    session: Session,
    tenant: TenantFacts,
    feature: Feature,
    stored: Stored,
    keys: Keyring,
    *,
    kept: Kept | None = None,
) -> Wanted:
    """Return the feature with what holds of its settings under these stored ones. Raises `MigrationFailed`."""
    preset = _preset(kept.presets.get(feature.id)) if kept else preset_of(session, tenant, feature.id)
    values = merged(feature, stored, preset)
    secrets = (
        opened_secrets(tenant, kept.secrets, feature.id, keys)
        if kept
        else secrets_of(session, tenant, feature.id, keys)
    )
    return Wanted(feature.id, values, stored.number, secrets)


def merged(feature: Feature, stored: Stored, preset: Preset) -> dict[str, Any]:
    """Return what is not the feature's default: the city's preset, over it the district's own where it may.

    Raises `MigrationFailed`.
    """
    schema = feature.schema()
    own = migrated(schema, stored.values, from_version=stored.schema_version) if stored.values else {}
    if preset.values is None:
        return own
    above = migrated(schema, preset.values, from_version=preset.schema_version)
    return {**above, **{name: value for name, value in own.items() if name not in preset.locked}}


def stored_of(session: Session, tenant: TenantFacts, feature_id: str, number: int) -> Stored:
    """Return the stored settings of a revision; number 0 stands for none."""
    return _stored(session.get(SettingsRevision, (tenant.id, feature_id, number)) if number else None)


def preset_of(session: Session, tenant: TenantFacts, feature_id: str) -> Preset:
    """Return what the tenant's city presets for a feature."""
    return _preset(session.get(SettingsPreset, (tenant.id, feature_id)))


def secrets_of(session: Session, tenant: TenantFacts, feature_id: str, keys: Keyring) -> Mapping[str, SecretText]:
    """Return the secrets that are set of a feature, by name."""
    rows = session.scalars(
        select(TenantSecret).where(TenantSecret.tenant_id == tenant.id, TenantSecret.feature == feature_id)
    ).all()
    return opened_secrets(tenant, rows, feature_id, keys)


def in_use(
    session: Session,
    tenant: TenantFacts,
    roster: Roster,
    keys: Keyring,
    row: TenantFeature,
    *,
    kept: Kept | None = None,
    report: Report = unreported,
) -> Enabled | None:
    """Return the feature with its present settings, else with the last ones that fit, else None; told where not the first.

    What is not given as `kept` is read.
    """
    refusal: Refused | None = None
    for number in chain([row.revision], _earlier(session, tenant, row)):
        try:
            feature = roster.get(row.feature)
            if kept and number == row.revision:
                stored = _stored(kept.revisions.get(row.feature))
            else:
                stored = stored_of(session, tenant, row.feature, number)
            enabled = roster.enabled(wanted(session, tenant, feature, stored, keys, kept=kept))
        except Refused as unusable:
            refusal = refusal or unusable
            if not isinstance(unusable, (SettingsInvalid, MigrationFailed)):
                break
        else:
            if refusal is not None:
                report(
                    _failure(
                        tenant, row, said("改用第 {number} 次修订：{message}", number=number, message=refusal.message)
                    )
                )
            return enabled
    assert refusal is not None
    report(_failure(tenant, row, said("没有启用：{message}", message=refusal.message)))
    return None


def _kept(session: Session, tenant: TenantFacts) -> Kept:
    revisions = session.scalars(
        select(SettingsRevision)
        .join(
            TenantFeature,
            and_(
                TenantFeature.tenant_id == SettingsRevision.tenant_id,
                TenantFeature.feature == SettingsRevision.feature,
                TenantFeature.revision == SettingsRevision.number,
            ),
        )
        .where(SettingsRevision.tenant_id == tenant.id)
    )
    presets = session.scalars(select(SettingsPreset).where(SettingsPreset.tenant_id == tenant.id))
    secrets = session.scalars(select(TenantSecret).where(TenantSecret.tenant_id == tenant.id))
    return Kept({row.feature: row for row in revisions}, {row.feature: row for row in presets}, tuple(secrets))


def _stored(row: SettingsRevision | None) -> Stored:
    return Stored(row.number, row.schema_version, row.values) if row else NOTHING


def _preset(row: SettingsPreset | None) -> Preset:
    return Preset(row.city, row.number, row.schema_version, row.values, tuple(row.locked)) if row else NO_PRESET


def _failure(tenant: TenantFacts, row: TenantFeature, words: str) -> Failure:
    return Failure(
        tenant_id=tenant.id,
        feature=row.feature,
        hook="settings",
        revision=row.revision,
        kind="unusable",
        error_id="",
        words=words,
    )


def _earlier(session: Session, tenant: TenantFacts, row: TenantFeature) -> Iterator[int]:
    """Yield the numbers of the revisions that held before, the newest first. Asked only when the present one does not fit."""
    yield from session.scalars(
        select(SettingsEvent.number)
        .where(
            SettingsEvent.tenant_id == tenant.id,
            SettingsEvent.feature == row.feature,
            SettingsEvent.kind == "activated",
            SettingsEvent.number != row.revision,
        )
        .order_by(SettingsEvent.at.desc(), SettingsEvent.id.desc())
        .limit(GOES_BACK)
    )
