"""Long work that is asked for, shown with its progress, and can be cancelled."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from core.kit.policies import allow, keep_apart

revision: str = "0047"
down_revision: str | None = "0046"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    instant = postgresql.TIMESTAMP(timezone=True)
    op.create_table(
        "task",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("asked_by_id", sa.BigInteger(), nullable=False),
        sa.Column("asked_at", instant, nullable=False),
        sa.Column("starts_at", instant, nullable=False),
        sa.Column("request", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("unit_word", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.Column("place", postgresql.JSONB(), nullable=False),
        sa.Column("begun_at", instant, nullable=True),
        sa.Column("progress_at", instant, nullable=True),
        sa.Column("finished_at", instant, nullable=True),
        sa.Column("cancelled_by", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("href", sa.Text(), nullable=False),
        sa.Column("seen_at", instant, nullable=True),
        sa.Column("expires_at", instant, nullable=True),
        sa.CheckConstraint(
            "state IN ('waiting', 'running', 'cancelling', 'cancelled', 'done', 'failed')", name=op.f("ck_task_state")
        ),
        sa.CheckConstraint(
            "(state IN ('cancelled', 'done', 'failed')) = (finished_at IS NOT NULL)", name=op.f("ck_task_finished")
        ),
        sa.UniqueConstraint("tenant_id", "request", name=op.f("uq_task_tenant_id_request")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_task")),
    )
    op.create_index("ix_task_asked_by", "task", ["tenant_id", "asked_by_id", "id"])
    op.create_index("ix_task_untold", "task", ["tenant_id", "asked_by_id"], postgresql_where=sa.text("seen_at IS NULL"))
    op.create_table(
        "task_line",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("task_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=True),
        sa.Column("serial_no", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.CheckConstraint("state IN ('waiting', 'done', 'failed', 'undone')", name=op.f("ck_task_line_state")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "task_id"], ["task.tenant_id", "task.id"], name=op.f("fk_task_line_tenant_id_task_id")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "ticket_id"], ["ticket.tenant_id", "ticket.id"], name=op.f("fk_task_line_tenant_id_ticket_id")
        ),
        sa.UniqueConstraint("tenant_id", "task_id", "number", name=op.f("uq_task_line_tenant_id_task_id_number")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_task_line")),
    )
    op.create_index("ix_task_line_state", "task_line", ["tenant_id", "task_id", "state", "number"])
    op.create_table(
        "task_file",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("task_id", sa.BigInteger(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("made_at", instant, nullable=False),
        sa.Column("personal", sa.Boolean(), nullable=False),
        sa.CheckConstraint("role IN ('given', 'result', 'errors')", name=op.f("ck_task_file_role")),
        sa.CheckConstraint("(key IS NULL) = (sealed IS NULL)", name=op.f("ck_task_file_kept")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "task_id"], ["task.tenant_id", "task.id"], name=op.f("fk_task_file_tenant_id_task_id")
        ),
        sa.UniqueConstraint("tenant_id", "task_id", "role", name=op.f("uq_task_file_tenant_id_task_id_role")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_task_file")),
    )
    for table, more in (("task", ()), ("task_line", ("DELETE",)), ("task_file", ())):
        for statement in keep_apart(table):
            op.execute(statement)
        op.execute(allow(table, "SELECT", "INSERT", "UPDATE", *more))


def downgrade() -> None:
    for table in ("task_file", "task_line", "task"):
        op.drop_table(table)
