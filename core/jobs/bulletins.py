"""Drafting bulletins by itself: the clock orders those of the month that is over, and a job drafts them."""

from collections.abc import Callable, Mapping
from datetime import datetime, time
from functools import partial
from typing import Any

from core.jobs.acting import ActsAs
from core.jobs.drain import Failure, JobKind
from core.jobs.turns import Now, Turns
from core.journey.bulletins import CLOCK, count_first, draft_missing, lacks_any, order_drafts
from core.statistics.periods import Month
from core.tenancy.facts import TenantFacts
from core.tenancy.scope import Installation, Scope

FROM = time(2)
"""Local time of the first day of a month from which it is done, after the night's counting; later days make up for it."""
Payload = Mapping[str, Any]
"""Names the month, and nothing else."""


class Bulletins:
    """All tenants' bulletins of the month that is over, seen from the clock process."""

    acts_as = ActsAs.SYSTEM

    def __init__(self, installation: Installation, *, is_ending: Callable[[], bool]) -> None:
        self._installation = installation
        self._turns = Turns(installation, what="通报", is_ending=is_ending)
        self._done: dict[str, Month] = {}

    def order(self, *, now: Now) -> None:
        """Order the drafts of each tenant whose month has ended, once."""
        self._turns.take(partial(self._order_of, now=now), now=now)

    def _order_of(self, tenant: TenantFacts, *, now: Now) -> bool:
        local = now().astimezone(tenant.zone)
        month = Month.of(local.date()).previous
        is_early = local.date() == month.following.first and local.time() < FROM
        if is_early or self._done.get(tenant.slug) == month:
            return False
        self._installation.run(tenant.slug, lambda scope: order_drafts(scope, month, now=now()))
        self._done[tenant.slug] = month
        return False


def drafting_bulletins(installation: Installation) -> JobKind:
    """Return how jobs of kind `bulletin` are done."""
    return JobKind(do=partial(draft, installation), tell=tell_nobody, acts_as=ActsAs.SYSTEM)


def draft(installation: Installation, scope: Scope, payload: Payload, now: datetime) -> None:
    """Draft what the month has no bulletin of yet; done twice it does nothing the second time."""
    month = Month.parse(payload["month"])
    if lacks_any(scope, month, now=now):
        count_first(installation, scope.tenant.slug)
        draft_missing(scope, installation, month, CLOCK, now=now)


def tell_nobody(_scope: Scope, _payload: Payload, _failure: Failure) -> None:
    """A failed job stands in the list of jobs; a person may draft the bulletin meanwhile."""
