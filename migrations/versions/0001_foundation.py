"""The tables of the walk from appeal to figures, each tenant kept apart by the database."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from core.kit.policies import APP_ROLE, STATS_ROLE, allow, keep_apart

revision: str = "0001"
down_revision: str | None = None
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


WORK = ("SELECT", "INSERT", "UPDATE")
RECORD = ("SELECT", "INSERT")
REMAKE = ("SELECT", "INSERT", "UPDATE", "DELETE")
PRIVILEGES = {
    "account": WORK,
    "account_role": REMAKE,
    "accountability_case": WORK,
    "api_token": WORK,
    "assignment": WORK,
    "cube_cell": REMAKE,
    "cube_hours": REMAKE,
    "cube_matter": WORK,
    "cube_unit": WORK,
    "dirty_day": REMAKE,
    "duty": WORK,
    "follow_up": RECORD,
    "intake_event": RECORD,
    "job": REMAKE,
    "letter": WORK,
    "message": WORK,
    "rating": RECORD,
    "reply": WORK,
    "route_decision": RECORD,
    "sign_in_failure": REMAKE,
    "sla_clock": WORK,
    "sla_event": RECORD,
    "sla_timer": REMAKE,
    "staff_session": REMAKE,
    "tenant_feature": REMAKE,
    "ticket": WORK,
    "ticket_contact": WORK,
    "ticket_event": RECORD,
    "unit": WORK,
    "work_calendar": WORK,
    "work_calendar_version": RECORD,
}
"""What the application's role may do with each tenant table. RECORD is append-only: not even we can rewrite it."""
SEQUENCES = ("row_id", "ticket_no")
SEQUENCE_STEP = 100


def upgrade() -> None:
    op.create_table(
        "tenant",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("serial_prefix", sa.Text(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.CheckConstraint("kind IN ('district', 'city')", name=op.f("ck_tenant_kind")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tenant")),
        sa.UniqueConstraint("serial_prefix", name=op.f("uq_tenant_serial_prefix")),
        sa.UniqueConstraint("slug", name=op.f("uq_tenant_slug")),
    )
    op.create_table(
        "api_token",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("revoked_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_api_token_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_api_token")),
        sa.UniqueConstraint("tenant_id", "label", name=op.f("uq_api_token_tenant_id_label")),
        sa.UniqueConstraint("tenant_id", "token_hash", name=op.f("uq_api_token_tenant_id_token_hash")),
    )
    op.create_table(
        "city_member",
        sa.Column("city_id", sa.Integer(), nullable=False),
        sa.Column("district_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["city_id"], ["tenant.id"], name=op.f("fk_city_member_city_id")),
        sa.ForeignKeyConstraint(["district_id"], ["tenant.id"], name=op.f("fk_city_member_district_id")),
        sa.PrimaryKeyConstraint("city_id", "district_id", name=op.f("pk_city_member")),
    )
    op.create_table(
        "cube_cell",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("aspect", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("medium", sa.Text(), nullable=False),
        sa.Column("nature", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("matter", sa.Text(), nullable=False),
        sa.Column("accepted", sa.Integer(), nullable=False),
        sa.Column("dispatched", sa.Integer(), nullable=False),
        sa.Column("returned", sa.Integer(), nullable=False),
        sa.Column("replied", sa.Integer(), nullable=False),
        sa.Column("replied_seconds", sa.BigInteger(), nullable=False),
        sa.Column("replied_of_accepted", sa.Integer(), nullable=False),
        sa.Column("replied_of_accepted_seconds", sa.BigInteger(), nullable=False),
        sa.Column("concluded", sa.Integer(), nullable=False),
        sa.Column("concluded_within_a_day", sa.Integer(), nullable=False),
        sa.Column("due", sa.Integer(), nullable=False),
        sa.Column("on_time", sa.Integer(), nullable=False),
        sa.Column("overdue", sa.Integer(), nullable=False),
        sa.Column("answered_resolved", sa.Integer(), nullable=False),
        sa.Column("resolved", sa.Integer(), nullable=False),
        sa.Column("rated", sa.Integer(), nullable=False),
        sa.Column("satisfied", sa.Integer(), nullable=False),
        sa.Column("dissatisfied", sa.Integer(), nullable=False),
        sa.CheckConstraint("aspect IN ('all', 'way', 'unit', 'matter')", name=op.f("ck_cube_cell_aspect")),
        sa.CheckConstraint("aspect = 'way' OR channel || medium || nature = ''", name=op.f("ck_cube_cell_way")),
        sa.CheckConstraint("aspect = 'unit' OR unit_id = 0", name=op.f("ck_cube_cell_unit")),
        sa.CheckConstraint("aspect = 'matter' OR matter = ''", name=op.f("ck_cube_cell_matter")),
        sa.PrimaryKeyConstraint(
            "tenant_id",
            "aspect",
            "day",
            "channel",
            "medium",
            "nature",
            "unit_id",
            "matter",
            name=op.f("pk_cube_cell"),
        ),
    )
    op.create_table(
        "cube_hours",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("measure", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("hours", sa.Integer(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "measure", "day", "hours", name=op.f("pk_cube_hours")),
    )
    op.create_table(
        "cube_matter",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("matter", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("subcategory", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "matter", name=op.f("pk_cube_matter")),
    )
    op.create_table(
        "cube_unit",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "unit_id", name=op.f("pk_cube_unit")),
    )
    op.create_table(
        "dirty_day",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("mark", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "day", "mark", name=op.f("pk_dirty_day")),
    )
    op.create_table(
        "job",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("payload", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("dedup_key", sa.Text(), nullable=False),
        sa.Column("run_after", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("finished_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('pending', 'done', 'dead')", name=op.f("ck_job_state")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_job")),
        sa.UniqueConstraint("tenant_id", "dedup_key", name=op.f("uq_job_tenant_id_dedup_key")),
    )
    op.create_index(
        "ix_job_pending", "job", ["tenant_id", "run_after"], unique=False, postgresql_where="state = 'pending'"
    )
    op.create_table(
        "sign_in_failure",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("login_hash", sa.LargeBinary(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_sign_in_failure")),
    )
    op.create_index("ix_sign_in_failure_address", "sign_in_failure", ["tenant_id", "address", "at"], unique=False)
    op.create_index("ix_sign_in_failure_login", "sign_in_failure", ["tenant_id", "login_hash", "at"], unique=False)
    op.create_table(
        "tenant_feature",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("feature", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("settings", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_tenant_feature_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "feature", name=op.f("pk_tenant_feature")),
    )
    op.create_table(
        "unit",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("parent_id", sa.BigInteger(), nullable=True),
        sa.Column("initials", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("mail", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('city_department', 'district_department', 'street', 'section', 'community_center', 'public_utility', 'central_body', 'dispatch_desk', 'discipline')",
            name=op.f("ck_unit_kind"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "parent_id"], ["unit.tenant_id", "unit.id"], name=op.f("fk_unit_tenant_id_parent_id")
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_unit_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_unit")),
        sa.UniqueConstraint("tenant_id", "code", name=op.f("uq_unit_tenant_id_code")),
    )
    op.create_table(
        "work_calendar",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("current_version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_work_calendar_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_work_calendar")),
        sa.UniqueConstraint("tenant_id", "name", name=op.f("uq_work_calendar_tenant_id_name")),
    )
    op.create_table(
        "account",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("login", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.CheckConstraint("login = lower(login)", name=op.f("ck_account_login_lower")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"], ["unit.tenant_id", "unit.id"], name=op.f("fk_account_tenant_id_unit_id")
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_account_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_account")),
        sa.UniqueConstraint("tenant_id", "login", name=op.f("uq_account_tenant_id_login")),
    )
    op.create_table(
        "duty",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("subcategory", sa.Text(), nullable=False),
        sa.Column("lead_unit_id", sa.BigInteger(), nullable=False),
        sa.Column("co_units", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("keywords", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("limit_mode", sa.Text(), nullable=True),
        sa.Column("limit_amount", sa.Integer(), nullable=True),
        sa.Column("on_site_seconds", sa.Integer(), nullable=True),
        sa.Column("legal_basis", sa.Text(), nullable=False),
        sa.Column("standard", sa.Text(), nullable=False),
        sa.Column("guide", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "limit_mode IN ('wall', 'ws', 'wd_eod', 'wd_same', 'natural')", name=op.f("ck_duty_limit_mode")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "lead_unit_id"], ["unit.tenant_id", "unit.id"], name=op.f("fk_duty_tenant_id_lead_unit_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_duty")),
        sa.UniqueConstraint("tenant_id", "code", name=op.f("uq_duty_tenant_id_code")),
    )
    op.create_table(
        "ticket",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("serial_no", sa.Text(), nullable=False),
        sa.Column("code_version", sa.SmallInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("medium", sa.Text(), nullable=False),
        sa.Column("mailbox", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("nature", sa.Text(), nullable=False),
        sa.Column("urgency", sa.Text(), nullable=False),
        sa.Column("complexity", sa.Text(), nullable=False),
        sa.Column("matter", sa.Text(), nullable=True),
        sa.Column("matter_guessed", sa.Boolean(), nullable=False),
        sa.Column("affected_count", sa.Integer(), nullable=False),
        sa.Column("submitted_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("accepted_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("replied_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("concluded_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("disposition", sa.Text(), nullable=True),
        sa.Column("cycle_no", sa.Integer(), nullable=False),
        sa.Column("bounce_count", sa.Integer(), nullable=False),
        sa.Column("suggested_unit_id", sa.BigInteger(), nullable=True),
        sa.Column("lead_unit_id", sa.BigInteger(), nullable=True),
        sa.Column("light", sa.Text(), nullable=False),
        sa.Column("next_due_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("head_hash", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("complexity IN ('simple', 'complex')", name=op.f("ck_ticket_complexity")),
        sa.CheckConstraint("light IN ('green', 'yellow', 'red')", name=op.f("ck_ticket_light")),
        sa.CheckConstraint(
            "nature IN ('complaint', 'help', 'inquiry', 'suggestion', 'praise')", name=op.f("ck_ticket_nature")
        ),
        sa.CheckConstraint(
            "state IN ('registered', 'pending_accept', 'accepted', 'rejected', 'attached', 'to_dispatch', 'dispatched', 'in_progress', 'submitted', 'concluded', 'following_up', 'evaluated', 'archived', 'voided')",
            name=op.f("ck_ticket_state"),
        ),
        sa.CheckConstraint("urgency IN ('normal', 'urgent')", name=op.f("ck_ticket_urgency")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "lead_unit_id"], ["unit.tenant_id", "unit.id"], name=op.f("fk_ticket_tenant_id_lead_unit_id")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "suggested_unit_id"],
            ["unit.tenant_id", "unit.id"],
            name=op.f("fk_ticket_tenant_id_suggested_unit_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_ticket")),
        sa.UniqueConstraint("tenant_id", "serial_no", name=op.f("uq_ticket_tenant_id_serial_no")),
    )
    op.create_index("ix_ticket_by_unit", "ticket", ["tenant_id", "lead_unit_id", "state", "next_due_at"], unique=False)
    op.create_index("ix_ticket_accepted_at", "ticket", ["tenant_id", "accepted_at"], unique=False)
    op.create_index("ix_ticket_replied_at", "ticket", ["tenant_id", "replied_at"], unique=False)
    op.create_index("ix_ticket_concluded_at", "ticket", ["tenant_id", "concluded_at"], unique=False)
    op.create_index(
        "ix_ticket_open_by_due",
        "ticket",
        ["tenant_id", "next_due_at", "id"],
        unique=False,
        postgresql_where="state IN ('registered', 'pending_accept', 'accepted', 'to_dispatch', 'dispatched', 'in_progress', 'submitted')",
    )
    op.create_index("ix_ticket_submitted_at", "ticket", ["tenant_id", "submitted_at"], unique=False)
    op.create_table(
        "work_calendar_version",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("calendar_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("specification", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("published_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "calendar_id"],
            ["work_calendar.tenant_id", "work_calendar.id"],
            name=op.f("fk_work_calendar_version_tenant_id_calendar_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_work_calendar_version")),
        sa.UniqueConstraint(
            "tenant_id", "calendar_id", "number", name=op.f("uq_work_calendar_version_tenant_id_calendar_id_number")
        ),
    )
    op.create_table(
        "account_role",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "account_id"],
            ["account.tenant_id", "account.id"],
            name=op.f("fk_account_role_tenant_id_account_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "account_id", "role", name=op.f("pk_account_role")),
    )
    op.create_table(
        "accountability_case",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("authority_unit_id", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("rule_id", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("opened_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.CheckConstraint("state IN ('open', 'closed')", name=op.f("ck_accountability_case_state")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "authority_unit_id"],
            ["unit.tenant_id", "unit.id"],
            name=op.f("fk_accountability_case_tenant_id_authority_unit_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "ticket_id"],
            ["ticket.tenant_id", "ticket.id"],
            name=op.f("fk_accountability_case_tenant_id_ticket_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"],
            ["unit.tenant_id", "unit.id"],
            name=op.f("fk_accountability_case_tenant_id_unit_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_accountability_case")),
        sa.UniqueConstraint("tenant_id", "cause", name=op.f("uq_accountability_case_tenant_id_cause")),
    )
    op.create_index(
        "ix_accountability_case_authority",
        "accountability_case",
        ["tenant_id", "authority_unit_id", "state"],
        unique=False,
    )
    op.create_index("ix_accountability_case_ticket", "accountability_case", ["tenant_id", "ticket_id"], unique=False)
    op.create_table(
        "assignment",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("cycle_no", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("assigned_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("signed_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("submitted_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("ended_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint("role IN ('lead', 'co', 'info')", name=op.f("ck_assignment_role")),
        sa.CheckConstraint(
            "state IN ('pending_sign', 'signed', 'submitted', 'done', 'returned', 'watching')",
            name=op.f("ck_assignment_state"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "ticket_id"],
            ["ticket.tenant_id", "ticket.id"],
            name=op.f("fk_assignment_tenant_id_ticket_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"], ["unit.tenant_id", "unit.id"], name=op.f("fk_assignment_tenant_id_unit_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_assignment")),
    )
    op.create_index("ix_assignment_ticket", "assignment", ["tenant_id", "ticket_id"], unique=False)
    op.create_index("ix_assignment_assigned_at", "assignment", ["tenant_id", "assigned_at"], unique=False)
    op.create_index(
        "ix_assignment_returned_at",
        "assignment",
        ["tenant_id", "ended_at"],
        unique=False,
        postgresql_where=sa.text("state = 'returned'"),
    )
    op.create_index("ix_assignment_unit", "assignment", ["tenant_id", "unit_id", "state"], unique=False)
    op.create_index(
        "uq_assignment_one_lead",
        "assignment",
        ["tenant_id", "ticket_id"],
        unique=True,
        postgresql_where="role = 'lead' AND state IN ('pending_sign', 'signed', 'submitted')",
    )
    op.create_table(
        "follow_up",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("cycle_no", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint("outcome IN ('reached', 'unreachable', 'refused')", name=op.f("ck_follow_up_outcome")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "ticket_id"], ["ticket.tenant_id", "ticket.id"], name=op.f("fk_follow_up_tenant_id_ticket_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_follow_up")),
    )
    op.create_index("ix_follow_up_ticket", "follow_up", ["tenant_id", "ticket_id"], unique=False)
    op.create_table(
        "intake_event",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("received_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("payload_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "ticket_id"],
            ["ticket.tenant_id", "ticket.id"],
            name=op.f("fk_intake_event_tenant_id_ticket_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_intake_event")),
        sa.UniqueConstraint(
            "tenant_id", "channel", "external_id", name=op.f("uq_intake_event_tenant_id_channel_external_id")
        ),
    )
    op.create_table(
        "letter",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("rule_id", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("issued_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "ticket_id"], ["ticket.tenant_id", "ticket.id"], name=op.f("fk_letter_tenant_id_ticket_id")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"], ["unit.tenant_id", "unit.id"], name=op.f("fk_letter_tenant_id_unit_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_letter")),
        sa.UniqueConstraint("tenant_id", "cause", name=op.f("uq_letter_tenant_id_cause")),
        sa.UniqueConstraint("tenant_id", "title", "year", "number", name=op.f("uq_letter_tenant_id_title_year_number")),
    )
    op.create_index("ix_letter_ticket", "letter", ["tenant_id", "ticket_id"], unique=False)
    op.create_index("ix_letter_unit", "letter", ["tenant_id", "unit_id"], unique=False)
    op.create_table(
        "message",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("transport", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("to_unit_id", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("sent_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("seen_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("failure", sa.Text(), nullable=True),
        sa.CheckConstraint("state IN ('waiting', 'sent', 'failed')", name=op.f("ck_message_state")),
        sa.CheckConstraint("transport IN ('sms', 'mail', 'inbox')", name=op.f("ck_message_transport")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "ticket_id"], ["ticket.tenant_id", "ticket.id"], name=op.f("fk_message_tenant_id_ticket_id")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "to_unit_id"], ["unit.tenant_id", "unit.id"], name=op.f("fk_message_tenant_id_to_unit_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_message")),
    )
    op.create_index("ix_message_ticket", "message", ["tenant_id", "ticket_id"], unique=False)
    op.create_index("ix_message_to_unit", "message", ["tenant_id", "to_unit_id", "created_at"], unique=False)
    op.create_table(
        "rating",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("cycle_no", sa.Integer(), nullable=False),
        sa.Column("resolved", sa.Text(), nullable=False),
        sa.Column("satisfaction", sa.Text(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint("resolved IN ('yes', 'partly', 'no')", name=op.f("ck_rating_resolved")),
        sa.CheckConstraint(
            "satisfaction IN ('satisfied', 'basically', 'dissatisfied')", name=op.f("ck_rating_satisfaction")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "ticket_id"], ["ticket.tenant_id", "ticket.id"], name=op.f("fk_rating_tenant_id_ticket_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_rating")),
        sa.UniqueConstraint("tenant_id", "ticket_id", "cycle_no", name=op.f("uq_rating_tenant_id_ticket_id_cycle_no")),
    )
    op.create_index("ix_rating_at", "rating", ["tenant_id", "at"], unique=False)
    op.create_table(
        "reply",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("cycle_no", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("disposition", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("submitted_by", sa.Text(), nullable=False),
        sa.Column("submitted_by_id", sa.BigInteger(), nullable=True),
        sa.Column("submitted_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("reviewed_by", sa.Text(), nullable=True),
        sa.Column("reviewed_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("review_note", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "disposition IN ('resolved', 'partly', 'planned', 'explained', 'transferred')",
            name=op.f("ck_reply_disposition"),
        ),
        sa.CheckConstraint("state IN ('submitted', 'returned', 'approved')", name=op.f("ck_reply_state")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "ticket_id"], ["ticket.tenant_id", "ticket.id"], name=op.f("fk_reply_tenant_id_ticket_id")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"], ["unit.tenant_id", "unit.id"], name=op.f("fk_reply_tenant_id_unit_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_reply")),
    )
    op.create_index("ix_reply_ticket", "reply", ["tenant_id", "ticket_id"], unique=False)
    op.create_table(
        "route_decision",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=True),
        sa.Column("rule_id", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("candidates", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("decided_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.CheckConstraint("outcome IN ('suggested', 'dispatched', 'nobody')", name=op.f("ck_route_decision_outcome")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "ticket_id"],
            ["ticket.tenant_id", "ticket.id"],
            name=op.f("fk_route_decision_tenant_id_ticket_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"], ["unit.tenant_id", "unit.id"], name=op.f("fk_route_decision_tenant_id_unit_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_route_decision")),
    )
    op.create_index("ix_route_decision_ticket", "route_decision", ["tenant_id", "ticket_id"], unique=False)
    op.create_table(
        "sla_clock",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("cycle_no", sa.Integer(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("calendar_version_id", sa.BigInteger(), nullable=False),
        sa.Column("started_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("due_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("due_provisional", sa.Boolean(), nullable=False),
        sa.Column("feature", sa.Text(), nullable=False),
        sa.Column("rule_id", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("light", sa.Text(), nullable=False),
        sa.Column("overdue_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("stopped_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("elapsed_seconds", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(state IN ('met', 'breached')) = (stopped_at IS NOT NULL)", name=op.f("ck_sla_clock_stopped")
        ),
        sa.CheckConstraint("mode IN ('wall', 'ws', 'wd_eod', 'wd_same', 'natural')", name=op.f("ck_sla_clock_mode")),
        sa.CheckConstraint("name IN ('reply', 'sign', 'on_site', 'handle')", name=op.f("ck_sla_clock_name")),
        sa.CheckConstraint("state IN ('running', 'met', 'breached', 'cancelled')", name=op.f("ck_sla_clock_state")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "calendar_version_id"],
            ["work_calendar_version.tenant_id", "work_calendar_version.id"],
            name=op.f("fk_sla_clock_tenant_id_calendar_version_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "ticket_id"], ["ticket.tenant_id", "ticket.id"], name=op.f("fk_sla_clock_tenant_id_ticket_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_sla_clock")),
    )
    op.create_index(
        "ix_sla_clock_calendar_due",
        "sla_clock",
        ["tenant_id", "calendar_version_id", "due_at"],
        unique=False,
        postgresql_where="state = 'running'",
    )
    op.create_index("ix_sla_clock_name_due", "sla_clock", ["tenant_id", "name", "due_at"], unique=False)
    op.create_index("ix_sla_clock_ticket", "sla_clock", ["tenant_id", "ticket_id"], unique=False)
    op.create_index(
        "uq_sla_clock_running",
        "sla_clock",
        ["tenant_id", "ticket_id", "name"],
        unique=True,
        postgresql_where="state = 'running'",
    )
    op.create_table(
        "staff_session",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("started_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("seen_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("ended_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "account_id"],
            ["account.tenant_id", "account.id"],
            name=op.f("fk_staff_session_tenant_id_account_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_staff_session")),
        sa.UniqueConstraint("tenant_id", "token_hash", name=op.f("uq_staff_session_tenant_id_token_hash")),
    )
    op.create_index("ix_staff_session_account", "staff_session", ["tenant_id", "account_id"], unique=False)
    op.create_table(
        "ticket_contact",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=True),
        sa.Column("phone", sa.LargeBinary(), nullable=True),
        sa.Column("address", sa.LargeBinary(), nullable=True),
        sa.Column("phone_hash", sa.LargeBinary(), nullable=True),
        sa.Column("keep_private", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "ticket_id"],
            ["ticket.tenant_id", "ticket.id"],
            name=op.f("fk_ticket_contact_tenant_id_ticket_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "ticket_id", name=op.f("pk_ticket_contact")),
    )
    op.create_index("ix_ticket_contact_phone_hash", "ticket_contact", ["tenant_id", "phone_hash"], unique=False)
    op.create_table(
        "ticket_event",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("from_state", sa.Text(), nullable=True),
        sa.Column("to_state", sa.Text(), nullable=False),
        sa.Column("actor_kind", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=True),
        sa.Column("actor_name", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("detail", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("command_id", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "ticket_id"],
            ["ticket.tenant_id", "ticket.id"],
            name=op.f("fk_ticket_event_tenant_id_ticket_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "ticket_id", "seq", name=op.f("pk_ticket_event")),
    )
    op.create_index(
        "uq_ticket_event_command_id",
        "ticket_event",
        ["tenant_id", "command_id"],
        unique=True,
        postgresql_where="command_id IS NOT NULL",
    )
    op.create_table(
        "sla_event",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("clock_id", sa.BigInteger(), nullable=False),
        sa.Column("mark", sa.Text(), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("fired_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "clock_id"],
            ["sla_clock.tenant_id", "sla_clock.id"],
            name=op.f("fk_sla_event_tenant_id_clock_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "clock_id", "mark", name=op.f("pk_sla_event")),
    )
    op.create_table(
        "sla_timer",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("clock_id", sa.BigInteger(), nullable=False),
        sa.Column("mark", sa.Text(), nullable=False),
        sa.Column("light", sa.Text(), nullable=False),
        sa.Column("fire_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("rule_id", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("postponed_until", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint("light IN ('green', 'yellow', 'red')", name=op.f("ck_sla_timer_light")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "clock_id"],
            ["sla_clock.tenant_id", "sla_clock.id"],
            name=op.f("fk_sla_timer_tenant_id_clock_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_sla_timer")),
    )
    op.create_index("ix_sla_timer_clock", "sla_timer", ["tenant_id", "clock_id"], unique=False)
    op.create_index("ix_sla_timer_due", "sla_timer", ["tenant_id", "fire_at", "id"], unique=False)
    for sequence in SEQUENCES:
        op.execute(f"CREATE SEQUENCE {sequence} INCREMENT BY {SEQUENCE_STEP} START WITH {SEQUENCE_STEP}")
        op.execute(f"GRANT USAGE ON SEQUENCE {sequence} TO {APP_ROLE}")
    for table, privileges in PRIVILEGES.items():
        for statement in keep_apart(table):
            op.execute(statement)
        op.execute(allow(table, *privileges))
    op.execute(allow("tenant", "SELECT", "INSERT", "UPDATE"))
    op.execute(f"GRANT USAGE ON SEQUENCE tenant_id_seq TO {APP_ROLE}")
    op.execute(allow("city_member", "SELECT", "INSERT", "DELETE"))
    op.execute(allow("alembic_version", "SELECT"))
    for table in ("cube_cell", "cube_hours", "cube_matter", "cube_unit"):
        op.execute(allow(table, "SELECT", role=STATS_ROLE))


def downgrade() -> None:
    op.drop_index("ix_sla_timer_due", table_name="sla_timer")
    op.drop_index("ix_sla_timer_clock", table_name="sla_timer")
    op.drop_table("sla_timer")
    op.drop_table("sla_event")
    op.drop_index("uq_ticket_event_command_id", table_name="ticket_event", postgresql_where="command_id IS NOT NULL")
    op.drop_table("ticket_event")
    op.drop_index("ix_ticket_contact_phone_hash", table_name="ticket_contact")
    op.drop_table("ticket_contact")
    op.drop_index("ix_staff_session_account", table_name="staff_session")
    op.drop_table("staff_session")
    op.drop_index("uq_sla_clock_running", table_name="sla_clock", postgresql_where="state = 'running'")
    op.drop_index("ix_sla_clock_ticket", table_name="sla_clock")
    op.drop_index("ix_sla_clock_name_due", table_name="sla_clock")
    op.drop_index("ix_sla_clock_calendar_due", table_name="sla_clock", postgresql_where="state = 'running'")
    op.drop_table("sla_clock")
    op.drop_index("ix_route_decision_ticket", table_name="route_decision")
    op.drop_table("route_decision")
    op.drop_index("ix_reply_ticket", table_name="reply")
    op.drop_table("reply")
    op.drop_index("ix_rating_at", table_name="rating")
    op.drop_table("rating")
    op.drop_index("ix_message_to_unit", table_name="message")
    op.drop_index("ix_message_ticket", table_name="message")
    op.drop_table("message")
    op.drop_index("ix_letter_unit", table_name="letter")
    op.drop_index("ix_letter_ticket", table_name="letter")
    op.drop_table("letter")
    op.drop_table("intake_event")
    op.drop_index("ix_follow_up_ticket", table_name="follow_up")
    op.drop_table("follow_up")
    op.drop_index(
        "uq_assignment_one_lead",
        table_name="assignment",
        postgresql_where="role = 'lead' AND state IN ('pending_sign', 'signed', 'submitted')",
    )
    op.drop_index("ix_assignment_unit", table_name="assignment")
    op.drop_index("ix_assignment_ticket", table_name="assignment")
    op.drop_table("assignment")
    op.drop_index("ix_accountability_case_ticket", table_name="accountability_case")
    op.drop_index("ix_accountability_case_authority", table_name="accountability_case")
    op.drop_table("accountability_case")
    op.drop_table("account_role")
    op.drop_table("work_calendar_version")
    op.drop_index("ix_ticket_submitted_at", table_name="ticket")
    op.drop_index(
        "ix_ticket_open_by_due",
        table_name="ticket",
        postgresql_where="state IN ('registered', 'pending_accept', 'accepted', 'to_dispatch', 'dispatched', 'in_progress', 'submitted')",
    )
    op.drop_index("ix_ticket_concluded_at", table_name="ticket")
    op.drop_index("ix_ticket_by_unit", table_name="ticket")
    op.drop_table("ticket")
    op.drop_table("duty")
    op.drop_table("account")
    op.drop_table("work_calendar")
    op.drop_table("unit")
    op.drop_table("tenant_feature")
    op.drop_index("ix_sign_in_failure_login", table_name="sign_in_failure")
    op.drop_index("ix_sign_in_failure_address", table_name="sign_in_failure")
    op.drop_table("sign_in_failure")
    op.drop_index("ix_job_pending", table_name="job", postgresql_where="state = 'pending'")
    op.drop_table("job")
    op.drop_table("dirty_day")
    op.drop_table("cube_unit")
    op.drop_table("cube_matter")
    op.drop_table("cube_hours")
    op.drop_table("cube_cell")
    op.drop_table("city_member")
    op.drop_table("api_token")
    op.drop_table("tenant")
    for sequence in SEQUENCES:
        op.execute(f"DROP SEQUENCE {sequence}")
