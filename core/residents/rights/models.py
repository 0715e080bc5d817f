"""The table of what residents ask of the data about themselves."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Index, LargeBinary, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from core.kit.db import INSTANT, Base, TenantRow
from core.residents.rights.rules import KIND_LABELS, STATE_LABELS


class RightsRequest(TenantRow, Base, kw_only=True):
    """A request 申请 about the own data: who proved by what that they are who is meant, about which tickets, what was answered,
    and what was erased.

    Phone, words and answer are encrypted; the phone is found by its keyed hash together with that of the name. All of them
    are emptied some time after the answer, and what was done stays.
    """

    __tablename__ = "rights_request"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id"], ["tenant.id"]),
        UniqueConstraint("tenant_id", "number"),
        UniqueConstraint("tenant_id", "form_id"),
        CheckConstraint(f"kind IN ({', '.join(map(repr, KIND_LABELS))})", name="kind"),
        CheckConstraint(f"state IN ({', '.join(map(repr, STATE_LABELS))})", name="state"),
        CheckConstraint("proven_by IN ('phone', 'code')", name="proven_by"),
        CheckConstraint("told IN ('', 'waiting', 'sent', 'failed')", name="told"),
        CheckConstraint("(state = 'open') = (answered_at IS NULL)", name="answered"),
        Index("ix_rights_request_open", "tenant_id", "due_on", postgresql_where="state = 'open'"),
        Index("ix_rights_request_phone_hash", "tenant_id", "phone_hash", postgresql_where="phone_hash IS NOT NULL"),
        Index("ix_rights_request_answered", "tenant_id", "answered_at", postgresql_where="answered_at IS NOT NULL"),
    )

    number: Mapped[str] = mapped_column(Text)
    form_id: Mapped[str] = mapped_column(Text)
    """The form that was sent: sent twice it is one request."""
    kind: Mapped[str] = mapped_column(Text)
    proven_by: Mapped[str] = mapped_column(Text)
    phone: Mapped[bytes | None] = mapped_column(LargeBinary)
    phone_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    name_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    tickets: Mapped[list[str]] = mapped_column(JSONB)
    """Numbers of the tickets that it is about."""
    words: Mapped[bytes | None] = mapped_column(LargeBinary)
    asked_at: Mapped[datetime] = mapped_column(INSTANT)
    due_on: Mapped[date] = mapped_column()
    state: Mapped[str] = mapped_column(Text, default="open")
    grounds: Mapped[list[str]] = mapped_column(JSONB, default_factory=list)
    answer: Mapped[bytes | None] = mapped_column(LargeBinary, default=None)
    answered_by: Mapped[str] = mapped_column(Text, default="")
    answered_by_id: Mapped[int | None] = mapped_column(BigInteger, default=None)
    answered_at: Mapped[datetime | None] = mapped_column(INSTANT, default=None)
    done: Mapped[dict[str, Any]] = mapped_column(JSONB, default_factory=dict)
    """What was erased, what was kept and why, and what names the person and cannot be changed: numbers and counts alone."""
    told: Mapped[str] = mapped_column(Text, default="")
    """How far a message about the answer came; empty = it is read on the page alone."""
