"""Who appeals, and by which line of the channel; the counts are divided by who appeals; all days are counted anew."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0019"
down_revision: str | None = "0018"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

WAY = ["tenant_id", "aspect", "day", "channel", "medium", "nature"]
REST = ["unit_id", "matter"]
READ = ("cube_cell", "dirty_day")
"""Tables whose rows the owner reads or writes below. Their forced policy would hide them from it."""
MARK_EVERY_DAY = """
    INSERT INTO dirty_day (tenant_id, day, mark)
    SELECT counted.tenant_id, counted.day, mark.id
    FROM (SELECT DISTINCT tenant_id, day FROM cube_cell) counted
    CROSS JOIN (SELECT nextval('row_id') AS id) mark
"""

# The defaults stay: a version before this one writes tickets while it is being replaced.


def upgrade() -> None:
    op.add_column("ticket", sa.Column("appellant", sa.Text(), nullable=False, server_default="person"))
    op.add_column("ticket", sa.Column("source", sa.Text(), nullable=False, server_default=""))
    op.create_check_constraint(
        op.f("ck_ticket_appellant"), "ticket", "appellant IN ('person', 'enterprise', 'organisation')"
    )
    op.add_column("cube_cell", sa.Column("appellant", sa.Text(), nullable=False, server_default=""))
    op.drop_constraint(op.f("pk_cube_cell"), "cube_cell", type_="primary")
    op.create_primary_key(op.f("pk_cube_cell"), "cube_cell", [*WAY, "appellant", *REST])
    op.drop_constraint(op.f("ck_cube_cell_way"), "cube_cell", type_="check")
    op.create_check_constraint(
        op.f("ck_cube_cell_way"), "cube_cell", "aspect = 'way' OR channel || medium || nature || appellant = ''"
    )
    for table in READ:
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    op.execute(MARK_EVERY_DAY)
    for table in READ:
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")


def downgrade() -> None:
    op.drop_constraint(op.f("ck_cube_cell_way"), "cube_cell", type_="check")
    op.create_check_constraint(
        op.f("ck_cube_cell_way"), "cube_cell", "aspect = 'way' OR channel || medium || nature = ''"
    )
    op.drop_constraint(op.f("pk_cube_cell"), "cube_cell", type_="primary")
    op.drop_column("cube_cell", "appellant")
    op.create_primary_key(op.f("pk_cube_cell"), "cube_cell", [*WAY, *REST])
    op.drop_constraint(op.f("ck_ticket_appellant"), "ticket", type_="check")
    op.drop_column("ticket", "source")
    op.drop_column("ticket", "appellant")
