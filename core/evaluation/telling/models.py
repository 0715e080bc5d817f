"""Tables of what residents were told by people, or read, and of tickets whose resident has not been told."""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, Date, ForeignKeyConstraint, Index, Integer, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.evaluation.telling.words import BECAUSE_LABELS, WAY_LABELS
from core.kit.db import INSTANT, Base, TenantRow


class Telling(TenantRow, Base, kw_only=True):
    """Somebody told the resident what became of the appeal 告知, or tried to, or the resident read it; never changed.

    What machines send is a message, and what the follow-up told is a follow-up: they are no rows here.
    """

    __tablename__ = "telling"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "ticket_id"], ["ticket.tenant_id", "ticket.id"]),
        ForeignKeyConstraint(["tenant_id", "unit_id"], ["unit.tenant_id", "unit.id"]),
        CheckConstraint(f"way IN ({', '.join(map(repr, WAY_LABELS))})", name="way"),
        CheckConstraint("arrived OR way <> 'page'", name="page"),
        Index("ix_telling_ticket", "tenant_id", "ticket_id"),
        Index("uq_telling_page", "tenant_id", "ticket_id", "cycle_no", unique=True, postgresql_where="way = 'page'"),
    )

    ticket_id: Mapped[int] = mapped_column(BigInteger)
    cycle_no: Mapped[int] = mapped_column(Integer)
    way: Mapped[str] = mapped_column(Text)
    arrived: Mapped[bool] = mapped_column()
    """Whether the resident heard or has it; False = it was tried."""
    text: Mapped[str] = mapped_column(Text)
    """What was told, in words; of a try, what came of it."""
    document: Mapped[str] = mapped_column(Text, default="")
    """Number of a letter or of its receipt, empty = there is none."""
    unit_id: Mapped[int | None] = mapped_column(BigInteger, default=None)
    """For which unit somebody told; None = for the desk, or the resident read it."""
    by: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(INSTANT)


class Untold(TenantRow, Base, kw_only=True):
    """A ticket was answered and nothing proves that its resident was told 待告知: one per cycle.

    It is tried again on each working day until `tries_until`. `told`: a proof came. `closed`: a person gave it up, with a
    reason; never time by itself.
    """

    __tablename__ = "untold"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "ticket_id"], ["ticket.tenant_id", "ticket.id"]),
        UniqueConstraint("tenant_id", "ticket_id", "cycle_no"),
        CheckConstraint(f"because IN ({', '.join(map(repr, BECAUSE_LABELS))})", name="because"),
        CheckConstraint("state IN ('open', 'told', 'closed')", name="state"),
        CheckConstraint("(state = 'open') = (ended_at IS NULL)", name="ended"),
        CheckConstraint("state <> 'closed' OR reason <> ''", name="reason"),
        Index("ix_untold_open", "tenant_id", "next_try_on", postgresql_where="state = 'open'"),
    )

    ticket_id: Mapped[int] = mapped_column(BigInteger)
    cycle_no: Mapped[int] = mapped_column(Integer)
    because: Mapped[str] = mapped_column(Text)
    opened_at: Mapped[datetime] = mapped_column(INSTANT)
    next_try_on: Mapped[date] = mapped_column(Date)
    """The working day on which the desk is asked next to try."""
    tries_until: Mapped[date] = mapped_column(Date)
    """The last working day of trying; afterwards a person decides."""
    state: Mapped[str] = mapped_column(Text, default="open")
    reason: Mapped[str] = mapped_column(Text, default="")
    ended_by: Mapped[str] = mapped_column(Text, default="")
    ended_at: Mapped[datetime | None] = mapped_column(INSTANT, default=None)
