"""Call records, clearances, what units found and did, trackings, shifts of the desk and their hand-over; ties to the place."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from core.kit.policies import allow, keep_apart

revision: str = "0027"
down_revision: str | None = "0026"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

RIGHTS: dict[str, tuple[str, ...]] = {
    "call_record": ("SELECT", "INSERT", "UPDATE"),
    "call_step": ("SELECT", "INSERT"),
    "clearance": ("SELECT", "INSERT", "UPDATE"),
    "clearance_version": ("SELECT", "INSERT", "UPDATE"),
    "verification": ("SELECT", "INSERT"),
    "enforcement": ("SELECT", "INSERT"),
    "tracking": ("SELECT", "INSERT", "UPDATE"),
    "desk_shift": ("SELECT", "INSERT", "UPDATE", "DELETE"),
    "handover": ("SELECT", "INSERT", "UPDATE"),
}
"""What the application may do with each table. Versions are blanked with the person whom their words name."""

# The defaults stay: a version before this one writes tickets and counts while it is being replaced.


def upgrade() -> None:
    op.add_column("ticket", sa.Column("relation", sa.Text(), nullable=False, server_default=""))
    op.create_check_constraint(
        op.f("ck_ticket_relation"),
        "ticket",
        "relation IN ('', 'resident', 'visitor', 'investor', 'manager', 'worker', 'other')",
    )
    op.add_column("assignment", sa.Column("task", sa.Text(), nullable=False, server_default=""))
    op.add_column("cube_cell", sa.Column("first_dispatched", sa.Integer(), nullable=False, server_default="0"))
    op.add_column(
        "cube_cell", sa.Column("first_dispatched_seconds", sa.BigInteger(), nullable=False, server_default="0")
    )
    op.create_table(
        "call_record",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("phone", sa.LargeBinary(), nullable=True),
        sa.Column("phone_hash", sa.LargeBinary(), nullable=True),
        sa.Column("began_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.Column("missed", sa.Boolean(), nullable=False),
        sa.Column("answered_by", sa.Text(), nullable=False),
        sa.Column("recording", sa.Text(), nullable=False),
        sa.Column("received_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("received_by", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("ended_by", sa.Text(), nullable=False),
        sa.Column("ended_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint("(state = 'open') = (ended_at IS NULL)", name=op.f("ck_call_record_ended")),
        sa.CheckConstraint(
            "(state IN ('ticket', 'joined')) = (ticket_id IS NOT NULL)", name=op.f("ck_call_record_ticket")
        ),
        sa.CheckConstraint(
            "state IN ('open', 'ticket', 'joined', 'answered', 'nothing')", name=op.f("ck_call_record_state")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "ticket_id"],
            ["ticket.tenant_id", "ticket.id"],
            name=op.f("fk_call_record_tenant_id_ticket_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_call_record")),
        sa.UniqueConstraint("tenant_id", "source_id", name=op.f("uq_call_record_tenant_id_source_id")),
    )
    op.create_index("ix_call_record_ended", "call_record", ["tenant_id", "ended_at"], unique=False)
    op.create_index(
        "ix_call_record_open", "call_record", ["tenant_id", "began_at"], unique=False, postgresql_where="state = 'open'"
    )
    op.create_index("ix_call_record_phone_hash", "call_record", ["tenant_id", "phone_hash"], unique=False)
    op.create_index(
        "ix_call_record_ticket",
        "call_record",
        ["tenant_id", "ticket_id"],
        unique=False,
        postgresql_where="ticket_id IS NOT NULL",
    )
    op.create_table(
        "call_step",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("call_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("by_id", sa.BigInteger(), nullable=True),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('ticket', 'joined', 'answered', 'nothing', 'called_back', 'not_reached', 'revealed')",
            name=op.f("ck_call_step_kind"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "call_id"],
            ["call_record.tenant_id", "call_record.id"],
            name=op.f("fk_call_step_tenant_id_call_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_call_step")),
    )
    op.create_index("ix_call_step_call", "call_step", ["tenant_id", "call_id"], unique=False)
    op.create_table(
        "clearance",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("written_by", sa.Text(), nullable=False),
        sa.Column("written_by_id", sa.BigInteger(), nullable=True),
        sa.Column("written_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("revised_by_id", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("decided_by_id", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint("(state = 'cleared') = (decided_at IS NOT NULL)", name=op.f("ck_clearance_decided")),
        sa.CheckConstraint("because IN ('wish', 'trainee', 'district')", name=op.f("ck_clearance_because")),
        sa.CheckConstraint("state IN ('pending', 'returned', 'cleared', 'dropped')", name=op.f("ck_clearance_state")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "ticket_id"], ["ticket.tenant_id", "ticket.id"], name=op.f("fk_clearance_tenant_id_ticket_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_clearance")),
    )
    op.create_index("ix_clearance_ticket", "clearance", ["tenant_id", "ticket_id"], unique=False)
    op.create_index(
        "uq_clearance_open",
        "clearance",
        ["tenant_id", "ticket_id"],
        unique=True,
        postgresql_where="state IN ('pending', 'returned')",
    )
    op.create_table(
        "clearance_version",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("clearance_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("replaced_by", sa.Text(), nullable=False),
        sa.Column("replaced_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "clearance_id"],
            ["clearance.tenant_id", "clearance.id"],
            name=op.f("fk_clearance_version_tenant_id_clearance_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "ticket_id"],
            ["ticket.tenant_id", "ticket.id"],
            name=op.f("fk_clearance_version_tenant_id_ticket_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_clearance_version")),
    )
    op.create_index("ix_clearance_version_clearance", "clearance_version", ["tenant_id", "clearance_id"], unique=False)
    op.create_table(
        "verification",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("assignment_id", sa.BigInteger(), nullable=False),
        sa.Column("cycle_no", sa.Integer(), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("found", sa.Text(), nullable=False),
        sa.Column("on_site", sa.Boolean(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint("result IN ('true', 'partly', 'false')", name=op.f("ck_verification_result")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "assignment_id"],
            ["assignment.tenant_id", "assignment.id"],
            name=op.f("fk_verification_tenant_id_assignment_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "ticket_id"],
            ["ticket.tenant_id", "ticket.id"],
            name=op.f("fk_verification_tenant_id_ticket_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_verification")),
    )
    op.create_index("ix_verification_at", "verification", ["tenant_id", "at"], unique=False)
    op.create_index("ix_verification_ticket", "verification", ["tenant_id", "ticket_id"], unique=False)
    op.create_table(
        "enforcement",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("assignment_id", sa.BigInteger(), nullable=False),
        sa.Column("measure", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=True),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint(
            "measure IN ('rectify', 'stop', 'warning', 'fine', 'confiscation', 'demolition', 'closure', 'transferred', 'case', 'none')",
            name=op.f("ck_enforcement_measure"),
        ),
        sa.CheckConstraint("amount IS NULL OR amount > 0", name=op.f("ck_enforcement_amount")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "assignment_id"],
            ["assignment.tenant_id", "assignment.id"],
            name=op.f("fk_enforcement_tenant_id_assignment_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "ticket_id"],
            ["ticket.tenant_id", "ticket.id"],
            name=op.f("fk_enforcement_tenant_id_ticket_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_enforcement")),
    )
    op.create_index("ix_enforcement_at", "enforcement", ["tenant_id", "at"], unique=False)
    op.create_index("ix_enforcement_ticket", "enforcement", ["tenant_id", "ticket_id"], unique=False)
    op.create_table(
        "tracking",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("set_by", sa.Text(), nullable=False),
        sa.Column("set_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("found", sa.Text(), nullable=False),
        sa.Column("looked_by", sa.Text(), nullable=False),
        sa.Column("looked_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint("(state = 'open') = (looked_at IS NULL)", name=op.f("ck_tracking_looked")),
        sa.CheckConstraint("state IN ('open', 'holds', 'fails', 'dropped')", name=op.f("ck_tracking_state")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "ticket_id"], ["ticket.tenant_id", "ticket.id"], name=op.f("fk_tracking_tenant_id_ticket_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_tracking")),
    )
    op.create_index("ix_tracking_ticket", "tracking", ["tenant_id", "ticket_id"], unique=False)
    op.create_index(
        "uq_tracking_open", "tracking", ["tenant_id", "ticket_id"], unique=True, postgresql_where="state = 'open'"
    )
    op.create_table(
        "desk_shift",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("begins_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("ends_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.CheckConstraint("begins_at < ends_at", name=op.f("ck_desk_shift_span")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "account_id"],
            ["account.tenant_id", "account.id"],
            name=op.f("fk_desk_shift_tenant_id_account_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_desk_shift")),
        sa.UniqueConstraint(
            "tenant_id", "account_id", "begins_at", name=op.f("uq_desk_shift_tenant_id_account_id_begins_at")
        ),
    )
    op.create_index("ix_desk_shift_ends_at", "desk_shift", ["tenant_id", "ends_at"], unique=False)
    op.create_table(
        "handover",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("counts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("items", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("written_by", sa.Text(), nullable=False),
        sa.Column("written_by_id", sa.BigInteger(), nullable=False),
        sa.Column("written_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("taken_by", sa.Text(), nullable=False),
        sa.Column("taken_by_id", sa.BigInteger(), nullable=True),
        sa.Column("taken_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.CheckConstraint("(taken_by_id IS NULL) = (taken_at IS NULL)", name=op.f("ck_handover_taken")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_handover")),
    )
    op.create_index(
        "ix_handover_open", "handover", ["tenant_id", "written_at"], unique=False, postgresql_where="taken_at IS NULL"
    )
    op.create_index("ix_handover_written_at", "handover", ["tenant_id", "written_at"], unique=False)

    for table, rights in RIGHTS.items():
        for statement in keep_apart(table):
            op.execute(statement)
        op.execute(allow(table, *rights))


def downgrade() -> None:
    for table in reversed(RIGHTS):
        op.drop_table(table)
    op.drop_column("cube_cell", "first_dispatched_seconds")
    op.drop_column("cube_cell", "first_dispatched")
    op.drop_column("assignment", "task")
    op.drop_constraint(op.f("ck_ticket_relation"), "ticket", type_="check")
    op.drop_column("ticket", "relation")
