"""Lists of tickets that people saved under a name."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from core.kit.policies import allow, keep_apart

revision: str = "0048"
down_revision: str | None = "0047"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "saved_list",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("lane", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("saved_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "account_id"],
            ["account.tenant_id", "account.id"],
            name=op.f("fk_saved_list_tenant_id_account_id"),
        ),
        sa.UniqueConstraint("tenant_id", "number", name=op.f("uq_saved_list_tenant_id_number")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_saved_list")),
    )
    op.create_index("ix_saved_list_account", "saved_list", ["tenant_id", "account_id"])
    op.create_index("ix_saved_list_shared", "saved_list", ["tenant_id"], postgresql_where=sa.text("shared"))
    op.create_table(
        "start_list",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("list_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "account_id"],
            ["account.tenant_id", "account.id"],
            name=op.f("fk_start_list_tenant_id_account_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "list_id"],
            ["saved_list.tenant_id", "saved_list.id"],
            name=op.f("fk_start_list_tenant_id_list_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "account_id", name=op.f("pk_start_list")),
    )
    for table in ("saved_list", "start_list"):
        for statement in keep_apart(table):
            op.execute(statement)
        op.execute(allow(table, "SELECT", "INSERT", "UPDATE", "DELETE"))


def downgrade() -> None:
    op.drop_table("start_list")
    op.drop_table("saved_list")
