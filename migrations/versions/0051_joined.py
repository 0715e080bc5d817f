"""What was found not to be the same, and joins that can be undone."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from core.kit.policies import allow, keep_apart

revision: str = "0051"
down_revision: str | None = "0050"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "distinct_pair",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("other_id", sa.BigInteger(), nullable=False),
        sa.Column("found_by", sa.Text(), nullable=False),
        sa.Column("found_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint("ticket_id <= other_id", name=op.f("ck_distinct_pair_order")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "ticket_id"],
            ["ticket.tenant_id", "ticket.id"],
            name=op.f("fk_distinct_pair_tenant_id_ticket_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "other_id"],
            ["ticket.tenant_id", "ticket.id"],
            name=op.f("fk_distinct_pair_tenant_id_other_id"),
        ),
        sa.UniqueConstraint(
            "tenant_id", "ticket_id", "other_id", name=op.f("uq_distinct_pair_tenant_id_ticket_id_other_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_distinct_pair")),
    )
    op.create_index("ix_distinct_pair_other", "distinct_pair", ["tenant_id", "other_id"])
    for statement in keep_apart("distinct_pair"):
        op.execute(statement)
    op.execute(allow("distinct_pair", "SELECT", "INSERT"))


def downgrade() -> None:
    op.drop_table("distinct_pair")
