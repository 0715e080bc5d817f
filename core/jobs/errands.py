"""Saying at its due time that an errand 交办事项 is not answered."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from core.jobs.acting import ActsAs
from core.jobs.drain import Failure, JobKind
from core.journey.late_errands import note_untold, tell_if_late
from core.tenancy.scope import Scope

Payload = Mapping[str, Any]
"""Names the errand by its id, and nothing else."""


def watching_errands() -> JobKind:
    """Return how jobs of kind `errand-due` are done."""
    return JobKind(do=tell, tell=tell_failure, acts_as=ActsAs.SYSTEM)


def tell(scope: Scope, payload: Payload, now: datetime) -> None:
    """Tell whom it concerns that an errand is late, unless it is answered."""
    tell_if_late(scope, payload["errand_id"], now=now)


def tell_failure(scope: Scope, payload: Payload, failure: Failure) -> None:
    """Write into the ticket that nobody was told, once no further try is made."""
    if failure.is_last:
        note_untold(scope, payload["errand_id"], failure.reason, now=failure.at)
