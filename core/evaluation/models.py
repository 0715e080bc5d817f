"""Tables of follow-ups and ratings."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Index, Integer, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.kit.db import INSTANT, Base, TenantRow


class FollowUp(TenantRow, Base, kw_only=True):
    """One attempt to ask the resident 回访."""

    __tablename__ = "follow_up"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "ticket_id"], ["ticket.tenant_id", "ticket.id"]),
        CheckConstraint("outcome IN ('reached', 'unreachable', 'refused')", name="outcome"),
        Index("ix_follow_up_ticket", "tenant_id", "ticket_id"),
    )

    ticket_id: Mapped[int] = mapped_column(BigInteger)
    cycle_no: Mapped[int] = mapped_column(Integer)
    outcome: Mapped[str] = mapped_column(Text)
    note: Mapped[str] = mapped_column(Text)
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
