"""Opening consultations on tickets that nobody takes, at leisure and tenant by tenant, one ticket per transaction."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from core.jobs.acting import ActsAs
from core.jobs.turns import Now, Turns
from core.journey.stalled import consult_if_stalled, stalled_tickets
from core.kit.db import is_connection_lost
from core.kit.trouble import where
from core.tenancy.facts import TenantFacts
from core.tenancy.scope import Installation, Scope

EVERY = timedelta(minutes=1)
log = logging.getLogger(__name__)


class Stalled:
    """All tenants' tickets that wait for somebody to take them, seen from the clock process."""

    acts_as = ActsAs.SYSTEM

    def __init__(self, installation: Installation, *, is_ending: Callable[[], bool]) -> None:
        self._installation = installation
        self._is_ending = is_ending
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
        for ticket_id in waiting:
            if self._is_ending():
                break
            try:
                self._installation.run(tenant.slug, partial(_consult, ticket_id=ticket_id, now=now()))
            except Exception as error:  # one ticket that cannot be consulted on keeps no other from it
                if is_connection_lost(error):
                    raise
                log.error("租户 %s 的工单 %d 没有自动会商，下次再试：%s", tenant.slug, ticket_id, where(error))
        return False


def _consult(scope: Scope, *, ticket_id: int, now: datetime) -> None:
    consult_if_stalled(scope, ticket_id, now=now)
