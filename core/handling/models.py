"""Tables of replies, of what was checked of them, of what co-units contribute, of attempts to reach the resident, and of what was found and done."""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, Date, ForeignKeyConstraint, Index, Integer, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from core.handling.dispositions import DISPOSITION_LABELS
from core.handling.findings import MEASURE_LABELS, VERIFICATION_LABELS
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
    basis: Mapped[str] = mapped_column(Text, default="", server_default="")
    """The law or rule that a refused application stands on 法律依据; empty = none was named."""


class ReplyCheck(TenantRow, Base, kw_only=True):
    """What was found of a reply when it went on 发出前检查, by which version of the checks and which limits; never changed.

    `confirmed` is why somebody sent it all the same though it was held back. `marks` find near copies; the review of a reply
    that is compared already has none.
    """

    __tablename__ = "reply_check"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "ticket_id"], ["ticket.tenant_id", "ticket.id"]),
        ForeignKeyConstraint(["tenant_id", "reply_id"], ["reply.tenant_id", "reply.id"]),
        CheckConstraint("stage IN ('submitted', 'reviewed', 'direct')", name="stage"),
        CheckConstraint("level IN ('failed', 'notice', 'passed')", name="level"),
        CheckConstraint("answered BETWEEN 0 AND points", name="answered"),
        Index("ix_reply_check_reply", "tenant_id", "reply_id"),
        Index("ix_reply_check_ticket", "tenant_id", "ticket_id"),
        Index("ix_reply_check_at", "tenant_id", "at"),
    )

    ticket_id: Mapped[int] = mapped_column(BigInteger)
    reply_id: Mapped[int] = mapped_column(BigInteger)
    stage: Mapped[str] = mapped_column(Text)
    version: Mapped[str] = mapped_column(Text)
    limits: Mapped[dict[str, int]] = mapped_column(JSONB)
    level: Mapped[str] = mapped_column(Text)
    points: Mapped[int] = mapped_column(Integer)
    answered: Mapped[int] = mapped_column(Integer)
    missing: Mapped[list[str]] = mapped_column(JSONB)
    findings: Mapped[list[dict[str, str]]] = mapped_column(JSONB)
    confirmed: Mapped[str] = mapped_column(Text)
    marks: Mapped[list[str]] = mapped_column(JSONB)
    by: Mapped[str] = mapped_column(Text)
    by_id: Mapped[int | None] = mapped_column(BigInteger)
    at: Mapped[datetime] = mapped_column(INSTANT)


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


class Verification(TenantRow, Base, kw_only=True):
    """What a unit found of whether the appeal is true 核实: wholly, in part or not, and what it saw. The newest counts."""

    __tablename__ = "verification"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "ticket_id"], ["ticket.tenant_id", "ticket.id"]),
        ForeignKeyConstraint(["tenant_id", "assignment_id"], ["assignment.tenant_id", "assignment.id"]),
        CheckConstraint(f"result IN ({', '.join(map(repr, VERIFICATION_LABELS))})", name="result"),
        Index("ix_verification_ticket", "tenant_id", "ticket_id"),
        Index("ix_verification_at", "tenant_id", "at"),
    )

    ticket_id: Mapped[int] = mapped_column(BigInteger)
    assignment_id: Mapped[int] = mapped_column(BigInteger)
    cycle_no: Mapped[int] = mapped_column(Integer)
    result: Mapped[str] = mapped_column(Text)
    found: Mapped[str] = mapped_column(Text)
    on_site: Mapped[bool] = mapped_column()
    """Whether it was seen on site, and not only with the reply."""
    by: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(INSTANT)


class Enforcement(TenantRow, Base, kw_only=True):
    """An outcome of enforcement 执法结果: which measure a unit took against whoever is at fault, in words, and how much."""

    __tablename__ = "enforcement"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "ticket_id"], ["ticket.tenant_id", "ticket.id"]),
        ForeignKeyConstraint(["tenant_id", "assignment_id"], ["assignment.tenant_id", "assignment.id"]),
        CheckConstraint(f"measure IN ({', '.join(map(repr, MEASURE_LABELS))})", name="measure"),
        CheckConstraint("amount IS NULL OR amount > 0", name="amount"),
        Index("ix_enforcement_ticket", "tenant_id", "ticket_id"),
        Index("ix_enforcement_at", "tenant_id", "at"),
    )

    ticket_id: Mapped[int] = mapped_column(BigInteger)
    assignment_id: Mapped[int] = mapped_column(BigInteger)
    measure: Mapped[str] = mapped_column(Text)
    words: Mapped[str] = mapped_column(Text)
    document: Mapped[str] = mapped_column(Text)
    """Number of the written decision, empty = none was named."""
    amount: Mapped[int | None] = mapped_column(BigInteger)
    """Yuan, of a fine or of what was confiscated."""
    by: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(INSTANT)


class Tracking(TenantRow, Base, kw_only=True):
    """A day on which the desk looks again at what a concluded ticket came to 效能追踪, and what it found then."""

    __tablename__ = "tracking"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "ticket_id"], ["ticket.tenant_id", "ticket.id"]),
        CheckConstraint("state IN ('open', 'holds', 'fails', 'dropped')", name="state"),
        CheckConstraint("(state = 'open') = (looked_at IS NULL)", name="looked"),
        Index("uq_tracking_open", "tenant_id", "ticket_id", unique=True, postgresql_where="state = 'open'"),
        Index("ix_tracking_ticket", "tenant_id", "ticket_id"),
    )

    ticket_id: Mapped[int] = mapped_column(BigInteger)
    due_on: Mapped[date] = mapped_column(Date)
    why: Mapped[str] = mapped_column(Text)
    set_by: Mapped[str] = mapped_column(Text)
    set_at: Mapped[datetime] = mapped_column(INSTANT)
    state: Mapped[str] = mapped_column(Text, default="open")
    found: Mapped[str] = mapped_column(Text, default="")
    looked_by: Mapped[str] = mapped_column(Text, default="")
    looked_at: Mapped[datetime | None] = mapped_column(INSTANT, default=None)
