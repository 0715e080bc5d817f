"""Files that belong to tickets."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from core.kit.policies import allow, keep_apart

revision: str = "0014"
down_revision: str | None = "0013"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

INSTANT = postgresql.TIMESTAMP(timezone=True)


def upgrade() -> None:
    op.create_table(
        "ticket_file",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=True),
        sa.Column("has_preview", sa.Boolean(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("finding", sa.Text(), nullable=False),
        sa.Column("added_at", INSTANT, nullable=False),
        sa.Column("actor_kind", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=True),
        sa.Column("actor_name", sa.Text(), nullable=False),
        sa.Column("command_id", sa.Text(), nullable=True),
        sa.CheckConstraint("state IN ('ready', 'waiting', 'locked', 'erased')", name=op.f("ck_ticket_file_state")),
        sa.CheckConstraint("(state = 'erased') = (key IS NULL)", name=op.f("ck_ticket_file_erased")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "ticket_id"],
            ["ticket.tenant_id", "ticket.id"],
            name=op.f("fk_ticket_file_tenant_id_ticket_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_ticket_file")),
    )
    op.create_index("ix_ticket_file_ticket", "ticket_file", ["tenant_id", "ticket_id", "id"], unique=False)
    op.create_index(
        "ix_ticket_file_waiting",
        "ticket_file",
        ["tenant_id", "id"],
        unique=False,
        postgresql_where=sa.text("state = 'waiting'"),
    )
    for statement in keep_apart("ticket_file"):
        op.execute(statement)
    op.execute(allow("ticket_file", "SELECT", "INSERT", "UPDATE"))


def downgrade() -> None:
    op.drop_table("ticket_file")
