"""Table of replies."""

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
