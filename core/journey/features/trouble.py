"""Features that fail 待修复: the cards on which it stands, putting a feature aside 停用, and letting it be asked again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import select, update

from core.hooks.roster import Roster
from core.hooks.specs import HOOKS
from core.hooks.table import FAILURE_LABELS
from core.journey.features.listing import STATE_LABELS, FeatureState, stored_state
from core.journey.features.switching import FeatureStands, refuse_unusable
from core.journey.settings.administering import administering, reason_for
from core.journey.settings.effects import refuse_conflicts
from core.kit.saying import said, word
from core.tenancy.active import features_on, in_use
from core.tenancy.models import FeatureIncident, TenantFeature
from core.tenancy.queries import feature_rows, open_incidents
from core.tenancy.revisions import CLOCK, Author, feature_row, record_feature_event, set_state
from core.tenancy.scope import Scope
from core.tickets.timeline import Actor

INSTEAD = {
    "skip": "略过它的回答，其余照常",
    "default": "按通用规则办理",
    "manual": "转由人工判定",
    "hold": "暂不处理，等人工决定",
    "retry": "稍后再试",
    "omit": "页面上略去这一块",
    "quarantine": "略去这项功能所声明的内容",
}
"""What the core does instead of an answer that failed, by the hook's own declaration."""
SUSPENDED_AFTER = timedelta(hours=24)
"""So long a feature may go on failing before it is put aside."""
STILL_FAILING = timedelta(hours=1)
"""A failure so recent counts as going on: one that is left alone is tried again every half hour."""
SUSPENDED_FROM = 40
"""So many failures at least: with fewer there were hardly any tickets to ask about."""


@dataclass(frozen=True, slots=True)
class Card:
    """A repair card 待修复: which feature failed where, what the last failure was, and what was done instead."""

    feature: str
    label: str
    state: FeatureState
    hook: str
    revision: int
    kind: str
    words: str
    instead: str
    error_id: str
    count: int
    first_at: datetime
    last_at: datetime


def suspend_all(scope: Scope, *, reason: str, actor: Actor, now: datetime) -> Sequence[str]:
    """Put all features aside 全部停用: the core's own rules hold until they are resumed. Return what was on.

    Raises `NotPermitted`, `ReasonMissing`, `FeatureStands`.
    """
    author = administering(actor, "停用全部功能")
    why = reason_for(reason, "停用全部功能")
    on = [row.feature for row in features_on(scope.session, scope.tenant)]
    if not on:
        raise FeatureStands("没有启用的功能，没有可停用的。")
    for name in on:
        set_state(scope, name, "suspended", reason=said("全部停用：{why}", why=why))
        record_feature_event(scope, name, "suspended", actor=author, reason=said("全部停用：{why}", why=why), now=now)
    return on


def resume(scope: Scope, roster: Roster, feature_id: str, *, reason: str, actor: Actor, now: datetime) -> None:
    """Let a feature that was put aside be asked again; its failures are counted anew.

    Raises `NotPermitted`, `ReasonMissing`, `UnknownFeature`, `FeatureUnusable`, `FeatureConflict`, `FeatureStands`.
    """
    author = administering(actor, "恢复功能")
    why = reason_for(reason, "恢复功能")
    feature = roster.get(feature_id)
    row = feature_row(scope, feature_id)
    if row.state != "suspended":
        raise FeatureStands(
            said(
                "功能 {feature_id}（{label}）{state}，没有停用，不用恢复。",
                feature_id=feature_id,
                label=word(feature.label),
                state=word(STATE_LABELS[stored_state(row)]),
            )
        )
    refuse_conflicts(scope, roster, feature)
    refuse_unusable(scope, roster, row)
    _resume(scope, feature_id, why, author, now)


def resume_all(scope: Scope, roster: Roster, *, reason: str, actor: Actor, now: datetime) -> Sequence[str]:
    """Resume all features that were put aside and can be used; return them.

    Raises `NotPermitted`, `ReasonMissing`, `FeatureStands`.
    """
    author = administering(actor, "恢复全部功能")
    why = reason_for(reason, "恢复全部功能")
    aside = [row for row in feature_rows(scope) if row.state == "suspended"]
    able = [row.feature for row in aside if in_use(scope.session, scope.tenant, roster, scope.keys, row) is not None]
    if not able:
        raise FeatureStands("没有停用而能恢复的功能。")
    for name in able:
        _resume(scope, name, why, author, now)
    return able


def suspend_failing(scope: Scope, *, now: datetime) -> Sequence[str]:
    """Put aside every feature that has done nothing but fail for a day, and say so on its repair card; return them."""
    failing = scope.session.scalars(
        select(FeatureIncident)
        .join(
            TenantFeature,
            (TenantFeature.tenant_id == FeatureIncident.tenant_id)
            & (TenantFeature.feature == FeatureIncident.feature)
            & (TenantFeature.revision == FeatureIncident.revision),
        )
        .where(
            FeatureIncident.tenant_id == scope.tenant.id,
            TenantFeature.state == "on",
            FeatureIncident.hook.in_(list(HOOKS)),
            FeatureIncident.is_left_alone,
            FeatureIncident.first_at <= now - SUSPENDED_AFTER,
            FeatureIncident.last_at >= now - STILL_FAILING,
            FeatureIncident.count >= SUSPENDED_FROM,
        )
        .order_by(FeatureIncident.feature, FeatureIncident.hook)
    ).all()
    suspended: list[str] = []
    for incident in failing:
        if incident.feature in suspended:
            continue
        if feature_row(scope, incident.feature).state != "on":
            continue
        since = incident.first_at.astimezone(scope.tenant.zone)
        words = said(
            "自 {since:%Y-%m-%d %H:%M} 起一直出错（{hook}，{count:,} 次），已自动停用",
            since=since,
            hook=incident.hook,
            count=incident.count,
        )
        set_state(scope, incident.feature, "suspended", reason=words)
        record_feature_event(scope, incident.feature, "suspended", actor=CLOCK, reason=words, now=now)
        incident.seen_at = None
        suspended.append(incident.feature)
    scope.session.flush()
    return suspended


def list_cards(scope: Scope, roster: Roster, *, actor: Actor) -> Sequence[Card]:
    """Return the repair cards that nobody has put away, the newest trouble first. Raises `NotPermitted`."""
    administering(actor, "查看待修复")
    rows = {row.feature: row for row in feature_rows(scope)}
    return [_card(scope, roster, incident, rows.get(incident.feature)) for incident in open_incidents(scope)]


def put_away(scope: Scope, feature_id: str, *, hook: str | None = None, actor: Actor, now: datetime) -> int:
    """Put away the repair cards of a feature, or those of one hook; a later failure brings them back. Return how many.

    Raises `NotPermitted`.
    """
    administering(actor, "收起待修复")
    wanted = [FeatureIncident.tenant_id == scope.tenant.id, FeatureIncident.feature == feature_id]
    if hook is not None:
        wanted.append(FeatureIncident.hook == hook)
    put = scope.session.execute(
        update(FeatureIncident).where(*wanted, FeatureIncident.seen_at.is_(None)).values(seen_at=now)
    )
    return int(put.rowcount)  # type: ignore[attr-defined]


def _resume(scope: Scope, feature_id: str, why: str, author: Author, now: datetime) -> None:
    scope.session.execute(
        update(FeatureIncident)
        .where(FeatureIncident.tenant_id == scope.tenant.id, FeatureIncident.feature == feature_id)
        .values(count=0, first_at=now, is_left_alone=False, seen_at=now)
    )
    set_state(scope, feature_id, "on", reason="")
    record_feature_event(scope, feature_id, "resumed", actor=author, reason=why, now=now)


def _card(scope: Scope, roster: Roster, incident: FeatureIncident, row: TenantFeature | None) -> Card:
    feature = roster.find(incident.feature)
    hook = HOOKS.get(incident.hook)
    zone = scope.tenant.zone
    labels = cast(Mapping[str, str], FAILURE_LABELS)
    return Card(
        feature=incident.feature,
        label=feature.label if feature else incident.feature,
        state=stored_state(row) if row else "off",
        hook=incident.hook,
        revision=incident.revision,
        kind=labels.get(incident.kind, incident.kind),
        words=incident.words,
        instead=INSTEAD[hook.on_error] if hook else "",
        error_id=incident.error_id,
        count=incident.count,
        first_at=incident.first_at.astimezone(zone),
        last_at=incident.last_at.astimezone(zone),
    )
