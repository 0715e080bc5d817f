"""How a city's preset stands in its districts 全市预设的下发: who took it and when, who did not and why, who is yet to be told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import select

from core.hooks.roster import Roster
from core.journey.settings.administering import administering
from core.journey.settings.presets import PRESETS
from core.tenancy.models import FeatureIncident, SettingsPreset, SettingsRevision
from core.tenancy.queries import feature_rows
from core.tenancy.scope import Scope
from core.tickets.timeline import Actor

How = Literal["taken", "refused", "underway"]


@dataclass(frozen=True, slots=True)
class Held:
    """The city's preset as one district has it: the number of the revision, 0 = none, and since when."""

    number: int
    set_at: datetime | None


@dataclass(frozen=True, slots=True)
class Standing:
    """How a preset stands in one district: taken, refused with why, or still on its way; `number` is what holds there."""

    district: str
    name: str
    how: How
    number: int
    at: datetime | None
    why: str = ""


@dataclass(frozen=True, slots=True)
class PresetLine:
    """What a city presets for one feature: which revision, what of it is locked, in how many districts it was refused."""

    feature: str
    label: str
    number: int
    locked: tuple[str, ...]
    refused: int


def held_in_district(scope: Scope, feature_id: str, *, city: str) -> Held:
    """Return what this district holds of its city's preset of a feature."""
    row = scope.session.get(SettingsPreset, (scope.tenant.id, feature_id))
    return Held(row.number, row.set_at) if row is not None and row.city == city else Held(0, None)


def refusals_of(scope: Scope, feature_id: str, number: int) -> Mapping[str, tuple[datetime, str]]:
    """Return by district when and why it did not take this revision of the city's preset."""
    rows = scope.session.scalars(
        select(FeatureIncident).where(
            FeatureIncident.tenant_id == scope.tenant.id,
            FeatureIncident.feature == feature_id,
            FeatureIncident.revision == number,
            FeatureIncident.hook.startswith(f"{PRESETS}/", autoescape=True),
        )
    )
    return {row.hook.removeprefix(f"{PRESETS}/"): (row.last_at, row.words) for row in rows}


def standing_of(
    district: str, name: str, held: Held, *, number: int, refused: Mapping[str, tuple[datetime, str]]
) -> Standing:
    """Return how the city's revision `number` stands in a district that holds this of it."""
    if held.number >= number:
        return Standing(district, name, "taken", held.number, held.set_at)
    if district in refused:
        at, why = refused[district]
        return Standing(district, name, "refused", held.number, at, why)
    return Standing(district, name, "underway", held.number, None)


def list_presets(scope: Scope, roster: Roster, *, actor: Actor) -> Sequence[PresetLine]:
    """Return what this city presets, in the order of the features. Raises `NotPermitted`."""
    administering(actor, "查看全市预设")
    lines = []
    for row in feature_rows(scope):
        feature = roster.features.get(row.feature)
        if not row.revision or feature is None or feature.level != "district":
            continue
        revision = scope.session.get_one(SettingsRevision, (scope.tenant.id, row.feature, row.revision))
        fields = feature.schema()().fields
        locked = tuple(getattr(fields.get(name), "title", name) for name in revision.locked)
        refused = len(refusals_of(scope, row.feature, row.revision))
        lines.append(PresetLine(row.feature, feature.label, row.revision, locked, refused))
    return lines
