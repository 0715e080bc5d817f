"""What a tenant's files say of routing: areas, duty list and rules. They are its beginning, like settings.

Only what the files say otherwise than when they were last applied is changed, as a revision of theirs; what a tenant did
with areas, list and rules by other means since then stays.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import select

from core.areas.service import draft as draft_areas
from core.areas.tree import Area
from core.hooks.core_features import ROUTING
from core.hooks.roster import Roster, Wanted
from core.hooks.settings import differences as settings_differences
from core.hooks.settings.frozen import plain
from core.journey.settings.effects import take_effect
from core.routing.ruleset.writing import dump_rules
from core.routing.settings import LIMITS, RULES, RoutingSettings
from core.tenancy.active import stored_of
from core.tenancy.models import TenantFeature
from core.tenancy.revisions import FILES, digest_of, feature_row, write_revision
from core.tenancy.scope import Scope
from core.units.catalogue.catalogue import Catalogue
from core.units.catalogue.differences import differences
from core.units.catalogue.limit_history import limit_changes
from core.units.catalogue.queries import DUTY_LIST, EMPTY, duty_list_in_force
from core.units.catalogue.service import draft
from tenants.duties import DutyFact, catalogue_of
from tenants.profile import Profile

REASON = "按区配置文件"
AREAS = "areas"
SETTINGS = (RULES, LIMITS)
NONE: dict[str, Any] = dict.fromkeys(SETTINGS, ())


@dataclass(frozen=True)
class RoutingState:
    """What holds about routing in a tenant, and what its files said when they were last applied, by digests."""

    number: int = 0
    gazetteer: int = 0
    duty_list: Catalogue = EMPTY
    settings: Mapping[str, Any] = field(default_factory=dict)
    """Routing rules, and the limits that they give, as they are written; what is left out there is none of."""
    told: Mapping[str, str] = field(default_factory=dict)

    def differs(self, what: str, profile: Profile) -> bool:
        """Tell whether the files say this otherwise than when they were last applied."""
        return self.told.get(what) != told_by(profile).get(what)


def routing_state(scope: Scope) -> RoutingState:
    """Return what holds in the tenant."""
    in_force = duty_list_in_force(scope)
    declared = select(TenantFeature.declared).where(
        TenantFeature.tenant_id == scope.tenant.id, TenantFeature.feature == ROUTING.id
    )
    return RoutingState(
        in_force.number,
        in_force.gazetteer,
        in_force.catalogue,
        {name: value for name in SETTINGS if (value := plain(scope.hooks.enabled[ROUTING.id].settings[name]))},
        scope.session.scalar(declared) or {},
    )


def told_by(profile: Profile) -> dict[str, str]:
    """Return the digests of what the files say; what they say nothing of is left out."""
    told = {DUTY_LIST: _list_digest(tuple(profile.duties))}
    if profile.gazetteer is not None:
        told[AREAS] = profile.gazetteer.digest
    return told | {name: digest_of({name: value}) for name, value in _settings_of(profile).items()}


@lru_cache(maxsize=16)
def _list_digest(duties: tuple[DutyFact, ...]) -> str:
    """Return the digest of what a file of duties says; it is asked for again and again, and lists are long."""
    return catalogue_of(duties).digest


def routing_changes(state: RoutingState, profile: Profile, unit_names: Mapping[str, str]) -> Iterator[str]:
    """Yield what applying the files would change of areas, duty list and rules."""
    if state.differs(AREAS, profile):
        areas = profile.gazetteer
        yield f"地名库改为 {len(areas.areas)} 个区域、{len(areas.names)} 个地名" if areas else "不再使用地名库"
    if state.differs(AREAS, profile) or state.differs(DUTY_LIST, profile):
        told = differences(state.duty_list, _wanted_list(state, profile), unit_names)
        yield from told
        if state.differs(DUTY_LIST, profile) and not told:
            yield "职责清单与现行的相同，记为出自区配置文件"
    if any(state.differs(name, profile) for name in SETTINGS):
        wanted = _wanted_settings(state, profile)
        told_so = [
            f"{each.label}：{each.before} → {each.after}"
            for each in settings_differences(RoutingSettings, {**NONE, **state.settings}, {**NONE, **wanted})
        ]
        yield from told_so or ["派单规则与现行的相同，记为出自区配置文件"]


def check_routing(roster: Roster, profile: Profile) -> None:
    """Raise `SettingsInvalid` when the rules could not be used with the limits that the files declare."""
    roster.enabled(Wanted(ROUTING.id, _settings_of(profile)))


def write_routing(scope: Scope, profile: Profile, state: RoutingState, roster: Roster, *, now: datetime) -> None:
    """Let hold what the files say otherwise than before, as a revision of theirs.

    Raises `CatalogueUnusable` where list and areas, of which one is not the files', do not go together.
    """
    if state.told == told_by(profile):
        return
    wanted = _wanted_settings(state, profile)
    if number := _drafted(scope, profile, state, now=now):
        wanted[DUTY_LIST] = number
    row = feature_row(scope, ROUTING.id)
    held = stored_of(scope.session, scope.tenant, ROUTING.id, row.revision).values
    values = {name: value for name, value in held.items() if name not in (DUTY_LIST, *SETTINGS)} | wanted
    if values != held:
        revision = write_revision(
            scope,
            ROUTING.id,
            values=values,
            schema_version=RoutingSettings.VERSION,
            reason=REASON,
            author=FILES,
            now=now,
        )
        take_effect(scope, roster, roster.get(ROUTING.id), revision.number, author=FILES, now=now)
    row.declared = told_by(profile)
    scope.session.flush()


def _settings_of(profile: Profile) -> dict[str, Any]:
    """Return what the files say of rules, and of the limits that rules give."""
    return dict(profile.settings.get(ROUTING.id, {})) | (dump_rules(profile.rules) if profile.rules is not None else {})


def _wanted_settings(state: RoutingState, profile: Profile) -> dict[str, Any]:
    said = _settings_of(profile)
    found = {name: (said if state.differs(name, profile) else state.settings).get(name) for name in SETTINGS}
    return {name: value for name, value in found.items() if value}


def _wanted_list(state: RoutingState, profile: Profile) -> Catalogue:
    areas: Sequence[Area] = state.duty_list.areas.nodes
    if state.differs(AREAS, profile):
        areas = profile.gazetteer.areas.nodes if profile.gazetteer is not None else ()
    if state.differs(DUTY_LIST, profile):
        return catalogue_of(profile.duties, known=state.duty_list, areas=areas)
    return Catalogue.of(state.duty_list.matters.nodes, areas, state.duty_list.rows)


def _drafted(scope: Scope, profile: Profile, state: RoutingState, *, now: datetime) -> int:
    """Return the number of the version that says what the files do; 0 for a list without matters."""
    gazetteer = state.gazetteer
    if state.differs(AREAS, profile):
        areas = profile.gazetteer
        gazetteer = draft_areas(scope, areas, reason=REASON, author=FILES, now=now).number if areas is not None else 0
    catalogue = _wanted_list(state, profile)
    if (catalogue.digest, gazetteer) == (state.duty_list.digest, state.gazetteer):
        return state.number
    if not catalogue.matters.nodes:
        return 0
    # The files are the tenant's own word: where they give more time, that is named.
    loosened = {change.key for change in limit_changes(state.duty_list, catalogue, on=now.date(), reason=REASON)}
    return draft(scope, catalogue, gazetteer=gazetteer, reason=REASON, author=FILES, now=now, loosened=loosened).number
