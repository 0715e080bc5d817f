"""Trying a revision on past tickets 试算, before it holds: whoever approves and activates it sees what it would have done."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from core.hooks.roster import Roster
from core.journey.dry_run import Result, Sample, ask_for, ask_for_off, result_of
from core.journey.settings.administering import administering, reading_changes
from core.journey.settings.held import held
from core.journey.settings.standings import weigh
from core.kit.errors import Refused
from core.kit.saying import said
from core.tenancy.active import features_on
from core.tenancy.models import DryRun
from core.tenancy.revisions import get_revision
from core.tenancy.rules import CLOSED, Trial, refuse_trial
from core.tenancy.scope import Scope
from core.tickets.timeline import Actor

USUAL = Sample()
"""The last tickets, as many as tell enough."""


class NotOn(Refused):
    """The feature is off, so switching it off changes nothing."""

    code = "feature-not-on"


def ask_trial(
    scope: Scope,
    roster: Roster,
    feature_id: str,
    number: int,
    *,
    sample: Sample = USUAL,
    actor: Actor,
    now: datetime,
) -> DryRun:
    """Ask for a try of a revision, or return the one that is under way with the same tickets; a job does it.

    Raises `NotPermitted`, `UnknownFeature`, `NoSuchRevision`, `RevisionClosed`, `CheckFailed`, `BadSample`.
    """
    author = administering(actor, "试算设置")
    now_held = held(scope, roster, feature_id)
    revision = get_revision(scope, feature_id, number)
    refuse_trial(weigh(scope, roster, now_held, revision).standing)
    sample.refuse_nonsense()
    under_way = scope.session.scalar(
        select(DryRun)
        .where(
            DryRun.tenant_id == scope.tenant.id,
            DryRun.feature == feature_id,
            DryRun.number == number,
            DryRun.base == now_held.in_force,
            DryRun.sample == sample.plain(),
            DryRun.state.in_(("waiting", "running")),
        )
        .order_by(DryRun.asked_at.desc(), DryRun.id.desc())
        .limit(1)
    )
    return under_way or ask_for(scope, feature_id, number, sample=sample, asked_by=author.name, now=now)


def ask_trial_off(scope: Scope, feature_id: str, *, sample: Sample = USUAL, actor: Actor, now: datetime) -> DryRun:
    """Ask what would be without a feature that is on; a job does it. Raises `NotPermitted`, `NotOn`, `BadSample`."""
    author = administering(actor, "试算关闭功能")
    if feature_id not in {row.feature for row in features_on(scope.session, scope.tenant)}:
        raise NotOn(said("功能 {feature_id} 没有启用，关闭它不会改变什么。", feature_id=feature_id))
    return ask_for_off(scope, feature_id, sample=sample, asked_by=author.name, now=now)


@dataclass(frozen=True, slots=True)
class Standing:
    """How a revision stands with its try: whether it needs one, and whether anything is still decided about it."""

    trial: Trial
    is_open: bool


def trial_standing(scope: Scope, roster: Roster, feature_id: str, number: int, *, actor: Actor) -> Standing:
    """Tell whether a revision was tried against what holds, or need not be. Raises `NotPermitted`, `NoSuchRevision`."""
    reading_changes(actor, "查看试算")
    now_held = held(scope, roster, feature_id)
    standing = weigh(scope, roster, now_held, get_revision(scope, feature_id, number)).standing
    return Standing(standing.trial, standing.state not in CLOSED)


def newest_trial(scope: Scope, feature_id: str, number: int) -> DryRun | None:
    """Return the newest try of a revision, None where it was never tried."""
    return scope.session.scalar(
        select(DryRun)
        .where(DryRun.tenant_id == scope.tenant.id, DryRun.feature == feature_id, DryRun.number == number)
        .order_by(DryRun.asked_at.desc(), DryRun.id.desc())
        .limit(1)
    )


def why_trial_failed(scope: Scope, feature_id: str, number: int) -> str:
    """Return why the newest try of a revision failed, in words; empty when it did not, or is under way."""
    newest = newest_trial(scope, feature_id, number)
    return newest.failure if newest and newest.state == "failed" else ""


def show_trial(scope: Scope, dry_run_id: int, *, offset: int = 0, most: int | None, actor: Actor) -> Result:
    """Return what a try has come to so far. Raises `NotPermitted`, `NoSuchDryRun`."""
    reading_changes(actor, "查看试算")
    return result_of(scope, dry_run_id, offset=offset, most=most)
