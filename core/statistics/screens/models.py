"""The table of links under which a big screen shows figures."""

from datetime import datetime

from sqlalchemy import LargeBinary, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.kit.db import INSTANT, Base, TenantRow


class ScreenLink(TenantRow, Base, kw_only=True):
    """A link under which a screen shows figures, until it expires or somebody ends it. The token itself is nowhere."""

    __tablename__ = "screen_link"
    __table_args__ = (UniqueConstraint("tenant_id", "token_hash"),)

    place: Mapped[str] = mapped_column(Text)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary)
    made_by: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime] = mapped_column(INSTANT)
    expires_at: Mapped[datetime] = mapped_column(INSTANT)
    ended_at: Mapped[datetime | None] = mapped_column(INSTANT, default=None)
    seen_at: Mapped[datetime | None] = mapped_column(INSTANT, default=None)
