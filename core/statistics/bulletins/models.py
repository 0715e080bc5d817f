"""Tables of bulletins: what was frozen, and whom it proposes to name."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Index, Integer, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from core.kit.db import INSTANT, Base, TenantRow


class Bulletin(TenantRow, Base, kw_only=True):
    """A bulletin 通报 of one month and edition: `document` is its frozen text, `sha256` that of the text.

    Until it is approved the document stands without those who are named and without the cases, which are put in at the
    places `naming_at` and `cases_at` when it is (None = it has no such section); from then on nothing of it changes. An erratum 更正 `replaces` the one before.
    `for_all` is the copy that everybody reads, frozen with it under a digest of its own, in which small counts are told.
    `definitions` are the metrics with their versions, the rules and the measures' versions by which it was counted.
    """

    __tablename__ = "bulletin"
    __table_args__ = (
        UniqueConstraint("tenant_id", "number"),
        ForeignKeyConstraint(["tenant_id", "replaces_id"], ["bulletin.tenant_id", "bulletin.id"]),
        CheckConstraint("edition IN ('general', 'enterprise')", name="edition"),
        CheckConstraint("state IN ('draft', 'approved', 'published')", name="state"),
        Index(
            "uq_bulletin_first", "tenant_id", "month", "edition", unique=True, postgresql_where="replaces_id IS NULL"
        ),
        Index("uq_bulletin_replaces", "tenant_id", "replaces_id", unique=True),
    )

    number: Mapped[int] = mapped_column(Integer)
    month: Mapped[str] = mapped_column(Text)
    edition: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text, default="draft")
    document: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(Text)
    for_all: Mapped[str] = mapped_column(Text, default="", server_default="")
    for_all_sha256: Mapped[str] = mapped_column(Text, default="", server_default="")
    naming_at: Mapped[int | None] = mapped_column(Integer, default=None)
    cases_at: Mapped[int | None] = mapped_column(Integer, default=None)
    definitions: Mapped[dict[str, Any]] = mapped_column(JSONB)
    made_by: Mapped[str] = mapped_column(Text)
    made_by_id: Mapped[int | None] = mapped_column(BigInteger, default=None)
    made_at: Mapped[datetime] = mapped_column(INSTANT)
    approved_by: Mapped[str | None] = mapped_column(Text, default=None)
    approved_by_id: Mapped[int | None] = mapped_column(BigInteger, default=None)
    approved_at: Mapped[datetime | None] = mapped_column(INSTANT, default=None)
    published_by: Mapped[str | None] = mapped_column(Text, default=None)
    published_at: Mapped[datetime | None] = mapped_column(INSTANT, default=None)
    replaces_id: Mapped[int | None] = mapped_column(BigInteger, default=None)
    reason: Mapped[str] = mapped_column(Text, default="")


class BulletinNaming(TenantRow, Base, kw_only=True):
    """Somebody whom a bulletin proposes to name 点名, by what residents said; a second person decides each.

    `unit_id` is the tenant's own unit, None for a district of the city or a unit of one. `summons` is the number of the
    letter by which it was summoned 约谈, on the ticket `summons_ticket`.
    """

    __tablename__ = "bulletin_naming"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "bulletin_id"], ["bulletin.tenant_id", "bulletin.id"]),
        ForeignKeyConstraint(["tenant_id", "unit_id"], ["unit.tenant_id", "unit.id"]),
        CheckConstraint("state IN ('proposed', 'named', 'spared')", name="state"),
        Index("ix_bulletin_naming_bulletin", "tenant_id", "bulletin_id"),
    )

    bulletin_id: Mapped[int] = mapped_column(BigInteger)
    unit_id: Mapped[int | None] = mapped_column(BigInteger, default=None)
    name: Mapped[str] = mapped_column(Text)
    satisfied: Mapped[int] = mapped_column(Integer)
    rated: Mapped[int] = mapped_column(Integer)
    satisfied_adjudicated: Mapped[int] = mapped_column(Integer)
    rated_adjudicated: Mapped[int] = mapped_column(Integer)
    state: Mapped[str] = mapped_column(Text, default="proposed")
    decided_by: Mapped[str | None] = mapped_column(Text, default=None)
    decided_by_id: Mapped[int | None] = mapped_column(BigInteger, default=None)
    decided_at: Mapped[datetime | None] = mapped_column(INSTANT, default=None)
    reason: Mapped[str] = mapped_column(Text, default="")
    summons: Mapped[str] = mapped_column(Text, default="")
    summons_ticket: Mapped[str] = mapped_column(Text, default="")


class BulletinCase(TenantRow, Base, kw_only=True):
    """A typical case 典型案例 that somebody chose for a bulletin: the public words of a ticket, as they then stood."""

    __tablename__ = "bulletin_case"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "bulletin_id"], ["bulletin.tenant_id", "bulletin.id"]),
        ForeignKeyConstraint(["tenant_id", "ticket_id"], ["ticket.tenant_id", "ticket.id"]),
        UniqueConstraint("tenant_id", "bulletin_id", "ticket_id"),
    )

    bulletin_id: Mapped[int] = mapped_column(BigInteger)
    ticket_id: Mapped[int] = mapped_column(BigInteger)
    public_no: Mapped[str] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    result: Mapped[str] = mapped_column(Text)
    chosen_by: Mapped[str] = mapped_column(Text)
    chosen_at: Mapped[datetime] = mapped_column(INSTANT)
