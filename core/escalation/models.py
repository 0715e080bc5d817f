"""Tables of letters and cases of accountability."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Index, Integer, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.kit.db import INSTANT, Base, TenantRow


class Letter(TenantRow, Base, kw_only=True):
    """A numbered letter to a unit, e.g. a reminder letter 提醒函; the same trigger issues it once."""

    __tablename__ = "letter"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "ticket_id"], ["ticket.tenant_id", "ticket.id"]),
        ForeignKeyConstraint(["tenant_id", "unit_id"], ["unit.tenant_id", "unit.id"]),
        UniqueConstraint("tenant_id", "title", "year", "number"),
        UniqueConstraint("tenant_id", "cause"),
        Index("ix_letter_ticket", "tenant_id", "ticket_id"),
        Index("ix_letter_unit", "tenant_id", "unit_id"),
    )

    ticket_id: Mapped[int] = mapped_column(BigInteger)
    unit_id: Mapped[int] = mapped_column(BigInteger)
    title: Mapped[str] = mapped_column(Text)
    year: Mapped[int] = mapped_column(Integer)
    number: Mapped[int] = mapped_column(Integer)
    text: Mapped[str] = mapped_column(Text)
    rule_id: Mapped[str] = mapped_column(Text)
    cause: Mapped[str] = mapped_column(Text)
    issued_at: Mapped[datetime] = mapped_column(INSTANT)


class AccountabilityCase(TenantRow, Base, kw_only=True):
    """A case of accountability 问责 against a unit, in the hands of an authority; the same cause opens it once."""

    __tablename__ = "accountability_case"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "ticket_id"], ["ticket.tenant_id", "ticket.id"]),
        ForeignKeyConstraint(["tenant_id", "unit_id"], ["unit.tenant_id", "unit.id"]),
        ForeignKeyConstraint(["tenant_id", "authority_unit_id"], ["unit.tenant_id", "unit.id"]),
        UniqueConstraint("tenant_id", "cause"),
        CheckConstraint("state IN ('open', 'closed')", name="state"),
        Index("ix_accountability_case_authority", "tenant_id", "authority_unit_id", "state"),
        Index("ix_accountability_case_ticket", "tenant_id", "ticket_id"),
    )

    ticket_id: Mapped[int] = mapped_column(BigInteger)
    unit_id: Mapped[int] = mapped_column(BigInteger)
    authority_unit_id: Mapped[int] = mapped_column(BigInteger)
    text: Mapped[str] = mapped_column(Text)
    rule_id: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    cause: Mapped[str] = mapped_column(Text)
    opened_at: Mapped[datetime] = mapped_column(INSTANT)
    state: Mapped[str] = mapped_column(Text, default="open")
