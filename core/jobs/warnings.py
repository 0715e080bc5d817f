"""Watching for unusual rises: the days once a day, the urgent appeals once an hour, tenant by tenant."""

from collections.abc import Callable
from datetime import date, datetime, time
from functools import partial

from core.jobs.acting import ActsAs
from core.jobs.turns import Now, Turns
from core.journey.warnings import watch, watch_hour
from core.tenancy.facts import TenantFacts
from core.tenancy.scope import Installation

FROM = time(5)
"""Local time of a day from which the day before is looked at; what was missed is made up at the next look."""


class Warnings:
    """All tenants' rises, seen from the clock process."""

    acts_as = ActsAs.NOBODY

    def __init__(self, installation: Installation, *, is_ending: Callable[[], bool]) -> None:
        self._installation = installation
        self._turns = Turns(installation, what="预警扫描", is_ending=is_ending)
        self._days: dict[str, date] = {}
        self._hours: dict[str, datetime] = {}

    def watch(self, *, now: Now) -> None:
        """Watch what has not been watched today, or in this hour."""
        self._turns.take(partial(self._watch_of, now=now), now=now)

    def _watch_of(self, tenant: TenantFacts, *, now: Now) -> bool:
        local = now().astimezone(tenant.zone)
        hour = local.replace(minute=0, second=0, microsecond=0)
        if self._hours.get(tenant.slug) != hour:
            self._installation.run(tenant.slug, partial(watch_hour, now=now()))
            self._hours[tenant.slug] = hour
        if local.time() >= FROM and self._days.get(tenant.slug) != local.date():
            self._installation.run(tenant.slug, partial(watch, now=now()))
            self._days[tenant.slug] = local.date()
        return False
