"""Doing tries on past tickets 试算 part by part: the job does the next part, and comes back until it is done.

Each part is a transaction of its own. Between two parts others have their turn; when a worker dies the next one goes on
from the last part that was written.
"""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any

from core.jobs.acting import ActsAs
from core.jobs.drain import Failure, JobKind, NotYet
from core.journey.dry_run import fail, go_on
from core.tenancy.scope import Installation, Scope

Payload = Mapping[str, Any]
"""Names the try by its id, and nothing else."""


def trying(installation: Installation) -> JobKind:
    """Return how jobs of kind `dry-run` are done."""
    return JobKind(do=partial(try_part, installation), tell=tell_failure, acts_as=ActsAs.NOBODY)


def try_part(installation: Installation, scope: Scope, payload: Payload, now: datetime) -> None:
    """Do the next part of a try. Raises `NotYet` while more is left: the job stands behind those that wait."""
    progress = go_on(installation, scope.tenant.slug, payload["dry_run"], now=now)
    if not progress.has_ended:
        raise NotYet(now)


def tell_failure(scope: Scope, payload: Payload, failure: Failure) -> None:
    """Let the try fail in words once no further attempt is made."""
    if failure.is_last:
        fail(
            scope,
            payload["dry_run"],
            "试算多次中断，没有完成。请重新试算；再次中断请告知系统维护人员。",
            now=failure.at,
        )
