"""The daily work of features: the clock writes one job for each feature, job and day, and a worker does it."""

import logging
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import select

from core.hooks.features import NotPossible
from core.jobs.acting import ActsAs
from core.jobs.drain import Failure, JobKind, TryLater
from core.jobs.feature_events import put_off
from core.jobs.turns import Now, Turns
from core.journey.feature_work.events import FeatureAway, leave_to_a_person, refuse_away
from core.journey.feature_work.parts import FeatureJob, jobs_of
from core.journey.feature_work.visits import FeatureFailed, run_job
from core.kit.outbox import Job, enqueue_once
from core.tenancy.facts import TenantFacts
from core.tenancy.scope import Installation, Scope

FEATURE_JOB = "feature-job"
LEISURE = timedelta(seconds=10)
"""How late a daily job may be, so that most rounds of the clock need not look."""
LONGEST_OUTAGE_DAYS = 60
log = logging.getLogger(__name__)

Payload = Mapping[str, Any]
"""Names the feature, its job and the day."""


class FeatureJobs:
    """All tenants' daily jobs, seen from the clock process.

    A job is written when its time has come, under a key that holds once for its day, however many clocks there are. What
    was missed is made up for once, if the job was ever done before: one that is new waits for its next time.
    """

    acts_as = ActsAs.FEATURE

    def __init__(self, installation: Installation, *, is_ending: Callable[[], bool]) -> None:
        self._installation = installation
        self._turns = Turns(installation, what="功能的定时工作", is_ending=is_ending)
        self._seen: dict[tuple[str, str], datetime] = {}
        """When each job of each tenant was first seen."""
        self._written: dict[tuple[str, str], date] = {}
        """The last day for which it is known to be written."""
        self._next: datetime | None = None

    def write_due(self, *, now: Now) -> None:
        """Write the jobs whose time has come, unless that was looked at a moment ago.

        Raises sqlalchemy's DBAPIError when the database is gone.
        """
        if self._next is not None and now() < self._next:
            return
        self._turns.take(partial(self._write_of, now=now), now=now)
        self._next = now() + LEISURE

    def _write_of(self, tenant: TenantFacts, *, now: Now) -> bool:
        at = now()
        with self._installation.scope(tenant.slug) as scope:
            for job in jobs_of(scope).values():
                key, day = (tenant.slug, job.key), last_day_of(job, tenant, at)
                seen_at = self._seen.setdefault(key, at)
                if self._written.get(key) == day:
                    continue
                is_new = occurrence(job, tenant, day) < seen_at and not _was_written_before(scope, job, day)
                if not is_new:
                    _write(scope, job, day, now=at)
                self._written[key] = day
        return False


def last_day_of(job: FeatureJob, tenant: TenantFacts, at: datetime) -> date:
    """Return the last day whose time for the job has come: today, or yesterday while it is too early."""
    today = at.astimezone(tenant.zone).date()
    return today if occurrence(job, tenant, today) <= at else today - timedelta(days=1)


def occurrence(job: FeatureJob, tenant: TenantFacts, day: date) -> datetime:
    """Return when the job is due on a day."""
    return datetime.combine(day, job.at, tenant.zone)


def doing_daily_work() -> JobKind:
    """Return how jobs of kind `feature-job` are done."""
    return JobKind(do=do_daily_work, tell=tell_failure, acts_as=ActsAs.FEATURE)


def do_daily_work(scope: Scope, payload: Payload, now: datetime) -> None:
    """Have the feature do its work of a day; one that is off, or no longer has this work, has nothing to do.

    Raises `TryLater` when it did not do it now, `NotYet` when it was not even asked.
    """
    try:
        refuse_away(scope, payload["feature"])
        job = jobs_of(scope).get(f"{payload['feature']}/{payload['name']}")
        if job is None:
            return
        told = run_job(scope, job, date.fromisoformat(payload["day"]), now=now)
    except FeatureFailed as failed:
        raise put_off(failed, now) from failed
    except (FeatureAway, NotPossible) as refusal:
        raise TryLater(refusal.message) from refusal
    log.info("租户 %s 的功能 %s：%s，%s", scope.tenant.slug, job.feature, job.spec.label, told)


def tell_failure(scope: Scope, payload: Payload, failure: Failure) -> None:
    """Leave a repair card when no further try is made."""
    if failure.is_last:
        leave_to_a_person(scope, payload["feature"], FEATURE_JOB, tries=failure.attempt, reason=failure.reason)


def _write(scope: Scope, job: FeatureJob, day: date, *, now: datetime) -> None:
    payload = {"feature": job.feature, "name": job.spec.name, "day": str(day)}
    enqueue_once(scope.session, FEATURE_JOB, dedup_key=_key(job, day), payload=payload, now=now)


def _was_written_before(scope: Scope, job: FeatureJob, day: date) -> bool:
    """Tell whether the job was written for any of the days before, as far back as an outage may last."""
    earlier = [_key(job, day - timedelta(days=number + 1)) for number in range(LONGEST_OUTAGE_DAYS)]
    known = select(Job.id).where(Job.tenant_id == scope.tenant.id, Job.dedup_key.in_(earlier))
    return scope.session.scalar(known.limit(1)) is not None


def _key(job: FeatureJob, day: date) -> str:
    return f"plugin-job/{job.key}/{day}"
