"""Reminding the members of panels, and closing panels whose time is over, tenant by tenant, one panel per transaction."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from core.jobs.acting import ActsAs
from core.jobs.turns import Now, Turns
from core.journey.panel_votes import keep_panel_time, panels_due
from core.kit.db import is_connection_lost
from core.kit.trouble import where
from core.tenancy.facts import TenantFacts
from core.tenancy.scope import Installation, Scope

EVERY = timedelta(minutes=1)
log = logging.getLogger(__name__)


class Panels:
    """All tenants' panels on which votes are taken, seen from the clock process."""

    acts_as = ActsAs.SYSTEM

    def __init__(self, installation: Installation, *, is_ending: Callable[[], bool]) -> None:
        self._installation = installation
        self._is_ending = is_ending
        self._turns = Turns(installation, what="评议期限", is_ending=is_ending)
        self._next: datetime | None = None

    def keep_time(self, *, now: Now) -> None:
        """Remind and close, unless that was looked for a moment ago."""
        if self._next is not None and now() < self._next:
            return
        self._turns.take(partial(self._keep_time_of, now=now), now=now)
        self._next = now() + EVERY

    def _keep_time_of(self, tenant: TenantFacts, *, now: Now) -> bool:
        for panel_id in self._installation.run(tenant.slug, partial(panels_due, now=now())):
            if self._is_ending():
                break
            try:
                self._installation.run(tenant.slug, partial(_keep, panel_id=panel_id, now=now()))
            except Exception as error:  # one panel that cannot be closed keeps no other from it
                if is_connection_lost(error):
                    raise
                log.error("租户 %s 的评议 %d 没有按时处理，下次再试：%s", tenant.slug, panel_id, where(error))
        return False


def _keep(scope: Scope, *, panel_id: int, now: datetime) -> None:
    keep_panel_time(scope, panel_id, now=now)
