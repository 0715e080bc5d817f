"""Telling administrators of hours that nobody sits at the desk 值守空档, at leisure and tenant by tenant."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from core.hooks.core_features import ROTA
from core.jobs.acting import ActsAs
from core.jobs.turns import Now, Turns
from core.journey.rota import gap_words, watch_of
from core.journey.settings.deciding import put_card
from core.people.roster.settings import is_round_the_clock
from core.tenancy.facts import TenantFacts
from core.tenancy.scope import Installation, Scope

EVERY = timedelta(hours=1)
UNCOVERED = "rota"
"""Under what it stands on a repair card that hours are not covered."""


class Rota:
    """The watch at all tenants' desks, seen from the clock process."""

    acts_as = ActsAs.NOBODY

    def __init__(self, installation: Installation, *, is_ending: Callable[[], bool]) -> None:
        self._installation = installation
        self._turns = Turns(installation, what="值守检查", is_ending=is_ending)
        self._next: datetime | None = None

    def check(self, *, now: Now) -> None:
        """Tell of gaps in the coming week, unless that was looked at within the hour."""
        if self._next is not None and now() < self._next:
            return
        self._turns.take(partial(self._check_of, now=now), now=now)
        self._next = now() + EVERY

    def _check_of(self, tenant: TenantFacts, *, now: Now) -> bool:
        self._installation.run(tenant.slug, partial(tell_gaps, now=now()))
        return False


def tell_gaps(scope: Scope, *, now: datetime) -> bool:
    """Put up a repair card about hours of the coming week that nobody covers, where all have to be; return whether there are any."""
    watch = watch_of(scope, now=now) if is_round_the_clock(scope.hooks) else None
    if watch is None or not watch.gaps:
        return False
    revision = scope.hooks.enabled[ROTA.id].revision
    put_card(scope, ROTA.id, UNCOVERED, revision, gap_words(watch.gaps, scope.tenant.zone), now=now)
    return True
