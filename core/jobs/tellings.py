"""Giving answered tickets back to the desk whose residents were not told, at leisure and tenant by tenant, one per transaction."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from core.jobs.acting import ActsAs
from core.jobs.turns import Now, Turns
from core.journey.tell import BATCH, have_told, tickets_to_tell
from core.tenancy.facts import TenantFacts
from core.tenancy.scope import Installation

EVERY, ALL_EVERY = timedelta(minutes=5), timedelta(days=1)


class Tellings:
    """All tenants' answered tickets without proof that the resident was told, seen from the clock process."""

    acts_as = ActsAs.SYSTEM

    def __init__(self, installation: Installation, *, is_ending: Callable[[], bool]) -> None:
        self._installation = installation
        self._turns = Turns(installation, what="告知检查", is_ending=is_ending)
        self._next: datetime | None = None
        self._all_next: dict[str, datetime] = {}

    def look(self, *, now: Now) -> None:
        """Look at what residents were told, unless that was done a moment ago."""
        if self._next is not None and now() < self._next:
            return
        self._turns.take(partial(self._look_of, now=now), now=now)
        self._next = now() + EVERY

    def _look_of(self, tenant: TenantFacts, *, now: Now) -> bool:
        at, due = now(), self._all_next.get(tenant.slug)
        looks_at_all = due is None or at >= due
        waiting = self._installation.run(tenant.slug, partial(tickets_to_tell, now=at, however_old=looks_at_all))
        if looks_at_all and len(waiting) < BATCH:  # else there may be more: the next turn goes on
            self._all_next[tenant.slug] = at + ALL_EVERY
        self._turns.do_each(tenant, waiting, have_told, now=now)
        return False
