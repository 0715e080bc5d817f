"""Taking away what tasks left whose time is over, and files that belong to nobody, once a day and tenant by tenant.

Those are files of uploads that did not end well, erased ones, and what tasks made and kept long enough.
"""

import logging
from collections.abc import Callable
from datetime import date, datetime, time
from functools import partial

from core.jobs.acting import ActsAs
from core.jobs.turns import Now, Turns
from core.journey.files import remove_orphans
from core.journey.tasks import remove_expired
from core.kit.file_store import FilesAway
from core.tenancy.facts import TenantFacts
from core.tenancy.scope import Installation, Scope

FROM = time(3)
"""Local time of a day from which it is done, while nobody works; what was missed is made up at the next look."""
log = logging.getLogger(__name__)


class Orphans:
    """All tenants' files that no row names, seen from the clock process."""

    acts_as = ActsAs.SYSTEM

    def __init__(self, installation: Installation, *, is_ending: Callable[[], bool]) -> None:
        self._installation = installation
        self._turns = Turns(installation, what="无主附件", is_ending=is_ending)
        self._done: dict[str, date] = {}

    def remove(self, *, now: Now) -> None:
        """Remove those of each tenant that is not done for today."""
        self._turns.take(partial(self._remove_of, now=now), now=now)

    def _remove_of(self, tenant: TenantFacts, *, now: Now) -> bool:
        local = now().astimezone(tenant.zone)
        if local.time() < FROM or self._done.get(tenant.slug) == local.date():
            return False
        self._done[tenant.slug] = local.date()
        try:
            removed = self._installation.run(tenant.slug, partial(_remove, now=now()))
        except FilesAway as away:
            log.warning("租户 %s 的无主附件没有清理，明天再试：%s", tenant.slug, away.message)
            return False
        if removed:
            log.info("租户 %s 清理了 %d 个无主附件", tenant.slug, removed)
        return False


def _remove(scope: Scope, *, now: datetime) -> int:
    while remove_expired(scope, now=now):
        continue
    return remove_orphans(scope, now=now)
