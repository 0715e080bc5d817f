"""Tables of campaigns and of those who took part."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKeyConstraint,
    Integer,
    LargeBinary,
    Text,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from core.engagement.rules import CAMPAIGN_KINDS, CAMPAIGN_STATES, WAYS
from core.kit.db import INSTANT, Base, TenantRow


class Campaign(TenantRow, Base, kw_only=True):
    """A prize collection or a quiz. What it is, its prizes and its budget stand fixed from the beginning; who opens it is
    another person than who wrote it, and who signs the result another than who drew.
    """

    __tablename__ = "campaign"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "organiser_id"], ["unit.tenant_id", "unit.id"]),
        CheckConstraint(f"kind IN ({', '.join(map(repr, CAMPAIGN_KINDS))})", name="kind"),
        CheckConstraint(f"way IN ({', '.join(map(repr, WAYS))})", name="way"),
        CheckConstraint(f"state IN ({', '.join(map(repr, CAMPAIGN_STATES))})", name="state"),
    )

    kind: Mapped[str] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text)
    words: Mapped[str] = mapped_column(Text)
    organiser_id: Mapped[int] = mapped_column(BigInteger)
    channel: Mapped[str] = mapped_column(Text)
    """By which channel the entries of a collection are taken in as appeals; empty = it is a quiz."""
    way: Mapped[str] = mapped_column(Text)
    opens_at: Mapped[datetime] = mapped_column(INSTANT)
    closes_at: Mapped[datetime] = mapped_column(INSTANT)
    budget_yuan: Mapped[int] = mapped_column(Integer)
    prizes: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    questions: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    staff_hashes: Mapped[list[str]] = mapped_column(JSONB)
    """Keyed hashes of the phones of those who work for the organiser: they win nothing."""
    state: Mapped[str] = mapped_column(Text, default="draft")
    seed: Mapped[bytes | None] = mapped_column(LargeBinary, default=None)
    """Made when it is opened, encrypted; nobody sees it before the draw."""
    seed_sha256: Mapped[str] = mapped_column(Text, default="")
    """Published from the opening on."""
    record: Mapped[dict[str, Any]] = mapped_column(JSONB, default_factory=dict)
    """The draw: all numbers in it, those that were left out and why, and which won what."""
    written_by: Mapped[str] = mapped_column(Text)
    written_by_id: Mapped[int | None] = mapped_column(BigInteger)
    opened_by: Mapped[str] = mapped_column(Text, default="")
    drawn_by: Mapped[str] = mapped_column(Text, default="")
    drawn_by_id: Mapped[int | None] = mapped_column(BigInteger, default=None)
    drawn_at: Mapped[datetime | None] = mapped_column(INSTANT, default=None)
    signed_by: Mapped[str] = mapped_column(Text, default="")
    signed_at: Mapped[datetime | None] = mapped_column(INSTANT, default=None)


class CampaignEntry(TenantRow, Base, kw_only=True):
    """One person's part in a campaign, known to all by its number alone. A phone takes part once."""

    __tablename__ = "campaign_entry"
    __table_args__ = (
        UniqueConstraint("tenant_id", "campaign_id", "number"),
        UniqueConstraint("tenant_id", "campaign_id", "phone_hash"),
        UniqueConstraint("tenant_id", "campaign_id", "form_id"),
        ForeignKeyConstraint(["tenant_id", "campaign_id"], ["campaign.tenant_id", "campaign.id"]),
        ForeignKeyConstraint(["tenant_id", "ticket_id"], ["ticket.tenant_id", "ticket.id"]),
    )

    campaign_id: Mapped[int] = mapped_column(BigInteger)
    number: Mapped[str] = mapped_column(Text)
    form_id: Mapped[str] = mapped_column(Text)
    """The form that was sent: sent again it is the same entry."""
    phone: Mapped[bytes | None] = mapped_column(LargeBinary)
    """Encrypted; emptied when the result is signed, unless it won, and when the person is erased."""
    phone_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    answers: Mapped[list[int]] = mapped_column(JSONB)
    ticket_id: Mapped[int | None] = mapped_column(BigInteger)
    entered_at: Mapped[datetime] = mapped_column(INSTANT)
    prize: Mapped[int | None] = mapped_column(Integer, default=None)
    """Place of the prize that it won among the campaign's, from 0."""
