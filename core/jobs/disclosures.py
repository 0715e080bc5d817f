"""Preparing what is made public, and publishing what waited long enough, tenant by tenant: timers come first."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from core.jobs.acting import ActsAs
from core.jobs.turns import Now, Turns
from core.journey.disclose import BATCH, disclose_due
from core.journey.open_flow import open_flows
from core.tenancy.facts import TenantFacts
from core.tenancy.scope import Installation

LEISURE = timedelta(minutes=5)
"""How long what is due may wait: nobody outside counts minutes."""


class Disclosures:
    """All tenants' answered tickets that rules make public, seen from the clock process."""

    acts_as = ActsAs.SYSTEM

    def __init__(self, installation: Installation, *, is_ending: Callable[[], bool]) -> None:
        self._installation = installation
        self._turns = Turns(installation, what="公开", is_ending=is_ending)
        self._next: datetime | None = None

    def disclose(self, *, now: Now) -> None:
        """Do one batch per tenant, unless that was done a moment ago and everything was done."""
        if self._next is not None and now() < self._next:
            return
        has_more = self._turns.take(partial(self._disclose_of, now=now), now=now)
        self._next = now() if has_more else now() + LEISURE

    def _disclose_of(self, tenant: TenantFacts, *, now: Now) -> bool:
        followed = self._installation.run(tenant.slug, partial(open_flows, now=now()))
        return max(followed, self._installation.run(tenant.slug, partial(disclose_due, now=now()))) >= BATCH
