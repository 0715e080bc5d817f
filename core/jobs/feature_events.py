"""Having features act on what happened: after the commit, one job for each feature and entry, tried again like all jobs."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from core.jobs.acting import ActsAs
from core.jobs.drain import Failure, JobKind, NotYet, TryLater
from core.journey.feature_work.events import FeatureAway, act_on_event, leave_to_a_person
from core.journey.feature_work.visits import FeatureFailed
from core.tenancy.scope import Scope
from core.tickets.news import FEATURE_EVENT

REST = timedelta(minutes=1)
"""How long a job waits when its feature is left to rest."""
Payload = Mapping[str, Any]
"""Names the feature, and the entry by its ticket and place."""


def acting_on_events() -> JobKind:
    """Return how jobs of kind `feature-event` are done."""
    return JobKind(do=act, tell=tell_failure, acts_as=ActsAs.FEATURE)


def act(scope: Scope, payload: Payload, now: datetime) -> None:
    """Have the feature act. Raises `TryLater` when it did not do it now, `NotYet` when it was not even asked."""
    try:
        act_on_event(scope, payload["feature"], payload["ticket_id"], payload["seq"], now=now)
    except FeatureFailed as failed:
        raise put_off(failed, now) from failed
    except FeatureAway as away:
        raise TryLater(away.message) from away


def put_off(failed: FeatureFailed, now: datetime) -> Exception:
    """Return why the job is not done now. While the feature is left to rest nothing was tried, so no try is counted."""
    return NotYet(now + REST) if failed.failure.kind == "resting" else TryLater(failed.failure.words)


def tell_failure(scope: Scope, payload: Payload, failure: Failure) -> None:
    """Leave a repair card when no further try is made."""
    if failure.is_last:
        leave_to_a_person(scope, payload["feature"], FEATURE_EVENT, tries=failure.attempt, reason=failure.reason)
