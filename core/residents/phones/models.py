"""Codes 验证码 that were sent to phones. The code itself stands nowhere: it is reckoned from the row's id."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column

from core.kit.db import INSTANT, Base, TenantRow

STATES = ("waiting", "sent", "failed")


class PhoneCode(TenantRow, Base, kw_only=True):
    """A code that was asked for, for one purpose: on its way, sent, or not sent and why. Of a phone and purpose the newest counts.

    Kept for a day. `wrong` counts the tries with another code.
    """

    __tablename__ = "phone_code"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id"], ["tenant.id"]),
        CheckConstraint(f"state IN ({', '.join(map(repr, STATES))})", name="state"),
        Index("ix_phone_code_phone_hash", "tenant_id", "phone_hash", "purpose", "id"),
        Index("ix_phone_code_asked_at", "tenant_id", "asked_at"),
    )

    purpose: Mapped[str] = mapped_column(Text)
    phone: Mapped[bytes] = mapped_column(LargeBinary)
    phone_hash: Mapped[bytes] = mapped_column(LargeBinary)
    asked_at: Mapped[datetime] = mapped_column(INSTANT)
    ends_at: Mapped[datetime] = mapped_column(INSTANT)
    state: Mapped[str] = mapped_column(Text, default="waiting")
    failure: Mapped[str] = mapped_column(Text, default="")
    """Why it was not sent, or not yet, in words without the number."""
    wrong: Mapped[int] = mapped_column(default=0)
    proven_at: Mapped[datetime | None] = mapped_column(INSTANT, default=None)
    """When the right code was given: it counts once."""
