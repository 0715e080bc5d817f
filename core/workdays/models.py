"""Tables of working calendars: a correction is a new version, so that every due time can be computed again."""

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

from core.kit.db import INSTANT, Base, OfTenant, TenantRow


class WorkCalendar(TenantRow, Base, kw_only=True):
    """A working calendar 工作日历 of the tenant, by name."""

    __tablename__ = "work_calendar"
    __table_args__ = (UniqueConstraint("tenant_id", "name"), ForeignKeyConstraint(["tenant_id"], ["tenant.id"]))

    name: Mapped[str] = mapped_column(Text)
    current_version: Mapped[int] = mapped_column(Integer)
    declared: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True), default=None)
    """Name and specification that files gave it when they were last applied; None = they never spoke of it."""


class WorkCalendarVersion(TenantRow, Base, kw_only=True):
    """What the calendar said from one publication to the next; never changed."""

    __tablename__ = "work_calendar_version"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "calendar_id"], ["work_calendar.tenant_id", "work_calendar.id"]),
        UniqueConstraint("tenant_id", "calendar_id", "number"),
    )

    calendar_id: Mapped[int] = mapped_column(BigInteger)
    number: Mapped[int] = mapped_column(Integer)
    specification: Mapped[dict[str, Any]] = mapped_column(JSONB)
    sha256: Mapped[bytes] = mapped_column(LargeBinary)
    published_at: Mapped[datetime] = mapped_column(INSTANT)


class CalendarDraft(OfTenant, Base, kw_only=True):
    """A calendar that administrators wish to publish: what it says never changes, only what became of it.

    `base` is the version in force when it was drafted. A change of an open draft is a draft of its own, which replaces it.
    """

    __tablename__ = "calendar_draft"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id"], ["tenant.id"]),
        CheckConstraint("number > 0", name="number"),
        CheckConstraint("reason <> ''", name="reason"),
        CheckConstraint("state IN ('open', 'replaced', 'withdrawn', 'published')", name="state"),
        CheckConstraint("(state = 'published') = (version IS NOT NULL)", name="version"),
    )

    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    base: Mapped[int] = mapped_column(Integer)
    specification: Mapped[dict[str, Any]] = mapped_column(JSONB)
    sha256: Mapped[str] = mapped_column(Text)
    what: Mapped[str] = mapped_column(Text)
    """What was changed last, in words."""
    reason: Mapped[str] = mapped_column(Text)
    author_id: Mapped[int | None] = mapped_column(BigInteger)
    author: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(INSTANT)
    state: Mapped[str] = mapped_column(Text, default="open")
    decided_by: Mapped[str] = mapped_column(Text, default="")
    decided_at: Mapped[datetime | None] = mapped_column(INSTANT, default=None)
    version: Mapped[int | None] = mapped_column(Integer, default=None)
    """The calendar's version as which it was published."""
    trial_task: Mapped[int | None] = mapped_column(BigInteger, default=None)
    trial: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True), default=None)
    """What it would do to the clocks that run, in numbers, and when that was counted; None = not counted to the end."""
    moving_task: Mapped[int | None] = mapped_column(BigInteger, default=None)
    """The task that lets clocks go by it since it was published."""


class CalendarShift(TenantRow, Base, kw_only=True):
    """A due time that a drafted calendar would move, as it was counted last."""

    __tablename__ = "calendar_shift"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "draft"], ["calendar_draft.tenant_id", "calendar_draft.number"]),
        Index("ix_calendar_shift_draft", "tenant_id", "draft", "serial_no", "clock"),
    )

    draft: Mapped[int] = mapped_column(Integer)
    serial_no: Mapped[str] = mapped_column(Text)
    clock: Mapped[str] = mapped_column(Text)
    unit: Mapped[str] = mapped_column(Text)
    before: Mapped[datetime] = mapped_column(INSTANT)
    after: Mapped[datetime] = mapped_column(INSTANT)
