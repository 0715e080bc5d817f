"""Deeds that can still be taken back for some seconds."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from core.kit.policies import allow, keep_apart

revision: str = "0046"
down_revision: str | None = "0045"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "held_deed",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("ordered_by", sa.Text(), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("command", sa.Text(), nullable=False),
        sa.Column("command_id", sa.Text(), nullable=False),
        sa.Column("seen_version", sa.Integer(), nullable=False),
        sa.Column("doing", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("ordered_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("due_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("ended_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("why", sa.Text(), server_default="", nullable=False),
        sa.Column("read_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('held', 'done', 'undone', 'failed')", name=op.f("ck_held_deed_state")),
        sa.CheckConstraint("(state = 'held') = (ended_at IS NULL)", name=op.f("ck_held_deed_ended")),
        sa.CheckConstraint("due_at >= ordered_at", name=op.f("ck_held_deed_due")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "account_id"],
            ["account.tenant_id", "account.id"],
            name=op.f("fk_held_deed_tenant_id_account_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "ticket_id"], ["ticket.tenant_id", "ticket.id"], name=op.f("fk_held_deed_tenant_id_ticket_id")
        ),
        sa.UniqueConstraint("tenant_id", "command_id", name=op.f("uq_held_deed_tenant_id_command_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_held_deed")),
    )
    held = sa.text("state = 'held'")
    op.create_index("uq_held_deed_ticket", "held_deed", ["tenant_id", "ticket_id"], unique=True, postgresql_where=held)
    of_author = sa.text("state = 'held' OR (state = 'failed' AND read_at IS NULL)")
    op.create_index("ix_held_deed_account", "held_deed", ["tenant_id", "account_id"], postgresql_where=of_author)
    op.create_index("ix_held_deed_of_ticket", "held_deed", ["tenant_id", "ticket_id"])
    op.create_index("ix_held_deed_ended_at", "held_deed", ["tenant_id", "ended_at"])
    for statement in keep_apart("held_deed"):
        op.execute(statement)
    op.execute(allow("held_deed", "SELECT", "INSERT", "UPDATE"))


def downgrade() -> None:
    op.drop_table("held_deed")
