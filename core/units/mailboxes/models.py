"""The table of leaders' mailboxes."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Index, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from core.kit.db import INSTANT, Base, TenantRow
from core.units.mailboxes.levels import MAILBOX_LEVELS


class LeaderMailbox(TenantRow, Base, kw_only=True):
    """A leader's mailbox 领导信箱. A ticket names it by its name; one that is closed keeps its row.

    The unit that handles its letters may be another than the unit that owns it. A leader has one open mailbox.
    """

    __tablename__ = "leader_mailbox"
    __table_args__ = (
        UniqueConstraint("tenant_id", "name"),
        ForeignKeyConstraint(["tenant_id", "owner_id"], ["unit.tenant_id", "unit.id"]),
        ForeignKeyConstraint(["tenant_id", "handler_id"], ["unit.tenant_id", "unit.id"]),
        CheckConstraint(f"level IN ({', '.join(repr(level) for level in MAILBOX_LEVELS)})", name="level"),
        Index(
            "ix_leader_mailbox_leader",
            "tenant_id",
            "owner_id",
            "leader",
            unique=True,
            postgresql_where="closed_at IS NULL",
        ),
    )

    name: Mapped[str] = mapped_column(Text)
    level: Mapped[str] = mapped_column(Text)
    leader: Mapped[str] = mapped_column(Text)
    """Title of the leader 职务, such as 区长; never the name of a person."""
    owner_id: Mapped[int] = mapped_column(BigInteger)
    handler_id: Mapped[int | None] = mapped_column(BigInteger)
    """Who handles its letters; null = whoever the rules find."""
    channel: Mapped[str] = mapped_column(Text)
    """Id of the channel by which its letters come in; empty = the public entry's."""
    matters: Mapped[list[str]] = mapped_column(JSONB)
    """Types of appeals 诉求类型 that it is for, in words; empty = all."""
    areas: Mapped[list[str]] = mapped_column(JSONB)
    """Names of the areas that it is for; empty = all."""
    is_public: Mapped[bool] = mapped_column()
    """Whether residents are offered it; letters to the others come in by other ways."""
    closed_at: Mapped[datetime | None] = mapped_column(INSTANT)
