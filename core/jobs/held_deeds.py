"""Carrying out deeds that were held for some seconds, when nobody took them back."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from core.jobs.acting import ActsAs
from core.jobs.drain import Failure, JobKind
from core.journey import held
from core.kit.saying import said
from core.tenancy.scope import Scope

Payload = Mapping[str, Any]
"""Names the deed by its id, and nothing else."""


def carrying_out() -> JobKind:
    """Return how jobs of kind `held-deed` are done."""
    return JobKind(do=carry_out, tell=tell_failure, acts_as=ActsAs.AUTHOR)


def carry_out(scope: Scope, payload: Payload, now: datetime) -> None:
    """Do the deed unless it has ended; its author's permissions are asked again."""
    held.carry_out(scope, payload["deed"], now=now)


def tell_failure(scope: Scope, payload: Payload, failure: Failure) -> None:
    """Let its author know once no further try is made."""
    if failure.is_last:
        held.give_up(
            scope, payload["deed"], said("多次没有办成：{reason}。请重新办理", reason=failure.reason), now=failure.at
        )
