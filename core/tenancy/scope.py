"""The current scope: one tenant, one transaction, and who answers its questions."""

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from core.hooks.roster import Roster
from core.hooks.table import Failure, HookTable
from core.kit.db import Database, TenantSession
from core.kit.errors import Collision, Refused
from core.kit.file_store import FileStore, TenantFiles
from core.kit.keys import Keyring
from core.kit.outbox import was_woken
from core.kit.saying import joined, said, word
from core.tenancy.active import compile_table
from core.tenancy.facts import TenantFacts
from core.tenancy.incidents import keep_incidents
from core.tenancy.models import CityMember, Tenant, TenantHost

T = TypeVar("T")
EPOCH_TRUSTED_SECONDS = 2.0
"""A change of a tenant's facts holds in every process at most this much later."""
HOSTS_TRUSTED_SECONDS = 5.0
"""Whose a host name is, every process asks at most so often."""
MOST_FAILURES = 1000
"""Failures of features that wait to be written down; more than that at once say nothing new."""
ATTEMPTS = 3
THERE = Tenant.state != "deleted"
"""What is left of a deleted tenant is no tenant."""
RETRIED_SQLSTATES = ("40001", "40P01")
"""Serialisation failure and deadlock: the transaction left nothing behind and may simply run again."""


class UnknownTenant(Refused):
    """No tenant has this short name."""

    code = "unknown-tenant"


@dataclass
class _Loaded:
    """What a process keeps of a tenant for one epoch."""

    tenant: TenantFacts
    hooks: HookTable
    trusted_until: float
    memory: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Scope:
    """One transaction of one tenant. Everything that reads or writes its rows takes the scope first."""

    session: TenantSession
    tenant: TenantFacts
    hooks: HookTable
    keys: Keyring
    files: TenantFiles
    _memory: dict[str, Any]

    def new_id(self) -> int:
        """Return an id for a new row."""
        return self.session.new_id()

    def remember(self, what: str, load: Callable[[], T]) -> T:
        """Return `load()`, asked once per process and epoch. For facts that only a new epoch can change."""
        if what not in self._memory:
            self._memory[what] = load()
        return cast(T, self._memory[what])


class Installation:
    """One running Huiying: its database, keys and roster. Opens scopes; made once per process."""

    def __init__(
        self,
        database: Database,
        keys: Keyring,
        roster: Roster,
        *,
        files: FileStore | None = None,
        on_wake: Callable[[], None] | None = None,
    ) -> None:
        """`files` is where files lie, None = nowhere; `on_wake` is called after a commit that wrote jobs, to hint at them.

        It must never raise.
        """
        self.database = database
        self.keys = keys
        self.roster = roster
        self.files = files
        self._on_wake = on_wake
        self._failures: deque[Failure] = deque(maxlen=MOST_FAILURES)
        self._loaded: dict[str, _Loaded] = {}
        self._owners: dict[str, str] = {}
        self._owners_until = 0.0
        self._lock = threading.Lock()

    @contextmanager
    def scope(self, slug: str) -> Iterator[Scope]:
        """Open one transaction of the tenant; all is written at the end, or nothing. Raises `UnknownTenant`."""
        loaded = self._load(slug)
        try:
            with self.database.transaction(loaded.tenant.id) as session:
                files = TenantFiles(self.files, loaded.tenant.id)
                yield Scope(session, loaded.tenant, loaded.hooks, self.keys, files, loaded.memory)
        finally:
            if self._failures:
                keep_incidents(self.database, self._failures)
        if self._on_wake and was_woken(session):
            self._on_wake()

    def run(self, slug: str, work: Callable[[Scope], T]) -> T:
        """Do `work` in one transaction, again when another one came in between (at most three times)."""
        for attempt in range(1, ATTEMPTS + 1):
            try:
                with self.scope(slug) as scope:
                    return work(scope)
            except Collision:
                if attempt == ATTEMPTS:
                    raise
            except OperationalError as error:
                if attempt == ATTEMPTS or getattr(error.orig, "sqlstate", None) not in RETRIED_SQLSTATES:
                    raise
        raise AssertionError("the loop returns or raises")

    def tenant(self, slug: str) -> TenantFacts:
        """Return a tenant's facts. Raises `UnknownTenant`, naming those that exist."""
        return self._load(slug).tenant

    def tenants(self) -> list[TenantFacts]:
        """Return all tenants in order of their short names."""
        with self.database.transaction(None) as session:
            return _facts(session, session.scalars(select(Tenant).where(THERE).order_by(Tenant.slug)).all())

    def members(self, city: str) -> list[TenantFacts]:
        """Return the districts of a city in order of their short names; none when it is a district itself."""
        city_id = self.tenant(city).id
        member = select(CityMember.district_id).where(CityMember.city_id == city_id)
        with self.database.transaction(None) as session:
            rows = session.scalars(select(Tenant).where(Tenant.id.in_(member)).order_by(Tenant.slug))
            return _facts(session, rows.all())

    def owner_of(self, host: str) -> str | None:
        """Return the short name of the tenant to which a host name belongs, None = to none; known for some seconds."""
        if time.monotonic() >= self._owners_until:
            with self.database.transaction(None) as session:
                hosts = select(TenantHost.host, Tenant.slug).join(Tenant, Tenant.id == TenantHost.owner_id)
                self._owners = {row.host: row.slug for row in session.execute(hosts.where(THERE))}
            self._owners_until = time.monotonic() + HOSTS_TRUSTED_SECONDS
        return self._owners.get(host)

    def forget(self) -> None:
        """Drop what is known of tenants, so that the next scope reads it anew."""
        with self._lock:
            self._loaded.clear()
            self._owners_until = 0.0

    def _load(self, slug: str) -> _Loaded:
        known = self._loaded.get(slug)
        if known and time.monotonic() < known.trusted_until:
            return known
        with self.database.transaction(None) as session:
            row = session.scalar(select(Tenant).where(Tenant.slug == slug, THERE))
            if row is None:
                with self._lock:
                    self._loaded.pop(slug, None)
                slugs = session.scalars(select(Tenant.slug).where(THERE).order_by(Tenant.slug)).all()
                raise UnknownTenant(
                    said(
                        "没有名为 {slug} 的租户。现有：{slugs}。",
                        slug=slug,
                        slugs=joined("、", slugs) or word("无,请先运行 huiying tenant apply"),
                    )
                )
            (tenant,) = _facts(session, [row])
        trusted_until = time.monotonic() + EPOCH_TRUSTED_SECONDS
        if known and known.tenant == tenant:
            known.trusted_until = trusted_until
            return known
        loaded = _Loaded(tenant, self._table(tenant), trusted_until)
        with self._lock:
            self._loaded[slug] = loaded
        return loaded

    def _table(self, tenant: TenantFacts) -> HookTable:
        with self.database.transaction(tenant.id) as session:
            return compile_table(session, tenant, self.roster, self.keys, report=self._failures.append)


def _facts(session: Session, rows: Sequence[Tenant]) -> list[TenantFacts]:
    hosts: dict[int, list[str]] = {row.id: [] for row in rows}
    named = select(TenantHost.owner_id, TenantHost.host).where(TenantHost.owner_id.in_(hosts))
    for owner_id, host in session.execute(named.order_by(TenantHost.position, TenantHost.host)):
        hosts[owner_id].append(host)
    return [
        TenantFacts(
            row.id,
            row.slug,
            row.name,
            row.kind,
            ZoneInfo(row.zone),
            row.serial_prefix,
            row.epoch,
            row.state,
            tuple(hosts[row.id]),
        )
        for row in rows
    ]
