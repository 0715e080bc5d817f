"""Doing tasks part by part: the job does parts for a while, and comes back until the task has ended."""

import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from core.jobs.acting import ActsAs
from core.jobs.drain import Failure, JobKind, NotYet, TryLater
from core.journey.task_kinds import TASK_KINDS
from core.journey.tasks import fail, go_on
from core.kit.file_store import FilesAway
from core.tenancy.scope import Installation, Scope

SECONDS = 2.0
"""How long one turn of a task lasts: then others have theirs."""
Payload = Mapping[str, Any]
"""Names the task by its id, and nothing else."""


def doing_tasks(installation: Installation) -> JobKind:
    """Return how jobs of kind `task` are done."""
    return JobKind(do=partial(do_parts, installation), tell=tell_failure, acts_as=ActsAs.ASKER)


def do_parts(installation: Installation, scope: Scope, payload: Payload, now: datetime) -> None:
    """Do the next parts of a task, each in a transaction of its own. Raises `NotYet` while more is left, or it is early."""
    begun = time.monotonic()
    at = now
    while True:
        try:
            progress = go_on(installation, scope.tenant.slug, TASK_KINDS, payload["task"], now=at)
        except FilesAway as away:
            raise TryLater(away.message) from away
        if progress.has_ended:
            return
        spent = time.monotonic() - begun
        at = now + timedelta(seconds=spent)
        if progress.starts_at > at:
            raise NotYet(progress.starts_at)
        if spent >= SECONDS:
            raise NotYet(at)


def tell_failure(scope: Scope, payload: Payload, failure: Failure) -> None:
    """Let the task fail in words once no further attempt is made."""
    if failure.is_last:
        words = "任务多次中断，没有办完。已办的不受影响；请对没有办到的重新办理，再次中断请告知系统维护人员。"
        fail(scope, task_id=payload["task"], words=words, now=failure.at)
