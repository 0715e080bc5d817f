"""Tables of the duty roster: who is on duty, who heads a unit, who is away. Plans, which are changed and taken back."""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Index, Text
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
