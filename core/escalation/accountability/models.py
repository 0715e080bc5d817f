"""Tables of accountability 问责: the case, every step of it, and the evidence in its file."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Index, Integer, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from core.escalation.accountability.labels import (
    EVIDENCE_LABELS,
    OUTCOME_LABELS,
    RUNG_LABELS,
    STATE_LABELS,
    STEP_LABELS,
)
from core.kit.db import INSTANT, Base, TenantRow
from core.kit.saying import said


def _listed(*codes: str) -> str:
    return ", ".join(repr(code) for code in codes)


class AccountabilityCase(TenantRow, Base, kw_only=True):
    """A numbered case of accountability 问责 against a unit, in the hands of an authority; the same cause opens it once.

    It says where the case stands; what was done, said and decided stands in its steps, which nobody changes.
    `authority_unit_id` None = the authority would judge itself, and nobody was named in its place yet.
    `officer_id` is the account that has it in hand, None = nobody who may.
    """

    __tablename__ = "accountability_case"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "ticket_id"], ["ticket.tenant_id", "ticket.id"]),
        ForeignKeyConstraint(["tenant_id", "unit_id"], ["unit.tenant_id", "unit.id"]),
        ForeignKeyConstraint(["tenant_id", "authority_unit_id"], ["unit.tenant_id", "unit.id"]),
        ForeignKeyConstraint(["tenant_id", "clock_id"], ["sla_clock.tenant_id", "sla_clock.id"]),
        UniqueConstraint("tenant_id", "cause"),
        CheckConstraint(f"state IN ({_listed(*STATE_LABELS)})", name="state"),
        CheckConstraint(f"rung IN ({_listed('', *RUNG_LABELS)})", name="rung"),
        CheckConstraint(f"outcome IN ({_listed('', *OUTCOME_LABELS)})", name="outcome"),
        CheckConstraint("(outcome = '') = (decided_at IS NULL)", name="decided"),
        Index("ix_accountability_case_authority", "tenant_id", "authority_unit_id", "state"),
        Index("ix_accountability_case_ticket", "tenant_id", "ticket_id"),
        Index("ix_accountability_case_unit", "tenant_id", "unit_id", "opened_at"),
        Index(
            "uq_accountability_case_number", "tenant_id", "year", "number", unique=True, postgresql_where="number > 0"
        ),
    )

    ticket_id: Mapped[int] = mapped_column(BigInteger)
    unit_id: Mapped[int] = mapped_column(BigInteger)
    authority_unit_id: Mapped[int | None] = mapped_column(BigInteger)
    text: Mapped[str] = mapped_column(Text)
    rule_id: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    cause: Mapped[str] = mapped_column(Text)
    opened_at: Mapped[datetime] = mapped_column(INSTANT)
    state: Mapped[str] = mapped_column(Text, default="open")
    year: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    number: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    """Within the year, without gaps."""
    clock_id: Mapped[int | None] = mapped_column(BigInteger, default=None)
    """The reply clock that was missed; None = a person opened it, and none was."""
    proposed: Mapped[list[Any]] = mapped_column(JSONB, default_factory=list, server_default="[]")
    """Grounds of exemption 免责 that rules proposed as it was opened: each with `rule_id`, `by` and `reason`."""
    officer_id: Mapped[int | None] = mapped_column(BigInteger, default=None)
    officer: Mapped[str] = mapped_column(Text, default="", server_default="")
    silent_since: Mapped[datetime | None] = mapped_column(INSTANT, default=None)
    """When the time for the statement passed without one."""
    rung: Mapped[str] = mapped_column(Text, default="", server_default="")
    """The gravest rung of the ladder that was taken; empty = none."""
    outcome: Mapped[str] = mapped_column(Text, default="", server_default="")
    """What holds: the decision, or what became of it on appeal; empty = none yet."""
    measure: Mapped[str] = mapped_column(Text, default="", server_default="")
    """What the decision asks of the unit."""
    decided_by: Mapped[str] = mapped_column(Text, default="", server_default="")
    """Who decided first; another person decides on an appeal."""
    decided_by_id: Mapped[int | None] = mapped_column(BigInteger, default=None)
    decided_at: Mapped[datetime | None] = mapped_column(INSTANT, default=None)
    appeal_until: Mapped[datetime | None] = mapped_column(INSTANT, default=None)
    ended_at: Mapped[datetime | None] = mapped_column(INSTANT, default=None)

    @property
    def label(self) -> str:
        """The number under which it is quoted: 问责〔2026〕3 号."""
        return said("问责〔{year}〕{number} 号", year=self.year, number=self.number)

    @property
    def code(self) -> str:
        """The number as it is typed: `2026-3`."""
        return f"{self.year}-{self.number}"


class AccountabilityStep(TenantRow, Base, kw_only=True):
    """A step of a case: what was done, said or decided, by whom; never changed, vouched for by the ticket's timeline.

    `code` tells which: the rung, the outcome, whether an exemption was granted. `by_unit_id` is for whom it was done.
    """

    __tablename__ = "accountability_step"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "case_id"], ["accountability_case.tenant_id", "accountability_case.id"]),
        ForeignKeyConstraint(["tenant_id", "ticket_id"], ["ticket.tenant_id", "ticket.id"]),
        ForeignKeyConstraint(["tenant_id", "letter_id"], ["letter.tenant_id", "letter.id"]),
        UniqueConstraint("tenant_id", "case_id", "number"),
        CheckConstraint(f"kind IN ({_listed(*STEP_LABELS)})", name="kind"),
    )

    case_id: Mapped[int] = mapped_column(BigInteger)
    ticket_id: Mapped[int] = mapped_column(BigInteger)
    number: Mapped[int] = mapped_column(Integer)
    kind: Mapped[str] = mapped_column(Text)
    code: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    letter_id: Mapped[int | None] = mapped_column(BigInteger)
    by: Mapped[str] = mapped_column(Text)
    by_id: Mapped[int | None] = mapped_column(BigInteger)
    by_unit_id: Mapped[int | None] = mapped_column(BigInteger)
    at: Mapped[datetime] = mapped_column(INSTANT)


class AccountabilityEvidence(TenantRow, Base, kw_only=True):
    """A piece of evidence 证据 in a case: a frozen picture of the ticket, or a file that an officer or the unit put in.

    `sha256` is that of the picture in its canonical form, or of the file; never changed.
    """

    __tablename__ = "accountability_evidence"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "case_id"], ["accountability_case.tenant_id", "accountability_case.id"]),
        ForeignKeyConstraint(["tenant_id", "ticket_id"], ["ticket.tenant_id", "ticket.id"]),
        ForeignKeyConstraint(["tenant_id", "file_id"], ["ticket_file.tenant_id", "ticket_file.id"]),
        CheckConstraint(f"kind IN ({_listed(*EVIDENCE_LABELS)})", name="kind"),
        CheckConstraint("(kind = 'file') = (file_id IS NOT NULL)", name="file"),
        Index("ix_accountability_evidence_case", "tenant_id", "case_id", "id"),
    )

    case_id: Mapped[int] = mapped_column(BigInteger)
    ticket_id: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text)
    content: Mapped[dict[str, Any]] = mapped_column(JSONB)
    sha256: Mapped[str] = mapped_column(Text)
    file_id: Mapped[int | None] = mapped_column(BigInteger)
    by: Mapped[str] = mapped_column(Text)
    by_id: Mapped[int | None] = mapped_column(BigInteger)
    by_unit_id: Mapped[int | None] = mapped_column(BigInteger)
    at: Mapped[datetime] = mapped_column(INSTANT)
