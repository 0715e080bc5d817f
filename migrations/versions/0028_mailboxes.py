"""Leaders' mailboxes by level, type and area, and the hotlines that were merged into one number."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from core.kit.policies import allow, keep_apart

revision: str = "0028"
down_revision: str | None = "0027"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

INSTANT = postgresql.TIMESTAMP(timezone=True)
TABLES = ("leader_mailbox", "merged_hotline")


def upgrade() -> None:
    op.create_table(
        "leader_mailbox",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("leader", sa.Text(), nullable=False),
        sa.Column("owner_id", sa.BigInteger(), nullable=False),
        sa.Column("handler_id", sa.BigInteger(), nullable=True),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("matters", postgresql.JSONB(), nullable=False),
        sa.Column("areas", postgresql.JSONB(), nullable=False),
        sa.Column("is_public", sa.Boolean(), nullable=False),
        sa.Column("closed_at", INSTANT, nullable=True),
        sa.CheckConstraint(
            "level IN ('city', 'county', 'township', 'public_utility', 'central_body')",
            name=op.f("ck_leader_mailbox_level"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "owner_id"],
            ["unit.tenant_id", "unit.id"],
            name=op.f("fk_leader_mailbox_tenant_id_owner_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "handler_id"],
            ["unit.tenant_id", "unit.id"],
            name=op.f("fk_leader_mailbox_tenant_id_handler_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_leader_mailbox")),
        sa.UniqueConstraint("tenant_id", "name", name=op.f("uq_leader_mailbox_tenant_id_name")),
    )
    op.create_index(
        "ix_leader_mailbox_leader",
        "leader_mailbox",
        ["tenant_id", "owner_id", "leader"],
        unique=True,
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_table(
        "merged_hotline",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("merged_on", sa.Date(), nullable=True),
        sa.Column("closed_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_merged_hotline_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_merged_hotline")),
        sa.UniqueConstraint("tenant_id", "number", name=op.f("uq_merged_hotline_tenant_id_number")),
    )
    for table in TABLES:
        for statement in keep_apart(table):
            op.execute(statement)
        op.execute(allow(table, "SELECT", "INSERT", "UPDATE"))


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
