"""Watching 运行状况: whether the database can be worked with, and how far behind each tenant's work is.

Measured here alone: for the health pages, the doctor, the clock's alarm and what administrators see.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from sqlalchemy.orm import Session

from core.kit.db import Base, Database
from core.kit.outages import CROWDED, DISK_FULL, READ_ONLY, RECOVERING, Outage, outage_of
from core.kit.outbox import Job
from core.kit.saying import joined, said
from core.sla.firing import oldest_due
from core.tenancy.ending import ACTIVE
from core.tenancy.models import Tenant
from core.tickets.models import Seal

ALARM_AFTER = timedelta(minutes=10)
"""So long may a job or a mark of a clock wait past its time before somebody is told."""
SEAL_ALARM_AFTER = timedelta(hours=50)
"""A day without a seal may be a day on which nothing ran; two are told."""
State = Literal["ok", "recovering", "read-only", "crowded", "full", "schema-behind", "down"]
STATE_OF: dict[Outage, State] = {
    RECOVERING: "recovering",
    READ_ONLY: "read-only",
    CROWDED: "crowded",
    DISK_FULL: "full",
}
READY = text("""
    SELECT pg_is_in_recovery() OR current_setting('transaction_read_only') = 'on',
           (SELECT count(*) FROM unnest(cast(:tables AS text[])) AS wanted WHERE to_regclass(wanted) IS NULL)""")
STANDBYS = text("SELECT (SELECT count(*) FROM pg_stat_replication), current_setting('synchronous_standby_names') <> ''")


@dataclass(frozen=True, slots=True)
class Lag:
    """How far behind the work of one tenant is; None where nothing waits or nothing was sealed yet."""

    slug: str
    name: str
    job: timedelta | None
    """How long the oldest job that is due has been waiting."""
    mark: timedelta | None
    """How long the oldest mark of a clock that is due has not been acted upon."""
    seal: timedelta | None
    """The age of the newest seal."""
    dead: int
    """Jobs that were put away."""

    @property
    def is_behind(self) -> bool:
        return max(self.job or timedelta(), self.mark or timedelta()) > ALARM_AFTER

    @property
    def words(self) -> str:
        """Say what waits and for how long."""
        waits = ((self.job, "后台任务"), (self.mark, "到点提醒"))
        late = [
            said("{what}已积压 {minutes} 分钟", what=what, minutes=_minutes(wait))
            for wait, what in waits
            if wait and wait > ALARM_AFTER
        ]
        return joined("，", late)


@dataclass(frozen=True, slots=True)
class Standbys:
    """How many servers follow this one, and whether commits wait for one of them."""

    count: int
    is_synchronous: bool


def database_state(database: Database) -> State:
    """Say whether the database can be worked with: it answers, can be written to, and has every table."""
    try:
        with database.transaction(None) as session:
            is_read_only, missing = session.execute(READY, {"tables": sorted(Base.metadata.tables)}).one()
    except (DBAPIError, NoConnectionFree) as error:
        return STATE_OF.get(outage, "down") if (outage := outage_of(error)) else "down"
    if is_read_only:
        return "read-only"
    return "schema-behind" if missing else "ok"


def standbys(database: Database) -> Standbys:
    """Say who follows the server. Raises DBAPIError."""
    with database.transaction(None) as session:
        count, is_synchronous = session.execute(STANDBYS).one()
    return Standbys(count, is_synchronous)


def lags(database: Database, *, now: datetime) -> Sequence[Lag]:
    """Return how far behind each tenant that works is, in the order of their short names. Raises DBAPIError."""
    with database.transaction(None) as session:
        tenants = session.execute(
            select(Tenant.id, Tenant.slug, Tenant.name).where(Tenant.state == ACTIVE).order_by(Tenant.slug)
        ).all()
    found = []
    for number, slug, name in tenants:
        with database.transaction(number) as session:
            found.append(lag_of(session, number, slug, name, now=now))
    return found


def lag_of(session: Session, number: int, slug: str, name: str, *, now: datetime) -> Lag:
    """Return how far behind the tenant of the session is, by one statement that reads few rows."""
    job = select(func.min(Job.run_after)).where(Job.tenant_id == number, Job.state == "pending", Job.run_after <= now)
    mark = oldest_due(number, now=now)
    seal = select(Seal.sealed_at).where(Seal.tenant_id == number).order_by(Seal.number.desc()).limit(1)
    dead = select(func.count()).select_from(Job).where(Job.tenant_id == number, Job.state == "dead")
    job_since, mark_since, sealed_at, dead_jobs = session.execute(
        select(job.scalar_subquery(), mark.scalar_subquery(), seal.scalar_subquery(), dead.scalar_subquery())
    ).one()
    job_age, mark_age, seal_age = (now - since if since else None for since in (job_since, mark_since, sealed_at))
    return Lag(slug, name, job_age, mark_age, seal_age, dead_jobs or 0)


def _minutes(wait: timedelta) -> int:
    return wait // timedelta(minutes=1)
