"""Tables of pressing: letters, instructions and supervisions."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Index, Integer, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.escalation.labels import CASE_LETTER_LABELS, LETTER_LABELS, LEVEL_LABELS, SOURCE_LABELS
from core.kit.db import INSTANT, Base, OfTenant, TenantRow


class Letter(TenantRow, Base, kw_only=True):
    """A numbered letter to a unit: 提醒函, 督办函, 约谈通知, 通报, and those of a case 问责. Never changed; the same cause issues it once.

    `ticket_id` is the ticket that it is about; None = it stands on figures, which its cause names.
    """

    __tablename__ = "letter"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "ticket_id"], ["ticket.tenant_id", "ticket.id"]),
        ForeignKeyConstraint(["tenant_id", "unit_id"], ["unit.tenant_id", "unit.id"]),
        UniqueConstraint("tenant_id", "title", "year", "number"),
        UniqueConstraint("tenant_id", "cause"),
        CheckConstraint(
            f"kind IN ({', '.join(repr(kind) for kind in (*LETTER_LABELS, *CASE_LETTER_LABELS))})", name="kind"
        ),
        Index("ix_letter_ticket", "tenant_id", "ticket_id"),
        Index("ix_letter_unit", "tenant_id", "unit_id"),
    )

    ticket_id: Mapped[int | None] = mapped_column(BigInteger)
    unit_id: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text)
    year: Mapped[int] = mapped_column(Integer)
    number: Mapped[int] = mapped_column(Integer)
    text: Mapped[str] = mapped_column(Text)
    rule_id: Mapped[str] = mapped_column(Text)
    cause: Mapped[str] = mapped_column(Text)
    issued_at: Mapped[datetime] = mapped_column(INSTANT)


class LetterReceipt(OfTenant, Base, kw_only=True):
    """That a unit has acknowledged a letter 签收回执; once, and never changed."""

    __tablename__ = "letter_receipt"
    __table_args__ = (ForeignKeyConstraint(["tenant_id", "letter_id"], ["letter.tenant_id", "letter.id"]),)

    letter_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    by: Mapped[str] = mapped_column(Text)
    by_id: Mapped[int | None] = mapped_column(BigInteger)
    at: Mapped[datetime] = mapped_column(INSTANT)


class Instruction(TenantRow, Base, kw_only=True):
    """An instruction 批示 of a leader on a ticket. Its deadline may only tighten the limits; the unit reports back.

    `unit_id` is the unit to whose head it is addressed 点对点; None = whichever has the ticket in hand.
    `recorded_by_id` is the account of whoever gave it, or put it down for a leader.
    """

    __tablename__ = "instruction"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "ticket_id"], ["ticket.tenant_id", "ticket.id"]),
        ForeignKeyConstraint(["tenant_id", "unit_id"], ["unit.tenant_id", "unit.id"]),
        CheckConstraint(f"level IN ({', '.join(repr(level) for level in LEVEL_LABELS)})", name="level"),
        CheckConstraint("(feedback_at IS NULL) = (feedback = '')", name="feedback"),
        Index("ix_instruction_ticket", "tenant_id", "ticket_id"),
        Index("ix_instruction_given_at", "tenant_id", "given_at"),
    )

    ticket_id: Mapped[int] = mapped_column(BigInteger)
    leader: Mapped[str] = mapped_column(Text)
    level: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    given_at: Mapped[datetime] = mapped_column(INSTANT)
    recorded_by: Mapped[str] = mapped_column(Text)
    recorded_by_id: Mapped[int | None] = mapped_column(BigInteger, default=None)
    unit_id: Mapped[int | None] = mapped_column(BigInteger, default=None)
    deadline: Mapped[datetime | None] = mapped_column(INSTANT, default=None)
    feedback: Mapped[str] = mapped_column(Text, default="")
    feedback_by: Mapped[str | None] = mapped_column(Text, default=None)
    feedback_at: Mapped[datetime | None] = mapped_column(INSTANT, default=None)


class Supervision(TenantRow, Base, kw_only=True):
    """A supervision sheet 督办单 to the unit that handles a ticket: blue, yellow or red, with a clock `respond`.

    `source` tells what called for it, `cause` makes it once. The supervised unit answers; somebody else closes it.
    Raised after it was answered, it is open again, and the answer stands until the next one.
    """

    __tablename__ = "supervision"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "ticket_id"], ["ticket.tenant_id", "ticket.id"]),
        ForeignKeyConstraint(["tenant_id", "unit_id"], ["unit.tenant_id", "unit.id"]),
        UniqueConstraint("tenant_id", "cause"),
        CheckConstraint("level IN ('blue', 'yellow', 'red')", name="level"),
        CheckConstraint(f"source IN ({', '.join(repr(source) for source in SOURCE_LABELS)})", name="source"),
        CheckConstraint("state IN ('open', 'answered', 'closed')", name="state"),
        Index("ix_supervision_ticket", "tenant_id", "ticket_id"),
        Index("ix_supervision_unit", "tenant_id", "unit_id", "state"),
    )

    ticket_id: Mapped[int] = mapped_column(BigInteger)
    unit_id: Mapped[int] = mapped_column(BigInteger)
    level: Mapped[str] = mapped_column(Text)
    source: Mapped[str] = mapped_column(Text)
    demand: Mapped[str] = mapped_column(Text)
    cause: Mapped[str] = mapped_column(Text)
    issued_by: Mapped[str] = mapped_column(Text)
    issued_at: Mapped[datetime] = mapped_column(INSTANT)
    state: Mapped[str] = mapped_column(Text, default="open")
    answer: Mapped[str] = mapped_column(Text, default="")
    answered_by: Mapped[str | None] = mapped_column(Text, default=None)
    answered_by_id: Mapped[int | None] = mapped_column(BigInteger, default=None)
    answered_at: Mapped[datetime | None] = mapped_column(INSTANT, default=None)
    closed_by: Mapped[str | None] = mapped_column(Text, default=None)
    closed_at: Mapped[datetime | None] = mapped_column(INSTANT, default=None)
