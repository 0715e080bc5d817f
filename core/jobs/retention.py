"""Erasing contacts whose retention has ended, and counts of no more use, once a day and tenant by tenant: timers come first."""

from collections.abc import Callable
from datetime import date, datetime, time
from functools import partial

from core.jobs.acting import ActsAs
from core.jobs.turns import Now, Turns
from core.journey.erase import erase_due
from core.people.drafts.service import erase_before
from core.people.presence.service import forget_gone
from core.residents.drafts.service import drop_old
from core.residents.phones.codes import forget_codes
from core.residents.rights.keeping import empty_answered
from core.tenancy.facts import TenantFacts
from core.tenancy.rates import forget_old
from core.tenancy.scope import Installation, Scope
from core.tickets.held import empty_before
from core.tickets.retention import days_kept
from core.tickets.sealing import hash_names

FROM = time(2)
NAMES = 20_000
"""Names of residents that are made findable in one night, of those kept before they could be."""
"""Local time of a day from which it is done, while nobody works; what was missed is made up at the next look."""


class Retention:
    """All tenants' contacts that need not be kept any longer, seen from the clock process."""

    acts_as = ActsAs.SYSTEM

    def __init__(self, installation: Installation, *, is_ending: Callable[[], bool]) -> None:
        self._installation = installation
        self._turns = Turns(installation, what="保存期限", is_ending=is_ending, even_suspended=True)
        self._done: dict[str, date] = {}

    def erase(self, *, now: Now) -> None:
        """Erase one batch per tenant that is not done for today."""
        self._turns.take(partial(self._erase_of, now=now), now=now)

    def _erase_of(self, tenant: TenantFacts, *, now: Now) -> bool:
        local = now().astimezone(tenant.zone)
        if local.time() < FROM or self._done.get(tenant.slug) == local.date():
            return False
        erased = self._installation.run(tenant.slug, partial(_erase, now=now()))
        if not erased:
            self._done[tenant.slug] = local.date()
        return erased > 0


def _erase(scope: Scope, *, now: datetime) -> int:
    forget_old(scope, now=now)
    forget_codes(scope, now=now)
    empty_answered(scope, now=now)
    erase_before(scope, now=now)
    drop_old(scope, now=now)
    forget_gone(scope, now=now)
    hash_names(scope, most=NAMES)
    empty_before(scope, now=now)
    days = days_kept(scope.hooks)
    return erase_due(scope, days=days, now=now) if days else 0
