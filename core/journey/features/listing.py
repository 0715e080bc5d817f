"""All features of a tenant in their order: which are on, with which settings they are asked, which cannot be used."""

from collections import Counter
from dataclasses import dataclass
from typing import Literal, cast

from core.hooks.core_features import CORE_IDS
from core.hooks.features import Feature
from core.hooks.roster import Quarantined, Roster
from core.hooks.table import Failure
from core.journey.settings.administering import administering
from core.tenancy.active import in_safe_mode, in_use, preset_of
from core.tenancy.models import TenantFeature
from core.tenancy.queries import feature_rows, open_incidents
from core.tenancy.scope import Scope
from core.tickets.timeline import Actor

FeatureState = Literal["off", "enabling", "on", "suspended", "incompatible"]
STATE_LABELS: dict[FeatureState, str] = {
    "off": "未启用",
    "enabling": "启用中",
    "on": "已启用",
    "suspended": "已停用",
    "incompatible": "不能使用",
}


@dataclass(frozen=True, slots=True)
class FeatureLine:
    """A feature as lists show it.

    `revision` is the one activated last, `used` the one it is asked with (0 = the defaults, None = it is not asked).
    """

    id: str
    label: str
    summary: str
    version: str
    level: str
    restricted: bool
    state: FeatureState
    position: int | None
    revision: int
    used: int | None
    preset: str
    incidents: int
    reason: str


@dataclass(frozen=True, slots=True)
class FeatureList:
    """All features of plugins in the tenant's order, those never used last; plugins put aside; whether none is asked at all."""

    features: tuple[FeatureLine, ...]
    quarantined: tuple[Quarantined, ...]
    safe_mode: bool


def list_features(scope: Scope, roster: Roster, *, actor: Actor) -> FeatureList:
    """Return all features. Raises `NotPermitted`."""
    administering(actor, "查看功能")
    rows = [row for row in feature_rows(scope) if row.feature not in CORE_IDS]
    cards = Counter(incident.feature for incident in open_incidents(scope))
    known = [_line(scope, roster, row, place, cards) for place, row in enumerate(rows, start=1)]
    others = sorted(roster.features.keys() - {row.feature for row in rows})
    new = [_unused(scope, feature) for name in others if _is_for(scope, feature := roster.features[name])]
    return FeatureList((*known, *new), roster.quarantined, in_safe_mode())


def _is_for(scope: Scope, feature: Feature) -> bool:
    return feature.level != "city" or scope.tenant.kind == "city"


def _line(scope: Scope, roster: Roster, row: TenantFeature, place: int, cards: Counter[str]) -> FeatureLine:
    feature = roster.features.get(row.feature)
    state, used, reason = _use(scope, roster, row)
    return FeatureLine(
        id=row.feature,
        label=feature.label if feature else row.feature,
        summary=feature.summary if feature else "",
        version=feature.version if feature else "",
        level=feature.level if feature else "district",
        restricted=feature.restricted if feature else False,
        state=state,
        position=place,
        revision=row.revision,
        used=used,
        preset=preset_of(scope.session, scope.tenant, row.feature).city,
        incidents=cards[row.feature],
        reason=reason,
    )


def _use(scope: Scope, roster: Roster, row: TenantFeature) -> tuple[FeatureState, int | None, str]:
    """Return a feature's state, the revision it is asked with, and why it is so where somebody or something said so."""
    if row.state == "off":
        return "off", None, row.reason
    if row.feature not in roster.features:
        plugin = row.feature.partition(".")[0]
        aside = next((each.reason for each in roster.quarantined if each.plugin == plugin), "")
        return "incompatible", None, aside or "没有安装提供这项功能的插件"
    if row.state != "on":
        return stored_state(row), None, row.reason
    told: list[Failure] = []
    used = in_use(scope.session, scope.tenant, roster, scope.keys, row, report=told.append)
    why = told[0].words if told else row.reason
    return ("on", used.revision, why) if used else ("incompatible", None, why)


def _unused(scope: Scope, feature: Feature) -> FeatureLine:
    return FeatureLine(
        id=feature.id,
        label=feature.label,
        summary=feature.summary,
        version=feature.version,
        level=feature.level,
        restricted=feature.restricted,
        state="off",
        position=None,
        revision=0,
        used=None,
        preset=preset_of(scope.session, scope.tenant, feature.id).city,
        incidents=0,
        reason="",
    )


def stored_state(row: TenantFeature) -> FeatureState:
    """Return the state as it is stored; that a feature cannot be used is seen only when it is tried."""
    return cast(FeatureState, row.state)
