"""Deciding about a revision: approve 批准, let it hold 启用 at once or from a time on, withdraw 撤回, roll back 回退."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.hooks.roster import Roster
from core.hooks.settings import Difference
from core.hooks.table import Failure
from core.journey.settings.administering import administering, reason_for
from core.journey.settings.checking import keep_check, unfit_in
from core.journey.settings.drafting import NothingChanged, refuse_strangers
from core.journey.settings.effects import take_effect
from core.journey.settings.held import Held, held, is_preset
from core.journey.settings.standings import changes_of, weigh
from core.journey.settings.trial_warnings import refuse_unaware
from core.kit.errors import Refused
from core.kit.outbox import enqueue
from core.kit.saying import joined, said, word
from core.tenancy.incidents import keep_incident
from core.tenancy.models import SettingsRevision, TenantFeature
from core.tenancy.queries import events_of, happened_to, last_plan_of, revision_of_command, valid_run_of
from core.tenancy.revisions import (
    Author,
    NoSuchRevision,
    feature_row,
    get_revision,
    record_event,
    record_feature_event,
    set_state,
    write_revision,
)
from core.tenancy.rules import CheckFailed, Standing, refuse_activation, refuse_approval, refuse_withdrawal, state_of
from core.tenancy.scope import Scope
from core.tickets.timeline import Actor

PLANNED = "settings-planned"
"""Kind of the job that lets a revision hold from its time on."""
FARTHEST = timedelta(days=366)
"""So far ahead a revision may be planned: nobody remembers it longer."""


class TimeUnusable(Refused):
    """From this time on a revision cannot hold."""

    code = "effective-time-unusable"


class NeverHeld(Refused):
    """A revision to which one would go back has never held."""

    code = "never-held"


@dataclass(frozen=True, slots=True)
class Decided:
    """A revision that holds, or will from `at` on: what changes by it, and the districts that are told.

    `waits` says why it is not asked yet all the same: the feature is off, or suspended.
    """

    number: int
    at: datetime
    is_planned: bool
    changes: tuple[Difference, ...]
    districts: Sequence[str] = ()
    waits: str = ""


WAITS = {
    "off": "这项功能还没有启用，启用之后才用到。",
    "suspended": "这项功能现在停用，恢复之后才用到。",
    "enabling": "这项功能还在启用之中，启用之后才用到。",
}


def approve(
    scope: Scope,
    roster: Roster,
    feature_id: str,
    number: int,
    *,
    note: str = "",
    aware: bool = False,
    actor: Actor,
    now: datetime,
) -> tuple[Difference, ...]:
    """Agree to a revision as a second person; return what it would change. Kept even where no second person is needed.

    `aware`: whoever agrees has seen what the try warns of. Raises `NotPermitted`, `UnknownFeature`, `NoSuchRevision`, `RevisionClosed`, `OwnRevision`, `CheckFailed`,
    `NotChecked`, `BaseChanged`, `NotTried`, `AlreadyApproved`, `TrialWarns`.
    """
    author = administering(actor, "批准设置")
    said = reason_for(note, "批准设置") if note.strip() else ""
    feature_row(scope, feature_id)
    now_held = held(scope, roster, feature_id)
    weighed = weigh(scope, roster, now_held, get_revision(scope, feature_id, number))
    refuse_approval(weighed.standing, author.account_id)
    refuse_unaware(scope, feature_id, number, aware=aware)
    run = valid_run_of(scope, feature_id, number)
    detail = {"base": now_held.in_force, "dry_run": run.id if run else None, "note": said}
    record_event(scope, feature_id, number, "approved", actor=author, now=now, detail=detail)
    return weighed.changes


def activate(
    scope: Scope,
    roster: Roster,
    feature_id: str,
    number: int,
    *,
    at: datetime | None = None,
    aware: bool = False,
    actor: Actor,
    now: datetime,
) -> Decided:
    """Let a revision hold, at once or from a time on, when everything is decided anew.

    `aware`: whoever activates has seen what the try warns of. Raises `NotPermitted`, `UnknownFeature`, `NoSuchRevision`, `RevisionClosed`, `CheckFailed`, `NotChecked`,
    `BaseChanged`, `NotTried`, `ApprovalMissing`, `FeatureConflict`, `TimeUnusable`, `TrialWarns`.
    """
    author = administering(actor, "启用设置")
    row = feature_row(scope, feature_id)
    now_held = held(scope, roster, feature_id)
    revision = get_revision(scope, feature_id, number)
    changes = _refuse_unready(scope, roster, now_held, revision)
    refuse_unaware(scope, feature_id, number, aware=aware)
    if at is None:
        districts = take_effect(scope, roster, now_held.feature, number, author=author, now=now)
        return Decided(number, now, False, changes, districts, _waits(scope, now_held, row))
    if not now < at <= now + FARTHEST:
        raise TimeUnusable(
            said("生效时间须在此刻以后、{days} 天以内。请改写时间，或不写时间立即启用。", days=FARTHEST.days)
        )
    plan = record_event(
        scope,
        feature_id,
        number,
        "planned",
        actor=author,
        now=now,
        detail={"base": now_held.in_force, "at": at.isoformat()},
    )
    payload = {"feature": feature_id, "number": number, "plan": plan.id}
    enqueue(scope.session, PLANNED, dedup_key=f"{PLANNED}/{plan.id}", payload=payload, now=now, run_after=at)
    return Decided(number, at, True, changes, (), _waits(scope, now_held, row))


def activate_planned(
    scope: Scope, roster: Roster, feature_id: str, number: int, plan_id: int, *, now: datetime
) -> None:
    """Let a planned revision hold now that its time has come, if it still may; else say so on a repair card.

    Nothing happens when it was withdrawn, planned anew or activated meanwhile.
    """
    feature_row(scope, feature_id)
    plan = last_plan_of(scope, feature_id, number)
    state = state_of([event.kind for event in events_of(scope, feature_id, number)])
    if plan is None or plan.id != plan_id or state != "planned":
        return
    author = Author(plan.actor, plan.actor_id)
    try:
        now_held = held(scope, roster, feature_id)
        _refuse_unready(scope, roster, now_held, get_revision(scope, feature_id, number))
        take_effect(scope, roster, now_held.feature, number, author=author, now=now)
    except Refused as refusal:
        words = said("第 {number} 次修订到了生效时间却没有生效：{message}", number=number, message=refusal.message)
        detail = {"base": plan.detail.get("base"), "findings": [{"level": "error", "text": words, "field": ""}]}
        record_event(scope, feature_id, number, "refused", actor=author, now=now, detail=detail)
        put_card(scope, feature_id, "settings", number, words, now=now)


def withdraw(scope: Scope, feature_id: str, number: int, *, reason: str, actor: Actor, now: datetime) -> None:
    """Take back a revision that does not hold yet. A feature that was being switched on by it is off again.

    Raises `NotPermitted`, `ReasonMissing`, `NoSuchRevision`, `RevisionClosed`.
    """
    author = administering(actor, "撤回设置")
    why = reason_for(reason, "撤回设置")
    row = feature_row(scope, feature_id)
    revision = get_revision(scope, feature_id, number)
    happened = happened_to(events_of(scope, feature_id, number)).get(number, ())
    refuse_withdrawal(Standing(number, revision.author_id, happened, row.revision))
    record_event(scope, feature_id, number, "withdrawn", actor=author, now=now, detail={"reason": why})
    if row.state == "enabling":
        set_state(scope, feature_id, "off", reason=said("第 {number} 次修订已撤回：{why}", number=number, why=why))
        record_feature_event(scope, feature_id, "off", actor=author, reason=why, now=now)


def roll_back(
    scope: Scope,
    roster: Roster,
    feature_id: str,
    *,
    to: int | None = None,
    reason: str,
    actor: Actor,
    now: datetime,
    command_id: str | None = None,
) -> Decided:
    """Let the settings of an earlier revision hold again, as a new revision; by default the one that held last.

    It was tried and approved when it first held, so neither is asked for again; that it still fits is checked.
    Raises `NotPermitted`, `ReasonMissing`, `NoSuchRevision`, `NeverHeld`, `NothingChanged`, `MigrationFailed`,
    `SettingsInvalid`.
    """
    author = administering(actor, "回退设置")
    why = reason_for(reason, "回退设置")
    row = feature_row(scope, feature_id)
    now_held = held(scope, roster, feature_id)
    marked = f"{author.account_id}/{command_id}" if command_id else None
    if marked and (written := revision_of_command(scope, marked)):
        return Decided(written.number, written.created_at, False, ())
    source = _restorable(scope, now_held, to)
    own = now_held.checked(now_held.own_of(source))
    if not is_preset(scope, now_held.feature):
        refuse_strangers(scope, now_held, now_held.effective_of(own))
    revision = write_revision(
        scope,
        feature_id,
        values=own,
        schema_version=now_held.schema.VERSION,
        reason=why,
        author=author,
        now=now,
        locked=source.locked,
        restored_from=source.number,
        command_id=marked,
    )
    changes = changes_of(scope, now_held, revision)
    if not changes and now_held.used == now_held.in_force:
        raise NothingChanged(
            said("第 {number} 次修订与现行的设置相同，没有回退。请选另一次修订。", number=source.number)
        )
    keep_check(scope, now_held, revision.number, (), author=author, now=now)
    districts = take_effect(scope, roster, now_held.feature, revision.number, author=author, now=now)
    return Decided(revision.number, now, False, changes, districts, _waits(scope, now_held, row))


def put_card(scope: Scope, feature_id: str, what: str, revision: int, words: str, *, now: datetime) -> None:
    """Put up a repair card about a feature, for the administrators of this tenant."""
    failure = Failure(scope.tenant.id, feature_id, what, revision, "unusable", "", words)
    keep_incident(scope.session, failure, now=now)


def _waits(scope: Scope, now_held: Held, row: TenantFeature) -> str:
    """Say why a feature does not go by what holds yet; what a city presets waits for nothing."""
    return "" if is_preset(scope, now_held.feature) else WAITS.get(row.state, "")


def _refuse_unready(scope: Scope, roster: Roster, now_held: Held, revision: SettingsRevision) -> tuple[Difference, ...]:
    """Return what the revision changes. Raises unless it may hold, decided and looked at anew."""
    weighed = weigh(scope, roster, now_held, revision)
    refuse_activation(weighed.standing)
    if unfit := [finding.text for finding in unfit_in(scope, now_held, revision)]:
        raise CheckFailed(
            said(
                "第 {number} 次修订检查之后情况变了：{unfit}。请排除原因后重新检查，或另起草一次修订。",
                number=revision.number,
                unfit=joined("；", unfit[:3]),
            )
        )
    return weighed.changes


def _restorable(scope: Scope, now_held: Held, to: int | None) -> SettingsRevision:
    """Return the revision to go back to. Raises `NoSuchRevision`, `NeverHeld`."""
    feature_id = now_held.feature.id
    have_held = [event.number for event in events_of(scope, feature_id) if event.kind == "activated"]
    if to is None:
        before = [number for number in have_held if number != now_held.in_force]
        if not before:
            raise NoSuchRevision(
                said("功能 {feature_id} 没有先前生效过的修订，无从回退。请另起草一次修订。", feature_id=feature_id)
            )
        to = before[-1]
    source = get_revision(scope, feature_id, to)
    if to not in have_held or to == now_held.in_force:
        why = "正在生效" if to == now_held.in_force else "从未生效过，没有经过试算和批准"
        raise NeverHeld(
            said("第 {to} 次修订{why}，不能回退到它。请选一次生效过的修订，或另起草。", to=to, why=word(why))
        )
    return source
