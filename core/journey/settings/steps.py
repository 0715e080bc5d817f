"""What comes next with a revision, for whoever looks at it: what is still needed, what they may do now, and why not."""

from dataclasses import dataclass

from core.hooks.roster import Roster
from core.hooks.settings import Difference, MigrationFailed
from core.journey.settings.administering import reading_changes
from core.journey.settings.held import Held, held
from core.journey.settings.standings import changes_between, changes_of, weigh
from core.journey.settings.trial_warnings import warnings_for
from core.kit.errors import Refused
from core.tenancy.queries import events_of
from core.tenancy.revisions import get_revision
from core.tenancy.rules import CLOSED, Need, Standing, Trial, needs_of, refuse_activation, refuse_approval
from core.tenancy.scope import Scope
from core.tickets.timeline import Actor


@dataclass(frozen=True, slots=True)
class Steps:
    """How far a revision is on its way, as this person sees it.

    `why_not_approve` and `why_not_activate` are the refusals that they would meet, empty = they may. `warnings` are what
    the try found that must be known before either. `is_approved`: another agreed to it, against what holds now.
    `goes_back_to` is the revision that held before this one, 0 = none, where this one holds.
    """

    is_open: bool
    needs: tuple[Need, ...]
    trial: Trial
    needs_approval: bool
    is_approved: bool
    is_own: bool
    why_not_approve: str
    why_not_activate: str
    warnings: tuple[str, ...]
    goes_back_to: int


@dataclass(frozen=True, slots=True)
class Made:
    """What a revision changed, or would change, of another one: its number, 0 = what is inherited alone."""

    of: int
    changes: tuple[Difference, ...]


def steps_of(scope: Scope, roster: Roster, feature_id: str, number: int, *, actor: Actor) -> Steps:
    """Return what comes next with a revision. Raises `NotPermitted`, `UnknownFeature`, `NoSuchRevision`."""
    reading_changes(actor, "查看修订")
    now_held = held(scope, roster, feature_id)
    standing = weigh(scope, roster, now_held, get_revision(scope, feature_id, number)).standing
    is_open = standing.state not in CLOSED
    return Steps(
        is_open=is_open,
        needs=needs_of(standing) if is_open else (),
        trial=standing.trial,
        needs_approval=standing.needs_approval,
        is_approved=bool(standing.approvals),
        is_own=standing.author_id is not None and standing.author_id == actor.id,
        why_not_approve=_why_not_approve(standing, actor),
        why_not_activate=_why_not_activate(standing),
        warnings=warnings_for(scope, feature_id, number) if is_open else (),
        goes_back_to=held_before(scope, feature_id, number) if number == now_held.in_force else 0,
    )


def changes_made(scope: Scope, roster: Roster, feature_id: str, number: int, *, actor: Actor) -> Made:
    """Return what a revision that holds or held changed of the one before it, and what another one would change now.

    Raises `NotPermitted`, `UnknownFeature`, `NoSuchRevision`.
    """
    reading_changes(actor, "查看修订")
    now_held = held(scope, roster, feature_id)
    revision = get_revision(scope, feature_id, number)
    kinds = {event.kind for event in events_of(scope, feature_id, number)}
    if "activated" not in kinds:
        return Made(now_held.in_force, changes_of(scope, now_held, revision))
    before = held_before(scope, feature_id, number)
    return Made(before, _between(scope, now_held, before, number))


def held_before(scope: Scope, feature_id: str, number: int) -> int:
    """Return the number of the revision that held until this one did, 0 = none."""
    for event in events_of(scope, feature_id):
        if event.kind == "superseded" and event.detail.get("by") == number:
            return event.number
    return 0


def _between(scope: Scope, now_held: Held, before: int, after: int) -> tuple[Difference, ...]:
    """Return what differs between two revisions, told with what the tenant inherits now; nothing where one is unreadable."""
    feature_id = now_held.feature.id
    try:
        sides = [
            now_held.effective_of(now_held.own_of(get_revision(scope, feature_id, each)) if each else {})
            for each in (before, after)
        ]
    except MigrationFailed:
        return ()
    return tuple(changes_between(scope, now_held, *sides))


def _why_not_approve(standing: Standing, actor: Actor) -> str:
    try:
        refuse_approval(standing, actor.id)
    except Refused as refusal:
        return refusal.message
    return ""


def _why_not_activate(standing: Standing) -> str:
    try:
        refuse_activation(standing)
    except Refused as refusal:
        return refusal.message
    return ""
