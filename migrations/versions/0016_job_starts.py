"""Jobs that end the worker that does them: a mark for each begun try, and how many were never ended."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from core.kit.policies import allow, keep_apart

revision: str = "0016"
down_revision: str | None = "0015"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("job", sa.Column("crashes", sa.Integer(), server_default="0", nullable=False))
    op.create_index("ix_job_dead", "job", ["tenant_id"], unique=False, postgresql_where="state = 'dead'")
    op.create_table(
        "job_start",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("job_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "job_id"], ["job.tenant_id", "job.id"], name=op.f("fk_job_start_tenant_id_job_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "job_id", name=op.f("pk_job_start")),
        prefixes=["UNLOGGED"],
    )
    for statement in keep_apart("job_start"):
        op.execute(statement)
    op.execute(allow("job_start", "SELECT", "INSERT", "UPDATE", "DELETE"))


def downgrade() -> None:
    op.drop_table("job_start")
    op.drop_index("ix_job_dead", "job")
    op.drop_column("job", "crashes")
