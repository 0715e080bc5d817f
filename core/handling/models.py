"""Tables of replies, of what co-units contribute to them, and of attempts to reach the resident."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Index, Integer, Text
from sqlalchemy.orm import Mapped, mapped_column

from core.handling.dispositions import DISPOSITION_LABELS
from core.kit.db import INSTANT, Base, TenantRow


class Reply(TenantRow, Base, kw_only=True):
    """An answer 答复 to the resident. `unit_id` None = answered by the operator without dispatch."""

    __tablename__ = "reply"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "ticket_id"], ["ticket.tenant_id", "ticket.id"]),
        ForeignKeyConstraint(["tenant_id", "unit_id"], ["unit.tenant_id", "unit.id"]),
        CheckConstraint("state IN ('submitted', 'returned', 'approved')", name="state"),
        CheckConstraint(f"disposition IN ({', '.join(repr(code) for code in DISPOSITION_LABELS)})", name="disposition"),
        Index("ix_reply_ticket", "tenant_id", "ticket_id"),
    )

    ticket_id: Mapped[int] = mapped_column(BigInteger)
    cycle_no: Mapped[int] = mapped_column(Integer)
    unit_id: Mapped[int | None] = mapped_column(BigInteger)
    text: Mapped[str] = mapped_column(Text)
    disposition: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    submitted_by: Mapped[str] = mapped_column(Text)
    submitted_by_id: Mapped[int | None] = mapped_column(BigInteger)
    submitted_at: Mapped[datetime] = mapped_column(INSTANT)
    reviewed_by: Mapped[str | None] = mapped_column(Text, default=None)
    reviewed_at: Mapped[datetime | None] = mapped_column(INSTANT, default=None)
    review_note: Mapped[str] = mapped_column(Text, default="")
    seconded_by: Mapped[str | None] = mapped_column(Text, default=None)
    seconded_by_id: Mapped[int | None] = mapped_column(BigInteger, default=None)
    """The first of the two reviewers that a finding of 不合理诉求 needs."""


class Contribution(TenantRow, Base, kw_only=True):
    """What a co-unit, or a unit below, answers to the unit that leads 协办意见. It never reaches the resident."""

    __tablename__ = "contribution"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "ticket_id"], ["ticket.tenant_id", "ticket.id"]),
        ForeignKeyConstraint(["tenant_id", "assignment_id"], ["assignment.tenant_id", "assignment.id"]),
        Index("ix_contribution_ticket", "tenant_id", "ticket_id"),
    )

    ticket_id: Mapped[int] = mapped_column(BigInteger)
    assignment_id: Mapped[int] = mapped_column(BigInteger)
    text: Mapped[str] = mapped_column(Text)
    by: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(INSTANT)


class ContactAttempt(TenantRow, Base, kw_only=True):
    """One attempt of the unit to reach the resident before it replies 联系诉求人."""

    __tablename__ = "contact_attempt"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "ticket_id"], ["ticket.tenant_id", "ticket.id"]),
        ForeignKeyConstraint(["tenant_id", "assignment_id"], ["assignment.tenant_id", "assignment.id"]),
        CheckConstraint("outcome IN ('reached', 'unreachable')", name="outcome"),
        Index("ix_contact_attempt_assignment", "tenant_id", "assignment_id"),
    )

    ticket_id: Mapped[int] = mapped_column(BigInteger)
    assignment_id: Mapped[int] = mapped_column(BigInteger)
    outcome: Mapped[str] = mapped_column(Text)
    note: Mapped[str] = mapped_column(Text)
    by: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(INSTANT)
