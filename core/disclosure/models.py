"""Tables of what is public of a ticket, and of what a unit was exposed for."""

from datetime import date, datetime, timedelta

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Index, Integer, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.disclosure.rules import GROUND_LABELS
from core.kit.db import INSTANT, Base, TenantRow

DISCLOSURE_STATES = ("unprepared", "prepared", "published", "closed", "withdrawn")
BEHAVIOUR_LABELS = {"shirking": "推诿扯皮", "delay": "久拖不决", "brush-off": "敷衍群众"}
"""What is exposed 曝光."""


def _any_of(names: tuple[str, ...]) -> str:
    return ", ".join(f"'{name}'" for name in names)


class Disclosure(TenantRow, Base, kw_only=True):
    """What everybody may read of a ticket 公开: one for each, with the words as they were redacted.

    `unprepared`: only the resident's wish is known. `prepared`: words and openings stand, and somebody or the day
    `publish_from` is waited for. `closed`: an exception, with its ground. What is outside is only what is `published` of
    the cycle in which the ticket was answered last.
    """

    __tablename__ = "disclosure"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "ticket_id"], ["ticket.tenant_id", "ticket.id"]),
        UniqueConstraint("tenant_id", "ticket_id"),
        UniqueConstraint("tenant_id", "public_no"),
        CheckConstraint(f"state IN ({_any_of(DISCLOSURE_STATES)})", name="state"),
        CheckConstraint("wish IN ('none', 'open', 'closed')", name="wish"),
        CheckConstraint(f"ground IN ('', {_any_of(tuple(GROUND_LABELS))})", name="ground"),
        Index("ix_disclosure_published", "tenant_id", "published_at", postgresql_where="state = 'published'"),
        Index("ix_disclosure_waiting", "tenant_id", "state", "publish_from", postgresql_where="state <> 'published'"),
    )

    ticket_id: Mapped[int] = mapped_column(BigInteger)
    public_no: Mapped[str] = mapped_column(Text)
    """The number under which everybody finds it; it leads to no serial number."""
    state: Mapped[str] = mapped_column(Text)
    wish: Mapped[str] = mapped_column(Text, default="none")
    cycle_no: Mapped[int] = mapped_column(Integer, default=0)
    """Of which cycle the words are; 0 = there are none yet."""
    opens_matter: Mapped[bool] = mapped_column(default=False)
    opens_process: Mapped[bool] = mapped_column(default=False)
    opens_result: Mapped[bool] = mapped_column(default=False)
    title: Mapped[str] = mapped_column(Text, default="")
    text: Mapped[str] = mapped_column(Text, default="")
    result: Mapped[str] = mapped_column(Text, default="")
    ground: Mapped[str] = mapped_column(Text, default="")
    reason: Mapped[str] = mapped_column(Text, default="")
    decided_by: Mapped[str] = mapped_column(Text, default="")
    """The stamps of the features whose rules decided, or who did."""
    closed_until: Mapped[date | None] = mapped_column(default=None)
    """When the exception lapses, None = not by itself."""
    publish_from: Mapped[datetime | None] = mapped_column(INSTANT, default=None)
    """From when time publishes it, None = a person alone."""
    changed_at: Mapped[datetime] = mapped_column(INSTANT)
    published_at: Mapped[datetime | None] = mapped_column(INSTANT, default=None)
    published_by: Mapped[str] = mapped_column(Text, default="")


class NoName(TenantRow, Base, kw_only=True):
    """A word that looked like a person's name and is none, as somebody decided who read it: it is not asked about again."""

    __tablename__ = "no_name"
    __table_args__ = (
        UniqueConstraint("tenant_id", "word"),
        CheckConstraint("word <> ''", name="word"),
    )

    word: Mapped[str] = mapped_column(Text)
    decided_by: Mapped[str] = mapped_column(Text)
    decided_at: Mapped[datetime] = mapped_column(INSTANT)


class OpenFlow(TenantRow, Base, kw_only=True):
    """Whether everybody may follow the steps of a ticket 全程公开, from `shown_from` on; one for each that was decided on.

    `closed`: the rules keep it inside, for now. `withdrawn`: a person took it back, for good. The steps themselves are read
    from the timeline, each `delay_hours` after it was taken.
    """

    __tablename__ = "open_flow"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "ticket_id"], ["ticket.tenant_id", "ticket.id"]),
        UniqueConstraint("tenant_id", "ticket_id"),
        UniqueConstraint("tenant_id", "public_no"),
        CheckConstraint("state IN ('open', 'closed', 'withdrawn')", name="state"),
        CheckConstraint("state <> 'open' OR shown_from IS NOT NULL", name="shown"),
        Index("ix_open_flow_shown", "tenant_id", "shown_from", postgresql_where="state = 'open'"),
    )

    ticket_id: Mapped[int] = mapped_column(BigInteger)
    public_no: Mapped[str] = mapped_column(Text)
    """The number under which everybody finds it, the same as for its answer; it leads to no serial number."""
    state: Mapped[str] = mapped_column(Text)
    nature: Mapped[str] = mapped_column(Text)
    said: Mapped[str] = mapped_column(Text)
    """Digest of the ticket's words when it was decided on; it is decided on anew when they, matter or nature change."""
    matter: Mapped[str | None] = mapped_column(Text, default=None)
    title: Mapped[str] = mapped_column(Text, default="")
    """The title as everybody reads it, redacted; empty = they read the name of the matter."""
    reason: Mapped[str] = mapped_column(Text, default="")
    decided_by: Mapped[str] = mapped_column(Text, default="")
    delay_hours: Mapped[int] = mapped_column(Integer, default=0)
    shown_from: Mapped[datetime | None] = mapped_column(INSTANT, default=None)
    changed_at: Mapped[datetime] = mapped_column(INSTANT)

    @property
    def delay(self) -> timedelta:
        """How much later than it was taken a step is shown."""
        return timedelta(hours=self.delay_hours)


class Exposure(TenantRow, Base, kw_only=True):
    """A unit named in public for how it handled a ticket 曝光: proposed by one person, decided by another.

    The unit may answer, and its answer stands beside. What was withdrawn is outside no more and stays on record.
    """

    __tablename__ = "exposure"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "ticket_id"], ["ticket.tenant_id", "ticket.id"]),
        ForeignKeyConstraint(["tenant_id", "unit_id"], ["unit.tenant_id", "unit.id"]),
        CheckConstraint("state IN ('proposed', 'refused', 'published', 'withdrawn')", name="state"),
        CheckConstraint(f"behaviour IN ({_any_of(tuple(BEHAVIOUR_LABELS))})", name="behaviour"),
        Index("ix_exposure_published", "tenant_id", "decided_at", postgresql_where="state = 'published'"),
        Index("ix_exposure_ticket", "tenant_id", "ticket_id"),
        Index(
            "uq_exposure_standing",
            "tenant_id",
            "ticket_id",
            "unit_id",
            "behaviour",
            unique=True,
            postgresql_where="state IN ('proposed', 'published')",
        ),
    )

    ticket_id: Mapped[int] = mapped_column(BigInteger)
    unit_id: Mapped[int] = mapped_column(BigInteger)
    behaviour: Mapped[str] = mapped_column(Text)
    facts: Mapped[str] = mapped_column(Text)
    """What the records say for it, in words, as they stood when it was proposed."""
    text: Mapped[str] = mapped_column(Text)
    """What is said in public, redacted."""
    state: Mapped[str] = mapped_column(Text)
    proposed_by: Mapped[str] = mapped_column(Text)
    proposed_by_id: Mapped[int | None] = mapped_column(BigInteger)
    proposed_at: Mapped[datetime] = mapped_column(INSTANT)
    decided_by: Mapped[str] = mapped_column(Text, default="")
    decided_at: Mapped[datetime | None] = mapped_column(INSTANT, default=None)
    answer: Mapped[str] = mapped_column(Text, default="")
    """What the unit says to it, redacted; stands beside in public."""
    answered_by: Mapped[str] = mapped_column(Text, default="")
    answered_at: Mapped[datetime | None] = mapped_column(INSTANT, default=None)
    withdrawn_by: Mapped[str] = mapped_column(Text, default="")
    withdrawn_because: Mapped[str] = mapped_column(Text, default="")
    withdrawn_at: Mapped[datetime | None] = mapped_column(INSTANT, default=None)
