"""Bringing the counts of cities' districts together, every half minute: then a page of the city reads its own tenant alone."""

from collections.abc import Callable
from datetime import datetime, timedelta

from core.jobs.acting import ActsAs
from core.jobs.turns import Now, Turns
from core.statistics.gathered.gathering import gather
from core.tenancy.facts import TenantFacts
from core.tenancy.scope import Installation

APART = timedelta(seconds=30)


class CityFigures:
    """All cities' counts, seen from the clock process."""

    acts_as = ActsAs.NOBODY

    def __init__(self, installation: Installation, *, is_ending: Callable[[], bool]) -> None:
        self._installation = installation
        self._turns = Turns(installation, what="市级统计汇总", is_ending=is_ending)
        self._next: datetime | None = None

    def gather(self, *, now: Now) -> None:
        """Bring each city's counts up to date, unless that was done a moment ago."""
        if self._next is not None and now() < self._next:
            return
        self._turns.take(self._gather_of, now=now)
        self._next = now() + APART

    def _gather_of(self, tenant: TenantFacts) -> bool:
        if tenant.kind == "city":
            gather(self._installation, tenant.slug)
        return False
