"""What a tenant's files say of routing: areas, duty list and rules. They are its beginning, like settings.

Only what the files say otherwise than when they were last applied is changed, as a revision of theirs; what a tenant did
with areas, list and rules by other means since then stays.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select

from core.areas.service import draft as draft_areas
from core.areas.tree import Area
from core.hooks.core_features import ROUTING
from core.hooks.settings import differences as settings_differences
from core.hooks.settings.frozen import plain
from core.routing.ruleset.writing import digest_of, dump_rules
from core.routing.settings import DUTY_LIST, RULES, RoutingSettings, rules_of
from core.tenancy.models import TenantFeature
from core.tenancy.revisions import FILES, feature_row, make_active, write_revision
from core.tenancy.scope import Scope
from core.units.catalogue.catalogue import Catalogue
from core.units.catalogue.differences import differences
from core.units.catalogue.limit_history import limit_changes
from core.units.catalogue.queries import EMPTY, duty_list_in_force
from core.units.catalogue.service import draft, keep_limit_changes
from tenants.duties import catalogue_of
from tenants.profile import Profile

REASON = "按区配置文件"
AREAS = "areas"


@dataclass(frozen=True)
class RoutingState:
    """What holds about routing in a tenant, and what its files said when they were last applied, by digests."""

    number: int = 0
    gazetteer: int = 0
    duty_list: Catalogue = EMPTY
    rules: Sequence[Mapping[str, Any]] = ()
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
        plain(rules_of(scope.hooks)),
        scope.session.scalar(declared) or {},
    )


def told_by(profile: Profile) -> dict[str, str]:
    """Return the digests of what the files say; what they say nothing of is left out."""
    told = {DUTY_LIST: catalogue_of(profile.duties).digest}
    if profile.gazetteer is not None:
        told[AREAS] = profile.gazetteer.digest
    if profile.rules is not None:
        told[RULES] = digest_of(profile.rules)
    return told


def routing_changes(state: RoutingState, profile: Profile, unit_names: Mapping[str, str]) -> Iterator[str]:
    """Yield what applying the files would change of areas, duty list and rules."""
    if state.differs(AREAS, profile):
        areas = profile.gazetteer
        yield f"地名库改为 {len(areas.areas)} 个区域、{len(areas.names)} 个地名" if areas else "不再使用地名库"
    told = differences(state.duty_list, _wanted_list(state, profile), unit_names)
    yield from told
    if state.differs(DUTY_LIST, profile) and not told:
        yield "职责清单与现行的相同，记为出自区配置文件"
    if state.differs(RULES, profile):
        before, after = {RULES: state.rules}, {RULES: _wanted_rules(state, profile)}
        rules = [
            f"{each.label}：{each.before} → {each.after}"
            for each in settings_differences(RoutingSettings, before, after)
        ]
        yield from rules or ["派单规则与现行的相同，记为出自区配置文件"]


def write_routing(scope: Scope, profile: Profile, state: RoutingState, *, now: datetime) -> None:
    """Let hold what the files say otherwise than before, as a revision of theirs.

    Raises `CatalogueUnusable` where list and areas, of which one is not the files', do not go together.
    """
    if state.told == told_by(profile):
        return
    number = _drafted(scope, profile, state, now=now)
    rules = _wanted_rules(state, profile)
    if (number, rules) != (state.number, state.rules):
        revision = write_revision(
            scope,
            ROUTING.id,
            values={DUTY_LIST: number, RULES: rules},
            schema_version=RoutingSettings.VERSION,
            reason=REASON,
            author=FILES,
            now=now,
        )
        make_active(scope, ROUTING.id, revision.number, actor=FILES, now=now)
        today = now.astimezone(scope.tenant.zone).date()
        keep_limit_changes(scope, before=state.number, after=number, on=today, reason=REASON)
    feature_row(scope, ROUTING.id).declared = told_by(profile)
    scope.session.flush()


def _wanted_list(state: RoutingState, profile: Profile) -> Catalogue:
    areas: Sequence[Area] = state.duty_list.areas.nodes
    if state.differs(AREAS, profile):
        areas = profile.gazetteer.areas.nodes if profile.gazetteer is not None else ()
    if state.differs(DUTY_LIST, profile):
        return catalogue_of(profile.duties, known=state.duty_list, areas=areas)
    return Catalogue.of(state.duty_list.matters.nodes, areas, state.duty_list.rows)


def _wanted_rules(state: RoutingState, profile: Profile) -> Sequence[Mapping[str, Any]]:
    if not state.differs(RULES, profile):
        return state.rules
    written: list[dict[str, Any]] = dump_rules(profile.rules)["rules"] if profile.rules is not None else []
    return written


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
