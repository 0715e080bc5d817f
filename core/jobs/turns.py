"""Giving every tenant its turn, so that trouble in one leaves the others alone."""

import logging
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol

from sqlalchemy.exc import DBAPIError

from core.jobs.trouble import is_database_gone
from core.kit.db import is_connection_lost
from core.kit.trouble import where
from core.tenancy.ending import ACTIVE
from core.tenancy.facts import TenantFacts
from core.tenancy.scope import Installation, Scope

REST = timedelta(minutes=1)
"""How long a tenant is left out after its turn failed, so that one log line a minute tells of it."""
BREATH = timedelta(seconds=5)
"""How long it is left out after its connection was lost in the middle: mostly the database has only restarted."""
log = logging.getLogger(__name__)

Now = Callable[[], datetime]
"""Reads the time; long work asks for it anew."""


class OnOne(Protocol):
    """Work on one row, which is named by its id."""

    def __call__(self, scope: Scope, row_id: int, /, *, now: datetime) -> object: ...


class Turns:
    """Rounds through all tenants for one kind of work, named in the log as `what`."""

    def __init__(
        self, installation: Installation, *, what: str, is_ending: Callable[[], bool], even_suspended: bool = False
    ) -> None:
        """`even_suspended`: what goes on in a tenant that is suspended too, because it keeps or forgets what is there."""
        self._installation = installation
        self._even_suspended = even_suspended
        self._what = what
        self._is_ending = is_ending
        self._resting: dict[str, datetime] = {}

    def take(self, visit: Callable[[TenantFacts], bool], *, now: Now) -> bool:
        """Visit each tenant once; return whether one of them has more to do than its turn's worth.

        Raises DBAPIError when the database does not answer.
        """
        has_more = False
        for tenant in self._installation.tenants():
            if tenant.state != ACTIVE and not self._even_suspended:
                continue
            if self._is_ending() or self._resting.get(tenant.slug, now()) > now():
                continue
            try:
                has_more |= visit(tenant)
            except Exception as error:
                is_lost = is_connection_lost(error)
                if isinstance(error, DBAPIError) and is_database_gone(error) and not is_lost:
                    raise
                # A lost connection may be the fault of what was being done: then the next tenant finds a database.
                rest = BREATH if is_lost else REST
                self._resting[tenant.slug] = now() + rest
                log.error("租户 %s 的%s失败，%d 秒后再试：%s", tenant.slug, self._what, rest.seconds, where(error))
        return has_more

    def do_each(self, tenant: TenantFacts, ids: Iterable[int], work: OnOne, *, now: Now) -> int:
        """Do the work on each row of a tenant in a transaction of its own; one that fails keeps no other from it.

        Returns on how many it was done.
        """
        done = 0
        for row_id in ids:
            if self._is_ending():
                break
            try:
                self._installation.run(tenant.slug, partial(_on_one, work=work, row_id=row_id, now=now()))
                done += 1
            except Exception as error:
                if is_connection_lost(error):
                    raise
                log.error("租户 %s 的%s，第 %d 号没有做成，下次再试：%s", tenant.slug, self._what, row_id, where(error))
        return done


def _on_one(scope: Scope, *, work: OnOne, row_id: int, now: datetime) -> None:
    work(scope, row_id, now=now)
