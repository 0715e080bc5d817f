"""Doing what the job table says: one row at a time, its effect and `done` in the same transaction.

The row lock is the lease: when a worker dies, the database lets go of the row and the next one takes it.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import Select, delete, exists, select
from sqlalchemy.dialects.postgresql import insert

from core.jobs.acting import ActsAs
from core.jobs.looking import finds
from core.jobs.turns import Now, Turns
from core.kit.outbox import Job, JobStart
from core.kit.saying import said, word
from core.kit.trouble import where
from core.tenancy.facts import TenantFacts
from core.tenancy.scope import Installation, Scope

VISIT = 20
"""Jobs done for one tenant before the next one has its turn."""
BACKOFF = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=12),
)
"""How long a job rests after its first, second … failure. One failure more, and it is dead."""
MOST_CRASHES = 3
"""A job that ended so many workers is dead. Fewer than the falls after which `huiying up` gives a program up."""
CRASH_REST = timedelta(minutes=1)
"""How long it rests after the second of them; after the first, which most often is none of its fault, not at all."""
WATCH = timedelta(minutes=5)
"""So long after its start a worker marks what it begins. A mark costs as much as a small job, and a worker that a job
ended is followed by a young one, which meets that job among the first: the oldest are done first."""
CRASHED = "执行到一半时后台程序意外退出（被强行终止，或者内存不足）"
log = logging.getLogger(__name__)


class TryLater(Exception):  # noqa: N818 -- a fact about the outside world
    """The outside did not take it now. The message says why, in words for people, and names nobody."""


class NotYet(Exception):  # noqa: N818 -- a fact about the hour
    """The job may be done from `until` on. Raised before anything was changed; it does not count as a try."""

    def __init__(self, until: datetime) -> None:
        super().__init__(until)
        self.until = until


@dataclass(frozen=True, slots=True)
class Failure:
    """A try that did not succeed: why, in words without personal data, when, and whether it was the last one."""

    reason: str
    attempt: int
    is_last: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class JobKind:
    """How jobs of one kind are done and in whose name, and what is to be seen of it when a try fails."""

    do: Callable[[Scope, Mapping[str, Any], datetime], None]
    tell: Callable[[Scope, Mapping[str, Any], Failure], None]
    acts_as: ActsAs


@dataclass(frozen=True, slots=True)
class _Claim:
    """What is known of a job after its transaction was rolled back."""

    id: int
    kind: str
    payload: Mapping[str, Any]
    attempts: int


class Drain:
    """All tenants' jobs, seen from a worker process. Any number of drains may run at once."""

    def __init__(
        self, installation: Installation, kinds: Mapping[str, JobKind], *, is_ending: Callable[[], bool] = lambda: False
    ) -> None:
        self._installation = installation
        self._kinds = kinds
        self._is_ending = is_ending
        self._turns = Turns(installation, what="任务", is_ending=is_ending)
        self._watching_until: datetime | None = None

    def run(self, *, now: Now) -> None:
        """Do the due jobs of all tenants, in turns, until none is left.

        A job that fails rests for a while and never stands in the way of another.
        Raises sqlalchemy's DBAPIError when the database is gone; what was not finished is then still in the table.
        """
        while self._turns.take(partial(self._visit, now=now), now=now):
            pass

    def _is_watching(self, now: datetime) -> bool:
        """Return whether the process is young: it may stand where a job ended the one before, and marks each start."""
        if self._watching_until is None:
            self._watching_until = now + WATCH
        return now < self._watching_until

    def _visit(self, tenant: TenantFacts, *, now: Now) -> bool:
        """Do up to `VISIT` jobs of a tenant; return whether there may be more."""
        if not finds(self._installation, tenant, _due(tenant.id, now()).with_only_columns(Job.id)):
            return False
        done = 0
        while done < VISIT and not self._is_ending() and self._do_next(tenant.slug, now=now):
            done += 1
        return done == VISIT

    def _do_next(self, slug: str, *, now: Now) -> bool:
        """Do the tenant's next due job; return whether there was one."""
        claim = None
        try:
            with self._installation.scope(slug) as scope:
                found = scope.session.execute(_claiming(scope.tenant.id, now())).first()
                if found is None:
                    return False
                job, was_begun = found
                if was_begun:
                    _count_crash(scope, self._kinds, job, now=now())
                    return True
                if is_marked := self._is_watching(now()) or job.crashes > 0:
                    _mark(self._installation, scope.tenant.id, job.id)
                claim = _claim_of(job)
                if job.kind not in self._kinds:  # written by a newer version that is being rolled out
                    raise TryLater(said("这个版本不会处理 {kind} 类任务", kind=job.kind))
                try:
                    self._kinds[job.kind].do(scope, job.payload, now())
                except NotYet as early:
                    job.run_after = early.until
                    _unmark(scope, job.id)
                    return True
                if is_marked:
                    _unmark(scope, job.id)
                job.state, job.attempts, job.last_error, job.finished_at = "done", job.attempts + 1, None, now()
        except Exception as error:
            if claim is None:
                raise
            _put_off(self._installation, slug, self._kinds, claim, error, now=now())
        return True


def _due(tenant_id: int, now: datetime) -> Select[Job]:
    return (
        select(Job)
        .where(Job.tenant_id == tenant_id, Job.state == "pending", Job.run_after <= now)
        .order_by(Job.run_after, Job.id)
        .limit(1)
    )


def _claim_of(job: Job) -> _Claim:
    return _Claim(job.id, job.kind, job.payload, job.attempts)


def _claiming(tenant_id: int, now: datetime) -> Select[Job, bool]:
    """Find and lock the next due job, and whether it was begun: who holds the lock ends the mark with the try.

    `key_share`: the mark, which is written beside the transaction that holds the lock, refers to the row.
    """
    was_begun = exists().where(JobStart.tenant_id == Job.tenant_id, JobStart.job_id == Job.id)
    return _due(tenant_id, now).add_columns(was_begun).with_for_update(skip_locked=True, key_share=True, of=Job)


def _mark(installation: Installation, tenant_id: int, job_id: int) -> None:
    """Keep, whatever becomes of this process, that the job was begun."""
    with installation.database.transaction(tenant_id) as session:
        session.execute(insert(JobStart).values(tenant_id=tenant_id, job_id=job_id).on_conflict_do_nothing())


def _unmark(scope: Scope, job_id: int) -> None:
    scope.session.execute(
        delete(JobStart).where(JobStart.tenant_id == scope.tenant.id, JobStart.job_id == job_id),
        execution_options={"synchronize_session": False},
    )


def _count_crash(scope: Scope, kinds: Mapping[str, JobKind], job: Job, *, now: datetime) -> None:
    """Count the try that a worker did not survive: again at once, after a rest, or, the third time, never."""
    _unmark(scope, job.id)
    job.crashes += 1
    job.last_error = said("{crashed}，第 {crashes} 次", crashed=word(CRASHED), crashes=job.crashes)
    is_last = job.crashes >= MOST_CRASHES
    if is_last:
        job.state, job.finished_at = "dead", now
    elif job.crashes > 1:
        job.run_after = now + CRASH_REST
    scope.session.flush()
    _tell(scope, kinds, _claim_of(job), Failure(job.last_error, job.attempts + job.crashes, is_last, now))
    outcome = "不再重试" if is_last else "将重试"
    level = logging.ERROR if is_last else logging.WARNING
    log.log(level, "租户 %s 的任务 %s/%s %s，%s", scope.tenant.slug, job.kind, job.id, job.last_error, outcome)


def _put_off(
    installation: Installation,
    slug: str,
    kinds: Mapping[str, JobKind],
    claim: _Claim,
    error: Exception,
    *,
    now: datetime,
) -> None:
    """Count the failed try in a transaction of its own, unless another worker has taken the job meanwhile."""
    reason = str(error) if isinstance(error, TryLater) else where(error)
    with installation.scope(slug) as scope:
        job = scope.session.scalar(
            select(Job)
            .where(
                Job.tenant_id == scope.tenant.id,
                Job.id == claim.id,
                Job.state == "pending",
                Job.attempts == claim.attempts,
            )
            .with_for_update(skip_locked=True, key_share=True)
        )
        if job is None:
            return
        _unmark(scope, job.id)
        job.attempts += 1
        job.last_error = reason
        is_last = job.attempts > len(BACKOFF)
        if is_last:
            job.state, job.finished_at = "dead", now
        else:
            job.run_after = now + BACKOFF[job.attempts - 1]
        scope.session.flush()
        _tell(scope, kinds, claim, Failure(reason, job.attempts, is_last, now))
    level = logging.ERROR if is_last else logging.WARNING
    outcome = "不再重试" if is_last else said("{backoff} 后重试", backoff=BACKOFF[claim.attempts])
    log.log(
        level,
        "租户 %s 的任务 %s/%s 第 %d 次失败，%s：%s",
        slug,
        claim.kind,
        claim.id,
        claim.attempts + 1,
        outcome,
        reason,
    )


def _tell(scope: Scope, kinds: Mapping[str, JobKind], claim: _Claim, failure: Failure) -> None:
    if claim.kind not in kinds:
        return
    try:
        with scope.session.begin_nested():
            kinds[claim.kind].tell(scope, claim.payload, failure)
            scope.session.flush()
    except Exception as error:  # telling must not keep the failure itself from being counted
        log.error("任务 %s/%s 的失败无法写到它的对象上：%s", claim.kind, claim.id, where(error))
