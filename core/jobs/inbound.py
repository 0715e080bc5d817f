"""Taking in what other systems push: the job names the item by its number, and nothing of what is in it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from core.jobs.acting import ActsAs
from core.jobs.drain import Failure, JobKind
from core.journey.inbound.take_in import put_off, take_in
from core.tenancy.scope import Scope


def taking_in() -> JobKind:
    """Return how jobs of kind `inbound` are done."""
    return JobKind(do=_do, tell=_tell, acts_as=ActsAs.SENDER)


def _do(scope: Scope, payload: Mapping[str, Any], now: datetime) -> None:
    take_in(scope, payload["item_id"], now=now)


def _tell(scope: Scope, payload: Mapping[str, Any], failure: Failure) -> None:
    put_off(scope, payload["item_id"], failure.reason, is_last=failure.is_last)
