"""What files said of units and calendars when they were last applied, and calendars as they are drafted and tried."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from core.kit.policies import allow, keep_apart

revision: str = "0062"
down_revision: str | None = "0061"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

INSTANT = postgresql.TIMESTAMP(timezone=True)
JSON = postgresql.JSONB(astext_type=sa.Text())
UNITS_AS_THEY_STAND = """
    UPDATE unit SET declared = jsonb_build_object(
        'name', unit.name, 'kind', unit.kind, 'phone', unit.phone, 'mail', unit.mail, 'tenant', unit.refers_to,
        'member', unit.member,
        'parent', (SELECT above.code FROM unit above WHERE above.tenant_id = unit.tenant_id AND above.id = unit.parent_id))
    WHERE unit.active"""
"""Until now the files were the truth: what is in use is what they said last."""
CALENDARS_AS_THEY_STAND = """
    UPDATE work_calendar c SET declared = jsonb_build_object('name', c.name, 'specification', v.specification - 'imported')
    FROM work_calendar_version v
    WHERE v.tenant_id = c.tenant_id AND v.calendar_id = c.id AND v.number = c.current_version"""


def upgrade() -> None:
    op.add_column("unit", sa.Column("declared", JSON, nullable=True))
    op.add_column("work_calendar", sa.Column("declared", JSON, nullable=True))
    for table in ("unit", "work_calendar", "work_calendar_version"):
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    op.execute(UNITS_AS_THEY_STAND)
    op.execute(CALENDARS_AS_THEY_STAND)
    for table in ("unit", "work_calendar", "work_calendar_version"):
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.create_table(
        "calendar_draft",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("base", sa.Integer(), nullable=False),
        sa.Column("specification", JSON, nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("author_id", sa.BigInteger(), nullable=True),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("decided_at", INSTANT, nullable=True),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.Column("trial_task", sa.BigInteger(), nullable=True),
        sa.Column("trial", JSON, nullable=True),
        sa.Column("moving_task", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("number > 0", name=op.f("ck_calendar_draft_number")),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_calendar_draft_reason")),
        sa.CheckConstraint(
            "state IN ('open', 'replaced', 'withdrawn', 'published')", name=op.f("ck_calendar_draft_state")
        ),
        sa.CheckConstraint("(state = 'published') = (version IS NOT NULL)", name=op.f("ck_calendar_draft_version")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_calendar_draft_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "number", name=op.f("pk_calendar_draft")),
    )
    op.create_table(
        "calendar_shift",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("draft", sa.Integer(), nullable=False),
        sa.Column("serial_no", sa.Text(), nullable=False),
        sa.Column("clock", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("before", INSTANT, nullable=False),
        sa.Column("after", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "draft"],
            ["calendar_draft.tenant_id", "calendar_draft.number"],
            name=op.f("fk_calendar_shift_tenant_id_draft"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_calendar_shift")),
    )
    op.create_index("ix_calendar_shift_draft", "calendar_shift", ["tenant_id", "draft", "serial_no", "clock"])
    for table in ("calendar_draft", "calendar_shift"):
        for statement in keep_apart(table):
            op.execute(statement)
    op.execute(allow("calendar_draft", "SELECT", "INSERT", "UPDATE"))
    op.execute(allow("calendar_shift", "SELECT", "INSERT", "DELETE"))


def downgrade() -> None:
    op.drop_table("calendar_shift")
    op.drop_table("calendar_draft")
    op.drop_column("work_calendar", "declared")
    op.drop_column("unit", "declared")
