"""Tables of assignments, of the decisions behind them, and of what units say against them."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Index, Integer, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from core.kit.db import INSTANT, Base, TenantRow
from core.routing.states import ACTIVE, AssignmentState

_ACTIVE = f"state IN ({', '.join(repr(str(state)) for state in ACTIVE)})"
_ACTIVE_LEAD = f"role = 'lead' AND {_ACTIVE}"


class Assignment(TenantRow, Base, kw_only=True):
    """Work for one unit 承办任务: lead 主办, co 协办, or info 知会 (sees, does not handle).

    A tree: `parent_id` is the assignment of the unit that handed the work on 转派 to a unit below it. Each level has one
    active lead. `returnable` is False for a unit designated by consultation 会商. `budget_percent` tells how much of its
    own handling time the resident's limit left to the unit when it got the ticket; None = all. `person_id` is who in the
    unit has it 承办人, and `person_reason` why; None = the unit as a whole. Any clerk of the unit may act on it all the same.
    """

    __tablename__ = "assignment"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "ticket_id"], ["ticket.tenant_id", "ticket.id"]),
        ForeignKeyConstraint(["tenant_id", "unit_id"], ["unit.tenant_id", "unit.id"]),
        ForeignKeyConstraint(["tenant_id", "parent_id"], ["assignment.tenant_id", "assignment.id"]),
        ForeignKeyConstraint(["tenant_id", "person_id"], ["account.tenant_id", "account.id"]),
        CheckConstraint("role IN ('lead', 'co', 'info')", name="role"),
        CheckConstraint(f"state IN ({', '.join(repr(str(state)) for state in AssignmentState)})", name="state"),
        CheckConstraint("(role = 'info') = (state = 'watching')", name="watching"),
        Index(
            "uq_assignment_one_lead",
            "tenant_id",
            "ticket_id",
            unique=True,
            postgresql_where=f"parent_id IS NULL AND {_ACTIVE_LEAD}",
        ),
        Index(
            "uq_assignment_one_lead_below",
            "tenant_id",
            "parent_id",
            unique=True,
            postgresql_where=f"parent_id IS NOT NULL AND {_ACTIVE_LEAD}",
        ),
        Index("ix_assignment_unit", "tenant_id", "unit_id", "state"),
        Index("ix_assignment_ticket", "tenant_id", "ticket_id"),
        Index("ix_assignment_assigned_at", "tenant_id", "assigned_at"),
        Index("ix_assignment_returned_at", "tenant_id", "ended_at", postgresql_where="state = 'returned'"),
        Index(
            "ix_assignment_person",
            "tenant_id",
            "person_id",
            postgresql_where=f"person_id IS NOT NULL AND {_ACTIVE}",
        ),
        Index("ix_assignment_turn", "tenant_id", "unit_id", "assigned_at", postgresql_where="person_id IS NOT NULL"),
    )

    ticket_id: Mapped[int] = mapped_column(BigInteger)
    unit_id: Mapped[int] = mapped_column(BigInteger)
    role: Mapped[str] = mapped_column(Text)
    cycle_no: Mapped[int] = mapped_column(Integer)
    state: Mapped[str] = mapped_column(Text)
    assigned_at: Mapped[datetime] = mapped_column(INSTANT)
    parent_id: Mapped[int | None] = mapped_column(BigInteger, default=None)
    returnable: Mapped[bool] = mapped_column(default=True)
    budget_percent: Mapped[int | None] = mapped_column(Integer, default=None)
    person_id: Mapped[int | None] = mapped_column(BigInteger, default=None)
    person_reason: Mapped[str] = mapped_column(Text, default="")
    task: Mapped[str] = mapped_column(Text, default="", server_default="")
    """What the unit was brought in for, where it was brought in while others handled the ticket."""
    signed_at: Mapped[datetime | None] = mapped_column(INSTANT, default=None)
    submitted_at: Mapped[datetime | None] = mapped_column(INSTANT, default=None)
    ended_at: Mapped[datetime | None] = mapped_column(INSTANT, default=None)


class RouteDecision(TenantRow, Base, kw_only=True):
    """Why a ticket went, or should go, to a unit: the rule or person, the reason, and all that it rests on.

    `by` is the stamp of the feature (the core's own `core.routing` too) whose rule decided, or `person`; `record` holds
    facts, traces and who was passed over, where rules were asked. Where a person dispatched, `suggested_unit_id` tells
    what the rules had suggested.
    """

    __tablename__ = "route_decision"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "ticket_id"], ["ticket.tenant_id", "ticket.id"]),
        ForeignKeyConstraint(["tenant_id", "unit_id"], ["unit.tenant_id", "unit.id"]),
        CheckConstraint("outcome IN ('suggested', 'dispatched', 'nobody')", name="outcome"),
        Index("ix_route_decision_ticket", "tenant_id", "ticket_id"),
    )

    ticket_id: Mapped[int] = mapped_column(BigInteger)
    outcome: Mapped[str] = mapped_column(Text)
    unit_id: Mapped[int | None] = mapped_column(BigInteger)
    rule_id: Mapped[str] = mapped_column(Text)
    """The rule that decided, or `person` when a dispatcher did."""
    reason: Mapped[str] = mapped_column(Text)
    by: Mapped[str] = mapped_column(Text)
    suggested_unit_id: Mapped[int | None] = mapped_column(BigInteger)
    duty_list: Mapped[int] = mapped_column(Integer)
    """Version of the duty list that was in force, 0 = none."""
    record: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    decided_by: Mapped[str] = mapped_column(Text)
    decided_at: Mapped[datetime] = mapped_column(INSTANT)
    epoch: Mapped[int] = mapped_column(Integer)
    """The tenant's epoch at that time: which features, settings and duty list were in force."""


class ReturnRequest(TenantRow, Base, kw_only=True):
    """A unit's request to give a ticket back 退单申请: why, with what evidence, and whose it thinks it is.

    `duty_item` is the item of the duty list in words, as it stood for the ticket when the unit asked (empty = the list
    says nothing), `duty_list` the number of its version; `clause` is the clause on which the unit relies.
    """

    __tablename__ = "return_request"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "ticket_id"], ["ticket.tenant_id", "ticket.id"]),
        ForeignKeyConstraint(["tenant_id", "assignment_id"], ["assignment.tenant_id", "assignment.id"]),
        ForeignKeyConstraint(["tenant_id", "proposed_unit_id"], ["unit.tenant_id", "unit.id"]),
        CheckConstraint("state IN ('pending', 'approved', 'denied', 'withdrawn')", name="state"),
        CheckConstraint("(state = 'pending') = (decided_at IS NULL)", name="decided"),
        Index("uq_return_request_pending", "tenant_id", "ticket_id", unique=True, postgresql_where="state = 'pending'"),
        Index("ix_return_request_ticket", "tenant_id", "ticket_id"),
        Index("ix_return_request_requested", "tenant_id", "requested_at"),
        Index(
            "ix_return_request_decided",
            "tenant_id",
            "decided_at",
            postgresql_where="state IN ('approved', 'denied')",
        ),
    )

    ticket_id: Mapped[int] = mapped_column(BigInteger)
    assignment_id: Mapped[int] = mapped_column(BigInteger)
    reason_code: Mapped[str] = mapped_column(Text)
    evidence: Mapped[str] = mapped_column(Text)
    proposed_unit_id: Mapped[int | None] = mapped_column(BigInteger)
    requested_by: Mapped[str] = mapped_column(Text)
    requested_by_id: Mapped[int | None] = mapped_column(BigInteger)
    requested_at: Mapped[datetime] = mapped_column(INSTANT)
    state: Mapped[str] = mapped_column(Text, default="pending")
    decided_by: Mapped[str | None] = mapped_column(Text, default=None)
    decided_by_id: Mapped[int | None] = mapped_column(BigInteger, default=None)
    decided_at: Mapped[datetime | None] = mapped_column(INSTANT, default=None)
    decision_note: Mapped[str] = mapped_column(Text, default="")
    clause: Mapped[str] = mapped_column(Text, default="")
    duty_item: Mapped[str] = mapped_column(Text, default="")
    duty_list: Mapped[int] = mapped_column(Integer, default=0)


class ReturnAttempt(TenantRow, Base, kw_only=True):
    """An attempt of the lead unit to give a ticket back that was refused 试图退单: nothing came of it, and it counts.

    `code` and `words` are the refusal's. `command_id` None = the attempt could not be told from another try.
    """

    __tablename__ = "return_attempt"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "ticket_id"], ["ticket.tenant_id", "ticket.id"]),
        ForeignKeyConstraint(["tenant_id", "unit_id"], ["unit.tenant_id", "unit.id"]),
        UniqueConstraint("tenant_id", "ticket_id", "command_id"),
        Index("ix_return_attempt_at", "tenant_id", "at"),
    )

    ticket_id: Mapped[int] = mapped_column(BigInteger)
    unit_id: Mapped[int] = mapped_column(BigInteger)
    code: Mapped[str] = mapped_column(Text)
    words: Mapped[str] = mapped_column(Text)
    by: Mapped[str] = mapped_column(Text)
    by_id: Mapped[int | None] = mapped_column(BigInteger)
    at: Mapped[datetime] = mapped_column(INSTANT)
    command_id: Mapped[str | None] = mapped_column(Text, default=None)


class Consultation(TenantRow, Base, kw_only=True):
    """A consultation 会商 on whose a ticket is. Its decision designates a unit, which cannot give it back.

    `authority` is the step of the ladder that has it now: the coordinator, the establishment office 编办, the government.
    `acting_unit_id` is the unit that handles the ticket meanwhile 先办后议, the last one where several were asked.
    Dropped = the ticket was answered, handed on or voided before anybody decided.

    What was decided is remembered as a draft of the routing rules: `rule_revision` is its number, `rule_note` says why
    there is none.
    """

    __tablename__ = "consultation"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "ticket_id"], ["ticket.tenant_id", "ticket.id"]),
        ForeignKeyConstraint(["tenant_id", "unit_id"], ["unit.tenant_id", "unit.id"]),
        ForeignKeyConstraint(["tenant_id", "acting_unit_id"], ["unit.tenant_id", "unit.id"]),
        CheckConstraint("state IN ('open', 'decided', 'dropped')", name="state"),
        CheckConstraint(
            "(state = 'decided') = (unit_id IS NOT NULL) AND (state = 'decided') = (decided_at IS NOT NULL)",
            name="decided",
        ),
        CheckConstraint("authority IN ('coordinator', 'establishment', 'government')", name="authority"),
        CheckConstraint("opened_because IN ('asked', 'returns', 'stalled')", name="opened_because"),
        Index("uq_consultation_open", "tenant_id", "ticket_id", unique=True, postgresql_where="state = 'open'"),
        Index("ix_consultation_ticket", "tenant_id", "ticket_id"),
    )

    ticket_id: Mapped[int] = mapped_column(BigInteger)
    question: Mapped[str] = mapped_column(Text)
    opened_by: Mapped[str] = mapped_column(Text)
    opened_at: Mapped[datetime] = mapped_column(INSTANT)
    opened_because: Mapped[str] = mapped_column(Text, default="asked")
    authority: Mapped[str] = mapped_column(Text, default="coordinator")
    state: Mapped[str] = mapped_column(Text, default="open")
    acting_unit_id: Mapped[int | None] = mapped_column(BigInteger, default=None)
    meeting_at: Mapped[datetime | None] = mapped_column(INSTANT, default=None)
    meeting_place: Mapped[str] = mapped_column(Text, default="")
    meeting_units: Mapped[list[str]] = mapped_column(JSONB, default_factory=list)
    """Codes of the units that are asked to come to the meeting set last."""
    meeting_note: Mapped[str] = mapped_column(Text, default="")
    """What came of that meeting; empty = not held yet."""
    unit_id: Mapped[int | None] = mapped_column(BigInteger, default=None)
    co_units: Mapped[list[str]] = mapped_column(JSONB, default_factory=list)
    """Codes of the units designated to handle it together with the lead."""
    decision: Mapped[str] = mapped_column(Text, default="")
    decided_by: Mapped[str | None] = mapped_column(Text, default=None)
    decided_by_id: Mapped[int | None] = mapped_column(BigInteger, default=None)
    decided_at: Mapped[datetime | None] = mapped_column(INSTANT, default=None)
    rule_revision: Mapped[int | None] = mapped_column(Integer, default=None)
    rule_note: Mapped[str] = mapped_column(Text, default="")


CONSULTATION_STEPS = ("opened", "referred", "acting", "meeting", "minutes", "decided", "dropped")


class ConsultationStep(TenantRow, Base, kw_only=True):
    """A step of a consultation 会商记录, never changed: opened, referred upward, handled meanwhile, met, decided.

    `unit_id` is the unit that answers for it: the authority's to which it was referred, the one that acts, the one
    designated; None where the tenant has no such unit.
    """

    __tablename__ = "consultation_step"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "consultation_id"], ["consultation.tenant_id", "consultation.id"]),
        ForeignKeyConstraint(["tenant_id", "unit_id"], ["unit.tenant_id", "unit.id"]),
        CheckConstraint(f"kind IN ({', '.join(repr(kind) for kind in CONSULTATION_STEPS)})", name="kind"),
        CheckConstraint("authority IN ('coordinator', 'establishment', 'government')", name="authority"),
        Index("ix_consultation_step_consultation", "tenant_id", "consultation_id"),
    )

    consultation_id: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str] = mapped_column(Text)
    authority: Mapped[str] = mapped_column(Text)
    unit_id: Mapped[int | None] = mapped_column(BigInteger)
    text: Mapped[str] = mapped_column(Text)
    by: Mapped[str] = mapped_column(Text)
    by_id: Mapped[int | None] = mapped_column(BigInteger)
    at: Mapped[datetime] = mapped_column(INSTANT)


class Opinion(TenantRow, Base, kw_only=True):
    """What a unit says in a consultation; never changed."""

    __tablename__ = "opinion"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "consultation_id"], ["consultation.tenant_id", "consultation.id"]),
        ForeignKeyConstraint(["tenant_id", "unit_id"], ["unit.tenant_id", "unit.id"]),
        Index("ix_opinion_consultation", "tenant_id", "consultation_id"),
    )

    consultation_id: Mapped[int] = mapped_column(BigInteger)
    unit_id: Mapped[int] = mapped_column(BigInteger)
    text: Mapped[str] = mapped_column(Text)
    by: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(INSTANT)


class Referral(TenantRow, Base, kw_only=True):
    """A ticket referred between tenants 跨区移交, as one side knows it: the other side only by an opaque reference.

    Outgoing: `assignment_id` is the assignment of the unit that stands for the other tenant here, and `their_…` is what
    the other side told last. Incoming: `trail` names the tenants by which the ticket came, the sender last, and
    `their_due_at` is until when the sender waits, for people to see; the clock here is tightened to it. Once
    `ended_at` is set, both sides know that what happens on one is no longer the other's business.
    """

    __tablename__ = "referral"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "ticket_id"], ["ticket.tenant_id", "ticket.id"]),
        ForeignKeyConstraint(["tenant_id", "assignment_id"], ["assignment.tenant_id", "assignment.id"]),
        UniqueConstraint("tenant_id", "direction", "reference"),
        CheckConstraint("direction IN ('out', 'in')", name="direction"),
        CheckConstraint("(direction = 'out') = (assignment_id IS NOT NULL)", name="assignment"),
        Index("ix_referral_ticket", "tenant_id", "ticket_id"),
    )

    ticket_id: Mapped[int] = mapped_column(BigInteger)
    direction: Mapped[str] = mapped_column(Text)
    other_tenant: Mapped[str] = mapped_column(Text)
    reference: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime] = mapped_column(INSTANT)
    assignment_id: Mapped[int | None] = mapped_column(BigInteger, default=None)
    their_state: Mapped[str] = mapped_column(Text, default="")
    their_due_at: Mapped[datetime | None] = mapped_column(INSTANT, default=None)
    their_version: Mapped[int] = mapped_column(Integer, default=0)
    """Version of the other side's ticket of which we were told; older news changes nothing."""
    their_cycle: Mapped[int] = mapped_column(Integer, default=0)
    """The other side's last cycle whose outcome, a reply or a return, was taken up here."""
    sent_back: Mapped[str] = mapped_column(Text, default="")
    """Why the receiver sent it back, a code of `returns.RETURN_REASONS`; empty = it did not."""
    trail: Mapped[list[str]] = mapped_column(JSONB, default_factory=list)
    ended_at: Mapped[datetime | None] = mapped_column(INSTANT, default=None)
