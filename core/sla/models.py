"""Tables of clocks and timers."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Index, Integer, Text
from sqlalchemy.orm import Mapped, mapped_column

from core.kit.db import INSTANT, Base, OfTenant, TenantRow


class Clock(TenantRow, Base, kw_only=True):
    """One running or ended time limit of a ticket. Never deleted, only ended.

    `due_at` is a pure function of budget, calendar version and start. Met means stopped no later than due.
    `overdue_at` is written when the due time passes while the clock runs.
    """

    __tablename__ = "sla_clock"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "ticket_id"], ["ticket.tenant_id", "ticket.id"]),
        ForeignKeyConstraint(
            ["tenant_id", "calendar_version_id"], ["work_calendar_version.tenant_id", "work_calendar_version.id"]
        ),
        CheckConstraint("name IN ('reply', 'sign', 'on_site', 'handle')", name="name"),
        CheckConstraint("mode IN ('wall', 'ws', 'wd_eod', 'wd_same', 'natural')", name="mode"),
        CheckConstraint("state IN ('running', 'met', 'breached', 'cancelled')", name="state"),
        CheckConstraint("(state IN ('met', 'breached')) = (stopped_at IS NOT NULL)", name="stopped"),
        Index(
            "uq_sla_clock_running",
            "tenant_id",
            "ticket_id",
            "name",
            unique=True,
            postgresql_where="state = 'running'",
        ),
        Index("ix_sla_clock_ticket", "tenant_id", "ticket_id"),
        Index(
            "ix_sla_clock_calendar_due",
            "tenant_id",
            "calendar_version_id",
            "due_at",
            postgresql_where="state = 'running'",
        ),
        Index("ix_sla_clock_name_due", "tenant_id", "name", "due_at"),
    )

    ticket_id: Mapped[int] = mapped_column(BigInteger)
    name: Mapped[str] = mapped_column(Text)
    cycle_no: Mapped[int] = mapped_column(Integer)
    mode: Mapped[str] = mapped_column(Text)
    amount: Mapped[int] = mapped_column(Integer)
    """Seconds in modes wall and ws, days in the others."""
    calendar_version_id: Mapped[int] = mapped_column(BigInteger)
    started_at: Mapped[datetime] = mapped_column(INSTANT)
    due_at: Mapped[datetime] = mapped_column(INSTANT)
    due_provisional: Mapped[bool] = mapped_column(default=False)
    """The due time lies in a year whose holidays are not published yet."""
    feature: Mapped[str] = mapped_column(Text)
    rule_id: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text, default="running")
    light: Mapped[str] = mapped_column(Text, default="green")
    overdue_at: Mapped[datetime | None] = mapped_column(INSTANT, default=None)
    stopped_at: Mapped[datetime | None] = mapped_column(INSTANT, default=None)
    elapsed_seconds: Mapped[int | None] = mapped_column(Integer, default=None)
    """Working seconds between start and stop."""


class Timer(TenantRow, Base, kw_only=True):
    """A mark that has not been reached yet. Deleted when it fires or when its clock ends: only pending ones stay."""

    __tablename__ = "sla_timer"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "clock_id"], ["sla_clock.tenant_id", "sla_clock.id"]),
        Index("ix_sla_timer_due", "tenant_id", "fire_at", "id"),
        Index("ix_sla_timer_clock", "tenant_id", "clock_id"),
        CheckConstraint("light IN ('green', 'yellow', 'red')", name="light"),
    )

    clock_id: Mapped[int] = mapped_column(BigInteger)
    mark: Mapped[str] = mapped_column(Text)
    light: Mapped[str] = mapped_column(Text)
    fire_at: Mapped[datetime] = mapped_column(INSTANT)
    rule_id: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    postponed_until: Mapped[datetime | None] = mapped_column(INSTANT, default=None)
    """Not tried again before: acting on the mark failed. `fire_at` stays the true time."""


class ClockEvent(OfTenant, Base, kw_only=True):
    """A mark that was reached. The key makes each mark of a clock happen once, whatever crashes."""

    __tablename__ = "sla_event"
    __table_args__ = (ForeignKeyConstraint(["tenant_id", "clock_id"], ["sla_clock.tenant_id", "sla_clock.id"]),)

    clock_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    mark: Mapped[str] = mapped_column(Text, primary_key=True)
    at: Mapped[datetime] = mapped_column(INSTANT)
    """When the mark was reached on the calendar."""
    fired_at: Mapped[datetime] = mapped_column(INSTANT)
    """When the product acted on it; later than `at` by the length of an outage."""
