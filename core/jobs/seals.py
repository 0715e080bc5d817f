"""Sealing the evidence of every tenant once a day, soon after its midnight."""

import logging
from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import partial

from core.jobs.acting import ActsAs
from core.jobs.looking import finds
from core.jobs.turns import Now, Turns
from core.journey.sealing import seal_day
from core.tenancy.facts import TenantFacts
from core.tenancy.scope import Installation
from core.tickets.seals import sealed_today

LEISURE = timedelta(seconds=10)
"""How long after midnight a seal may wait, so that most rounds need not look."""
log = logging.getLogger(__name__)


class Seals:
    """All tenants' daily seals, seen from the clock process. After an outage one seal makes up for the days missed."""

    acts_as = ActsAs.NOBODY

    def __init__(self, installation: Installation, *, is_ending: Callable[[], bool]) -> None:
        self._installation = installation
        self._turns = Turns(installation, what="封存", is_ending=is_ending, even_suspended=True)
        self._done: dict[str, date] = {}
        self._next: datetime | None = None

    def seal(self, *, now: Now) -> None:
        """Seal the next tenant whose day has begun: one at a time, timers come first.

        Raises sqlalchemy's DBAPIError when the database is gone.
        """
        if self._next is not None and now() < self._next:
            return
        sealed: list[str] = []
        self._turns.take(partial(self._seal_of, sealed=sealed, now=now), now=now)
        self._next = now() if sealed else now() + LEISURE

    def _seal_of(self, tenant: TenantFacts, *, sealed: list[str], now: Now) -> bool:
        at = now()
        today = at.astimezone(tenant.zone).date()
        if sealed or self._done.get(tenant.slug) == today:
            return False
        if not finds(self._installation, tenant, sealed_today(tenant, at)):
            seal = self._installation.run(tenant.slug, partial(seal_day, now=at))
            if seal is not None:
                # Whoever keeps this line elsewhere can prove later that no seal was taken away.
                log.info(
                    "租户 %s：第 %d 次封存，%d 件，%d 条留证记录，摘要 %s",
                    tenant.slug,
                    seal.number,
                    seal.heads,
                    seal.records,
                    seal.digest.hex(),
                )
                sealed.append(tenant.slug)
        self._done[tenant.slug] = today
        return False
