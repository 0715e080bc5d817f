"""Tables of outreach: one row for each meeting or visit, and one for each thing that was said there."""

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

from core.intake.outreach.labels import LINE_LABELS, LINE_STATES, OUTREACH_STATE_LABELS, SORT_LABELS
from core.kit.db import INSTANT, Base, TenantRow


def _any_of(names: object) -> str:
    return ", ".join(map(repr, names))  # type: ignore[call-overload]


class Outreach(TenantRow, Base, kw_only=True):
    """One occasion 主动联系 on which the house went to residents: a meeting, or a visit; who held it, where, about what.

    `label` is what its kind was called then. It is open for entry, then submitted, and closed when people were told back
    what became of each line; withdrawn 撤回 keeps it, with the reason.
    """

    __tablename__ = "outreach"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "unit_id"], ["unit.tenant_id", "unit.id"]),
        CheckConstraint(f"sort IN ({_any_of(SORT_LABELS)})", name="sort"),
        CheckConstraint(f"state IN ({_any_of(OUTREACH_STATE_LABELS)})", name="state"),
        CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name="closed"),
        CheckConstraint("(state = 'withdrawn') = (withdrawn_at IS NOT NULL)", name="withdrawn"),
        Index("ix_outreach_held_at", "tenant_id", "held_at"),
        Index("ix_outreach_unit", "tenant_id", "unit_id", "held_at"),
    )

    kind: Mapped[str] = mapped_column(Text)
    label: Mapped[str] = mapped_column(Text)
    sort: Mapped[str] = mapped_column(Text)
    held_at: Mapped[datetime] = mapped_column(INSTANT)
    area: Mapped[str] = mapped_column(Text)
    """Code of the area it was held in, empty = not said."""
    place: Mapped[str] = mapped_column(Text)
    unit_id: Mapped[int] = mapped_column(BigInteger)
    """The unit that held it."""
    host: Mapped[str] = mapped_column(Text)
    attendants: Mapped[str] = mapped_column(Text)
    """Units and people of the house who came, in words."""
    subject: Mapped[str] = mapped_column(Text)
    opened_by: Mapped[str] = mapped_column(Text)
    opened_by_id: Mapped[int | None] = mapped_column(BigInteger)
    opened_at: Mapped[datetime] = mapped_column(INSTANT)
    state: Mapped[str] = mapped_column(Text, default="entry")
    submitted_by: Mapped[str] = mapped_column(Text, default="")
    submitted_at: Mapped[datetime | None] = mapped_column(INSTANT, default=None)
    closing: Mapped[str] = mapped_column(Text, default="")
    """How people were told back what became of each line."""
    closed_by: Mapped[str] = mapped_column(Text, default="")
    closed_at: Mapped[datetime | None] = mapped_column(INSTANT, default=None)
    reason: Mapped[str] = mapped_column(Text, default="")
    """Why it was withdrawn."""
    withdrawn_by: Mapped[str] = mapped_column(Text, default="")
    withdrawn_at: Mapped[datetime | None] = mapped_column(INSTANT, default=None)


class OutreachLine(TenantRow, Base, kw_only=True):
    """One thing that was said 条目. As long as it is a draft, its words and who said them are kept encrypted here; when
    it became a ticket they are the ticket's, and no longer here.

    `returned`: a row of a file that could not be read, kept as it came, with the reason, for the file that is mended.
    `dropped`: taken out again. The same `key` of an occasion counts once.
    """

    __tablename__ = "outreach_line"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "outreach_id"], ["outreach.tenant_id", "outreach.id"]),
        ForeignKeyConstraint(["tenant_id", "ticket_id"], ["ticket.tenant_id", "ticket.id"]),
        UniqueConstraint("tenant_id", "outreach_id", "key"),
        CheckConstraint(f"kind IN ({_any_of(LINE_LABELS)})", name="kind"),
        CheckConstraint(f"state IN ({_any_of(LINE_STATES)})", name="state"),
        CheckConstraint("(state IN ('draft', 'returned')) = (sealed IS NOT NULL)", name="sealed"),
        CheckConstraint("(state = 'taken_in') = (ticket_id IS NOT NULL)", name="ticket"),
        Index("ix_outreach_line_ticket", "tenant_id", "ticket_id", postgresql_where="ticket_id IS NOT NULL"),
        Index("ix_outreach_line_phone_hash", "tenant_id", "phone_hash", postgresql_where="phone_hash IS NOT NULL"),
    )

    outreach_id: Mapped[int] = mapped_column(BigInteger)
    number: Mapped[int] = mapped_column(Integer)
    """Its place in the minutes; of what was returned the number of the row in its file."""
    key: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    phone_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    """Keyed, so that a person's drafts are found when they ask for them, or to be erased."""
    entered_by: Mapped[str] = mapped_column(Text)
    entered_at: Mapped[datetime] = mapped_column(INSTANT)
    failure: Mapped[str] = mapped_column(Text, default="")
    """Why it could not be taken in when it was submitted, or read."""
    ticket_id: Mapped[int | None] = mapped_column(BigInteger, default=None)
