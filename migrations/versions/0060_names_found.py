"""Words that looked like names and are none."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from core.kit.policies import allow, keep_apart

revision: str = "0060"
down_revision: str | None = "0059"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "no_name",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("word", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("decided_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint("word <> ''", name=op.f("ck_no_name_word")),
        sa.UniqueConstraint("tenant_id", "word", name=op.f("uq_no_name_tenant_id_word")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_no_name")),
    )
    for statement in keep_apart("no_name"):
        op.execute(statement)
    op.execute(allow("no_name", "SELECT", "INSERT", "DELETE"))


def downgrade() -> None:
    op.drop_table("no_name")
