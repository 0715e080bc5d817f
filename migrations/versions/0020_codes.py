"""Counts by code: causes of overdue and of dissatisfaction, levels of instructions; all days are counted anew."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from core.kit.policies import STATS_ROLE, allow, keep_apart

revision: str = "0020"
down_revision: str | None = "0019"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

READ = ("cube_cell", "dirty_day")
"""Tables whose rows the owner reads or writes below. Their forced policy would hide them from it."""
MARK_EVERY_DAY = """
    INSERT INTO dirty_day (tenant_id, day, mark)
    SELECT counted.tenant_id, counted.day, mark.id
    FROM (SELECT DISTINCT tenant_id, day FROM cube_cell) counted
    CROSS JOIN (SELECT nextval('row_id') AS id) mark
"""


def upgrade() -> None:
    op.create_table(
        "cube_code",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("matter", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "kind", "day", "unit_id", "matter", "code", name=op.f("pk_cube_code")),
    )
    for statement in keep_apart("cube_code"):
        op.execute(statement)
    op.execute(allow("cube_code", "SELECT", "INSERT", "UPDATE", "DELETE"))
    op.execute(allow("cube_code", "SELECT", role=STATS_ROLE))
    for table in READ:
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    op.execute(MARK_EVERY_DAY)
    for table in READ:
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")


def downgrade() -> None:
    op.drop_table("cube_code")
