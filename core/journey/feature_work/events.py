"""What a feature does after the fact: one entry of a timeline, told to one feature, as often as it takes."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from core.hooks import specs
from core.hooks.store import StoreRefusal
from core.hooks.table import EffectFailed, Failure
from core.hooks.values import DomainEvent, Done
from core.journey.feature_work.visits import LONGEST_NOTE, FeatureFailed
from core.kit.errors import Refused
from core.kit.saying import joined, said, word
from core.tenancy.active import features_on
from core.tenancy.feature_acts import keep_act
from core.tenancy.guest import guest
from core.tenancy.scope import Scope
from core.tickets.models import Ticket, TicketEvent
from core.tickets.news import FEATURE_EVENT
from core.tickets.views import view_of
from core.units.queries import directory

BUDGET_SECONDS = specs.on_event.budget_ms / 1000


class FeatureAway(Refused):
    """The tenant has the feature on, but it cannot be asked now: its plugin or its settings do not fit, or safe mode."""

    code = "feature-away"


def act_on_event(scope: Scope, feature_id: str, ticket_id: int, seq: int, *, now: datetime) -> list[Done]:
    """Have a feature act on an entry of a ticket's timeline, and keep what it says it did.

    A feature that was switched off meanwhile has nothing to do. Raises `FeatureFailed`, `FeatureAway`.
    """
    if feature_id not in scope.hooks.answerers_of(specs.on_event):
        refuse_away(scope, feature_id)
        return []
    done = _perform(scope, feature_id, event_of(scope, ticket_id, seq))
    if done:
        keep_act(
            scope,
            key=f"event/{feature_id}/{ticket_id}/{seq}",
            feature=feature_id,
            kind="event",
            part=specs.on_event.name,
            actor="系统",
            told=joined("；", (each.text for each in done))[:LONGEST_NOTE],
            now=now,
        )
    return done


def event_of(scope: Scope, ticket_id: int, seq: int) -> DomainEvent:
    """Return an entry of a timeline as features are told of it, with the ticket as it stands now and nobody's name."""
    entry = scope.session.get_one(TicketEvent, (scope.tenant.id, ticket_id, seq))
    ticket = scope.session.get_one(Ticket, (scope.tenant.id, ticket_id))
    view = view_of(scope, ticket)
    lead = next((unit for unit in directory(scope).views if unit.code == view.lead_unit), None)
    return DomainEvent(
        id=f"{scope.tenant.slug}-{ticket_id}-{seq}",
        kind=entry.kind,
        at=entry.at,
        summary=entry.summary,
        ticket=view,
        detail=_texts(entry.detail),
        lead=lead,
    )


def refuse_away(scope: Scope, feature_id: str) -> None:
    """Raise `FeatureAway` when the tenant has the feature on and it still cannot be asked."""
    if feature_id not in scope.hooks.enabled and any(
        row.feature == feature_id for row in features_on(scope.session, scope.tenant)
    ):
        raise FeatureAway(said("功能 {feature_id} 已启用，但现在不能使用", feature_id=feature_id))


def leave_to_a_person(scope: Scope, feature_id: str, what: str, *, tries: int, reason: str) -> None:
    """Say on the feature's repair card that it is not tried any more. A feature that is off has none."""
    if feature_id in scope.hooks.enabled:
        hook = specs.on_event if what == FEATURE_EVENT else specs.jobs
        scope.hooks.refuse(
            feature_id, hook, said("试了 {tries} 次没有做成，不再重试：{reason}", tries=tries, reason=reason)
        )


def _perform(scope: Scope, feature_id: str, event: DomainEvent) -> list[Done]:
    feature = scope.hooks.enabled[feature_id].feature
    try:
        with guest(scope, feature.plugin_id, writes=True, seconds=BUDGET_SECONDS) as store:
            return scope.hooks.perform(specs.on_event, feature_id, event=event, store=store)
    except EffectFailed as failed:
        failure: Failure = failed.failure
    except StoreRefusal as refusal:
        failure = scope.hooks.refuse(feature_id, specs.on_event, refusal.message)
    raise FeatureFailed(
        said("功能“{label}”没有办成：{words}", label=word(feature.label), words=word(failure.words)), failure
    )


def _texts(detail: Mapping[str, Any]) -> dict[str, str]:
    """Return what an entry says for machines, as far as it is a plain word or number."""
    return {
        name: str(value)
        for name, value in detail.items()
        if isinstance(value, str | int) and not isinstance(value, bool)
    }
