"""Tables of follow-ups and ratings, of disputes about them, and of what was adjudicated."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Index, Integer, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.evaluation.answers import ADJUDICATION_REASONS
from core.evaluation.causes import DISSATISFACTION_LABELS, OVERDUE_LABELS
from core.kit.db import INSTANT, Base, OfTenant, TenantRow


def _listed(codes: Iterable[str]) -> str:
    return ", ".join(repr(code) for code in codes)


class FollowUp(TenantRow, Base, kw_only=True):
    """One attempt to ask the resident 回访."""

    __tablename__ = "follow_up"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "ticket_id"], ["ticket.tenant_id", "ticket.id"]),
        CheckConstraint("outcome IN ('reached', 'unreachable', 'refused')", name="outcome"),
        Index("ix_follow_up_ticket", "tenant_id", "ticket_id"),
        Index("ix_follow_up_at", "tenant_id", "at"),
    )

    ticket_id: Mapped[int] = mapped_column(BigInteger)
    cycle_no: Mapped[int] = mapped_column(Integer)
    outcome: Mapped[str] = mapped_column(Text)
    note: Mapped[str] = mapped_column(Text)
    by: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(INSTANT)


class HomeVisit(TenantRow, Base, kw_only=True):
    """Somebody of the centre that took a ticket in went to the resident 上门回访, and what they found; never changed.

    It is evidence beside the official follow-up, and rates nothing.
    """

    __tablename__ = "home_visit"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "ticket_id"], ["ticket.tenant_id", "ticket.id"]),
        ForeignKeyConstraint(["tenant_id", "unit_id"], ["unit.tenant_id", "unit.id"]),
        CheckConstraint("outcome IN ('met', 'nobody', 'refused')", name="outcome"),
        Index("ix_home_visit_ticket", "tenant_id", "ticket_id"),
    )

    ticket_id: Mapped[int] = mapped_column(BigInteger)
    unit_id: Mapped[int] = mapped_column(BigInteger)
    cycle_no: Mapped[int] = mapped_column(Integer)
    outcome: Mapped[str] = mapped_column(Text)
    found: Mapped[str] = mapped_column(Text)
    by: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(INSTANT)


class Rating(TenantRow, Base, kw_only=True):
    """What the resident says of one cycle of handling 评价; never changed."""

    __tablename__ = "rating"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "ticket_id"], ["ticket.tenant_id", "ticket.id"]),
        UniqueConstraint("tenant_id", "ticket_id", "cycle_no"),
        CheckConstraint("resolved IN ('yes', 'partly', 'no')", name="resolved"),
        CheckConstraint("satisfaction IN ('satisfied', 'basically', 'dissatisfied')", name="satisfaction"),
        Index("ix_rating_at", "tenant_id", "at"),
    )

    ticket_id: Mapped[int] = mapped_column(BigInteger)
    cycle_no: Mapped[int] = mapped_column(Integer)
    resolved: Mapped[str] = mapped_column(Text)
    satisfaction: Mapped[str] = mapped_column(Text)
    comment: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(INSTANT)


class RatingCause(OfTenant, Base, kw_only=True):
    """Why the resident is dissatisfied in a rating 不满意原因, the main cause as somebody asked it; never changed."""

    __tablename__ = "rating_cause"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "rating_id"], ["rating.tenant_id", "rating.id"]),
        ForeignKeyConstraint(["tenant_id", "ticket_id"], ["ticket.tenant_id", "ticket.id"]),
        CheckConstraint(f"cause IN ({_listed(DISSATISFACTION_LABELS)})", name="cause"),
        Index("ix_rating_cause_ticket", "tenant_id", "ticket_id"),
    )

    rating_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(BigInteger)
    cause: Mapped[str] = mapped_column(Text)
    by: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(INSTANT)


class OverdueCause(TenantRow, Base, kw_only=True):
    """Why a reply clock was missed 超期原因: what its unit states with evidence, and what the desk finds.

    One per clock. `stated` is the unit's word, empty = it said nothing; `found` is the desk's finding, after which
    nothing is changed any more. It never changes that the clock was missed.
    """

    __tablename__ = "overdue_cause"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "ticket_id"], ["ticket.tenant_id", "ticket.id"]),
        ForeignKeyConstraint(["tenant_id", "clock_id"], ["sla_clock.tenant_id", "sla_clock.id"]),
        UniqueConstraint("tenant_id", "clock_id"),
        CheckConstraint(f"stated IN ('', {_listed(OVERDUE_LABELS)})", name="stated"),
        CheckConstraint(f"found IN ('', {_listed(OVERDUE_LABELS)})", name="found"),
        CheckConstraint("(stated_at IS NULL) = (stated = '')", name="stated_at"),
        CheckConstraint("(found_at IS NULL) = (found = '')", name="found_at"),
        Index("ix_overdue_cause_ticket", "tenant_id", "ticket_id"),
        Index("ix_overdue_cause_waiting", "tenant_id", "ticket_id", postgresql_where="found = ''"),
    )

    ticket_id: Mapped[int] = mapped_column(BigInteger)
    clock_id: Mapped[int] = mapped_column(BigInteger)
    stated: Mapped[str] = mapped_column(Text, default="")
    evidence: Mapped[str] = mapped_column(Text, default="")
    stated_by: Mapped[str | None] = mapped_column(Text, default=None)
    stated_by_id: Mapped[int | None] = mapped_column(BigInteger, default=None)
    stated_at: Mapped[datetime | None] = mapped_column(INSTANT, default=None)
    found: Mapped[str] = mapped_column(Text, default="")
    finding: Mapped[str] = mapped_column(Text, default="")
    found_by: Mapped[str | None] = mapped_column(Text, default=None)
    found_by_id: Mapped[int | None] = mapped_column(BigInteger, default=None)
    found_at: Mapped[datetime | None] = mapped_column(INSTANT, default=None)


class Dispute(TenantRow, Base, kw_only=True):
    """An objection 申诉 to a responsibility, a rating or a verdict of overdue, or a resident's demand for review 复核.

    `subject_id` is the assignment, rating or clock objected to; None for a review, which is about the whole ticket.
    """

    __tablename__ = "dispute"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "ticket_id"], ["ticket.tenant_id", "ticket.id"]),
        ForeignKeyConstraint(["tenant_id", "unit_id"], ["unit.tenant_id", "unit.id"]),
        CheckConstraint("kind IN ('responsibility', 'rating', 'overdue', 'review')", name="kind"),
        CheckConstraint("(kind = 'review') = (unit_id IS NULL)", name="party"),
        CheckConstraint("(kind = 'review') = (subject_id IS NULL)", name="subject"),
        CheckConstraint("state IN ('open', 'upheld', 'dismissed', 'withdrawn')", name="state"),
        CheckConstraint("(state = 'open') = (decided_at IS NULL)", name="decided"),
        Index(
            "uq_dispute_subject",
            "tenant_id",
            "kind",
            "subject_id",
            unique=True,
            postgresql_where="subject_id IS NOT NULL AND state <> 'withdrawn'",
        ),
        Index(
            "uq_dispute_open_review",
            "tenant_id",
            "ticket_id",
            unique=True,
            postgresql_where="kind = 'review' AND state = 'open'",
        ),
        Index("ix_dispute_ticket", "tenant_id", "ticket_id"),
    )

    ticket_id: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str] = mapped_column(Text)
    unit_id: Mapped[int | None] = mapped_column(BigInteger)
    subject_id: Mapped[int | None] = mapped_column(BigInteger)
    grounds: Mapped[str] = mapped_column(Text)
    filed_by: Mapped[str] = mapped_column(Text)
    filed_by_id: Mapped[int | None] = mapped_column(BigInteger)
    filed_at: Mapped[datetime] = mapped_column(INSTANT)
    state: Mapped[str] = mapped_column(Text, default="open")
    finding: Mapped[str] = mapped_column(Text, default="")
    decided_by: Mapped[str | None] = mapped_column(Text, default=None)
    decided_by_id: Mapped[int | None] = mapped_column(BigInteger, default=None)
    decided_at: Mapped[datetime | None] = mapped_column(INSTANT, default=None)


class Adjudication(TenantRow, Base, kw_only=True):
    """What was adjudicated 裁定 about a rating or a clock: an overlay on the figures; never changed, one per subject.

    `exclude` leaves it out of the adjusted figures, `shift` counts it for `unit_id` instead. Raw figures stay.
    """

    __tablename__ = "adjudication"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "ticket_id"], ["ticket.tenant_id", "ticket.id"]),
        ForeignKeyConstraint(["tenant_id", "dispute_id"], ["dispute.tenant_id", "dispute.id"]),
        ForeignKeyConstraint(["tenant_id", "unit_id"], ["unit.tenant_id", "unit.id"]),
        UniqueConstraint("tenant_id", "subject", "subject_id"),
        CheckConstraint("subject IN ('rating', 'clock')", name="subject"),
        CheckConstraint("effect IN ('exclude', 'shift')", name="effect"),
        CheckConstraint("(effect = 'shift') = (unit_id IS NOT NULL)", name="unit"),
        CheckConstraint(f"reason_code IN ({_listed(ADJUDICATION_REASONS)})", name="reason"),
        Index("ix_adjudication_ticket", "tenant_id", "ticket_id"),
    )

    ticket_id: Mapped[int] = mapped_column(BigInteger)
    dispute_id: Mapped[int] = mapped_column(BigInteger)
    subject: Mapped[str] = mapped_column(Text)
    subject_id: Mapped[int] = mapped_column(BigInteger)
    effect: Mapped[str] = mapped_column(Text)
    unit_id: Mapped[int | None] = mapped_column(BigInteger)
    reason_code: Mapped[str] = mapped_column(Text)
    decided_by: Mapped[str] = mapped_column(Text)
    decided_at: Mapped[datetime] = mapped_column(INSTANT)
