"""Counting dirty days anew, at leisure: timers come first."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import select

from core.jobs.acting import ActsAs
from core.jobs.looking import finds
from core.jobs.turns import Now, Turns
from core.statistics.models import DirtyDay
from core.statistics.service import DAYS_AT_ONCE, refresh
from core.tenancy.facts import TenantFacts
from core.tenancy.scope import Installation

LEISURE = timedelta(seconds=5)
"""How old figures may be: long enough that a busy day is not counted anew for each of its tickets."""
PART = 120
"""Of the time that passes, counting takes no more than one part in so many for a tenant: the busier its days, the longer it waits."""
MOST_LEISURE = timedelta(minutes=1)
"""Longer a tenant does not wait, however long counting took."""
CONFIRMED = timedelta(minutes=5)
"""So often it is written down of a tenant in which nothing waits that everything is counted until then."""


class Figures:
    """All tenants' dirty days, seen from the clock process."""

    acts_as = ActsAs.NOBODY

    def __init__(self, installation: Installation, *, is_ending: Callable[[], bool]) -> None:
        self._installation = installation
        self._turns = Turns(installation, what="统计更新", is_ending=is_ending)
        self._next: datetime | None = None
        self._next_of: dict[str, datetime] = {}
        self._confirmed: dict[str, datetime] = {}

    def refresh(self, *, now: Now) -> None:
        """Count one batch of dirty days per tenant, unless that was done a moment ago and all were counted."""
        if self._next is not None and now() < self._next:
            return
        has_more = self._turns.take(partial(self._refresh_of, now=now), now=now)
        self._next = now() if has_more else now() + LEISURE

    def _refresh_of(self, tenant: TenantFacts, *, now: Now) -> bool:
        begun = now()
        if begun < self._next_of.get(tenant.slug, begun):
            return False
        waits = finds(self._installation, tenant, select(DirtyDay.day).where(DirtyDay.tenant_id == tenant.id))
        confirmed = self._confirmed.get(tenant.slug)
        if not waits and confirmed is not None and begun < confirmed + CONFIRMED:
            return False
        counted = self._installation.run(tenant.slug, refresh)
        self._confirmed[tenant.slug] = begun
        has_more = counted >= DAYS_AT_ONCE
        if counted and not has_more:
            self._next_of[tenant.slug] = begun + leisure_after(now() - begun)
        return has_more


def leisure_after(spent: timedelta) -> timedelta:
    """Return how long after it began counting that took so long is done again."""
    return min(max(LEISURE, PART * spent), MOST_LEISURE)
