"""The table of reminder letters that stand on figures."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Date, ForeignKeyConstraint, Index, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

import core.escalation.models
import core.units.models  # noqa: F401 -- and to the unit that it goes to
from core.kit.db import INSTANT, Base, TenantRow

REASONS = ("repetition", "limits", "again")
UNDER_WAY = "state IN ('draft', 'issued', 'answered')"


class Reminder(TenantRow, Base, kw_only=True):
    """A reminder 提醒函 to a unit that figures called for: drafted by the clock, signed by a person, followed to its effect.

    `figures` are frozen when it is drafted (each a `Figure` as plain values), `tickets` the numbers of those behind them.
    `text` may be edited until it is signed; then it is the letter's. `effect` holds the same figures over as many days
    after it was signed. A unit has at most one under way for each reason.
    """

    __tablename__ = "reminder"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "unit_id"], ["unit.tenant_id", "unit.id"]),
        ForeignKeyConstraint(["tenant_id", "letter_id"], ["letter.tenant_id", "letter.id"]),
        CheckConstraint(f"reason IN ({', '.join(repr(reason) for reason in REASONS)})", name="reason"),
        CheckConstraint("state IN ('draft', 'discarded', 'issued', 'answered', 'closed')", name="state"),
        CheckConstraint("(state IN ('draft', 'discarded')) = (letter_id IS NULL)", name="letter"),
        CheckConstraint("verdict IN ('', 'effective', 'partly', 'none')", name="verdict"),
        CheckConstraint("(state = 'closed') = (verdict <> '')", name="closed"),
        Index("uq_reminder_under_way", "tenant_id", "unit_id", "reason", unique=True, postgresql_where=UNDER_WAY),
        Index("ix_reminder_drafted_at", "tenant_id", "drafted_at"),
    )

    unit_id: Mapped[int] = mapped_column(BigInteger)
    reason: Mapped[str] = mapped_column(Text)
    figures: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    tickets: Mapped[list[str]] = mapped_column(JSONB)
    """Numbers of the tickets behind the figures, the newest first, as far as they are listed."""
    ticket_count: Mapped[int] = mapped_column(BigInteger)
    rules: Mapped[dict[str, Any]] = mapped_column(JSONB)
    """The numbers of the rules by which it was drafted."""
    by_rule: Mapped[str] = mapped_column(Text)
    """The feature whose rules they are, with its version."""
    first: Mapped[date] = mapped_column(Date)
    last: Mapped[date] = mapped_column(Date)
    """The days over which the figures were counted."""
    text: Mapped[str] = mapped_column(Text)
    drafted_at: Mapped[datetime] = mapped_column(INSTANT)
    state: Mapped[str] = mapped_column(Text, default="draft")
    settled_by: Mapped[str] = mapped_column(Text, default="")
    """Who signed or discarded it, and when."""
    settled_by_id: Mapped[int | None] = mapped_column(BigInteger, default=None)
    settled_at: Mapped[datetime | None] = mapped_column(INSTANT, default=None)
    discarded_because: Mapped[str] = mapped_column(Text, default="")
    letter_id: Mapped[int | None] = mapped_column(BigInteger, default=None)
    acknowledge_by: Mapped[datetime | None] = mapped_column(INSTANT, default=None)
    pressed_at: Mapped[datetime | None] = mapped_column(INSTANT, default=None)
    """When the unit was reminded that it has not acknowledged it."""
    escalated_at: Mapped[datetime | None] = mapped_column(INSTANT, default=None)
    """When whoever supervises was told that it still has not."""
    answer_by: Mapped[datetime | None] = mapped_column(INSTANT, default=None)
    late_at: Mapped[datetime | None] = mapped_column(INSTANT, default=None)
    """When unit and desk were told that it is not answered in time."""
    measures: Mapped[str] = mapped_column(Text, default="")
    """What the unit answers that it does."""
    answered_by: Mapped[str] = mapped_column(Text, default="")
    answered_by_id: Mapped[int | None] = mapped_column(BigInteger, default=None)
    answered_at: Mapped[datetime | None] = mapped_column(INSTANT, default=None)
    effect: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default_factory=list)
    effect_at: Mapped[datetime | None] = mapped_column(INSTANT, default=None)
    verdict: Mapped[str] = mapped_column(Text, default="")
    finding: Mapped[str] = mapped_column(Text, default="")
    judged_by: Mapped[str] = mapped_column(Text, default="")
    judged_at: Mapped[datetime | None] = mapped_column(INSTANT, default=None)
