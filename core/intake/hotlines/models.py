"""The table of hotlines that were merged into one number."""

from datetime import date, datetime

from sqlalchemy import ForeignKeyConstraint, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.kit.db import INSTANT, Base, TenantRow


class MergedHotline(TenantRow, Base, kw_only=True):
    """A hotline that was merged 并入热线. Tickets name it by its old number, as their source 来源; one that is taken off
    the list is closed and keeps its row.
    """

    __tablename__ = "merged_hotline"
    __table_args__ = (
        UniqueConstraint("tenant_id", "number"),
        ForeignKeyConstraint(["tenant_id"], ["tenant.id"]),
    )

    number: Mapped[str] = mapped_column(Text)
    """The old number, by which people may go on calling."""
    name: Mapped[str] = mapped_column(Text)
    owner: Mapped[str] = mapped_column(Text)
    """Who ran it, in words; empty = not known."""
    merged_on: Mapped[date | None] = mapped_column()
    closed_at: Mapped[datetime | None] = mapped_column(INSTANT)
