"""The engine: records of return, extension, pause, instruction, supervision and the rest; clocks of units; seals."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from core.kit.policies import APP_ROLE, allow, keep_apart

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

WORK = ("SELECT", "INSERT", "UPDATE")
RECORD = ("SELECT", "INSERT")
PRIVILEGES = {
    "adjudication": RECORD,
    "attachment": WORK,
    "command_log": RECORD,
    "consultation": WORK,
    "contact_attempt": RECORD,
    "contribution": RECORD,
    "dispute": WORK,
    "extension_request": WORK,
    "instruction": WORK,
    "letter_receipt": RECORD,
    "opinion": RECORD,
    "pause_request": WORK,
    "referral": WORK,
    "return_request": WORK,
    "seal": RECORD,
    "sealed_head": RECORD,
    "sla_adjustment": RECORD,
    "sla_pause": WORK,
    "supervision": WORK,
    "trespass": RECORD,
}
"""What the application's role may do with each new table. RECORD is append-only: not even we can rewrite it."""
BACKFILLED = ("letter", "sla_clock", "assignment", "ticket_event")
"""Tables whose rows of before are completed, or read, below. Their forced policy would hide the rows from the owner."""
ACTIVE_LEAD = "role = 'lead' AND state IN ('pending_sign', 'signed', 'return_pending', 'submitted')"
CHECKS = {
    "assignment": {
        "state": "state IN ('pending_sign', 'signed', 'submitted', 'done', 'return_pending', 'returned', 'recalled', "
        "'waived', 'superseded', 'watching')",
        "watching": "(role = 'info') = (state = 'watching')",
    },
    "letter": {"kind": "kind IN ('reminder', 'supervision', 'talk', 'bulletin')"},
    "reply": {
        "disposition": "disposition IN ('resolved', 'partly', 'planned', 'explained', 'not_competent', "
        "'unreasonable', 'transferred')"
    },
    "sla_clock": {
        "name": "name IN ('accept', 'dispatch', 'reply', 'follow_up', 'progress', 'sign', 'return_window', "
        "'first_contact', 'on_site', 'handle', 'respond')",
        "subject": "subject IN ('ticket', 'assignment', 'supervision')",
        "subject_id": "subject <> 'ticket' OR subject_id = ticket_id",
        "state": "state IN ('running', 'paused', 'met', 'breached', 'cancelled', 'superseded')",
        "due": "(state = 'paused') = (due_at IS NULL)",
    },
    "sla_timer": {"kind": "kind IN ('mark', 'resume')"},
    "ticket": {
        "attached": "(state = 'attached') = is_attached AND is_attached = (master_id IS NOT NULL)",
        "master": "master_is_attached IS NOT DISTINCT FROM CASE WHEN is_attached THEN false END",
        "part": "part_of_id IS NULL OR part_count = 0",
    },
}
REPLACED = (("assignment", "state"), ("reply", "disposition"), ("sla_clock", "name"), ("sla_clock", "state"))
"""Checks that stood before with fewer words."""
CHECKS_BEFORE = {
    ("assignment", "state"): "state IN ('pending_sign', 'signed', 'submitted', 'done', 'returned', 'watching')",
    ("reply", "disposition"): "disposition IN ('resolved', 'partly', 'planned', 'explained', 'transferred')",
    ("sla_clock", "name"): "name IN ('reply', 'sign', 'on_site', 'handle')",
    ("sla_clock", "state"): "state IN ('running', 'met', 'breached', 'cancelled')",
}
COMPLETED = (
    "UPDATE letter SET kind = CASE WHEN title LIKE '%督办%' THEN 'supervision' WHEN title LIKE '%约谈%' THEN 'talk' "
    "WHEN title LIKE '%通报%' THEN 'bulletin' ELSE 'reminder' END",
    # A unit's clock becomes that of its assignment; one whose assignment cannot be told stays the ticket's.
    "UPDATE sla_clock c SET subject = 'assignment', subject_id = a.id FROM assignment a "
    "WHERE a.tenant_id = c.tenant_id AND a.ticket_id = c.ticket_id AND a.role = 'lead' AND c.name <> 'reply' "
    "AND a.assigned_at = c.started_at",
    # A unit's limit was cut to the resident's: now it says by which clock, or, where it has ended, keeps it on record.
    "UPDATE sla_clock h SET capped_by_id = r.id FROM sla_clock r WHERE h.name = 'handle' AND h.state = 'running' "
    "AND r.tenant_id = h.tenant_id AND r.ticket_id = h.ticket_id AND r.name = 'reply' AND r.state = 'running' "
    "AND r.due_at > h.started_at",
    "INSERT INTO sla_adjustment (tenant_id, id, clock_id, kind, at, reason, cause, until) "
    "SELECT DISTINCT ON (h.tenant_id, h.id) h.tenant_id, nextval('row_id'), h.id, 'tightening', h.due_at, "
    "'不晚于答复时限', 'cap/' || r.id, h.due_at FROM sla_clock h JOIN sla_clock r ON r.tenant_id = h.tenant_id "
    "AND r.ticket_id = h.ticket_id AND r.cycle_no = h.cycle_no AND r.name = 'reply' AND r.due_at = h.due_at "
    "WHERE h.name = 'handle' AND h.state <> 'running' ORDER BY h.tenant_id, h.id, r.id",
    # What was carried out under an id before is not carried out again.
    "INSERT INTO command_log (tenant_id, command_id, ticket_id, command, version, state, at) "
    "SELECT DISTINCT ON (tenant_id, command_id) tenant_id, command_id, ticket_id, kind, seq, to_state, at "
    "FROM ticket_event WHERE command_id IS NOT NULL ORDER BY tenant_id, command_id, seq DESC",
)
DEFAULTED = (
    ("api_token", "role"),
    ("assignment", "returnable"),
    ("letter", "kind"),
    ("sla_clock", "subject"),
    ("sla_clock", "subject_id"),
    ("sla_clock", "rev"),
    ("sla_clock", "arm"),
    ("sla_event", "arm"),
    ("sla_timer", "arm"),
    ("sla_timer", "kind"),
    ("ticket", "is_attached"),
    ("ticket", "part_count"),
    ("unit", "refers_to"),
)
"""Columns that need a value for the rows of before, and none afterwards: the product always gives one."""

SHORTENED = ("sla_pause", "sla_adjustment", "sla_event", "sla_timer", "sla_clock", "assignment", "reply")
FORGOTTEN = (
    "DELETE FROM sla_pause",
    "DELETE FROM sla_adjustment",
    "DELETE FROM sla_event WHERE arm > 0",
    "DELETE FROM sla_timer WHERE kind <> 'mark'",
    "UPDATE sla_clock SET capped_by_id = NULL, superseded_by_id = NULL",
    "UPDATE sla_clock SET state = 'cancelled', due_at = coalesce(due_at, started_at) "
    "WHERE state IN ('paused', 'superseded')",
    "UPDATE sla_clock c SET state = 'cancelled' FROM assignment a WHERE a.tenant_id = c.tenant_id "
    "AND a.id = c.subject_id AND c.subject = 'assignment' AND c.state = 'running' "
    "AND (a.role <> 'lead' OR a.parent_id IS NOT NULL)",
    "DELETE FROM sla_timer x USING sla_clock c WHERE c.tenant_id = x.tenant_id AND c.id = x.clock_id "
    "AND (c.name NOT IN ('reply', 'sign', 'on_site', 'handle') OR c.state <> 'running')",
    "DELETE FROM sla_event x USING sla_clock c WHERE c.tenant_id = x.tenant_id AND c.id = x.clock_id "
    "AND c.name NOT IN ('reply', 'sign', 'on_site', 'handle')",
    "DELETE FROM sla_clock WHERE name NOT IN ('reply', 'sign', 'on_site', 'handle')",
    "UPDATE assignment SET state = 'returned', ended_at = coalesce(ended_at, assigned_at) "
    "WHERE state IN ('return_pending', 'recalled', 'waived', 'superseded')",
    "UPDATE reply SET disposition = 'explained' WHERE disposition IN ('not_competent', 'unreasonable')",
)
"""What the schema of before cannot hold, taken away or told in its words on the way back."""

SHARED_IDS = (
    "SELECT EXISTS (SELECT FROM ticket_event WHERE command_id IS NOT NULL "
    "GROUP BY tenant_id, command_id HAVING count(*) > 1)"
)


def upgrade() -> None:
    op.create_table(
        "seal",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("sealed_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("heads", sa.Integer(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "number", name=op.f("pk_seal")),
    )
    op.create_table(
        "trespass",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("serial_no", sa.Text(), nullable=False),
        sa.Column("actor_kind", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=True),
        sa.Column("actor_name", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_trespass")),
    )
    op.create_index("ix_trespass_at", "trespass", ["tenant_id", "at"], unique=False)
    op.create_table(
        "sealed_head",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("seal_number", sa.Integer(), nullable=False),
        sa.Column("serial_no", sa.Text(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "seal_number"],
            ["seal.tenant_id", "seal.number"],
            name=op.f("fk_sealed_head_tenant_id_seal_number"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "ticket_id", "seq", name=op.f("pk_sealed_head")),
    )
    op.create_index("ix_sealed_head_seal", "sealed_head", ["tenant_id", "seal_number"], unique=False)
    op.create_table(
        "attachment",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("master_id", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("attached_by", sa.Text(), nullable=False),
        sa.Column("attached_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("ended_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint("outcome IN ('attached', 'answered', 'detached')", name=op.f("ck_attachment_outcome")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "master_id"],
            ["ticket.tenant_id", "ticket.id"],
            name=op.f("fk_attachment_tenant_id_master_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "ticket_id"],
            ["ticket.tenant_id", "ticket.id"],
            name=op.f("fk_attachment_tenant_id_ticket_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_attachment")),
    )
    op.create_index("ix_attachment_master", "attachment", ["tenant_id", "master_id"], unique=False)
    op.create_index(
        "uq_attachment_present",
        "attachment",
        ["tenant_id", "ticket_id"],
        unique=True,
        postgresql_where="outcome = 'attached'",
    )
    op.create_table(
        "command_log",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("command_id", sa.Text(), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("command", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "ticket_id"],
            ["ticket.tenant_id", "ticket.id"],
            name=op.f("fk_command_log_tenant_id_ticket_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "command_id", name=op.f("pk_command_log")),
    )
    op.create_table(
        "consultation",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("opened_by", sa.Text(), nullable=False),
        sa.Column("opened_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("authority", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=True),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("decided_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state = 'decided') = (unit_id IS NOT NULL) AND (state = 'decided') = (decided_at IS NOT NULL)",
            name=op.f("ck_consultation_decided"),
        ),
        sa.CheckConstraint(
            "authority IN ('coordinator', 'establishment', 'government')", name=op.f("ck_consultation_authority")
        ),
        sa.CheckConstraint("state IN ('open', 'decided')", name=op.f("ck_consultation_state")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "ticket_id"],
            ["ticket.tenant_id", "ticket.id"],
            name=op.f("fk_consultation_tenant_id_ticket_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"], ["unit.tenant_id", "unit.id"], name=op.f("fk_consultation_tenant_id_unit_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_consultation")),
    )
    op.create_index("ix_consultation_ticket", "consultation", ["tenant_id", "ticket_id"], unique=False)
    op.create_index(
        "uq_consultation_open",
        "consultation",
        ["tenant_id", "ticket_id"],
        unique=True,
        postgresql_where="state = 'open'",
    )
    op.create_table(
        "dispute",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=True),
        sa.Column("subject_id", sa.BigInteger(), nullable=True),
        sa.Column("grounds", sa.Text(), nullable=False),
        sa.Column("filed_by", sa.Text(), nullable=False),
        sa.Column("filed_by_id", sa.BigInteger(), nullable=True),
        sa.Column("filed_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("finding", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("decided_by_id", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint("(kind = 'review') = (subject_id IS NULL)", name=op.f("ck_dispute_subject")),
        sa.CheckConstraint("(kind = 'review') = (unit_id IS NULL)", name=op.f("ck_dispute_party")),
        sa.CheckConstraint("(state = 'open') = (decided_at IS NULL)", name=op.f("ck_dispute_decided")),
        sa.CheckConstraint("kind IN ('responsibility', 'rating', 'overdue', 'review')", name=op.f("ck_dispute_kind")),
        sa.CheckConstraint("state IN ('open', 'upheld', 'dismissed', 'withdrawn')", name=op.f("ck_dispute_state")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "ticket_id"], ["ticket.tenant_id", "ticket.id"], name=op.f("fk_dispute_tenant_id_ticket_id")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"], ["unit.tenant_id", "unit.id"], name=op.f("fk_dispute_tenant_id_unit_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_dispute")),
    )
    op.create_index("ix_dispute_ticket", "dispute", ["tenant_id", "ticket_id"], unique=False)
    op.create_index(
        "uq_dispute_open_review",
        "dispute",
        ["tenant_id", "ticket_id"],
        unique=True,
        postgresql_where="kind = 'review' AND state = 'open'",
    )
    op.create_index(
        "uq_dispute_subject",
        "dispute",
        ["tenant_id", "kind", "subject_id"],
        unique=True,
        postgresql_where="subject_id IS NOT NULL AND state <> 'withdrawn'",
    )
    op.create_table(
        "instruction",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("leader", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("given_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("deadline", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("feedback", sa.Text(), nullable=False),
        sa.Column("feedback_by", sa.Text(), nullable=True),
        sa.Column("feedback_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint("(feedback_at IS NULL) = (feedback = '')", name=op.f("ck_instruction_feedback")),
        sa.CheckConstraint(
            "level IN ('province', 'city', 'department', 'district', 'bureau', 'street')",
            name=op.f("ck_instruction_level"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "ticket_id"],
            ["ticket.tenant_id", "ticket.id"],
            name=op.f("fk_instruction_tenant_id_ticket_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_instruction")),
    )
    op.create_index("ix_instruction_given_at", "instruction", ["tenant_id", "given_at"], unique=False)
    op.create_index("ix_instruction_ticket", "instruction", ["tenant_id", "ticket_id"], unique=False)
    op.create_table(
        "supervision",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("demand", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("issued_by", sa.Text(), nullable=False),
        sa.Column("issued_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("answered_by", sa.Text(), nullable=True),
        sa.Column("answered_by_id", sa.BigInteger(), nullable=True),
        sa.Column("answered_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("closed_by", sa.Text(), nullable=True),
        sa.Column("closed_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint("level IN ('blue', 'yellow', 'red')", name=op.f("ck_supervision_level")),
        sa.CheckConstraint(
            "source IN ('breach', 'urgent', 'redo', 'returns', 'instruction', 'discipline', 'person')",
            name=op.f("ck_supervision_source"),
        ),
        sa.CheckConstraint("state IN ('open', 'answered', 'closed')", name=op.f("ck_supervision_state")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "ticket_id"],
            ["ticket.tenant_id", "ticket.id"],
            name=op.f("fk_supervision_tenant_id_ticket_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"], ["unit.tenant_id", "unit.id"], name=op.f("fk_supervision_tenant_id_unit_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_supervision")),
        sa.UniqueConstraint("tenant_id", "cause", name=op.f("uq_supervision_tenant_id_cause")),
    )
    op.create_index("ix_supervision_ticket", "supervision", ["tenant_id", "ticket_id"], unique=False)
    op.create_index("ix_supervision_unit", "supervision", ["tenant_id", "unit_id", "state"], unique=False)
    op.create_table(
        "adjudication",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("dispute_id", sa.BigInteger(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("effect", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=True),
        sa.Column("reason_code", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("decided_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint("(effect = 'shift') = (unit_id IS NOT NULL)", name=op.f("ck_adjudication_unit")),
        sa.CheckConstraint("effect IN ('exclude', 'shift')", name=op.f("ck_adjudication_effect")),
        sa.CheckConstraint(
            "reason_code IN ('policy', 'recurrence', 'statutory', 'overlap', 'force_majeure', 'other')",
            name=op.f("ck_adjudication_reason"),
        ),
        sa.CheckConstraint("subject IN ('rating', 'clock')", name=op.f("ck_adjudication_subject")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "dispute_id"],
            ["dispute.tenant_id", "dispute.id"],
            name=op.f("fk_adjudication_tenant_id_dispute_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "ticket_id"],
            ["ticket.tenant_id", "ticket.id"],
            name=op.f("fk_adjudication_tenant_id_ticket_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"], ["unit.tenant_id", "unit.id"], name=op.f("fk_adjudication_tenant_id_unit_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_adjudication")),
        sa.UniqueConstraint(
            "tenant_id", "subject", "subject_id", name=op.f("uq_adjudication_tenant_id_subject_subject_id")
        ),
    )
    op.create_index("ix_adjudication_ticket", "adjudication", ["tenant_id", "ticket_id"], unique=False)
    op.create_table(
        "contact_attempt",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("assignment_id", sa.BigInteger(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint("outcome IN ('reached', 'unreachable')", name=op.f("ck_contact_attempt_outcome")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "assignment_id"],
            ["assignment.tenant_id", "assignment.id"],
            name=op.f("fk_contact_attempt_tenant_id_assignment_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "ticket_id"],
            ["ticket.tenant_id", "ticket.id"],
            name=op.f("fk_contact_attempt_tenant_id_ticket_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_contact_attempt")),
    )
    op.create_index("ix_contact_attempt_assignment", "contact_attempt", ["tenant_id", "assignment_id"], unique=False)
    op.create_table(
        "contribution",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("assignment_id", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "assignment_id"],
            ["assignment.tenant_id", "assignment.id"],
            name=op.f("fk_contribution_tenant_id_assignment_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "ticket_id"],
            ["ticket.tenant_id", "ticket.id"],
            name=op.f("fk_contribution_tenant_id_ticket_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_contribution")),
    )
    op.create_index("ix_contribution_ticket", "contribution", ["tenant_id", "ticket_id"], unique=False)
    op.create_table(
        "extension_request",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("assignment_id", sa.BigInteger(), nullable=False),
        sa.Column("days_asked", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("requested_by", sa.Text(), nullable=False),
        sa.Column("requested_by_id", sa.BigInteger(), nullable=True),
        sa.Column("requested_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("days_granted", sa.Integer(), nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("decided_by_id", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("decision_note", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "(state = 'approved') = (days_granted IS NOT NULL)", name=op.f("ck_extension_request_days_granted")
        ),
        sa.CheckConstraint("(state = 'pending') = (decided_at IS NULL)", name=op.f("ck_extension_request_decided")),
        sa.CheckConstraint(
            "state IN ('pending', 'approved', 'denied', 'lapsed')", name=op.f("ck_extension_request_state")
        ),
        sa.CheckConstraint("days_asked > 0", name=op.f("ck_extension_request_days_asked")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "assignment_id"],
            ["assignment.tenant_id", "assignment.id"],
            name=op.f("fk_extension_request_tenant_id_assignment_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "ticket_id"],
            ["ticket.tenant_id", "ticket.id"],
            name=op.f("fk_extension_request_tenant_id_ticket_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_extension_request")),
    )
    op.create_index("ix_extension_request_ticket", "extension_request", ["tenant_id", "ticket_id"], unique=False)
    op.create_index(
        "uq_extension_request_pending",
        "extension_request",
        ["tenant_id", "assignment_id"],
        unique=True,
        postgresql_where="state = 'pending'",
    )
    op.create_table(
        "letter_receipt",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("letter_id", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("by_id", sa.BigInteger(), nullable=True),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "letter_id"],
            ["letter.tenant_id", "letter.id"],
            name=op.f("fk_letter_receipt_tenant_id_letter_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "letter_id", name=op.f("pk_letter_receipt")),
    )
    op.create_table(
        "opinion",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("consultation_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "consultation_id"],
            ["consultation.tenant_id", "consultation.id"],
            name=op.f("fk_opinion_tenant_id_consultation_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"], ["unit.tenant_id", "unit.id"], name=op.f("fk_opinion_tenant_id_unit_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_opinion")),
    )
    op.create_index("ix_opinion_consultation", "opinion", ["tenant_id", "consultation_id"], unique=False)
    op.create_table(
        "pause_request",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("assignment_id", sa.BigInteger(), nullable=False),
        sa.Column("reason_code", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("requested_by", sa.Text(), nullable=False),
        sa.Column("requested_by_id", sa.BigInteger(), nullable=True),
        sa.Column("requested_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("decided_by_id", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("decision_note", sa.Text(), nullable=False),
        sa.Column("resumes_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("ended_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("ended_by", sa.Text(), nullable=True),
        sa.CheckConstraint("(state = 'ended') = (ended_at IS NOT NULL)", name=op.f("ck_pause_request_ended")),
        sa.CheckConstraint("(state = 'pending') = (decided_at IS NULL)", name=op.f("ck_pause_request_decided")),
        sa.CheckConstraint(
            "state IN ('pending', 'denied', 'lapsed', 'holding', 'ended')", name=op.f("ck_pause_request_state")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "assignment_id"],
            ["assignment.tenant_id", "assignment.id"],
            name=op.f("fk_pause_request_tenant_id_assignment_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "ticket_id"],
            ["ticket.tenant_id", "ticket.id"],
            name=op.f("fk_pause_request_tenant_id_ticket_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_pause_request")),
    )
    op.create_index("ix_pause_request_ticket", "pause_request", ["tenant_id", "ticket_id"], unique=False)
    op.create_index(
        "uq_pause_request_open",
        "pause_request",
        ["tenant_id", "assignment_id"],
        unique=True,
        postgresql_where="state IN ('pending', 'holding')",
    )
    op.create_table(
        "referral",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("direction", sa.Text(), nullable=False),
        sa.Column("other_tenant", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("made_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("assignment_id", sa.BigInteger(), nullable=True),
        sa.Column("their_state", sa.Text(), nullable=False),
        sa.Column("their_due_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("their_version", sa.Integer(), nullable=False),
        sa.Column("their_cycle", sa.Integer(), nullable=False),
        sa.Column("sent_back", sa.Text(), nullable=False),
        sa.Column("trail", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("ended_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint("(direction = 'out') = (assignment_id IS NOT NULL)", name=op.f("ck_referral_assignment")),
        sa.CheckConstraint("direction IN ('out', 'in')", name=op.f("ck_referral_direction")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "assignment_id"],
            ["assignment.tenant_id", "assignment.id"],
            name=op.f("fk_referral_tenant_id_assignment_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "ticket_id"], ["ticket.tenant_id", "ticket.id"], name=op.f("fk_referral_tenant_id_ticket_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_referral")),
        sa.UniqueConstraint(
            "tenant_id", "direction", "reference", name=op.f("uq_referral_tenant_id_direction_reference")
        ),
    )
    op.create_index("ix_referral_ticket", "referral", ["tenant_id", "ticket_id"], unique=False)
    op.create_table(
        "return_request",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("assignment_id", sa.BigInteger(), nullable=False),
        sa.Column("reason_code", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("proposed_unit_id", sa.BigInteger(), nullable=True),
        sa.Column("requested_by", sa.Text(), nullable=False),
        sa.Column("requested_by_id", sa.BigInteger(), nullable=True),
        sa.Column("requested_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("decided_by_id", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("decision_note", sa.Text(), nullable=False),
        sa.CheckConstraint("(state = 'pending') = (decided_at IS NULL)", name=op.f("ck_return_request_decided")),
        sa.CheckConstraint(
            "state IN ('pending', 'approved', 'denied', 'withdrawn')", name=op.f("ck_return_request_state")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "assignment_id"],
            ["assignment.tenant_id", "assignment.id"],
            name=op.f("fk_return_request_tenant_id_assignment_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "proposed_unit_id"],
            ["unit.tenant_id", "unit.id"],
            name=op.f("fk_return_request_tenant_id_proposed_unit_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "ticket_id"],
            ["ticket.tenant_id", "ticket.id"],
            name=op.f("fk_return_request_tenant_id_ticket_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_return_request")),
    )
    op.create_index("ix_return_request_ticket", "return_request", ["tenant_id", "ticket_id"], unique=False)
    op.create_index(
        "uq_return_request_pending",
        "return_request",
        ["tenant_id", "ticket_id"],
        unique=True,
        postgresql_where="state = 'pending'",
    )
    op.create_table(
        "sla_adjustment",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("clock_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=True),
        sa.Column("until", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint("(kind = 'extension') = (days IS NOT NULL)", name=op.f("ck_sla_adjustment_days")),
        sa.CheckConstraint("(kind = 'tightening') = (until IS NOT NULL)", name=op.f("ck_sla_adjustment_until")),
        sa.CheckConstraint("kind IN ('extension', 'tightening')", name=op.f("ck_sla_adjustment_kind")),
        sa.CheckConstraint("days > 0", name=op.f("ck_sla_adjustment_positive")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "clock_id"],
            ["sla_clock.tenant_id", "sla_clock.id"],
            name=op.f("fk_sla_adjustment_tenant_id_clock_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_sla_adjustment")),
    )
    op.create_index("uq_sla_adjustment_cause", "sla_adjustment", ["tenant_id", "clock_id", "cause"], unique=True)
    op.create_table(
        "sla_pause",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("clock_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("started_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("ended_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("request_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("(kind = 'request') = (request_id IS NOT NULL)", name=op.f("ck_sla_pause_request")),
        sa.CheckConstraint("kind IN ('request', 'audit')", name=op.f("ck_sla_pause_kind")),
        sa.CheckConstraint("ended_at >= started_at", name=op.f("ck_sla_pause_order")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "clock_id"],
            ["sla_clock.tenant_id", "sla_clock.id"],
            name=op.f("fk_sla_pause_tenant_id_clock_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "request_id"],
            ["pause_request.tenant_id", "pause_request.id"],
            name=op.f("fk_sla_pause_tenant_id_request_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_sla_pause")),
    )
    op.create_index("ix_sla_pause_clock", "sla_pause", ["tenant_id", "clock_id"], unique=False)
    op.create_index(
        "uq_sla_pause_open", "sla_pause", ["tenant_id", "clock_id"], unique=True, postgresql_where="ended_at IS NULL"
    )
    op.add_column("assignment", sa.Column("parent_id", sa.BigInteger(), nullable=True))
    op.add_column("assignment", sa.Column("returnable", sa.Boolean(), nullable=False, server_default=sa.text("true")))
    op.add_column("assignment", sa.Column("budget_percent", sa.Integer(), nullable=True))
    op.create_index(
        "uq_assignment_one_lead_below",
        "assignment",
        ["tenant_id", "parent_id"],
        unique=True,
        postgresql_where="parent_id IS NOT NULL AND role = 'lead' AND state IN ('pending_sign', 'signed', 'return_pending', 'submitted')",
    )
    op.create_foreign_key(
        op.f("fk_assignment_tenant_id_parent_id"),
        "assignment",
        "assignment",
        ["tenant_id", "parent_id"],
        ["tenant_id", "id"],
    )
    op.add_column("api_token", sa.Column("role", sa.Text(), nullable=False, server_default=sa.text("''")))
    op.add_column("api_token", sa.Column("unit_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        op.f("fk_api_token_tenant_id_unit_id"), "api_token", "unit", ["tenant_id", "unit_id"], ["tenant_id", "id"]
    )
    op.drop_index("uq_ticket_event_command_id", table_name="ticket_event", postgresql_where="command_id IS NOT NULL")
    op.add_column("letter", sa.Column("kind", sa.Text(), nullable=False, server_default=sa.text("'reminder'")))
    op.add_column("reply", sa.Column("seconded_by", sa.Text(), nullable=True))
    op.add_column("reply", sa.Column("seconded_by_id", sa.BigInteger(), nullable=True))
    op.add_column("sla_clock", sa.Column("subject", sa.Text(), nullable=False, server_default=sa.text("'ticket'")))
    op.add_column("sla_clock", sa.Column("subject_id", sa.BigInteger(), nullable=False, server_default=sa.text("0")))
    op.add_column("sla_clock", sa.Column("capped_by_id", sa.BigInteger(), nullable=True))
    op.add_column("sla_clock", sa.Column("superseded_by_id", sa.BigInteger(), nullable=True))
    op.add_column("sla_clock", sa.Column("rev", sa.Integer(), nullable=False, server_default=sa.text("0")))
    op.add_column("sla_clock", sa.Column("arm", sa.Integer(), nullable=False, server_default=sa.text("0")))
    op.add_column("sla_clock", sa.Column("elapsed_wall_seconds", sa.Integer(), nullable=True))
    op.add_column("sla_clock", sa.Column("paused_seconds", sa.Integer(), nullable=True))
    op.alter_column("sla_clock", "due_at", existing_type=postgresql.TIMESTAMP(timezone=True), nullable=True)
    for table in BACKFILLED:
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    op.execute("UPDATE sla_clock SET subject_id = ticket_id")
    for statement in COMPLETED:
        op.execute(statement)
    for table in BACKFILLED:
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.drop_index(
        op.f("ix_sla_clock_calendar_due"), table_name="sla_clock", postgresql_where="(state = 'running'::text)"
    )
    op.drop_index(op.f("uq_sla_clock_running"), table_name="sla_clock", postgresql_where="(state = 'running'::text)")
    op.create_index(
        "ix_sla_clock_running_due",
        "sla_clock",
        ["tenant_id", "due_at"],
        unique=False,
        postgresql_where="state = 'running'",
    )
    op.create_index(
        "uq_sla_clock_live",
        "sla_clock",
        ["tenant_id", "subject", "subject_id", "name"],
        unique=True,
        postgresql_where="state IN ('running', 'paused')",
    )
    op.create_foreign_key(
        op.f("fk_sla_clock_tenant_id_superseded_by_id"),
        "sla_clock",
        "sla_clock",
        ["tenant_id", "superseded_by_id"],
        ["tenant_id", "id"],
    )
    op.create_foreign_key(
        op.f("fk_sla_clock_tenant_id_capped_by_id"),
        "sla_clock",
        "sla_clock",
        ["tenant_id", "capped_by_id"],
        ["tenant_id", "id"],
    )
    op.add_column("sla_event", sa.Column("arm", sa.Integer(), nullable=False, server_default=sa.text("0")))
    op.add_column("sla_timer", sa.Column("kind", sa.Text(), nullable=False, server_default=sa.text("'mark'")))
    op.add_column("sla_timer", sa.Column("arm", sa.Integer(), nullable=False, server_default=sa.text("0")))
    op.add_column("ticket", sa.Column("is_attached", sa.Boolean(), nullable=False, server_default=sa.text("false")))
    op.add_column("ticket", sa.Column("master_id", sa.BigInteger(), nullable=True))
    op.add_column("ticket", sa.Column("master_is_attached", sa.Boolean(), nullable=True))
    op.add_column("ticket", sa.Column("part_of_id", sa.BigInteger(), nullable=True))
    op.add_column("ticket", sa.Column("part_count", sa.Integer(), nullable=False, server_default=sa.text("0")))
    op.create_index(
        "ix_ticket_master", "ticket", ["tenant_id", "master_id"], unique=False, postgresql_where="master_id IS NOT NULL"
    )
    op.create_index(
        "ix_ticket_part_of",
        "ticket",
        ["tenant_id", "part_of_id"],
        unique=False,
        postgresql_where="part_of_id IS NOT NULL",
    )
    op.create_unique_constraint(
        op.f("uq_ticket_tenant_id_id_is_attached"), "ticket", ["tenant_id", "id", "is_attached"]
    )
    op.create_foreign_key(
        op.f("fk_ticket_tenant_id_master_id_master_is_attached"),
        "ticket",
        "ticket",
        ["tenant_id", "master_id", "master_is_attached"],
        ["tenant_id", "id", "is_attached"],
    )
    op.create_foreign_key(
        op.f("fk_ticket_tenant_id_part_of_id"), "ticket", "ticket", ["tenant_id", "part_of_id"], ["tenant_id", "id"]
    )
    op.add_column("unit", sa.Column("refers_to", sa.Text(), nullable=False, server_default=sa.text("''")))
    op.drop_index("uq_assignment_one_lead", table_name="assignment")
    op.create_index(
        "uq_assignment_one_lead",
        "assignment",
        ["tenant_id", "ticket_id"],
        unique=True,
        postgresql_where=f"parent_id IS NULL AND {ACTIVE_LEAD}",
    )
    op.drop_constraint("pk_sla_event", "sla_event", type_="primary")
    op.create_primary_key("pk_sla_event", "sla_event", ["tenant_id", "clock_id", "mark", "arm"])
    for table, check in REPLACED:
        op.drop_constraint(op.f(f"ck_{table}_{check}"), table, type_="check")
    for table, checks in CHECKS.items():
        for check, condition in checks.items():
            op.create_check_constraint(op.f(f"ck_{table}_{check}"), table, condition)
    for table, column in DEFAULTED:
        op.alter_column(table, column, server_default=None)
    for table, privileges in PRIVILEGES.items():
        for statement in keep_apart(table):
            op.execute(statement)
        op.execute(allow(table, *privileges))
    op.execute(f"REVOKE UPDATE ON letter FROM {APP_ROLE}")


def downgrade() -> None:
    for table, checks in CHECKS.items():
        for check in checks:
            op.drop_constraint(op.f(f"ck_{table}_{check}"), table, type_="check")
    for table in SHORTENED:
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    for statement in FORGOTTEN:
        op.execute(statement)
    for table in SHORTENED:
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    for (table, check), condition in CHECKS_BEFORE.items():
        op.create_check_constraint(op.f(f"ck_{table}_{check}"), table, condition)
    op.drop_constraint("pk_sla_event", "sla_event", type_="primary")
    op.create_primary_key("pk_sla_event", "sla_event", ["tenant_id", "clock_id", "mark"])
    op.drop_index("uq_assignment_one_lead", table_name="assignment")
    op.create_index(
        "uq_assignment_one_lead",
        "assignment",
        ["tenant_id", "ticket_id"],
        unique=True,
        postgresql_where="role = 'lead' AND state IN ('pending_sign', 'signed', 'submitted')",
    )
    op.execute(f"GRANT UPDATE ON letter TO {APP_ROLE}")
    op.drop_column("unit", "refers_to")
    op.drop_constraint(op.f("fk_ticket_tenant_id_part_of_id"), "ticket", type_="foreignkey")
    op.drop_constraint(op.f("fk_ticket_tenant_id_master_id_master_is_attached"), "ticket", type_="foreignkey")
    op.drop_constraint(op.f("uq_ticket_tenant_id_id_is_attached"), "ticket", type_="unique")
    op.drop_index("ix_ticket_part_of", table_name="ticket", postgresql_where="part_of_id IS NOT NULL")
    op.drop_index("ix_ticket_master", table_name="ticket", postgresql_where="master_id IS NOT NULL")
    op.drop_column("ticket", "part_count")
    op.drop_column("ticket", "part_of_id")
    op.drop_column("ticket", "master_is_attached")
    op.drop_column("ticket", "master_id")
    op.drop_column("ticket", "is_attached")
    op.drop_column("sla_timer", "arm")
    op.drop_column("sla_timer", "kind")
    op.drop_column("sla_event", "arm")
    op.drop_constraint(op.f("fk_sla_clock_tenant_id_capped_by_id"), "sla_clock", type_="foreignkey")
    op.drop_constraint(op.f("fk_sla_clock_tenant_id_superseded_by_id"), "sla_clock", type_="foreignkey")
    op.drop_index("uq_sla_clock_live", table_name="sla_clock", postgresql_where="state IN ('running', 'paused')")
    op.drop_index("ix_sla_clock_running_due", table_name="sla_clock", postgresql_where="state = 'running'")
    op.create_index(
        op.f("uq_sla_clock_running"),
        "sla_clock",
        ["tenant_id", "ticket_id", "name"],
        unique=True,
        postgresql_where="(state = 'running'::text)",
    )
    op.create_index(
        op.f("ix_sla_clock_calendar_due"),
        "sla_clock",
        ["tenant_id", "calendar_version_id", "due_at"],
        unique=False,
        postgresql_where="(state = 'running'::text)",
    )
    op.alter_column("sla_clock", "due_at", existing_type=postgresql.TIMESTAMP(timezone=True), nullable=False)
    op.drop_column("sla_clock", "paused_seconds")
    op.drop_column("sla_clock", "elapsed_wall_seconds")
    op.drop_column("sla_clock", "arm")
    op.drop_column("sla_clock", "rev")
    op.drop_column("sla_clock", "superseded_by_id")
    op.drop_column("sla_clock", "capped_by_id")
    op.drop_column("sla_clock", "subject_id")
    op.drop_column("sla_clock", "subject")
    op.drop_column("reply", "seconded_by_id")
    op.drop_column("reply", "seconded_by")
    op.drop_column("letter", "kind")
    op.drop_constraint(op.f("fk_api_token_tenant_id_unit_id"), "api_token", type_="foreignkey")
    op.drop_column("api_token", "unit_id")
    op.drop_column("api_token", "role")
    op.execute("ALTER TABLE ticket_event NO FORCE ROW LEVEL SECURITY")
    op.create_index(
        "uq_ticket_event_command_id",
        "ticket_event",
        ["tenant_id", "command_id"],
        # Entries are evidence and stay as they are, even where several now tell of one command.
        unique=not op.get_bind().execute(sa.text(SHARED_IDS)).scalar_one(),
        postgresql_where="command_id IS NOT NULL",
    )
    op.execute("ALTER TABLE ticket_event FORCE ROW LEVEL SECURITY")
    op.drop_constraint(op.f("fk_assignment_tenant_id_parent_id"), "assignment", type_="foreignkey")
    op.drop_index(
        "uq_assignment_one_lead_below",
        table_name="assignment",
        postgresql_where="parent_id IS NOT NULL AND role = 'lead' AND state IN ('pending_sign', 'signed', 'return_pending', 'submitted')",
    )
    op.drop_column("assignment", "budget_percent")
    op.drop_column("assignment", "returnable")
    op.drop_column("assignment", "parent_id")
    op.drop_index("uq_sla_pause_open", table_name="sla_pause", postgresql_where="ended_at IS NULL")
    op.drop_index("ix_sla_pause_clock", table_name="sla_pause")
    op.drop_table("sla_pause")
    op.drop_index("uq_sla_adjustment_cause", table_name="sla_adjustment")
    op.drop_table("sla_adjustment")
    op.drop_index("uq_return_request_pending", table_name="return_request", postgresql_where="state = 'pending'")
    op.drop_index("ix_return_request_ticket", table_name="return_request")
    op.drop_table("return_request")
    op.drop_index("ix_referral_ticket", table_name="referral")
    op.drop_table("referral")
    op.drop_index(
        "uq_pause_request_open", table_name="pause_request", postgresql_where="state IN ('pending', 'holding')"
    )
    op.drop_index("ix_pause_request_ticket", table_name="pause_request")
    op.drop_table("pause_request")
    op.drop_index("ix_opinion_consultation", table_name="opinion")
    op.drop_table("opinion")
    op.drop_table("letter_receipt")
    op.drop_index("uq_extension_request_pending", table_name="extension_request", postgresql_where="state = 'pending'")
    op.drop_index("ix_extension_request_ticket", table_name="extension_request")
    op.drop_table("extension_request")
    op.drop_index("ix_contribution_ticket", table_name="contribution")
    op.drop_table("contribution")
    op.drop_index("ix_contact_attempt_assignment", table_name="contact_attempt")
    op.drop_table("contact_attempt")
    op.drop_index("ix_adjudication_ticket", table_name="adjudication")
    op.drop_table("adjudication")
    op.drop_index("ix_supervision_unit", table_name="supervision")
    op.drop_index("ix_supervision_ticket", table_name="supervision")
    op.drop_table("supervision")
    op.drop_index("ix_instruction_ticket", table_name="instruction")
    op.drop_index("ix_instruction_given_at", table_name="instruction")
    op.drop_table("instruction")
    op.drop_index(
        "uq_dispute_subject", table_name="dispute", postgresql_where="subject_id IS NOT NULL AND state <> 'withdrawn'"
    )
    op.drop_index("uq_dispute_open_review", table_name="dispute", postgresql_where="kind = 'review' AND state = 'open'")
    op.drop_index("ix_dispute_ticket", table_name="dispute")
    op.drop_table("dispute")
    op.drop_index("uq_consultation_open", table_name="consultation", postgresql_where="state = 'open'")
    op.drop_index("ix_consultation_ticket", table_name="consultation")
    op.drop_table("consultation")
    op.drop_table("command_log")
    op.drop_index("uq_attachment_present", table_name="attachment", postgresql_where="outcome = 'attached'")
    op.drop_index("ix_attachment_master", table_name="attachment")
    op.drop_table("attachment")
    op.drop_index("ix_sealed_head_seal", table_name="sealed_head")
    op.drop_table("sealed_head")
    op.drop_index("ix_trespass_at", table_name="trespass")
    op.drop_table("trespass")
    op.drop_table("seal")
