"""Tables of long work: the tasks, what each is about line by line, and the files that belong to them."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    Text,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from core.kit.db import INSTANT, Base, TenantRow

TASK = "task"
"""Kind of the job that does the next part of a task, and comes back until it has ended."""
GIVEN = "task.given"
"""Field under which what was asked for is encrypted."""
ROW = "task.row"
"""Field under which a row of a table that was handed in is encrypted."""
FILE = "task.file"
"""Field under which the key of a file is encrypted, by which its bytes are."""


class Task(TenantRow, Base, kw_only=True):
    """Long work that somebody asked for, how far it has come, and what became of it.

    `total`, `done` and `failed` count what `unit_word` says: appeals, rows. `request` makes a double click one task.
    """

    __tablename__ = "task"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'running', 'cancelling', 'cancelled', 'done', 'failed')", name="state"),
        CheckConstraint("(state IN ('cancelled', 'done', 'failed')) = (finished_at IS NOT NULL)", name="finished"),
        UniqueConstraint("tenant_id", "request"),
        Index("ix_task_asked_by", "tenant_id", "asked_by_id", "id"),
        Index("ix_task_untold", "tenant_id", "asked_by_id", postgresql_where="seen_at IS NULL"),
    )

    kind: Mapped[str] = mapped_column(Text)
    what: Mapped[str] = mapped_column(Text)
    """What it does, in words, without personal data."""
    asked_by: Mapped[str] = mapped_column(Text)
    asked_by_id: Mapped[int] = mapped_column(BigInteger)
    """The account in whose name, and with whose permissions, it is done."""
    asked_at: Mapped[datetime] = mapped_column(INSTANT)
    starts_at: Mapped[datetime] = mapped_column(INSTANT)
    """Before that nothing is done, so that it can still be taken back whole."""
    request: Mapped[str] = mapped_column(Text)
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    """What exactly was asked for, as encrypted JSON; None once it has expired."""
    unit_word: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text, default="waiting")
    total: Mapped[int] = mapped_column(Integer, default=0)
    done: Mapped[int] = mapped_column(Integer, default=0)
    failed: Mapped[int] = mapped_column(Integer, default=0)
    place: Mapped[dict[str, Any]] = mapped_column(JSONB, default_factory=dict)
    """How far it has come, in a way that its kind knows."""
    begun_at: Mapped[datetime | None] = mapped_column(INSTANT, default=None)
    progress_at: Mapped[datetime | None] = mapped_column(INSTANT, default=None)
    finished_at: Mapped[datetime | None] = mapped_column(INSTANT, default=None)
    cancelled_by: Mapped[str] = mapped_column(Text, default="")
    outcome: Mapped[str] = mapped_column(Text, default="")
    """What came of it, or why it failed, in words."""
    href: Mapped[str] = mapped_column(Text, default="")
    """The page on which one sees what it did; empty = none."""
    seen_at: Mapped[datetime | None] = mapped_column(INSTANT, default=None)
    """When whoever asked for it was told that it has ended."""
    expires_at: Mapped[datetime | None] = mapped_column(INSTANT, default=None)
    """When its files, its lines and what was asked for are taken away; the task itself stays."""

    @property
    def has_ended(self) -> bool:
        """Whether nothing is left to do."""
        return self.finished_at is not None

    @property
    def left(self) -> int:
        """How much was not reached."""
        return max(0, self.total - self.done - self.failed)


class TaskLine(TenantRow, Base, kw_only=True):
    """One thing of a task: a ticket, or a row of a table. It is `waiting` until its part has come; then it is done once."""

    __tablename__ = "task_line"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "task_id"], ["task.tenant_id", "task.id"]),
        ForeignKeyConstraint(["tenant_id", "ticket_id"], ["ticket.tenant_id", "ticket.id"]),
        CheckConstraint("state IN ('waiting', 'done', 'failed', 'undone')", name="state"),
        UniqueConstraint("tenant_id", "task_id", "number"),
        Index("ix_task_line_state", "tenant_id", "task_id", "state", "number"),
    )

    task_id: Mapped[int] = mapped_column(BigInteger)
    number: Mapped[int] = mapped_column(Integer)
    """Its place in the order, or in the table that was handed in."""
    ticket_id: Mapped[int | None] = mapped_column(BigInteger, default=None)
    serial_no: Mapped[str] = mapped_column(Text, default="")
    version: Mapped[int | None] = mapped_column(Integer, default=None)
    """The ticket's version when it was chosen."""
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary, default=None)
    """The cells of the row, as encrypted JSON; None where there are none, or they are needed no longer."""
    state: Mapped[str] = mapped_column(Text, default="waiting")
    code: Mapped[str] = mapped_column(Text, default="")
    """Stable code of the refusal."""
    words: Mapped[str] = mapped_column(Text, default="")
    """Why it failed."""


class TaskFile(TenantRow, Base, kw_only=True):
    """A file that was handed in for a task, or that it made. Its bytes lie encrypted under a key of their own."""

    __tablename__ = "task_file"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "task_id"], ["task.tenant_id", "task.id"]),
        CheckConstraint("role IN ('given', 'result', 'errors')", name="role"),
        CheckConstraint("(key IS NULL) = (sealed IS NULL)", name="kept"),
        UniqueConstraint("tenant_id", "task_id", "role"),
    )

    task_id: Mapped[int] = mapped_column(BigInteger)
    role: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    media_type: Mapped[str] = mapped_column(Text)
    size: Mapped[int] = mapped_column(Integer)
    """Bytes, as it is given out."""
    sha256: Mapped[str] = mapped_column(Text)
    key: Mapped[str | None] = mapped_column(Text)
    """Names it in the store of the tenant's files; None once it has expired."""
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    """The key of its bytes, encrypted."""
    made_at: Mapped[datetime] = mapped_column(INSTANT)
    personal: Mapped[bool]
    """Whether it can hold contact data, so that giving it out is a thing to record as such."""
