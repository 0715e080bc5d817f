"""Telling, once a spell, that the work of a tenant is behind."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from core.jobs.acting import ActsAs
from core.jobs.turns import Now
from core.journey.watching import lags
from core.tenancy.scope import Installation

EVERY = timedelta(minutes=1)
LAGGING = "jobs-lagging"
"""Code by which whoever reads the log can be woken."""
log = logging.getLogger(__name__)


class Lagging:
    """All tenants' work that waits past its time, seen from the clock process."""

    acts_as = ActsAs.NOBODY

    def __init__(self, installation: Installation, *, is_ending: Callable[[], bool]) -> None:
        self._installation = installation
        self._is_ending = is_ending
        self._told: set[str] = set()
        self._next: datetime | None = None

    def tell(self, *, now: Now) -> None:
        """Say which tenants have fallen behind, and which have caught up, unless that was looked at a moment ago.

        What waits when the clock begins has a minute to be done: after an outage everything is behind for a moment.
        Raises sqlalchemy's DBAPIError when the database is gone.
        """
        self._next = self._next or now() + EVERY
        if self._is_ending() or now() < self._next:
            return
        behind = {lag.slug: lag for lag in lags(self._installation.database, now=now()) if lag.is_behind}
        for slug in sorted(behind.keys() - self._told):
            log.error("%s 租户 %s 的%s，请确认后台任务和时钟在运行。", LAGGING, slug, behind[slug].words)
        for slug in sorted(self._told - behind.keys()):
            log.info("租户 %s 的积压已处理完。", slug)
        self._told = set(behind)
        self._next = now() + EVERY
