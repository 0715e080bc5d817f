"""The table of drafts."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Index, Integer, LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column

from core.kit.db import INSTANT, Base, TenantRow

LONGEST_NAME = 200


class Draft(TenantRow, Base, kw_only=True):
    """What the holder of an account has typed into one form and not sent yet; taken away when it is sent.

    `name` says which form it is: where it is sent, and what it is about. `sealed` is what was typed, encrypted: it may be
    about anybody. `version` counts how often it was saved, so that no window writes over the newer text of another.
    """

    __tablename__ = "draft"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "account_id"], ["account.tenant_id", "account.id"]),
        ForeignKeyConstraint(["tenant_id", "ticket_id"], ["ticket.tenant_id", "ticket.id"]),
        CheckConstraint(f"char_length(name) BETWEEN 1 AND {LONGEST_NAME}", name="name"),
        Index("uq_draft_name", "tenant_id", "account_id", "name", unique=True),
        Index("ix_draft_saved_at", "tenant_id", "saved_at"),
        Index("ix_draft_ticket", "tenant_id", "ticket_id", postgresql_where="ticket_id IS NOT NULL"),
    )

    account_id: Mapped[int] = mapped_column(BigInteger)
    name: Mapped[str] = mapped_column(Text)
    ticket_id: Mapped[int | None] = mapped_column(BigInteger)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    version: Mapped[int] = mapped_column(Integer)
    saved_at: Mapped[datetime] = mapped_column(INSTANT)
    saved_by: Mapped[str] = mapped_column(Text, default="", server_default="")
    """The window that saved it last: what it wrote itself is no news to it."""
