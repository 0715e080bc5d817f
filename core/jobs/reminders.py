"""Reminder letters from figures: drafted once a day, pressed and followed once an hour, tenant by tenant."""

from collections.abc import Callable
from datetime import date, datetime, time
from functools import partial

from core.jobs.acting import ActsAs
from core.jobs.turns import Now, Turns
from core.journey.reminders import draft_reminders, keep_reminders
from core.tenancy.facts import TenantFacts
from core.tenancy.scope import Installation

FROM = time(5, 30)
"""Local time of a day from which letters are drafted; what was missed is made up at the next look."""


class Reminders:
    """All tenants' reminder letters, seen from the clock process."""

    acts_as = ActsAs.SYSTEM

    def __init__(self, installation: Installation, *, is_ending: Callable[[], bool]) -> None:
        self._installation = installation
        self._turns = Turns(installation, what="提醒函起草", is_ending=is_ending)
        self._days: dict[str, date] = {}
        self._hours: dict[str, datetime] = {}

    def keep(self, *, now: Now) -> None:
        """Draft what has not been drafted today, press and follow what has not been looked at in this hour."""
        self._turns.take(partial(self._keep_of, now=now), now=now)

    def _keep_of(self, tenant: TenantFacts, *, now: Now) -> bool:
        local = now().astimezone(tenant.zone)
        hour = local.replace(minute=0, second=0, microsecond=0)
        if self._hours.get(tenant.slug) != hour:
            self._installation.run(tenant.slug, partial(keep_reminders, now=now()))
            self._hours[tenant.slug] = hour
        if local.time() >= FROM and self._days.get(tenant.slug) != local.date():
            self._installation.run(tenant.slug, partial(draft_reminders, now=now()))
            self._days[tenant.slug] = local.date()
        return False
