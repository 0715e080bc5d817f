"""Firing timers: tenant by tenant, everything due, nothing twice."""

import logging
from collections.abc import Callable
from datetime import timedelta
from functools import partial

from sqlalchemy import select

from core.jobs.acting import ActsAs
from core.jobs.looking import finds
from core.jobs.turns import Now, Turns
from core.journey.supervise import BATCH, supervise
from core.sla.models import Timer
from core.tenancy.facts import TenantFacts
from core.tenancy.scope import Installation

BATCHES = 10
"""Batches of marks acted on for one tenant before the next one has its turn."""
LATE = timedelta(seconds=60)
log = logging.getLogger(__name__)


class Timers:
    """All tenants' timers, seen from the clock process."""

    acts_as = ActsAs.SYSTEM

    def __init__(self, installation: Installation, *, is_ending: Callable[[], bool]) -> None:
        self._installation = installation
        self._is_ending = is_ending
        self._turns = Turns(installation, what="时限提示", is_ending=is_ending)

    def fire(self, *, now: Now) -> bool:
        """Act on the marks that were reached; return whether a tenant has more than its turn's worth.

        Raises sqlalchemy's DBAPIError when the database is gone.
        """
        return self._turns.take(partial(self._fire_of, now=now), now=now)

    def _fire_of(self, tenant: TenantFacts, *, now: Now) -> bool:
        due = select(Timer.id).where(Timer.tenant_id == tenant.id, Timer.fire_at <= now())
        if not finds(self._installation, tenant, due):
            return False
        late_by, count = timedelta(), 0
        for _ in range(BATCHES):
            at = now()
            fired = self._installation.run(tenant.slug, partial(supervise, now=at))
            count += len(fired)
            late_by = max([late_by, *(at - mark.at for mark in fired)])
            if len(fired) < BATCH or self._is_ending():
                break
        if late_by > LATE:
            log.warning("租户 %s:%d 个时限提示晚了，最晚 %d 秒（late_by）", tenant.slug, count, late_by.total_seconds())
        return len(fired) == BATCH
