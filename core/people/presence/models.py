"""The table of who is where. It is no record of anybody: a row is good for seconds, and nothing reads what is over."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from core.kit.db import INSTANT, Base, OfTenant

LONGEST_FORM = 40


class Presence(OfTenant, Base, kw_only=True):
    """Somebody has a ticket open. `form` is what they are filling in on it, as its heading says; empty = nothing."""

    __tablename__ = "presence"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "ticket_id"], ["ticket.tenant_id", "ticket.id"]),
        ForeignKeyConstraint(["tenant_id", "account_id"], ["account.tenant_id", "account.id"]),
        CheckConstraint(f"char_length(form) <= {LONGEST_FORM}", name="form"),
        Index("ix_presence_seen_at", "tenant_id", "seen_at"),
        {"prefixes": ["UNLOGGED"]},
    )

    ticket_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    account_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    seen_at: Mapped[datetime] = mapped_column(INSTANT)
    form: Mapped[str] = mapped_column(Text, server_default="")
    form_at: Mapped[datetime | None] = mapped_column(INSTANT, default=None)
    """When they last wrote in the form."""
