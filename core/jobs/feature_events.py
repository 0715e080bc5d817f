"""Having features act on what happened: after the commit, one job for each feature and entry, tried again like all jobs."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from core.jobs.drain import Failure, JobKind, TryLater
from core.journey.feature_work.events import FeatureAway, act_on_event, leave_to_a_person
from core.journey.feature_work.visits import FeatureFailed
from core.tenancy.scope import Scope
from core.tickets.news import FEATURE_EVENT

Payload = Mapping[str, Any]
"""Names the feature, and the entry by its ticket and place."""


def acting_on_events() -> JobKind:
    """Return how jobs of kind `feature-event` are done."""
    return JobKind(do=act, tell=tell_failure)


def act(scope: Scope, payload: Payload, now: datetime) -> None:
    """Have the feature act. Raises `TryLater` when it did not do it now."""
    try:
        act_on_event(scope, payload["feature"], payload["ticket_id"], payload["seq"], now=now)
    except FeatureFailed as failed:
        raise TryLater(failed.failure.words) from failed
    except FeatureAway as away:
        raise TryLater(away.message) from away


def tell_failure(scope: Scope, payload: Payload, failure: Failure) -> None:
    """Leave a repair card when no further try is made."""
    if failure.is_last:
        leave_to_a_person(scope, payload["feature"], FEATURE_EVENT, tries=failure.attempt, reason=failure.reason)
