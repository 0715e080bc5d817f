"""Ending articles whose last day is over, and telling units whose end is near, once a day and tenant by tenant."""

from collections.abc import Callable
from datetime import date
from functools import partial

from core.jobs.acting import ActsAs
from core.jobs.turns import Now, Turns
from core.journey.knowledge import end_articles
from core.tenancy.facts import TenantFacts
from core.tenancy.scope import Installation


class Knowledge:
    """All tenants' knowledge bases, seen from the clock process."""

    acts_as = ActsAs.SYSTEM

    def __init__(self, installation: Installation, *, is_ending: Callable[[], bool]) -> None:
        self._installation = installation
        self._turns = Turns(installation, what="知识到期", is_ending=is_ending)
        self._done: dict[str, date] = {}

    def end(self, *, now: Now) -> None:
        """Look once a day, as soon as the tenant's day has begun; what was missed is made up at the next look."""
        self._turns.take(partial(self._end_of, now=now), now=now)

    def _end_of(self, tenant: TenantFacts, *, now: Now) -> bool:
        today = now().astimezone(tenant.zone).date()
        if self._done.get(tenant.slug) != today:
            self._installation.run(tenant.slug, partial(end_articles, now=now()))
            self._done[tenant.slug] = today
        return False
