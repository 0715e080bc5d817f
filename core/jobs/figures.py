"""Counting dirty days anew, at leisure: timers come first."""

from collections.abc import Callable
from datetime import datetime, timedelta

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
CONFIRMED = timedelta(minutes=5)
"""So often it is written down of a tenant in which nothing waits that everything is counted until then."""


class Figures:
    """All tenants' dirty days, seen from the clock process."""

    acts_as = ActsAs.NOBODY

    def __init__(self, installation: Installation, *, is_ending: Callable[[], bool]) -> None:
        self._installation = installation
        self._turns = Turns(installation, what="统计更新", is_ending=is_ending)
        self._next: datetime | None = None
        self._confirmed: dict[str, datetime] = {}
        self._now: datetime | None = None

    def refresh(self, *, now: Now) -> None:
        """Count one batch of dirty days per tenant, unless that was done a moment ago and all were counted."""
        if self._next is not None and now() < self._next:
            return
        self._now = now()
        has_more = self._turns.take(self._refresh_of, now=now)
        self._next = now() if has_more else now() + LEISURE

    def _refresh_of(self, tenant: TenantFacts) -> bool:
        assert self._now is not None
        waits = finds(self._installation, tenant, select(DirtyDay.day).where(DirtyDay.tenant_id == tenant.id))
        confirmed = self._confirmed.get(tenant.slug)
        if not waits and confirmed is not None and self._now < confirmed + CONFIRMED:
            return False
        counted = self._installation.run(tenant.slug, refresh)
        self._confirmed[tenant.slug] = self._now
        return counted >= DAYS_AT_ONCE
