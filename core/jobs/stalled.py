"""Opening consultations on tickets that nobody takes, at leisure and tenant by tenant, one ticket per transaction."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from core.jobs.acting import ActsAs
from core.jobs.turns import Now, Turns
from core.journey.stalled import consult_if_stalled, stalled_tickets
from core.tenancy.facts import TenantFacts
from core.tenancy.scope import Installation

EVERY = timedelta(minutes=1)


class Stalled:
    """All tenants' tickets that wait for somebody to take them, seen from the clock process."""

    acts_as = ActsAs.SYSTEM

    def __init__(self, installation: Installation, *, is_ending: Callable[[], bool]) -> None:
        self._installation = installation
        self._turns = Turns(installation, what="会商检查", is_ending=is_ending)
        self._next: datetime | None = None

    def consult(self, *, now: Now) -> None:
        """Let units consult on what nobody takes, unless that was looked for a moment ago."""
        if self._next is not None and now() < self._next:
            return
        self._turns.take(partial(self._consult_of, now=now), now=now)
        self._next = now() + EVERY

    def _consult_of(self, tenant: TenantFacts, *, now: Now) -> bool:
        waiting = self._installation.run(tenant.slug, partial(stalled_tickets, now=now()))
        self._turns.do_each(tenant, waiting, consult_if_stalled, now=now)
        return False
