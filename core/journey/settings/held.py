"""What holds of a feature's settings at the tenant: what it inherits, what it sets itself, what its city has locked."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.hooks.features import Feature
from core.hooks.roster import Roster
from core.hooks.settings import Inherited, Settings, inheritance, migrated, own_values
from core.kit.errors import Refused
from core.kit.saying import said, word
from core.tenancy.active import NO_PRESET, Preset, in_use, preset_of, stored_of
from core.tenancy.models import SettingsRevision
from core.tenancy.queries import find_feature_row
from core.tenancy.scope import Scope


class FeatureOfCity(Refused):
    """The feature is the central city's own; a district neither sets it nor switches it on."""

    code = "feature-of-city"


@dataclass(frozen=True, slots=True)
class Held:
    """The settings of a feature as they hold.

    `in_force` is the number of the revision that was activated last, 0 = none. `used` is the one that features get: an
    earlier one where the last no longer fits. `own` are the values of that one, as this version of the schema has them.
    """

    feature: Feature
    schema: type[Settings]
    in_force: int
    used: int
    own: Mapping[str, Any]
    own_locked: tuple[str, ...]
    preset: Preset
    inherited: Mapping[str, Inherited]

    @property
    def locked(self) -> tuple[str, ...]:
        """The settings that the city does not leave to this district."""
        return self.preset.locked

    @property
    def effective(self) -> dict[str, Any]:
        """What features get, plain and without secrets."""
        return self.effective_of(self.own)

    def effective_of(self, own: Mapping[str, Any]) -> dict[str, Any]:
        """Return what features would get with these values of the tenant's own."""
        inherited = {name: each.value for name, each in self.inherited.items()}
        return {**inherited, **{name: value for name, value in own.items() if name not in self.locked}}

    def own_of(self, revision: SettingsRevision) -> dict[str, Any]:
        """Return a revision's own values as this version of the schema has them. Raises `MigrationFailed`."""
        return migrated(self.schema, revision.values, from_version=revision.schema_version)

    def checked(self, own: Mapping[str, Any]) -> dict[str, Any]:
        """Return of these values those that differ from what is inherited, all checked. Raises `SettingsInvalid`."""
        ours = {name: value for name, value in own.items() if name not in self.locked}
        return own_values(self.schema, ours, inherited=self.inherited, feature=self.feature.id)


def held(scope: Scope, roster: Roster, feature_id: str) -> Held:
    """Return what holds of a feature's settings.

    Raises `UnknownFeature`, `FeatureUnusable`, `FeatureOfCity`, and `MigrationFailed` where the city's preset cannot be
    read.
    """
    feature = roster.get(feature_id)
    roster.answers_of(feature)
    schema = feature.schema()
    _refuse_other_level(scope, feature)
    preset = preset_of(scope.session, scope.tenant, feature_id)
    inherited = inheritance(schema, _as_now(schema, preset))
    row = find_feature_row(scope, feature_id)
    in_force = row.revision if row else 0
    used = in_use(scope.session, scope.tenant, roster, scope.keys, row) if row and in_force else None
    if used is None:
        return Held(feature, schema, in_force, 0, {}, (), preset, inherited)
    stored = stored_of(scope.session, scope.tenant, feature_id, used.revision)
    own = migrated(schema, stored.values, from_version=stored.schema_version)
    revision = scope.session.get(SettingsRevision, (scope.tenant.id, feature_id, used.revision))
    own_locked = tuple(revision.locked) if revision else ()
    return Held(feature, schema, in_force, used.revision, own, own_locked, preset, inherited)


def is_preset(scope: Scope, feature: Feature) -> bool:
    """Tell whether the tenant's settings of the feature are the preset of its districts, and not its own."""
    return scope.tenant.kind == "city" and feature.level == "district"


def _refuse_other_level(scope: Scope, feature: Feature) -> None:
    if feature.level == "city" and scope.tenant.kind != "city":
        raise FeatureOfCity(
            said(
                "功能 {id}（{label}）只供市中心使用，{name}不能设置或启用。",
                id=feature.id,
                label=word(feature.label),
                name=scope.tenant.name,
            )
        )


def _as_now(schema: type[Settings], preset: Preset) -> dict[str, Any]:
    if preset is NO_PRESET or preset.values is None:
        return {}
    return migrated(schema, preset.values, from_version=preset.schema_version)
