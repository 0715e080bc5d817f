"""Tables of rosters: who is on duty, who heads a unit, who is away, who sits at the desk when; and of the hand-over of shifts.

All but the hand-overs are plans, which are changed and taken back.
"""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Index, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from core.kit.db import INSTANT, Base, OfTenant, TenantRow


class DutyRoster(TenantRow, Base, kw_only=True):
    """Somebody is on duty 值班 in a unit from one day to another, on these weekdays (1 = Monday); null = open."""

    __tablename__ = "duty_roster"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "unit_id"], ["unit.tenant_id", "unit.id"]),
        ForeignKeyConstraint(["tenant_id", "account_id"], ["account.tenant_id", "account.id"]),
        CheckConstraint("first <= last", name="days"),
        Index("ix_duty_roster_unit", "tenant_id", "unit_id"),
    )

    unit_id: Mapped[int] = mapped_column(BigInteger)
    account_id: Mapped[int] = mapped_column(BigInteger)
    first: Mapped[date | None] = mapped_column()
    last: Mapped[date | None] = mapped_column()
    weekdays: Mapped[list[int]] = mapped_column(JSONB)


class UnitHead(OfTenant, Base, kw_only=True):
    """The head of a unit 单位负责人: takes its tickets when nobody on duty is there, and keeps its duty roster."""

    __tablename__ = "unit_head"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "unit_id"], ["unit.tenant_id", "unit.id"]),
        ForeignKeyConstraint(["tenant_id", "account_id"], ["account.tenant_id", "account.id"]),
    )

    unit_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    account_id: Mapped[int] = mapped_column(BigInteger)


class StaffAbsence(TenantRow, Base, kw_only=True):
    """Somebody is away 请假、外出 from one day to another; null = until further notice."""

    __tablename__ = "staff_absence"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "account_id"], ["account.tenant_id", "account.id"]),
        CheckConstraint("first <= last", name="days"),
        Index("ix_staff_absence_account", "tenant_id", "account_id"),
    )

    account_id: Mapped[int] = mapped_column(BigInteger)
    first: Mapped[date] = mapped_column()
    last: Mapped[date | None] = mapped_column()
    reason: Mapped[str] = mapped_column(Text)
    entered_at: Mapped[datetime] = mapped_column(INSTANT)
    entered_by: Mapped[str] = mapped_column(Text)


class DeskShift(TenantRow, Base, kw_only=True):
    """Somebody sits at the desk 坐席班次 from one instant to another: what the shifts of a day and a night are made of."""

    __tablename__ = "desk_shift"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "account_id"], ["account.tenant_id", "account.id"]),
        CheckConstraint("begins_at < ends_at", name="span"),
        UniqueConstraint("tenant_id", "account_id", "begins_at"),
        Index("ix_desk_shift_ends_at", "tenant_id", "ends_at"),
    )

    account_id: Mapped[int] = mapped_column(BigInteger)
    begins_at: Mapped[datetime] = mapped_column(INSTANT)
    ends_at: Mapped[datetime] = mapped_column(INSTANT)
    label: Mapped[str] = mapped_column(Text)
    """What the house calls the shift: 白班, 夜班."""
    phone: Mapped[str] = mapped_column(Text, default="")
    """The phone of the house 值班电话 that whoever sits there carries; empty = the desk's own."""


class Handover(TenantRow, Base, kw_only=True):
    """The hand-over of a shift 交接班: what is open and matters, written by who leaves, taken by who comes; never changed.

    `items` are the tickets and calls as they stood then, `counts` how many of everything waited.
    """

    __tablename__ = "handover"
    __table_args__ = (
        CheckConstraint("(taken_by_id IS NULL) = (taken_at IS NULL)", name="taken"),
        Index("ix_handover_written_at", "tenant_id", "written_at"),
        Index("ix_handover_open", "tenant_id", "written_at", postgresql_where="taken_at IS NULL"),
    )

    words: Mapped[str] = mapped_column(Text)
    counts: Mapped[dict[str, int]] = mapped_column(JSONB)
    items: Mapped[list[dict[str, str]]] = mapped_column(JSONB)
    written_by: Mapped[str] = mapped_column(Text)
    written_by_id: Mapped[int] = mapped_column(BigInteger)
    written_at: Mapped[datetime] = mapped_column(INSTANT)
    taken_by: Mapped[str] = mapped_column(Text, default="")
    taken_by_id: Mapped[int | None] = mapped_column(BigInteger, default=None)
    taken_at: Mapped[datetime | None] = mapped_column(INSTANT, default=None)
    remark: Mapped[str] = mapped_column(Text, default="")
    """What who comes says of it."""
