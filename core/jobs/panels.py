"""Reminding the members of panels, and closing panels whose time is over, tenant by tenant, one panel per transaction."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from core.jobs.acting import ActsAs
from core.jobs.turns import Now, Turns
from core.journey.panel_votes import keep_panel_time, panels_due
from core.tenancy.facts import TenantFacts
from core.tenancy.scope import Installation

EVERY = timedelta(minutes=1)


class Panels:
    """All tenants' panels on which votes are taken, seen from the clock process."""

    acts_as = ActsAs.SYSTEM

    def __init__(self, installation: Installation, *, is_ending: Callable[[], bool]) -> None:
        self._installation = installation
        self._turns = Turns(installation, what="评议期限", is_ending=is_ending)
        self._next: datetime | None = None

    def keep_time(self, *, now: Now) -> None:
        """Remind and close, unless that was looked for a moment ago."""
        if self._next is not None and now() < self._next:
            return
        self._turns.take(partial(self._keep_time_of, now=now), now=now)
        self._next = now() + EVERY

    def _keep_time_of(self, tenant: TenantFacts, *, now: Now) -> bool:
        self._turns.do_each(
            tenant, self._installation.run(tenant.slug, partial(panels_due, now=now())), keep_panel_time, now=now
        )
        return False
