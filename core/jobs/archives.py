"""Archiving what can be archived, once a day and tenant by tenant: timers come first."""

from collections.abc import Callable
from datetime import date, time
from functools import partial

from core.jobs.acting import ActsAs
from core.jobs.turns import Now, Turns
from core.journey.archive import archive_closed
from core.tenancy.facts import TenantFacts
from core.tenancy.scope import Installation

FROM = time(1)
"""Local time of a day from which it is done, while nobody works; what was missed is made up at the next look."""


class Archives:
    """All tenants' tickets whose windows have closed, seen from the clock process."""

    acts_as = ActsAs.SYSTEM

    def __init__(self, installation: Installation, *, is_ending: Callable[[], bool]) -> None:
        self._installation = installation
        self._turns = Turns(installation, what="归档", is_ending=is_ending)
        self._done: dict[str, date] = {}

    def archive(self, *, now: Now) -> None:
        """Archive one batch per tenant that is not done for today."""
        self._turns.take(partial(self._archive_of, now=now), now=now)

    def _archive_of(self, tenant: TenantFacts, *, now: Now) -> bool:
        local = now().astimezone(tenant.zone)
        if tenant.kind == "city" or local.time() < FROM or self._done.get(tenant.slug) == local.date():
            return False
        archived = self._installation.run(tenant.slug, partial(archive_closed, now=now()))
        if not archived:
            self._done[tenant.slug] = local.date()
        return archived > 0
