"""What features did 功能所做的事: kept once for each key, so that what is sent or tried twice is done once."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from core.kit.errors import Collision
from core.tenancy.models import FeatureAct
from core.tenancy.scope import Scope

ActKind = Literal["page", "command", "job", "event"]


def find_act_alone(scope: Scope, key: str) -> FeatureAct | None:
    """Return what was done under this key, if anything was.

    Until the transaction ends no other one gets past here with the same key: whoever sends a thing twice at the same
    moment finds the second time what the first has done.
    """
    scope.session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(key, scope.tenant.id))))
    return scope.session.scalar(
        select(FeatureAct).where(FeatureAct.tenant_id == scope.tenant.id, FeatureAct.key == key)
    )


def keep_act(
    scope: Scope,
    *,
    key: str,
    feature: str,
    kind: ActKind,
    part: str,
    actor: str,
    told: str,
    now: datetime,
    actor_id: int | None = None,
) -> None:
    """Keep that it was done. Raises `Collision` when another transaction did the same at the same moment."""
    kept = scope.session.execute(
        insert(FeatureAct)
        .values(
            tenant_id=scope.tenant.id,
            id=scope.new_id(),
            key=key,
            feature=feature,
            kind=kind,
            part=part,
            at=now,
            actor_id=actor_id,
            actor=actor,
            told=told,
        )
        .on_conflict_do_nothing(index_elements=["tenant_id", "key"])
        .returning(FeatureAct.id)
    )
    if kept.scalar() is None:
        raise Collision("uq_feature_act_key")


def latest_acts(scope: Scope, *, most: int) -> Sequence[FeatureAct]:
    """Return what features did last, the newest first."""
    return scope.session.scalars(
        select(FeatureAct)
        .where(FeatureAct.tenant_id == scope.tenant.id)
        .order_by(FeatureAct.at.desc(), FeatureAct.id.desc())
        .limit(most)
    ).all()
