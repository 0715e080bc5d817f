"""What a city presets 全市预设 comes to its districts: each takes it where its own settings still fit, or says why not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete

from core.hooks.roster import Roster
from core.journey.settings.administering import administering
from core.journey.settings.deciding import put_card
from core.journey.settings.effects import tell_districts
from core.journey.settings.held import is_preset
from core.journey.settings.naming import not_there
from core.kit.errors import Refused
from core.kit.saying import joined, said
from core.tenancy.active import Preset, merged, stored_of
from core.tenancy.models import SettingsPreset, SettingsRevision
from core.tenancy.queries import feature_rows, find_feature_row, member_slugs
from core.tenancy.revisions import bump_epoch, feature_row
from core.tenancy.scope import Scope
from core.tickets.timeline import Actor

PRESETS = "preset"
"""Under this name a preset that was not taken is kept on a repair card; the city's names the district after a slash."""


class NoPreset(Refused):
    """The tenant presets nothing for this feature."""

    code = "no-preset"


@dataclass(frozen=True, slots=True)
class CityPreset:
    """What a city presets for a feature, as it is carried to a district."""

    city: str
    city_name: str
    feature: str
    number: int
    schema_version: int
    values: Mapping[str, Any]
    locked: tuple[str, ...]


def read_preset(scope: Scope, feature_id: str, number: int) -> CityPreset | None:
    """Return the city's preset in this revision, None when another one holds meanwhile: that one comes by its own job."""
    row = find_feature_row(scope, feature_id)
    if row is None or row.revision != number:
        return None
    revision = scope.session.get_one(SettingsRevision, (scope.tenant.id, feature_id, number))
    return CityPreset(
        scope.tenant.slug,
        scope.tenant.name,
        feature_id,
        number,
        revision.schema_version,
        revision.values,
        tuple(revision.locked),
    )


def take_preset(scope: Scope, roster: Roster, preset: CityPreset, *, now: datetime) -> str:
    """Let the city's preset hold in this district; return why not, in words, where the district keeps what it had.

    The same preset again changes nothing, and an older one never replaces a newer one.
    """
    feature_row(scope, preset.feature)
    row = scope.session.get(SettingsPreset, (scope.tenant.id, preset.feature))
    if row is not None and row.city == preset.city and row.number >= preset.number:
        return ""
    if why := _why_not(scope, roster, preset):
        words = said(
            "{city_name}第 {number} 次修订的全市预设没有采用：{why} 本区仍按原来的设置办理。",
            city_name=preset.city_name,
            number=preset.number,
            why=why,
        )
        put_card(scope, preset.feature, PRESETS, preset.number, words, now=now)
        return why
    if row is None:
        row = SettingsPreset(
            tenant_id=scope.tenant.id,
            feature=preset.feature,
            city=preset.city,
            number=preset.number,
            schema_version=preset.schema_version,
            values={},
            locked=[],
            set_at=now,
        )
        scope.session.add(row)
    row.city, row.number, row.schema_version = preset.city, preset.number, preset.schema_version
    row.values, row.locked, row.set_at = dict(preset.values), list(preset.locked), now
    bump_epoch(scope)
    return ""


def note_not_taken(scope: Scope, preset: CityPreset, district: str, why: str, *, now: datetime) -> None:
    """Tell the city's administrators that a district did not take the preset."""
    words = said(
        "{district} 没有采用第 {number} 次修订的全市预设：{why}", district=district, number=preset.number, why=why
    )
    put_card(scope, preset.feature, f"{PRESETS}/{district}", preset.number, words, now=now)


def push_preset(scope: Scope, roster: Roster, feature_id: str, *, actor: Actor, now: datetime) -> Sequence[str]:
    """Bring what this city presets for a feature to all its districts again, and return them.

    For districts that did not take it before; to the others nothing happens. Raises `NotPermitted`, `UnknownFeature`,
    `NoPreset`.
    """
    administering(actor, "下发全市预设")
    feature = roster.get(feature_id)
    row = feature_row(scope, feature_id)
    if not is_preset(scope, feature) or not row.revision:
        raise NoPreset(
            said(
                "{name}没有为功能 {feature_id} 设过全市预设，没有可下发的。请先起草并启用一次修订。",
                name=scope.tenant.name,
                feature_id=feature_id,
            )
        )
    return tell_districts(scope, feature, row.revision, member_slugs(scope), now=now)


def tell_new_district(scope: Scope, roster: Roster, district: str, *, now: datetime) -> None:
    """Bring everything that this city presets to a district that has joined it."""
    for row in feature_rows(scope):
        feature = roster.features.get(row.feature)
        if row.revision and feature is not None and feature.level == "district":
            tell_districts(scope, feature, row.revision, [district], now=now)


def leave_city(scope: Scope, city: str) -> None:
    """Let go of everything that a city presets which this district no longer belongs to; its own settings stay."""
    gone = delete(SettingsPreset).where(SettingsPreset.tenant_id == scope.tenant.id, SettingsPreset.city == city)
    scope.session.execute(gone)
    bump_epoch(scope)


def _why_not(scope: Scope, roster: Roster, preset: CityPreset) -> str:
    """Return why the preset does not fit the district's own settings; what is off is looked at when it is switched on."""
    row = find_feature_row(scope, preset.feature)
    if row is None or row.state not in ("on", "suspended"):
        return ""
    stored = stored_of(scope.session, scope.tenant, preset.feature, row.revision)
    whole = Preset(preset.city, preset.number, preset.schema_version, preset.values, preset.locked)
    try:
        feature = roster.get(preset.feature)
        roster.answers_of(feature)
        values = feature.read(merged(feature, stored, whole))
    except Refused as refusal:
        return refusal.message
    wrong = not_there(scope, feature.schema(), values)
    return (
        joined(
            "；",
            (
                said("{field}：{sentences}", field=field, sentences=joined("，", sentences))
                for field, sentences in wrong.items()
            ),
        )
        + "。"
        if wrong
        else ""
    )
