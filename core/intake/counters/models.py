"""The table of counter entries: which centre took a ticket in, for whom and how."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.kit.db import INSTANT, Base, OfTenant


class CounterEntry(OfTenant, Base, kw_only=True):
    """A ticket that somebody of a unit wrote down for a resident 代录; written with the ticket and never changed.

    The same message id of a unit is one ticket: `content` is the keyed digest of all that was sent under it.
    """

    __tablename__ = "counter_entry"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "ticket_id"], ["ticket.tenant_id", "ticket.id"]),
        ForeignKeyConstraint(["tenant_id", "unit_id"], ["unit.tenant_id", "unit.id"]),
        UniqueConstraint("tenant_id", "unit_id", "message_id"),
        CheckConstraint("kind IN ('counter', 'door')", name="kind"),
        CheckConstraint("present IN ('self', 'other')", name="present"),
        Index("ix_counter_entry_unit", "tenant_id", "unit_id", "ticket_id"),
    )

    ticket_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    unit_id: Mapped[int] = mapped_column(BigInteger)
    """The centre that took it in, and follows it."""
    kind: Mapped[str] = mapped_column(Text)
    """Where it was said: at the `counter`, or at the `door` 上门."""
    present: Mapped[str] = mapped_column(Text)
    """Who said it: the resident, or somebody `other` for them."""
    no_phone: Mapped[bool]
    """The resident left no phone, and was told that the receipt is the only way back."""
    message_id: Mapped[str] = mapped_column(Text)
    content: Mapped[str] = mapped_column(Text)
    by: Mapped[str] = mapped_column(Text)
    by_id: Mapped[int | None] = mapped_column(BigInteger)
    written_at: Mapped[datetime] = mapped_column(INSTANT)
    """When it was written down; earlier than `entered_at` where there was no network."""
    entered_at: Mapped[datetime] = mapped_column(INSTANT)
