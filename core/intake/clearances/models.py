"""Tables of clearances, and of the versions in which the words of a ticket waited for one."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Index, Integer, Text
from sqlalchemy.orm import Mapped, mapped_column

from core.kit.db import INSTANT, Base, TenantRow

OPEN = ("pending", "returned")
"""States in which a ticket is not dispatched."""


class Clearance(TenantRow, Base, kw_only=True):
    """A ticket waits for somebody else's approval 审定 before it can be dispatched. The ticket's clocks do not care.

    `returned`: the approver sent it back to be written better. `dropped`: the ticket came to its end in another way.
    """

    __tablename__ = "clearance"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "ticket_id"], ["ticket.tenant_id", "ticket.id"]),
        CheckConstraint("state IN ('pending', 'returned', 'cleared', 'dropped')", name="state"),
        CheckConstraint("because IN ('wish', 'trainee', 'district')", name="because"),
        CheckConstraint("(state = 'cleared') = (decided_at IS NOT NULL)", name="decided"),
        Index(
            "uq_clearance_open",
            "tenant_id",
            "ticket_id",
            unique=True,
            postgresql_where="state IN ('pending', 'returned')",
        ),
        Index("ix_clearance_ticket", "tenant_id", "ticket_id"),
    )

    ticket_id: Mapped[int] = mapped_column(BigInteger)
    because: Mapped[str] = mapped_column(Text)
    """Why it waits: the operator wished it, is in training, or the district asks it of every call."""
    written_by: Mapped[str] = mapped_column(Text)
    written_by_id: Mapped[int | None] = mapped_column(BigInteger)
    written_at: Mapped[datetime] = mapped_column(INSTANT)
    revised_by_id: Mapped[int | None] = mapped_column(BigInteger, default=None)
    """Who wrote it anew after it was sent back; that person does not approve it either."""
    state: Mapped[str] = mapped_column(Text, default="pending")
    words: Mapped[str] = mapped_column(Text, default="")
    """What the approver said last: why it was sent back, or what was corrected."""
    decided_by: Mapped[str] = mapped_column(Text, default="")
    decided_by_id: Mapped[int | None] = mapped_column(BigInteger, default=None)
    decided_at: Mapped[datetime | None] = mapped_column(INSTANT, default=None)


class ClearanceVersion(TenantRow, Base, kw_only=True):
    """The words of a ticket as they stood before they were written anew or corrected; blanked with the person."""

    __tablename__ = "clearance_version"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "ticket_id"], ["ticket.tenant_id", "ticket.id"]),
        ForeignKeyConstraint(["tenant_id", "clearance_id"], ["clearance.tenant_id", "clearance.id"]),
        Index("ix_clearance_version_clearance", "tenant_id", "clearance_id"),
    )

    ticket_id: Mapped[int] = mapped_column(BigInteger)
    clearance_id: Mapped[int] = mapped_column(BigInteger)
    number: Mapped[int] = mapped_column(Integer)
    title: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    place: Mapped[str] = mapped_column(Text)
    replaced_by: Mapped[str] = mapped_column(Text)
    replaced_at: Mapped[datetime] = mapped_column(INSTANT)
