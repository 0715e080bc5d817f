"""Giving tickets to somebody else as soon as a day begins on which whoever has them is away, tenant by tenant."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from core.jobs.acting import ActsAs
from core.jobs.looking import finds
from core.jobs.turns import Now, Turns
from core.journey.persons import relieve_ticket
from core.routing.persons import held_by_missing
from core.tenancy.facts import TenantFacts
from core.tenancy.scope import Installation

EVERY = timedelta(minutes=1)
log = logging.getLogger(__name__)


class Absences:
    """All tenants' absences, seen from the clock process. Each ticket is given in a transaction of its own."""

    acts_as = ActsAs.SYSTEM

    def __init__(self, installation: Installation, *, is_ending: Callable[[], bool]) -> None:
        self._installation = installation
        self._turns = Turns(installation, what="不在岗人员工单转交", is_ending=is_ending)
        self._next: datetime | None = None

    def relieve(self, *, now: Now) -> None:
        """Give what people have who are away today to others, unless that was looked for a moment ago."""
        if self._next is not None and now() < self._next:
            return
        self._turns.take(partial(self._relieve_of, now=now), now=now)
        self._next = now() + EVERY

    def _relieve_of(self, tenant: TenantFacts, *, now: Now) -> bool:
        held = held_by_missing(tenant.id, now().astimezone(tenant.zone).date())
        if not finds(self._installation, tenant, held):
            return False
        with self._installation.scope(tenant.slug) as scope:
            tickets = list(dict.fromkeys(scope.session.scalars(held)))
        given = self._turns.do_each(tenant, tickets, relieve_ticket, now=now)
        log.info("租户 %s：%d 件工单的承办人不在岗，已转交", tenant.slug, given)
        return False
