"""Doing what the job table says: one row at a time, its effect and `done` in the same transaction.

The row lock is the lease: when a worker dies, the database lets go of the row and the next one takes it.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import Select, select

from core.jobs.acting import ActsAs
from core.jobs.looking import finds
from core.jobs.turns import Now, Turns
from core.kit.outbox import Job
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

    def run(self, *, now: Now) -> None:
        """Do the due jobs of all tenants, in turns, until none is left.

        A job that fails rests for a while and never stands in the way of another.
        Raises sqlalchemy's DBAPIError when the database is gone; what was not finished is then still in the table.
        """
        while self._turns.take(partial(self._visit, now=now), now=now):
            pass

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
                job = scope.session.scalar(_due(scope.tenant.id, now()).with_for_update(skip_locked=True))
                if job is None:
                    return False
                claim = _Claim(job.id, job.kind, job.payload, job.attempts)
                if job.kind not in self._kinds:  # written by a newer version that is being rolled out
                    raise TryLater(f"这个版本不会处理 {job.kind} 类任务")
                try:
                    self._kinds[job.kind].do(scope, job.payload, now())
                except NotYet as early:
                    job.run_after = early.until
                    return True
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
            .with_for_update(skip_locked=True)
        )
        if job is None:
            return
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
    outcome = "不再重试" if is_last else f"{BACKOFF[claim.attempts]} 后重试"
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
