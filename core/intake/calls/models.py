"""Tables of call records, and of what was done about each call."""

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from core.kit.db import INSTANT, Base, TenantRow

ENDINGS = ("ticket", "joined", "answered", "nothing")
"""How a call record ends: a ticket was made of it, it belongs to one, it was answered by words, there was nothing to do."""
STEPS = (*ENDINGS, "called_back", "not_reached", "revealed")
"""What can be done about a call."""


class CallRecord(TenantRow, Base, kw_only=True):
    """A call 来电 as the telephone system told of it, and how it ended; never taken away. The same id counts once.

    The phone is encrypted and found by its keyed hash, as in contacts; erased with the person. `recording` says where the
    telephone system keeps the recording, empty = there is none. A missed call was answered by nobody.
    """

    __tablename__ = "call_record"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "ticket_id"], ["ticket.tenant_id", "ticket.id"]),
        UniqueConstraint("tenant_id", "source_id"),
        CheckConstraint(f"state IN ('open', {', '.join(map(repr, ENDINGS))})", name="state"),
        CheckConstraint("(state = 'open') = (ended_at IS NULL)", name="ended"),
        CheckConstraint("(state IN ('ticket', 'joined')) = (ticket_id IS NOT NULL)", name="ticket"),
        Index("ix_call_record_open", "tenant_id", "began_at", postgresql_where="state = 'open'"),
        Index("ix_call_record_ended", "tenant_id", "ended_at"),
        Index("ix_call_record_ticket", "tenant_id", "ticket_id", postgresql_where="ticket_id IS NOT NULL"),
        Index("ix_call_record_phone_hash", "tenant_id", "phone_hash"),
    )

    source_id: Mapped[str] = mapped_column(Text)
    """The telephone system's own id of the call."""
    channel: Mapped[str] = mapped_column(Text)
    line: Mapped[str] = mapped_column(Text)
    """The number that was dialled, or the line that took it."""
    phone: Mapped[bytes | None] = mapped_column(LargeBinary)
    phone_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    began_at: Mapped[datetime] = mapped_column(INSTANT)
    seconds: Mapped[int] = mapped_column(Integer)
    """How long was spoken; 0 for a missed call."""
    missed: Mapped[bool] = mapped_column()
    answered_by: Mapped[str] = mapped_column(Text)
    """The seat or person that took it, as the telephone system names them."""
    recording: Mapped[str] = mapped_column(Text)
    received_at: Mapped[datetime] = mapped_column(INSTANT)
    received_by: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text, default="open")
    ticket_id: Mapped[int | None] = mapped_column(BigInteger, default=None)
    words: Mapped[str] = mapped_column(Text, default="")
    """What the caller was told, or why there was nothing to do."""
    ended_by: Mapped[str] = mapped_column(Text, default="")
    ended_at: Mapped[datetime | None] = mapped_column(INSTANT, default=None)


class CallStep(TenantRow, Base, kw_only=True):
    """Something that was done about a call: called back, or how it ended. Added to, never changed."""

    __tablename__ = "call_step"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "call_id"], ["call_record.tenant_id", "call_record.id"]),
        CheckConstraint(f"kind IN ({', '.join(map(repr, STEPS))})", name="kind"),
        Index("ix_call_step_call", "tenant_id", "call_id"),
    )

    call_id: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str] = mapped_column(Text)
    words: Mapped[str] = mapped_column(Text)
    by: Mapped[str] = mapped_column(Text)
    by_id: Mapped[int | None] = mapped_column(BigInteger)
    at: Mapped[datetime] = mapped_column(INSTANT)
