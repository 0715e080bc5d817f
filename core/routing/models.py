"""Tables of assignments and of the decisions behind them."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Index, Integer, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from core.kit.db import INSTANT, Base, TenantRow


class Assignment(TenantRow, Base, kw_only=True):
    """Work for one unit 承办任务: lead 主办, co 协办, or info 知会 (sees, does not handle)."""

    __tablename__ = "assignment"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "ticket_id"], ["ticket.tenant_id", "ticket.id"]),
        ForeignKeyConstraint(["tenant_id", "unit_id"], ["unit.tenant_id", "unit.id"]),
        CheckConstraint("role IN ('lead', 'co', 'info')", name="role"),
        CheckConstraint(
            "state IN ('pending_sign', 'signed', 'submitted', 'done', 'returned', 'watching')", name="state"
        ),
        Index(
            "uq_assignment_one_lead",
            "tenant_id",
            "ticket_id",
            unique=True,
            postgresql_where="role = 'lead' AND state IN ('pending_sign', 'signed', 'submitted')",
        ),
        Index("ix_assignment_unit", "tenant_id", "unit_id", "state"),
        Index("ix_assignment_ticket", "tenant_id", "ticket_id"),
        Index("ix_assignment_assigned_at", "tenant_id", "assigned_at"),
        Index("ix_assignment_returned_at", "tenant_id", "ended_at", postgresql_where="state = 'returned'"),
    )

    ticket_id: Mapped[int] = mapped_column(BigInteger)
    unit_id: Mapped[int] = mapped_column(BigInteger)
    role: Mapped[str] = mapped_column(Text)
    cycle_no: Mapped[int] = mapped_column(Integer)
    state: Mapped[str] = mapped_column(Text)
    assigned_at: Mapped[datetime] = mapped_column(INSTANT)
    signed_at: Mapped[datetime | None] = mapped_column(INSTANT, default=None)
    submitted_at: Mapped[datetime | None] = mapped_column(INSTANT, default=None)
    ended_at: Mapped[datetime | None] = mapped_column(INSTANT, default=None)


class RouteDecision(TenantRow, Base, kw_only=True):
    """Why a ticket went, or should go, to a unit: the rule or person, the reason, and who else was proposed."""

    __tablename__ = "route_decision"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "ticket_id"], ["ticket.tenant_id", "ticket.id"]),
        ForeignKeyConstraint(["tenant_id", "unit_id"], ["unit.tenant_id", "unit.id"]),
        CheckConstraint("outcome IN ('suggested', 'dispatched', 'nobody')", name="outcome"),
        Index("ix_route_decision_ticket", "tenant_id", "ticket_id"),
    )

    ticket_id: Mapped[int] = mapped_column(BigInteger)
    outcome: Mapped[str] = mapped_column(Text)
    unit_id: Mapped[int | None] = mapped_column(BigInteger)
    rule_id: Mapped[str] = mapped_column(Text)
    """The rule that decided, or `person` when a dispatcher did."""
    reason: Mapped[str] = mapped_column(Text)
    candidates: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    decided_by: Mapped[str] = mapped_column(Text)
    decided_at: Mapped[datetime] = mapped_column(INSTANT)
    epoch: Mapped[int] = mapped_column(Integer)
    """The tenant's epoch at that time: which features, settings and duty list were in force."""
