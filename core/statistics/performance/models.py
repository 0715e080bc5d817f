"""Tables of yearly performance: a sheet, each unit and line of it, the tickets behind, and what units object."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    ForeignKeyConstraint,
    Index,
    Integer,
    Text,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from core.kit.db import INSTANT, Base, OfTenant, TenantRow


class PerformanceSheet(TenantRow, Base, kw_only=True):
    """One version of a year's sheet 绩效表. What it says is written once, when it is computed; only its state moves on.

    `rules` are the features that gave its lines, each with plugin version and revision of settings; `failures` say in
    words what could not be asked, none = it is complete. `differences` name what changed against the version that it
    `replaces`. `sha256` is the fingerprint 指纹 of all that it says, tickets included. Until `object_until` units may
    object to their lines.
    """

    __tablename__ = "performance_sheet"
    __table_args__ = (
        UniqueConstraint("tenant_id", "number"),
        UniqueConstraint("tenant_id", "year", "version"),
        ForeignKeyConstraint(["tenant_id", "replaces_id"], ["performance_sheet.tenant_id", "performance_sheet.id"]),
        CheckConstraint("state IN ('computed', 'frozen', 'signed')", name="state"),
        CheckConstraint("(state = 'computed') = (frozen_at IS NULL)", name="frozen"),
        CheckConstraint("(frozen_at IS NULL) = (object_until IS NULL)", name="object_until"),
        CheckConstraint("(state = 'signed') = (signed_at IS NOT NULL)", name="signed"),
    )

    number: Mapped[int] = mapped_column(Integer)
    year: Mapped[int] = mapped_column(Integer)
    version: Mapped[int] = mapped_column(Integer)
    state: Mapped[str] = mapped_column(Text, default="computed")
    first: Mapped[date] = mapped_column(Date)
    last: Mapped[date] = mapped_column(Date)
    rules: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    failures: Mapped[list[str]] = mapped_column(JSONB)
    differences: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    reason: Mapped[str] = mapped_column(Text, default="")
    sha256: Mapped[str] = mapped_column(Text, default="")
    made_by: Mapped[str] = mapped_column(Text)
    made_by_id: Mapped[int | None] = mapped_column(BigInteger, default=None)
    made_at: Mapped[datetime] = mapped_column(INSTANT)
    frozen_by: Mapped[str | None] = mapped_column(Text, default=None)
    frozen_by_id: Mapped[int | None] = mapped_column(BigInteger, default=None)
    frozen_at: Mapped[datetime | None] = mapped_column(INSTANT, default=None)
    object_until: Mapped[datetime | None] = mapped_column(INSTANT, default=None)
    signed_by: Mapped[str | None] = mapped_column(Text, default=None)
    signed_by_id: Mapped[int | None] = mapped_column(BigInteger, default=None)
    signed_at: Mapped[datetime | None] = mapped_column(INSTANT, default=None)
    replaces_id: Mapped[int | None] = mapped_column(BigInteger, default=None)


class PerformanceUnit(TenantRow, Base, kw_only=True):
    """A unit on a sheet: the counts that its lines were made from, its sum in hundredths of a point, and its place.

    `total` and `rank` are none where a rule could not be asked.
    """

    __tablename__ = "performance_unit"
    __table_args__ = (
        UniqueConstraint("tenant_id", "sheet_id", "unit_id"),
        ForeignKeyConstraint(["tenant_id", "sheet_id"], ["performance_sheet.tenant_id", "performance_sheet.id"]),
        ForeignKeyConstraint(["tenant_id", "unit_id"], ["unit.tenant_id", "unit.id"]),
    )

    sheet_id: Mapped[int] = mapped_column(BigInteger)
    unit_id: Mapped[int] = mapped_column(BigInteger)
    code: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    facts: Mapped[dict[str, int]] = mapped_column(JSONB)
    total: Mapped[int | None] = mapped_column(BigInteger, default=None)
    rank: Mapped[int | None] = mapped_column(Integer, default=None)


class PerformanceLine(TenantRow, Base, kw_only=True):
    """A line of a unit's score: `points` in hundredths; `behind` are the measures that it counts, with how many each."""

    __tablename__ = "performance_line"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "sheet_id"], ["performance_sheet.tenant_id", "performance_sheet.id"]),
        ForeignKeyConstraint(["tenant_id", "unit_id"], ["unit.tenant_id", "unit.id"]),
        Index("ix_performance_line_sheet", "tenant_id", "sheet_id", "unit_id"),
    )

    sheet_id: Mapped[int] = mapped_column(BigInteger)
    unit_id: Mapped[int] = mapped_column(BigInteger)
    label: Mapped[str] = mapped_column(Text)
    points: Mapped[int] = mapped_column(BigInteger)
    rule_id: Mapped[str] = mapped_column(Text)
    by: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    behind: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)


class PerformanceItem(OfTenant, Base, kw_only=True):
    """One thing that a measure counted for a unit: its ticket, when, and the case where it is one."""

    __tablename__ = "performance_item"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "sheet_id"], ["performance_sheet.tenant_id", "performance_sheet.id"]),
        ForeignKeyConstraint(["tenant_id", "unit_id"], ["unit.tenant_id", "unit.id"]),
        ForeignKeyConstraint(["tenant_id", "ticket_id"], ["ticket.tenant_id", "ticket.id"]),
    )

    sheet_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    unit_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    measure: Mapped[str] = mapped_column(Text, primary_key=True)
    place: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    ticket_id: Mapped[int] = mapped_column(BigInteger)
    serial_no: Mapped[str] = mapped_column(Text)
    case_no: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime] = mapped_column(INSTANT)


class PerformanceObjection(TenantRow, Base, kw_only=True):
    """What a unit holds against one of its lines 异议, and what a person found of it."""

    __tablename__ = "performance_objection"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "sheet_id"], ["performance_sheet.tenant_id", "performance_sheet.id"]),
        ForeignKeyConstraint(["tenant_id", "line_id"], ["performance_line.tenant_id", "performance_line.id"]),
        ForeignKeyConstraint(["tenant_id", "unit_id"], ["unit.tenant_id", "unit.id"]),
        CheckConstraint("state IN ('open', 'upheld', 'dismissed')", name="state"),
        CheckConstraint("(state = 'open') = (judged_at IS NULL)", name="judged"),
        Index("uq_performance_objection_open", "tenant_id", "line_id", unique=True, postgresql_where="state = 'open'"),
        Index("ix_performance_objection_sheet", "tenant_id", "sheet_id"),
    )

    sheet_id: Mapped[int] = mapped_column(BigInteger)
    line_id: Mapped[int] = mapped_column(BigInteger)
    unit_id: Mapped[int] = mapped_column(BigInteger)
    text: Mapped[str] = mapped_column(Text)
    raised_by: Mapped[str] = mapped_column(Text)
    raised_by_id: Mapped[int | None] = mapped_column(BigInteger, default=None)
    raised_at: Mapped[datetime] = mapped_column(INSTANT)
    state: Mapped[str] = mapped_column(Text, default="open")
    judged_by: Mapped[str | None] = mapped_column(Text, default=None)
    judged_by_id: Mapped[int | None] = mapped_column(BigInteger, default=None)
    judged_at: Mapped[datetime | None] = mapped_column(INSTANT, default=None)
    finding: Mapped[str] = mapped_column(Text, default="")
