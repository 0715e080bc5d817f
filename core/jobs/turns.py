"""Giving every tenant its turn, so that trouble in one leaves the others alone."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy.exc import DBAPIError

from core.jobs.trouble import is_database_gone, where
from core.tenancy.scope import Installation, TenantFacts

REST = timedelta(minutes=1)
"""How long a tenant is left out after its turn failed, so that one log line a minute tells of it."""
log = logging.getLogger(__name__)

Now = Callable[[], datetime]
"""Reads the time; long work asks for it anew."""


class Turns:
    """Rounds through all tenants for one kind of work, named in the log as `what`."""

    def __init__(self, installation: Installation, *, what: str, is_ending: Callable[[], bool]) -> None:
        self._installation = installation
        self._what = what
        self._is_ending = is_ending
        self._resting: dict[str, datetime] = {}

    def take(self, visit: Callable[[TenantFacts], bool], *, now: Now) -> bool:
        """Visit each tenant once; return whether one of them has more to do than its turn's worth.

        Raises DBAPIError when the database is gone.
        """
        has_more = False
        for tenant in self._installation.tenants():
            if self._is_ending() or self._resting.get(tenant.slug, now()) > now():
                continue
            try:
                has_more |= visit(tenant)
            except Exception as error:
                if isinstance(error, DBAPIError) and is_database_gone(error):
                    raise
                self._resting[tenant.slug] = now() + REST
                log.error("租户 %s 的%s失败，%d 秒后再试：%s", tenant.slug, self._what, REST.seconds, where(error))
        return has_more
