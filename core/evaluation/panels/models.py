"""Tables of third-party panels: the pool, panels with what they found, draws, seats and votes."""

from datetime import date, datetime
from typing import Any

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
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from core.evaluation.panels.words import (
    CAUSE_LABELS,
    FOUND_LABELS,
    GROUP_LABELS,
    RECRUITED_LABELS,
    SEAT_LABELS,
    STATE_LABELS,
    UNDER_WAY,
    VERDICT_LABELS,
)
from core.kit.db import INSTANT, Base, TenantRow


def _one_of(column: str, codes: Any) -> str:
    return f"{column} IN ({', '.join(repr(code) for code in codes)})"


class PanelMember(TenantRow, Base, kw_only=True):
    """Somebody of the pool 评议员库. `ties` are codes of units that they must not judge; None = no end, not away.

    Of the phone only a keyed hash is kept: it tells whether they are the appellant, and nothing else.
    """

    __tablename__ = "panel_member"
    __table_args__ = (
        UniqueConstraint("tenant_id", "number"),
        ForeignKeyConstraint(["tenant_id"], ["tenant.id"]),
        ForeignKeyConstraint(["tenant_id", "account_id"], ["account.tenant_id", "account.id"]),
        CheckConstraint(_one_of("member_group", GROUP_LABELS), name="member_group"),
        CheckConstraint(_one_of("recruited", RECRUITED_LABELS), name="recruited"),
        CheckConstraint("away_first <= away_last", name="away"),
        Index(
            "uq_panel_member_account",
            "tenant_id",
            "account_id",
            unique=True,
            postgresql_where="account_id IS NOT NULL",
        ),
    )

    number: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    member_group: Mapped[str] = mapped_column(Text)
    recruited: Mapped[str] = mapped_column(Text)
    organisation: Mapped[str] = mapped_column(Text)
    ties: Mapped[list[str]] = mapped_column(JSONB)
    added_at: Mapped[datetime] = mapped_column(INSTANT)
    added_by: Mapped[str] = mapped_column(Text)
    account_id: Mapped[int | None] = mapped_column(BigInteger, default=None)
    phone_hash: Mapped[bytes | None] = mapped_column(LargeBinary, default=None)
    active_until: Mapped[date | None] = mapped_column(default=None)
    away_first: Mapped[date | None] = mapped_column(default=None)
    away_last: Mapped[date | None] = mapped_column(default=None)


class ReviewPanel(TenantRow, Base, kw_only=True):
    """A panel on a ticket 第三方评议: why and under which rules, by when it votes, what it found, what became of that.

    `other_unit_id` is the unit to which it may be shifted, `dispute_id` the dispute on which it speaks, `parties` the
    units whose work is judged. `verdicts` are those that can be voted for. `round` counts the draws.
    """

    __tablename__ = "review_panel"
    __table_args__ = (
        UniqueConstraint("tenant_id", "number"),
        ForeignKeyConstraint(["tenant_id", "ticket_id"], ["ticket.tenant_id", "ticket.id"]),
        ForeignKeyConstraint(["tenant_id", "other_unit_id"], ["unit.tenant_id", "unit.id"]),
        ForeignKeyConstraint(["tenant_id", "dispute_id"], ["dispute.tenant_id", "dispute.id"]),
        CheckConstraint(_one_of("cause", CAUSE_LABELS), name="cause"),
        CheckConstraint(_one_of("state", STATE_LABELS), name="state"),
        CheckConstraint(f"verdict = '' OR {_one_of('verdict', FOUND_LABELS)}", name="verdict"),
        CheckConstraint("published_at IS NULL OR published_by_id IS DISTINCT FROM opened_by_id", name="second_person"),
        Index(
            "uq_review_panel_under_way",
            "tenant_id",
            "ticket_id",
            unique=True,
            postgresql_where=_one_of("state", UNDER_WAY),
        ),
        Index("ix_review_panel_ticket", "tenant_id", "ticket_id"),
        Index("ix_review_panel_voting", "tenant_id", "closes_at", postgresql_where="state = 'voting'"),
        Index("ix_review_panel_opened", "tenant_id", "opened_at"),
    )

    number: Mapped[str] = mapped_column(Text)
    ticket_id: Mapped[int] = mapped_column(BigInteger)
    cycle_no: Mapped[int] = mapped_column(Integer)
    cause: Mapped[str] = mapped_column(Text)
    question: Mapped[str] = mapped_column(Text)
    parties: Mapped[list[str]] = mapped_column(JSONB)
    verdicts: Mapped[list[str]] = mapped_column(JSONB)
    rules: Mapped[dict[str, Any]] = mapped_column(JSONB)
    opened_by: Mapped[str] = mapped_column(Text)
    opened_by_id: Mapped[int | None] = mapped_column(BigInteger)
    opened_at: Mapped[datetime] = mapped_column(INSTANT)
    closes_at: Mapped[datetime] = mapped_column(INSTANT)
    other_unit_id: Mapped[int | None] = mapped_column(BigInteger, default=None)
    dispute_id: Mapped[int | None] = mapped_column(BigInteger, default=None)
    round: Mapped[int] = mapped_column(Integer, default=1)
    state: Mapped[str] = mapped_column(Text, default="voting")
    extended_at: Mapped[datetime | None] = mapped_column(INSTANT, default=None)
    reminded_at: Mapped[datetime | None] = mapped_column(INSTANT, default=None)
    verdict: Mapped[str] = mapped_column(Text, default="")
    closed_at: Mapped[datetime | None] = mapped_column(INSTANT, default=None)
    outcome: Mapped[str] = mapped_column(Text, default="")
    """What was done about the finding, or why it was not followed, in words."""
    settled_by: Mapped[str | None] = mapped_column(Text, default=None)
    settled_at: Mapped[datetime | None] = mapped_column(INSTANT, default=None)
    notice: Mapped[str] = mapped_column(Text, default="")
    """The redacted words to be published 评议公告; empty = nobody has proposed any."""
    proposed_by: Mapped[str | None] = mapped_column(Text, default=None)
    proposed_by_id: Mapped[int | None] = mapped_column(BigInteger, default=None)
    published_by: Mapped[str | None] = mapped_column(Text, default=None)
    published_by_id: Mapped[int | None] = mapped_column(BigInteger, default=None)
    published_at: Mapped[datetime | None] = mapped_column(INSTANT, default=None)


class PanelDraw(TenantRow, Base, kw_only=True):
    """A draw 抽签, never changed: the seed, whence it came, and the record by which anybody can draw again.

    `record` holds who was eligible, who was not and why, and who was drawn, by group and number.
    """

    __tablename__ = "panel_draw"
    __table_args__ = (
        UniqueConstraint("tenant_id", "panel_id", "round"),
        ForeignKeyConstraint(["tenant_id", "panel_id"], ["review_panel.tenant_id", "review_panel.id"]),
    )

    panel_id: Mapped[int] = mapped_column(BigInteger)
    round: Mapped[int] = mapped_column(Integer)
    seed: Mapped[str] = mapped_column(Text)
    seed_from: Mapped[str] = mapped_column(Text)
    record: Mapped[dict[str, Any]] = mapped_column(JSONB)
    drawn_by: Mapped[str] = mapped_column(Text)
    drawn_at: Mapped[datetime] = mapped_column(INSTANT)


class PanelSeat(TenantRow, Base, kw_only=True):
    """A member drawn for a panel: on a seat, or standing by in the order in which they move up."""

    __tablename__ = "panel_seat"
    __table_args__ = (
        UniqueConstraint("tenant_id", "panel_id", "round", "member_id"),
        ForeignKeyConstraint(["tenant_id", "panel_id"], ["review_panel.tenant_id", "review_panel.id"]),
        ForeignKeyConstraint(["tenant_id", "member_id"], ["panel_member.tenant_id", "panel_member.id"]),
        CheckConstraint(_one_of("state", SEAT_LABELS), name="state"),
        Index("ix_panel_seat_member", "tenant_id", "member_id"),
    )

    panel_id: Mapped[int] = mapped_column(BigInteger)
    round: Mapped[int] = mapped_column(Integer)
    member_id: Mapped[int] = mapped_column(BigInteger)
    member_group: Mapped[str] = mapped_column(Text)
    place: Mapped[int] = mapped_column(Integer)
    """The order in which they were drawn within their group, from 1."""
    state: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text, default="")
    """Why the member recused themselves."""
    changed_at: Mapped[datetime] = mapped_column(INSTANT)


class PanelVote(TenantRow, Base, kw_only=True):
    """A member's vote, never changed: scores by criterion, a verdict and its reason."""

    __tablename__ = "panel_vote"
    __table_args__ = (
        UniqueConstraint("tenant_id", "seat_id"),
        ForeignKeyConstraint(["tenant_id", "panel_id"], ["review_panel.tenant_id", "review_panel.id"]),
        ForeignKeyConstraint(["tenant_id", "seat_id"], ["panel_seat.tenant_id", "panel_seat.id"]),
        CheckConstraint(_one_of("verdict", VERDICT_LABELS), name="verdict"),
        Index("ix_panel_vote_panel", "tenant_id", "panel_id"),
    )

    panel_id: Mapped[int] = mapped_column(BigInteger)
    seat_id: Mapped[int] = mapped_column(BigInteger)
    verdict: Mapped[str] = mapped_column(Text)
    scores: Mapped[dict[str, int]] = mapped_column(JSONB)
    reason: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(INSTANT)
