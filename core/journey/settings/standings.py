"""How a revision of settings stands at a tenant: what happened to it, what it would change, what is still needed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from core.hooks.core_features import ROUTING
from core.hooks.features import Feature
from core.hooks.roster import Roster
from core.hooks.settings import Difference, MigrationFailed, differences, risks_of
from core.hooks.specs import ALL_HOOKS
from core.journey.settings.held import Held, is_preset
from core.journey.settings.naming import settings_choices
from core.kit.saying import said
from core.tenancy.models import SettingsRevision
from core.tenancy.queries import events_of, happened_to, valid_run_of, was_tried
from core.tenancy.rules import Standing, Trial
from core.tenancy.scope import Scope
from core.tickets.models import Ticket

POLICIES = frozenset(hook.name for hook in ALL_HOOKS if hook.kind == "policy")


@dataclass(frozen=True, slots=True)
class Weighed:
    """A revision, what it would change of what holds, and how it stands."""

    revision: SettingsRevision
    changes: tuple[Difference, ...]
    standing: Standing


def weigh(scope: Scope, roster: Roster, held: Held, revision: SettingsRevision) -> Weighed:
    """Return what a revision would change, and how it stands."""
    changes = changes_of(scope, held, revision)
    return Weighed(revision, changes, standing_of(scope, roster, held, revision, changes))


def standing_of(
    scope: Scope, roster: Roster, held: Held, revision: SettingsRevision, changes: tuple[Difference, ...]
) -> Standing:
    """Return how a revision stands that would make these changes."""
    happened = happened_to(events_of(scope, held.feature.id, revision.number))
    return Standing(
        number=revision.number,
        author_id=revision.author_id,
        happened=happened.get(revision.number, ()),
        in_force=held.in_force,
        risks=tuple(dict.fromkeys(change.label for change in changes if change.risk)),
        restricted=held.feature.restricted,
        trial=trial_of(scope, roster, held, revision.number),
    )


def trial_of(scope: Scope, roster: Roster, held: Held, number: int) -> Trial:
    """Tell whether a revision was tried on past tickets against what holds now, or need not be."""
    if not decides_on_tickets(scope, roster, held.feature):
        return "not-needed"
    if valid_run_of(scope, held.feature.id, number) is not None:
        return "done"
    return "stale" if was_tried(scope, held.feature.id, number) else "none"


def decides_on_tickets(scope: Scope, roster: Roster, feature: Feature) -> bool:
    """Tell whether other settings of the feature may decide tickets of this tenant otherwise.

    What a city presets is tried in none of its districts by the city: their tickets are not its to see. Where nothing
    was ever accepted there is nothing to try it on.
    """
    decides = feature.id == ROUTING.id or POLICIES & set(roster.answers_of(feature))
    if is_preset(scope, feature) or not decides:
        return False
    accepted = select(Ticket.id).where(Ticket.tenant_id == scope.tenant.id, Ticket.accepted_at.is_not(None))
    return scope.session.scalar(accepted.limit(1)) is not None


def changes_of(scope: Scope, held: Held, revision: SettingsRevision) -> tuple[Difference, ...]:
    """Return in words what would change of what holds if the revision held; nothing where it cannot be read."""
    try:
        own = held.own_of(revision)
    except MigrationFailed:
        return ()
    return (*changes_between(scope, held, held.effective, held.effective_of(own)), *_lock_changes(held, revision))


def changes_between(scope: Scope, held: Held, before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    """Return in words what differs between two settings of the feature, with the names that this tenant uses."""
    return differences(held.schema, before, after, choices=settings_choices(scope))


def _lock_changes(held: Held, revision: SettingsRevision) -> list[Difference]:
    """Tell which settings a city locks or leaves to its districts from now on; locking one of risk is a risk itself."""
    risks = risks_of(held.schema)
    fields = held.schema().fields
    changed = sorted(set(held.own_locked) ^ set(revision.locked))
    return [
        Difference(
            name,
            said("{getattr}（锁定）", getattr=getattr(fields.get(name), "title", name)),
            "锁定" if name in held.own_locked else "不锁定",
            "锁定" if name in revision.locked else "不锁定",
            risks.get(name, ""),
        )
        for name in changed
    ]
