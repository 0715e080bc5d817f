"""Tables of working calendars: a correction is a new version, so that every due time can be computed again."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKeyConstraint, Integer, LargeBinary, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from core.kit.db import INSTANT, Base, TenantRow


class WorkCalendar(TenantRow, Base, kw_only=True):
    """A working calendar 工作日历 of the tenant, by name."""

    __tablename__ = "work_calendar"
    __table_args__ = (UniqueConstraint("tenant_id", "name"), ForeignKeyConstraint(["tenant_id"], ["tenant.id"]))

    name: Mapped[str] = mapped_column(Text)
    current_version: Mapped[int] = mapped_column(Integer)


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
