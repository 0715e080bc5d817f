"""Running a try 试算: asked for once, done part by part in transactions of their own, whoever dies in between.

What is found of a part's tickets, the tally and how far it has come are written together. Nothing else is written, and
nothing is sent.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from sqlalchemy import select

from core.hooks.core_features import ROUTING
from core.hooks.roster import Roster
from core.journey.dry_run.changes import changes_between
from core.journey.dry_run.past import Past, Place
from core.journey.dry_run.reading import pasts_of, place_of
from core.journey.dry_run.replay import replay
from core.journey.dry_run.sample import Sample, count_of, from_plain, next_tickets
from core.journey.dry_run.tables import Tables, tables_of
from core.journey.dry_run.tally import Tally, tally_from
from core.kit.errors import Refused
from core.kit.outbox import enqueue
from core.kit.saying import said
from core.tenancy.models import DryRun, DryRunChange, Tenant
from core.tenancy.queries import find_feature_row
from core.tenancy.revisions import get_revision
from core.tenancy.scope import Installation, Scope

DRY_RUN = "dry-run"
"""Kind of the job that does the next part of a try, and comes back until it is done."""
PART = 200
"""Tickets of one transaction: a second or two, so that others get their turn and a killed worker repeats little."""
ENDED = ("done", "failed")


class NoSuchDryRun(Refused):
    """There is no try of this number."""

    code = "no-such-dry-run"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a try has come, and its state: waiting, running, done, failed."""

    done: int
    total: int
    state: str

    @property
    def has_ended(self) -> bool:
        """Whether nothing is left to do."""
        return self.state in ENDED


def ask_for(scope: Scope, feature_id: str, number: int, *, sample: Sample, asked_by: str, now: datetime) -> DryRun:
    """Ask for a try of a revision on past tickets; a job does it. Raises `BadSample`, `NoSuchRevision`."""
    get_revision(scope, feature_id, number)
    return _ask(scope, feature_id, number, "on", sample=sample, asked_by=asked_by, now=now)


def ask_for_off(scope: Scope, feature_id: str, *, sample: Sample, asked_by: str, now: datetime) -> DryRun:
    """Ask for a try of switching a feature off; a job does it. Raises `BadSample`."""
    return _ask(scope, feature_id, None, "off", sample=sample, asked_by=asked_by, now=now)


def go_on(installation: Installation, slug: str, dry_run_id: int, *, now: datetime) -> Progress:
    """Do the next part of a try, in a transaction of its own; nothing happens where it has ended.

    It fails, in words, when the draft cannot be used, or when the district was changed since it was asked for. Raises
    `NoSuchDryRun`, `UnknownTenant`.
    """
    work = partial(_go_on, roster=installation.roster, dry_run_id=dry_run_id, now=now)
    try:
        return installation.run(slug, work)
    except _FactsOutdated:
        installation.forget()
        return installation.run(slug, work)


def run_whole(
    installation: Installation,
    slug: str,
    dry_run_id: int,
    *,
    now: datetime,
    on_progress: Callable[[Progress], None] | None = None,
) -> Progress:
    """Do all parts of a try that are left, one after the other. Raises as `go_on`."""
    while True:
        progress = go_on(installation, slug, dry_run_id, now=now)
        if on_progress is not None:
            on_progress(progress)
        if progress.has_ended:
            return progress


def fail(scope: Scope, dry_run_id: int, words: str, *, now: datetime) -> None:
    """Let a try that has not ended fail, with the reason."""
    run = _locked(scope, dry_run_id)
    if run.state not in ENDED:
        run.state, run.failure, run.finished_at = "failed", words, now


def find_run(scope: Scope, dry_run_id: int) -> DryRun:
    """Return a try. Raises `NoSuchDryRun`."""
    run = scope.session.get(DryRun, (scope.tenant.id, dry_run_id))
    if run is None:
        raise _unknown(dry_run_id)
    return run


def _ask(
    scope: Scope,
    feature_id: str,
    number: int | None,
    turns: str,
    *,
    sample: Sample,
    asked_by: str,
    now: datetime,
) -> DryRun:
    row = find_feature_row(scope, feature_id)
    run = DryRun(
        tenant_id=scope.tenant.id,
        id=scope.new_id(),
        feature=feature_id,
        number=number,
        turns=turns,
        base=row.revision if row else 0,
        epoch=_epoch(scope),
        sample=sample.plain(),
        asked_by=asked_by,
        asked_at=now,
        total=count_of(scope, sample, now=now),
    )
    scope.session.add(run)
    enqueue(scope.session, DRY_RUN, dedup_key=f"{DRY_RUN}/{run.id}", payload={"dry_run": run.id}, now=now)
    scope.session.flush()
    return run


def _go_on(scope: Scope, *, roster: Roster, dry_run_id: int, now: datetime) -> Progress:
    run = _locked(scope, dry_run_id)
    if run.state not in ENDED:
        try:
            _refuse_stale(scope, run)
            tables = tables_of(scope, roster, run)
        except Refused as refusal:
            run.state, run.failure, run.finished_at = "failed", refusal.message, now
        else:
            _do_part(scope, roster, run, tables, now=now)
    scope.session.flush()
    return Progress(run.done, run.total, run.state)


def _do_part(scope: Scope, roster: Roster, run: DryRun, tables: Tables, *, now: datetime) -> None:
    tally, place = tally_from(run.tally), place_of(scope, today=run.asked_at)
    if run.state == "waiting":
        run.state = "running"
        feature = roster.get(run.feature)
        own = dict.fromkeys(feature.rules, "")
        if run.feature == ROUTING.id:
            own = {rule.id: rule.label for rule in tables.after.policy.rules.rules}
        tally.begin(run.feature, own, list(roster.answers_of(feature)))
    tickets = next_tickets(
        scope,
        from_plain(run.sample),
        now=run.asked_at,
        after=run.last_ticket_id,
        most=min(PART, run.total - run.done),
    )
    for past in pasts_of(scope, tickets):
        _try(scope, run, past, tables, place, tally)
    run.tally = tally.plain()
    run.done += len(tickets)
    if tickets:
        run.last_ticket_id = tickets[-1].id
    if run.done >= run.total or not tickets:
        run.state, run.total, run.finished_at = "done", run.done, now


def _try(scope: Scope, run: DryRun, past: Past, tables: Tables, place: Place, tally: Tally) -> None:
    """Try one ticket under both sets of rules, count it, and keep what differs."""
    before, after = replay(past, tables.before, place), replay(past, tables.after, place)
    changes = changes_between(before, after, place)
    tally.add(run.feature, before, after, changes)
    if not changes:
        return
    really = past.really
    scope.session.add(
        DryRunChange(
            tenant_id=scope.tenant.id,
            id=scope.new_id(),
            dry_run_id=run.id,
            ticket_id=past.view.id,
            serial_no=past.view.serial_no,
            changes=[change.plain() for change in changes],
            really={
                "unit": really.unit,
                "answered_at": really.answered_at.isoformat() if really.answered_at else None,
                "is_overdue": really.is_overdue,
                "satisfaction": really.satisfaction,
                "returns": really.returns,
            },
        )
    )


class _FactsOutdated(Exception):  # noqa: N818 -- a fact about this process
    """What is known here of the tenant is older than the try."""


class DistrictChanged(Refused):
    """The tenant's facts are no longer those against which the try began."""

    code = "district-changed"


def _refuse_stale(scope: Scope, run: DryRun) -> None:
    """Raise `DistrictChanged` when features, units, duties or calendar were changed: halves would not fit together.

    Raises `_FactsOutdated` when it is this process that has not heard of a change before.
    """
    epoch = _epoch(scope)
    if epoch == run.epoch != scope.tenant.epoch:
        raise _FactsOutdated
    if epoch != run.epoch:
        raise DistrictChanged("试算期间本区的功能、设置、单位、职责清单或日历有改动，前后不能相比。请重新试算。")


def _epoch(scope: Scope) -> int:
    # Not the scope's: that one may be two seconds old.
    found = scope.session.scalar(select(Tenant.epoch).where(Tenant.id == scope.tenant.id))
    assert found is not None
    return found


def _locked(scope: Scope, dry_run_id: int) -> DryRun:
    run = scope.session.scalar(
        select(DryRun).where(DryRun.tenant_id == scope.tenant.id, DryRun.id == dry_run_id).with_for_update()
    )
    if run is None:
        raise _unknown(dry_run_id)
    return run


def _unknown(dry_run_id: int) -> NoSuchDryRun:
    return NoSuchDryRun(said("没有编号为 {dry_run_id} 的试算。请从该功能的试算列表中选择。", dry_run_id=dry_run_id))
