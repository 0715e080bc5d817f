"""Putting aside features that have done nothing but fail for a day, at leisure and tenant by tenant."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import select

from core.jobs.acting import ActsAs
from core.jobs.looking import finds
from core.jobs.turns import Now, Turns
from core.journey.features.trouble import suspend_failing
from core.tenancy.facts import TenantFacts
from core.tenancy.models import FeatureIncident
from core.tenancy.scope import Installation

EVERY = timedelta(minutes=1)
log = logging.getLogger(__name__)


class Suspensions:
    """All tenants' failing features, seen from the clock process."""

    acts_as = ActsAs.SYSTEM

    def __init__(self, installation: Installation, *, is_ending: Callable[[], bool]) -> None:
        self._installation = installation
        self._turns = Turns(installation, what="故障功能检查", is_ending=is_ending)
        self._next: datetime | None = None

    def suspend(self, *, now: Now) -> None:
        """Put aside what has failed for too long, unless that was looked for a moment ago."""
        if self._next is not None and now() < self._next:
            return
        self._turns.take(partial(self._suspend_of, now=now), now=now)
        self._next = now() + EVERY

    def _suspend_of(self, tenant: TenantFacts, *, now: Now) -> bool:
        left_alone = select(FeatureIncident.feature).where(
            FeatureIncident.tenant_id == tenant.id, FeatureIncident.is_left_alone
        )
        if finds(self._installation, tenant, left_alone):
            for feature in self._installation.run(tenant.slug, partial(suspend_failing, now=now())):
                log.error("租户 %s 的功能 %s 一直出错，已自动停用", tenant.slug, feature)
        return False
