"""The outbox 待发: what must still be done outside the transaction, written in the same transaction as its cause.

The table is the truth; a message in the queue server is only a hint to look here (`core.jobs.drain`).
"""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Index, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from core.kit.db import INSTANT, Base, OfTenant, TenantRow, TenantSession

WOKEN = "woken"
"""Key in `Session.info`: set when the transaction wrote a job, so that the edge may send its hint after commit."""


class Job(TenantRow, Base, kw_only=True):
    """One thing to do once, at least once where it leaves the database. Names rows by id; holds no personal data."""

    __tablename__ = "job"
    __table_args__ = (
        UniqueConstraint("tenant_id", "dedup_key"),
        CheckConstraint("state IN ('pending', 'done', 'dead')", name="state"),
        Index("ix_job_dead", "tenant_id", postgresql_where="state = 'dead'"),
        Index("ix_job_pending", "tenant_id", "run_after", postgresql_where="state = 'pending'"),
    )

    kind: Mapped[str] = mapped_column(Text)
    payload: Mapped[dict[str, Any]] = mapped_column(JSONB)
    dedup_key: Mapped[str] = mapped_column(Text)
    run_after: Mapped[datetime] = mapped_column(INSTANT)
    created_at: Mapped[datetime] = mapped_column(INSTANT)
    state: Mapped[str] = mapped_column(Text, default="pending")
    attempts: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str | None] = mapped_column(Text, default=None)
    finished_at: Mapped[datetime | None] = mapped_column(INSTANT, default=None)
    crashes: Mapped[int] = mapped_column(default=0)
    """How often the worker that did it ended in the middle; apart from the tries that ended in order."""


class JobStart(OfTenant, Base, kw_only=True):
    """That a worker has begun with a job. Taken away when the try ends, so one that is left tells of a worker's end.

    Not logged by the database: when that crashes all marks are gone, and no job is blamed for it.
    """

    __tablename__ = "job_start"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "job_id"], ["job.tenant_id", "job.id"]),
        {"prefixes": ["UNLOGGED"]},
    )

    job_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)


def enqueue(
    session: TenantSession,
    kind: str,
    *,
    dedup_key: str,
    payload: dict[str, Any],
    now: datetime,
    run_after: datetime | None = None,
) -> None:
    """Add a job to the transaction; `dedup_key` must be unique in the tenant for all time."""
    assert session.tenant_id is not None
    session.add(
        Job(
            tenant_id=session.tenant_id,
            id=session.new_id(),
            kind=kind,
            payload=payload,
            dedup_key=dedup_key,
            run_after=run_after or now,
            created_at=now,
        )
    )
    session.info[WOKEN] = True


def enqueue_once(session: TenantSession, kind: str, *, dedup_key: str, payload: dict[str, Any], now: datetime) -> bool:
    """Add a job unless there is, or ever was, one with this key; return whether it was added.

    Another transaction that adds it at the same moment is waited for.
    """
    added = session.execute(
        insert(Job)
        .values(
            tenant_id=session.tenant_id,
            id=session.new_id(),
            kind=kind,
            payload=payload,
            dedup_key=dedup_key,
            run_after=now,
            created_at=now,
            state="pending",
            attempts=0,
            crashes=0,
        )
        .on_conflict_do_nothing(index_elements=["tenant_id", "dedup_key"])
        .returning(Job.id)
    ).scalar()
    if added is not None:
        session.info[WOKEN] = True
    return added is not None


def was_woken(session: Session) -> bool:
    """Tell whether the transaction wrote a job."""
    return bool(session.info.get(WOKEN))
