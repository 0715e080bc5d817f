"""Switching features on and off, and their order: what else depends on one is told before anything is done."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from core.escalation.accountability.labels import ENDED
from core.escalation.accountability.models import AccountabilityCase
from core.hooks.core_features import CORE_IDS
from core.hooks.features import Feature
from core.hooks.roster import Roster
from core.hooks.table import Failure
from core.journey.features.listing import STATE_LABELS, FeatureState, stored_state
from core.journey.settings.administering import administering, reason_for
from core.journey.settings.checking import findings_of, keep_check
from core.journey.settings.effects import refuse_conflicts, take_effect
from core.journey.settings.held import Held, held, is_preset
from core.journey.settings.standings import weigh
from core.kit.errors import Refused
from core.kit.outbox import enqueue
from core.kit.saying import joined, said, word
from core.sla.live import LIVE
from core.sla.models import Clock
from core.tenancy.active import features_on, in_use
from core.tenancy.models import SettingsRevision, TenantFeature
from core.tenancy.queries import events_of, feature_rows, find_feature_row, happened_to, revisions_of
from core.tenancy.revisions import Author, bump_epoch, feature_row, record_feature_event, set_state, write_revision
from core.tenancy.rules import CLOSED, CheckFailed, Need, needs_of, state_of
from core.tenancy.scope import Scope
from core.tickets.timeline import Actor

ENABLING = "feature-enabling"
"""Kind of the job that goes on with switching a feature on when its try has ended."""


class FeatureStands(Refused):
    """The feature is already as it was to become, or cannot become so from where it stands."""

    code = "feature-stands"


class NotForACity(Refused):
    """A city presets the settings of its districts' features; it has none of them on itself."""

    code = "not-for-a-city"


class FeatureInUse(Refused):
    """Something still depends on a feature that is to be switched off."""

    code = "feature-in-use"


class NotInOrder(Refused):
    """The feature has no place in the order."""

    code = "not-in-order"


@dataclass(frozen=True, slots=True)
class Switching:
    """How far switching a feature on has come: with which revision, what is still needed, what else would go well."""

    state: FeatureState
    number: int
    needs: tuple[Need, ...]
    suggests: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Dependents:
    """What depends on a feature: time limits it set, cases it opened, features that are better on together with it."""

    open_clocks: int
    open_cases: int
    suggested_by: tuple[str, ...]

    @property
    def words(self) -> tuple[str, ...]:
        """What there is, and what happens to it when the feature is off."""
        told = []
        if self.open_clocks:
            told.append(
                said(
                    "{open_clocks:,} 个在走的时限由它设定，将照原来的截止时间走完，此后不再有它的提醒",
                    open_clocks=self.open_clocks,
                )
            )
        if self.open_cases:
            told.append(said("{open_cases:,} 件未结的问责由它提起，照常办理", open_cases=self.open_cases))
        if self.suggested_by:
            told.append(
                said("{suggested_by} 建议与它同时启用，单独启用也能工作", suggested_by=joined("、", self.suggested_by))
            )
        return tuple(told)


def switch_on(
    scope: Scope, roster: Roster, feature_id: str, *, reason: str = "", actor: Actor, now: datetime
) -> Switching:
    """Switch a feature on, or go on with it: its first revision holds the defaults, and is checked, tried and approved.

    Where something is still needed the feature is `enabling`; the same call again goes on when it has been done. One
    that was on before is on at once, unless two persons must agree.
    Raises `NotPermitted`, `UnknownFeature`, `FeatureUnusable`, `FeatureOfCity`, `NotForACity`, `FeatureConflict`,
    `FeatureStands`, `SettingsInvalid` (a setting that has no default), `CheckFailed`.
    """
    author = administering(actor, "启用功能")
    why = reason_for(reason or "启用功能", "启用功能")
    feature = roster.get(feature_id)
    _refuse_core(feature_id)
    row = feature_row(scope, feature_id)
    now_held = held(scope, roster, feature_id)
    if is_preset(scope, feature):
        raise NotForACity(
            said(
                "{name}不办理工单，功能 {feature_id} 由各区启用；市中心可以预设它的设置。",
                name=scope.tenant.name,
                feature_id=feature_id,
            )
        )
    if row.state in ("on", "suspended"):
        remedy = "要恢复请用 resume。" if row.state == "suspended" else "没有要做的。"
        raise FeatureStands(
            said(
                "功能 {feature_id}（{label}）{state}，不用再启用。{remedy}",
                feature_id=feature_id,
                label=word(feature.label),
                state=word(STATE_LABELS[stored_state(row)]),
                remedy=word(remedy),
            )
        )
    refuse_conflicts(scope, roster, feature)
    if row.state == "off" and now_held.in_force and not feature.restricted:
        refuse_unusable(scope, roster, row)
        set_state(scope, feature_id, "on", reason="")
        record_feature_event(scope, feature_id, "on", actor=author, reason=why, now=now)
        return Switching("on", row.revision, (), _suggested(scope, feature))
    revision = _awaited(scope, row)
    if revision is None:
        revision = _first_revision(scope, now_held, why, author, now)
        set_state(scope, feature_id, "enabling", reason=why)
        record_feature_event(scope, feature_id, "enabling", actor=author, reason=why, now=now)
    return _go_on(scope, roster, now_held, revision, author=author, now=now)


def how_far(scope: Scope, roster: Roster, feature_id: str) -> Switching | None:
    """Return how far switching a feature on has come; None when it is not being switched on. Raises as `held`."""
    row = find_feature_row(scope, feature_id)
    revision = _awaited(scope, row) if row else None
    if revision is None:
        return None
    now_held = held(scope, roster, feature_id)
    needs = needs_of(weigh(scope, roster, now_held, revision).standing)
    return Switching("enabling", revision.number, needs, _suggested(scope, now_held.feature))


def go_on_enabling(scope: Scope, roster: Roster, feature_id: str, number: int, *, now: datetime) -> Switching | None:
    """Go on switching a feature on for who began it; None when that is done, given up or taken over by another revision.

    Raises as `switch_on`.
    """
    row = feature_row(scope, feature_id)
    revision = _awaited(scope, row)
    if revision is None or revision.number != number:
        return None
    author = Author(revision.author, revision.author_id)
    return _go_on(scope, roster, held(scope, roster, feature_id), revision, author=author, now=now)


def await_trial(scope: Scope, feature_id: str, number: int, *, now: datetime) -> None:
    """Write the job that goes on with switching a feature on when its try has ended."""
    enqueue(
        scope.session,
        ENABLING,
        dedup_key=f"{ENABLING}/{feature_id}/{number}/{scope.new_id()}",
        payload={"feature": feature_id, "number": number, "begun": now.isoformat()},
        now=now,
    )


def dependents_of(scope: Scope, roster: Roster, feature_id: str) -> Dependents:
    """Return what depends on a feature of this tenant."""
    tenant_id, mark = scope.tenant.id, f"{feature_id}/"
    clocks = select(func.count()).where(
        Clock.tenant_id == tenant_id, Clock.state.in_(LIVE), Clock.rule_id.startswith(mark, autoescape=True)
    )
    cases = select(func.count()).where(
        AccountabilityCase.tenant_id == tenant_id,
        AccountabilityCase.state.not_in(ENDED),
        AccountabilityCase.rule_id.startswith(mark, autoescape=True),
    )
    on = [row.feature for row in features_on(scope.session, scope.tenant)]
    suggesting = [roster.features[name] for name in on if name in roster.features]
    return Dependents(
        open_clocks=scope.session.scalar(clocks) or 0,
        open_cases=scope.session.scalar(cases) or 0,
        suggested_by=tuple(
            said("{id}（{label}）", id=each.id, label=word(each.label))
            for each in suggesting
            if feature_id in each.suggests
        ),
    )


def switch_off(
    scope: Scope,
    roster: Roster,
    feature_id: str,
    *,
    reason: str,
    anyway: bool = False,
    actor: Actor,
    now: datetime,
) -> Dependents:
    """Switch a feature off; its settings stay. Return what depended on it.

    Without `anyway` it is not done while anything does. Raises `NotPermitted`, `ReasonMissing`, `FeatureStands`,
    `FeatureInUse`.
    """
    author = administering(actor, "关闭功能")
    why = reason_for(reason, "关闭功能")
    _refuse_core(feature_id)
    row = find_feature_row(scope, feature_id)
    if row is not None:
        row = feature_row(scope, feature_id)
    if row is None or row.state == "off":
        raise FeatureStands(said("功能 {feature_id} 没有启用，不用关闭。", feature_id=feature_id))
    depending = dependents_of(scope, roster, feature_id)
    if depending.words and not anyway:
        raise FeatureInUse(
            said(
                "功能 {feature_id} 还有别的依靠它：{words}。没有关闭；确定要关，请写明仍然关闭（--anyway）。",
                feature_id=feature_id,
                words=joined("；", depending.words),
            )
        )
    set_state(scope, feature_id, "off", reason=why)
    record_feature_event(scope, feature_id, "off", actor=author, reason=why, now=now)
    return depending


def move(scope: Scope, feature_id: str, *, before: str | None, actor: Actor, now: datetime) -> Sequence[str]:
    """Put a feature before another one in the tenant's order, or (None) last; return the order.

    Where several answer and one decides, the first one does. Raises `NotPermitted`, `NotInOrder`.
    """
    author = administering(actor, "调整功能次序")
    order = [row.feature for row in feature_rows(scope) if row.feature not in CORE_IDS]
    for name in (feature_id, before):
        if name is not None and name not in order:
            raise NotInOrder(
                said(
                    "功能 {name} 不在本区的次序里。现有次序：{order}。",
                    name=name,
                    order=joined("、", order) or word("无"),
                )
            )
    if before == feature_id:
        raise NotInOrder(said("功能 {feature_id} 不能排在自己前面。请写另一项功能。", feature_id=feature_id))
    order.remove(feature_id)
    order.insert(order.index(before) if before else len(order), feature_id)
    for position, name in enumerate(order):
        feature_row(scope, name).position = position
    words = said("排在 {before} 之前", before=before) if before else "排在最后"
    record_feature_event(scope, feature_id, "moved", actor=author, reason=words, now=now)
    bump_epoch(scope)
    return order


def _refuse_core(feature_id: str) -> None:
    if feature_id in CORE_IDS:
        raise FeatureStands(
            said("{feature_id} 是产品自己的，始终启用，不能开关。要改它的设置，请起草一次修订。", feature_id=feature_id)
        )


def _go_on(
    scope: Scope, roster: Roster, now_held: Held, revision: SettingsRevision, *, author: Author, now: datetime
) -> Switching:
    """Do what can be done of switching on: check anew where that is needed, and let it be on when nothing is missing."""
    feature = now_held.feature
    needs = needs_of(weigh(scope, roster, now_held, revision).standing)
    if "check" in needs:
        _check(scope, roster, now_held, revision, author, now)
        needs = tuple(need for need in needs if need != "check")
    if not needs:
        take_effect(scope, roster, feature, revision.number, author=author, now=now)
    return Switching("enabling" if needs else "on", revision.number, needs, _suggested(scope, feature))


def _check(
    scope: Scope, roster: Roster, now_held: Held, revision: SettingsRevision, author: Author, now: datetime
) -> None:
    findings = findings_of(scope, roster, now_held, revision, now=now)
    if errors := [finding.text for finding in findings if finding.level == "error"]:
        feature = now_held.feature
        raise CheckFailed(
            said(
                "功能 {id}（{label}）不能这样启用：{errors}。请先起草设置，生效之后再启用。",
                id=feature.id,
                label=word(feature.label),
                errors=joined("；", errors[:3]),
            )
        )
    keep_check(scope, now_held, revision.number, findings, author=author, now=now)


def _first_revision(scope: Scope, now_held: Held, why: str, author: Author, now: datetime) -> SettingsRevision:
    """Write the revision with which a feature is switched on: the defaults, or what last held."""
    return write_revision(
        scope,
        now_held.feature.id,
        values=now_held.checked(now_held.own),
        schema_version=now_held.schema.VERSION,
        reason=why,
        author=author,
        now=now,
        locked=now_held.own_locked,
        restored_from=now_held.used or None,
    )


def _awaited(scope: Scope, row: TenantFeature) -> SettingsRevision | None:
    """Return the revision with which a feature is being switched on: the newest that is still open."""
    if row.state != "enabling":
        return None
    happened = happened_to(events_of(scope, row.feature))
    for revision in revisions_of(scope, row.feature):
        if state_of([each.kind for each in happened.get(revision.number, ())]) not in CLOSED:
            return revision
    return None


def refuse_unusable(scope: Scope, roster: Roster, row: TenantFeature) -> None:
    """Raise `CheckFailed` when the feature could not be asked with any settings that held."""
    told: list[Failure] = []
    if in_use(scope.session, scope.tenant, roster, scope.keys, row, report=told.append) is None:
        why = told[0].words if told else ""
        raise CheckFailed(
            said("功能 {feature} 现在不能启用（{why}）。请先修复插件，或起草合适的设置。", feature=row.feature, why=why)
        )


def _suggested(scope: Scope, feature: Feature) -> tuple[str, ...]:
    """Return the features that go well with this one and are not on."""
    on = {row.feature for row in features_on(scope.session, scope.tenant)}
    return tuple(name for name in feature.suggests if name not in on)
