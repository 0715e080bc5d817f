"""What follows when a revision begins to hold: a feature that waited for it is on, a city's districts are told."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from core.hooks.core_features import ROUTING
from core.hooks.features import Feature
from core.hooks.roster import Roster
from core.journey.settings.held import is_preset
from core.journey.settings.routing import note_new_limits
from core.kit.errors import Refused
from core.kit.outbox import enqueue
from core.kit.saying import said, word
from core.tenancy.active import features_on
from core.tenancy.models import Tenant
from core.tenancy.queries import member_slugs
from core.tenancy.revisions import Author, feature_row, make_active, record_feature_event, set_state
from core.tenancy.scope import Scope

HOLDS_FROM_NOW = (
    "设置只用于生效以后作出的判定：已经起算的时限不变，截止时间变动时才重设提醒；已经派出的工单、已经立的案不受影响。"
)
PRESET = "settings-preset"
"""Kind of the job that brings what a city presets to one of its districts."""


class FeatureConflict(Refused):
    """A feature that is on cannot be on together with this one."""

    code = "feature-conflict"


def take_effect(
    scope: Scope, roster: Roster, feature: Feature, number: int, *, author: Author, now: datetime
) -> Sequence[str]:
    """Let a revision hold from now on; return the districts that are told. Raises `FeatureConflict`.

    A feature that was being switched on is on with it.
    """
    row = feature_row(scope, feature.id)
    is_awaited = row.state == "enabling"
    if is_awaited:
        refuse_conflicts(scope, roster, feature)
    before = row.revision
    make_active(scope, feature.id, number, actor=author, now=now)
    if feature.id == ROUTING.id:
        note_new_limits(scope, before=before, after=number, now=now)
    if is_awaited:
        set_state(scope, feature.id, "on", reason="")
        record_feature_event(
            scope, feature.id, "on", actor=author, reason=said("第 {number} 次修订生效", number=number), now=now
        )
    return tell_districts(scope, feature, number, member_slugs(scope), now=now) if is_preset(scope, feature) else ()


def tell_districts(
    scope: Scope, feature: Feature, number: int, districts: Sequence[str], *, now: datetime
) -> Sequence[str]:
    """Write a job for each district to which the city's preset is brought."""
    for district in districts:
        enqueue(
            scope.session,
            PRESET,
            dedup_key=f"{PRESET}/{feature.id}/{number}/{district}/{scope.new_id()}",
            payload={"feature": feature.id, "number": number, "district": district},
            now=now,
        )
    return districts


def refuse_conflicts(scope: Scope, roster: Roster, feature: Feature) -> None:
    """Raise `FeatureConflict` when one of the features that are on excludes this one, or this one it.

    The tenant is locked meanwhile: of two that exclude each other and are switched on at once, one is refused.
    """
    tenant = select(Tenant.id).where(Tenant.id == scope.tenant.id)
    scope.session.execute(tenant.with_for_update(key_share=True))
    for row in features_on(scope.session, scope.tenant):
        other = roster.features.get(row.feature)
        if row.feature in feature.conflicts or (other is not None and feature.id in other.conflicts):
            label = other.label if other else row.feature
            raise FeatureConflict(
                said(
                    "功能 {id}（{label}）不能与已启用的 {feature}（{label_2}）同时启用。请先关闭其中一项。",
                    id=feature.id,
                    label=word(feature.label),
                    feature=row.feature,
                    label_2=word(label),
                )
            )
