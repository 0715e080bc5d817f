"""Carrying referrals between tenants: read in a transaction of the one, acted upon in a transaction of the other.

The job's own transaction stays open meanwhile: its row lock is the lease. When a worker dies between the two commits,
the job is done again, and what it carries changes nothing the second time.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from core.jobs.acting import ActsAs
from core.jobs.drain import Failure, JobKind, TryLater
from core.journey.refer import end_referral, read_referral, take_over
from core.journey.referral_news import note_undelivered, read_news, take_news
from core.kit.errors import Refused
from core.kit.saying import said
from core.tenancy.scope import Installation, Scope

Payload = Mapping[str, Any]
"""Names the referral by its reference, and nothing else."""


def referring(installation: Installation) -> JobKind:
    """Return how jobs of kind `refer` are done: from the sender to the receiver."""
    return JobKind(do=partial(refer, installation), tell=partial(_tell_failure, "out"), acts_as=ActsAs.OTHER_TENANT)


def bringing_news(installation: Installation) -> JobKind:
    """Return how jobs of kind `referral-news` are done: from the receiver to the sender."""
    return JobKind(do=partial(bring_news, installation), tell=partial(_tell_failure, "in"), acts_as=ActsAs.OTHER_TENANT)


def refer(installation: Installation, scope: Scope, payload: Payload, now: datetime) -> None:
    """Tell the receiving tenant how the sender's side stands. Raises `TryLater` when it does not take it now."""
    if referred := read_referral(scope, payload["reference"]):
        _carry_to(installation, referred.receiver, partial(take_over, referred=referred, now=now))
        end_referral(scope, referred, now=now)


def bring_news(installation: Installation, scope: Scope, payload: Payload, now: datetime) -> None:
    """Tell the sending tenant how the receiver's ticket stands. Raises `TryLater` when it does not take it now."""
    if news := read_news(scope, payload["reference"]):
        _carry_to(installation, news.sender, partial(take_news, news=news, now=now))


def _carry_to(installation: Installation, slug: str, act: Callable[[Scope], None]) -> None:
    try:
        installation.run(slug, act)
    except Refused as refusal:  # its words are the other tenant's own and stay there
        raise TryLater(said("对方现在不能接收（{code}）", code=refusal.code)) from None


def _tell_failure(direction: str, scope: Scope, payload: Payload, failure: Failure) -> None:
    """Write into the ticket on this side that the other was not reached, once no further try is made."""
    if failure.is_last:
        note_undelivered(scope, direction, payload["reference"], failure.reason, now=failure.at)
