"""Tables of coordination: meetings, class-wide checks, errands of units, special reports, and policies that came of a ticket."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Index, Integer, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from core.coordination.labels import ERRAND_LABELS, MEETING_LABELS
from core.kit.db import INSTANT, Base, OfTenant, TenantRow


class Meeting(TenantRow, Base, kw_only=True):
    """A meeting of units and of people from outside 协调会 over one ticket or several; `ticket_id` called it.

    `guests` are those from outside, each with a kind of `labels.GUEST_LABELS` and a name.
    """

    __tablename__ = "meeting"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "ticket_id"], ["ticket.tenant_id", "ticket.id"]),
        CheckConstraint(f"kind IN ({', '.join(repr(kind) for kind in MEETING_LABELS)})", name="kind"),
        CheckConstraint("(held_at IS NULL) = (outcome = '')", name="held"),
        Index("ix_meeting_ticket", "tenant_id", "ticket_id"),
    )

    ticket_id: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str] = mapped_column(Text)
    subject: Mapped[str] = mapped_column(Text)
    meets_at: Mapped[datetime] = mapped_column(INSTANT)
    place: Mapped[str] = mapped_column(Text)
    units: Mapped[list[str]] = mapped_column(JSONB)
    """Codes of the units that are asked to come."""
    guests: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    called_by: Mapped[str] = mapped_column(Text)
    called_at: Mapped[datetime] = mapped_column(INSTANT)
    outcome: Mapped[str] = mapped_column(Text, default="")
    held_by: Mapped[str | None] = mapped_column(Text, default=None)
    held_at: Mapped[datetime | None] = mapped_column(INSTANT, default=None)
    """When its outcome was written down; None = not held yet."""


class MeetingTicket(OfTenant, Base, kw_only=True):
    """That a meeting is about a ticket, the one that called it or another; never changed."""

    __tablename__ = "meeting_ticket"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "meeting_id"], ["meeting.tenant_id", "meeting.id"]),
        ForeignKeyConstraint(["tenant_id", "ticket_id"], ["ticket.tenant_id", "ticket.id"]),
        Index("ix_meeting_ticket_of", "tenant_id", "ticket_id"),
    )

    meeting_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    ticket_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)


class ClassCheck(TenantRow, Base, kw_only=True):
    """A check of all that is like the ticket 举一反三, ordered by an instruction or a supervisor; its errands do the work.

    `alike` says what is to be looked at, `areas` where, both in words. It closes when every unit has answered.
    """

    __tablename__ = "class_check"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "ticket_id"], ["ticket.tenant_id", "ticket.id"]),
        ForeignKeyConstraint(["tenant_id", "instruction_id"], ["instruction.tenant_id", "instruction.id"]),
        CheckConstraint("state IN ('open', 'closed')", name="state"),
        CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name="closed"),
        Index("ix_class_check_ticket", "tenant_id", "ticket_id"),
    )

    ticket_id: Mapped[int] = mapped_column(BigInteger)
    instruction_id: Mapped[int | None] = mapped_column(BigInteger)
    matter: Mapped[str] = mapped_column(Text)
    """Code of the ticket's item of the duty list; empty = it had none."""
    alike: Mapped[str] = mapped_column(Text)
    areas: Mapped[str] = mapped_column(Text)
    due_at: Mapped[datetime] = mapped_column(INSTANT)
    ordered_by: Mapped[str] = mapped_column(Text)
    ordered_at: Mapped[datetime] = mapped_column(INSTANT)
    state: Mapped[str] = mapped_column(Text, default="open")
    closed_at: Mapped[datetime | None] = mapped_column(INSTANT, default=None)


class Errand(TenantRow, Base, kw_only=True):
    """Something that one unit is to do about a ticket beside handling it 交办事项; it answers once.

    Of a meeting's division of work, of a class-wide check (then with how much was `found` and `mended`), or a stage of a
    result that comes later. `due_at` None = when it can be.
    """

    __tablename__ = "errand"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "ticket_id"], ["ticket.tenant_id", "ticket.id"]),
        ForeignKeyConstraint(["tenant_id", "unit_id"], ["unit.tenant_id", "unit.id"]),
        ForeignKeyConstraint(["tenant_id", "meeting_id"], ["meeting.tenant_id", "meeting.id"]),
        ForeignKeyConstraint(["tenant_id", "check_id"], ["class_check.tenant_id", "class_check.id"]),
        CheckConstraint(f"kind IN ({', '.join(repr(kind) for kind in ERRAND_LABELS)})", name="kind"),
        CheckConstraint(
            "(kind <> 'meeting' OR meeting_id IS NOT NULL) AND (kind <> 'check' OR check_id IS NOT NULL)", name="of"
        ),
        CheckConstraint("(answered_at IS NULL) = (answer = '')", name="answer"),
        Index("ix_errand_ticket", "tenant_id", "ticket_id"),
        Index("ix_errand_open", "tenant_id", "unit_id", "due_at", postgresql_where="answered_at IS NULL"),
        Index("ix_errand_check", "tenant_id", "check_id", postgresql_where="check_id IS NOT NULL"),
    )

    ticket_id: Mapped[int] = mapped_column(BigInteger)
    unit_id: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str] = mapped_column(Text)
    what: Mapped[str] = mapped_column(Text)
    given_by: Mapped[str] = mapped_column(Text)
    given_at: Mapped[datetime] = mapped_column(INSTANT)
    due_at: Mapped[datetime | None] = mapped_column(INSTANT, default=None)
    meeting_id: Mapped[int | None] = mapped_column(BigInteger, default=None)
    check_id: Mapped[int | None] = mapped_column(BigInteger, default=None)
    answer: Mapped[str] = mapped_column(Text, default="")
    found: Mapped[int | None] = mapped_column(Integer, default=None)
    mended: Mapped[int | None] = mapped_column(Integer, default=None)
    answered_by: Mapped[str | None] = mapped_column(Text, default=None)
    answered_at: Mapped[datetime | None] = mapped_column(INSTANT, default=None)

    @property
    def is_open(self) -> bool:
        return self.answered_at is None


class SpecialReport(TenantRow, Base, kw_only=True):
    """A special report 专报 to the government, where a consultation came to no agreement; two bodies sign it.

    The dispatch desk writes it, the establishment office 编办 signs with it, and only then has it a number and goes out.
    """

    __tablename__ = "special_report"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "ticket_id"], ["ticket.tenant_id", "ticket.id"]),
        ForeignKeyConstraint(["tenant_id", "consultation_id"], ["consultation.tenant_id", "consultation.id"]),
        UniqueConstraint("tenant_id", "year", "number"),
        UniqueConstraint("tenant_id", "consultation_id"),
        CheckConstraint(
            "(number IS NULL) = (cosigned_at IS NULL) AND (number IS NULL) = (year IS NULL)", name="signed"
        ),
        Index("ix_special_report_ticket", "tenant_id", "ticket_id"),
    )

    ticket_id: Mapped[int] = mapped_column(BigInteger)
    consultation_id: Mapped[int] = mapped_column(BigInteger)
    text: Mapped[str] = mapped_column(Text)
    written_by: Mapped[str] = mapped_column(Text)
    written_by_id: Mapped[int | None] = mapped_column(BigInteger)
    written_at: Mapped[datetime] = mapped_column(INSTANT)
    year: Mapped[int | None] = mapped_column(Integer, default=None)
    number: Mapped[int | None] = mapped_column(Integer, default=None)
    cosigned_by: Mapped[str | None] = mapped_column(Text, default=None)
    cosigned_by_id: Mapped[int | None] = mapped_column(BigInteger, default=None)
    cosigned_at: Mapped[datetime | None] = mapped_column(INSTANT, default=None)


class Policy(TenantRow, Base, kw_only=True):
    """A policy that came of a single ticket 由个案形成的政策: what was analysed, what holds from now on; never changed."""

    __tablename__ = "policy"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "ticket_id"], ["ticket.tenant_id", "ticket.id"]),
        ForeignKeyConstraint(["tenant_id", "unit_id"], ["unit.tenant_id", "unit.id"]),
        Index("ix_policy_ticket", "tenant_id", "ticket_id"),
    )

    ticket_id: Mapped[int] = mapped_column(BigInteger)
    unit_id: Mapped[int] = mapped_column(BigInteger)
    title: Mapped[str] = mapped_column(Text)
    analysis: Mapped[str] = mapped_column(Text)
    measure: Mapped[str] = mapped_column(Text)
    document_no: Mapped[str] = mapped_column(Text)
    by: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(INSTANT)


class Reading(TenantRow, Base, kw_only=True):
    """That a leader has read a ticket 阅, as far as it had come; said by the leader, never changed."""

    __tablename__ = "reading"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "ticket_id"], ["ticket.tenant_id", "ticket.id"]),
        Index("ix_reading_reader", "tenant_id", "by_id", "ticket_id"),
        Index("ix_reading_ticket", "tenant_id", "ticket_id"),
    )

    ticket_id: Mapped[int] = mapped_column(BigInteger)
    by: Mapped[str] = mapped_column(Text)
    by_id: Mapped[int | None] = mapped_column(BigInteger)
    at: Mapped[datetime] = mapped_column(INSTANT)
