"""Table of what came in."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKeyConstraint, LargeBinary, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.kit.db import INSTANT, Base, TenantRow


class IntakeEvent(TenantRow, Base, kw_only=True):
    """One thing that came in 来件, as it came (encrypted); the same external id of a channel comes in once only."""

    __tablename__ = "intake_event"
    __table_args__ = (
        UniqueConstraint("tenant_id", "channel", "external_id"),
        ForeignKeyConstraint(["tenant_id", "ticket_id"], ["ticket.tenant_id", "ticket.id"]),
    )

    channel: Mapped[str] = mapped_column(Text)
    external_id: Mapped[str] = mapped_column(Text)
    received_at: Mapped[datetime] = mapped_column(INSTANT)
    payload: Mapped[bytes] = mapped_column(LargeBinary)
    payload_sha256: Mapped[bytes] = mapped_column(LargeBinary)
    ticket_id: Mapped[int] = mapped_column(BigInteger)
