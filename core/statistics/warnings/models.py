"""Tables of warnings, and of the topics that are followed."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Date, Double, ForeignKeyConstraint, Index, Integer, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

import core.knowledge.models  # noqa: F401 -- a warning refers to what a unit was asked to interpret
from core.kit.db import INSTANT, Base, TenantRow

RULES = ("area", "appellant", "whole", "urgent")


class Warned(TenantRow, Base, kw_only=True):
    """A warning 预警: an unusual rise, with what it was found by, and what somebody said of it.

    `rule` tells which counts were watched: of a matter in an area, of a matter by who appeals, of a matter as a whole, of
    urgent appeals on a matter. Counted were the appeals accepted from `from_at` until `until_at`, the latter left out.
    """

    __tablename__ = "warning"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "question_id"], ["knowledge_question.tenant_id", "knowledge_question.id"]),
        CheckConstraint(f"rule IN ({', '.join(repr(rule) for rule in RULES)})", name="rule"),
        CheckConstraint("state IN ('open', 'acknowledged', 'false_alarm')", name="state"),
        CheckConstraint("(state = 'open') = (settled_at IS NULL)", name="settled"),
        Index("uq_warning_found", "tenant_id", "rule", "matter", "area", "appellant", "until_at", unique=True),
        Index("ix_warning_open", "tenant_id", "raised_at", postgresql_where="state = 'open'"),
    )

    rule: Mapped[str] = mapped_column(Text)
    matter: Mapped[str] = mapped_column(Text)
    """Code of the matter; empty = not classified."""
    area: Mapped[str] = mapped_column(Text)
    appellant: Mapped[str] = mapped_column(Text)
    from_at: Mapped[datetime] = mapped_column(INSTANT)
    until_at: Mapped[datetime] = mapped_column(INSTANT)
    count: Mapped[int] = mapped_column(Integer)
    expected: Mapped[float] = mapped_column(Double)
    chance: Mapped[float] = mapped_column(Double)
    """How likely chance alone would bring as many."""
    baseline: Mapped[list[int]] = mapped_column(JSONB)
    """The counts of the weeks before, the last one first."""
    watched: Mapped[int] = mapped_column(Integer)
    """How many counts were watched in the same run."""
    thresholds: Mapped[dict[str, Any]] = mapped_column(JSONB)
    """The numbers of the rules by which it was raised."""
    tickets: Mapped[list[str]] = mapped_column(JSONB)
    """Numbers of the tickets counted, the newest first, as far as they are listed."""
    raised_at: Mapped[datetime] = mapped_column(INSTANT)
    peak: Mapped[int] = mapped_column(Integer)
    """The highest count of as many days since, this one among them; and the last of those days."""
    peak_on: Mapped[date] = mapped_column(Date)
    state: Mapped[str] = mapped_column(Text, default="open")
    settled_by: Mapped[str] = mapped_column(Text, default="")
    settled_by_id: Mapped[int | None] = mapped_column(BigInteger, default=None)
    settled_at: Mapped[datetime | None] = mapped_column(INSTANT, default=None)
    reason: Mapped[str] = mapped_column(Text, default="")
    question_id: Mapped[int | None] = mapped_column(BigInteger, default=None)
    """The question that a unit was asked because of it."""


class Topic(TenantRow, Base, kw_only=True):
    """A topic 话题 that is followed over months: a name, and the matters that count for it, in areas where some are named.

    `measures` is what was done about it, the first first: `on` (a date), `text`, `by`.
    """

    __tablename__ = "topic"
    __table_args__ = (Index("ix_topic_followed", "tenant_id", postgresql_where="ended_at IS NULL"),)

    name: Mapped[str] = mapped_column(Text)
    matters: Mapped[list[str]] = mapped_column(JSONB)
    why: Mapped[str] = mapped_column(Text)
    by: Mapped[str] = mapped_column(Text)
    by_id: Mapped[int | None] = mapped_column(BigInteger)
    at: Mapped[datetime] = mapped_column(INSTANT)
    areas: Mapped[list[str]] = mapped_column(JSONB, default_factory=list, server_default="[]")
    """Codes of areas, with what lies in them; empty = everywhere."""
    measures: Mapped[list[dict[str, str]]] = mapped_column(JSONB, default_factory=list, server_default="[]")
    ended_by: Mapped[str] = mapped_column(Text, default="")
    ended_at: Mapped[datetime | None] = mapped_column(INSTANT, default=None)
