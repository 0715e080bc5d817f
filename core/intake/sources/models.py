"""The table of the registry of sources."""

from datetime import date

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Integer, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from core.intake.sources.words import SOURCE_KINDS, SOURCE_STATES
from core.kit.db import Base, TenantRow


class Source(TenantRow, Base, kw_only=True):
    """A source 来源: a line, account, site or system by which appeals come. Tickets name it by its code; a merged hotline's
    is its old number. One that is taken off the list is closed and keeps its row.
    """

    __tablename__ = "source"
    __table_args__ = (
        UniqueConstraint("tenant_id", "code"),
        ForeignKeyConstraint(["tenant_id"], ["tenant.id"]),
        ForeignKeyConstraint(["tenant_id", "owner_id"], ["unit.tenant_id", "unit.id"]),
        CheckConstraint(f"kind IN ({', '.join(map(repr, SOURCE_KINDS))})", name="kind"),
        CheckConstraint(f"state IN ({', '.join(map(repr, SOURCE_STATES))})", name="state"),
        CheckConstraint("silent_days > 0", name="silent_days"),
    )

    code: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    aliases: Mapped[list[str]] = mapped_column(JSONB)
    """What other systems call it."""
    kind: Mapped[str] = mapped_column(Text)
    owner: Mapped[str] = mapped_column(Text)
    """Who runs it, in words, where that is no unit of the tenant; empty = a unit, or not known."""
    owner_id: Mapped[int | None] = mapped_column(BigInteger)
    channel: Mapped[str] = mapped_column(Text)
    """Id of the channel by which its messages are taken in; empty = the one that they come by."""
    state: Mapped[str] = mapped_column(Text)
    since: Mapped[date | None] = mapped_column()
    """Since when it is in its state, None = not known."""
    silent_days: Mapped[int] = mapped_column(Integer)
    note: Mapped[str] = mapped_column(Text)
