"""Screening of what comes in: valid appeals, what was set aside with its reason, and how many residents were reached."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0043"
down_revision: str | None = "0042"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

COUNTS = ("received", "valid", "invalid", "reached")
READ = ("cube_cell", "dirty_day", "ticket", "follow_up")
"""Tables whose rows the owner reads or writes below. Their forced policy would hide them from it."""
MARK_EVERY_DAY = """
    INSERT INTO dirty_day (tenant_id, day, mark)
    SELECT counted.tenant_id, counted.day, mark.id
    FROM (
        SELECT tenant_id, day FROM cube_cell
        UNION
        SELECT ticket.tenant_id, (ticket.submitted_at AT TIME ZONE tenant.zone)::date
        FROM ticket JOIN tenant ON tenant.id = ticket.tenant_id
        UNION
        SELECT follow_up.tenant_id, (follow_up.at AT TIME ZONE tenant.zone)::date
        FROM follow_up JOIN tenant ON tenant.id = follow_up.tenant_id
    ) counted
    CROSS JOIN (SELECT nextval('row_id') AS id) mark
"""


def upgrade() -> None:
    for name in ("screened", "invalid_reason"):
        op.add_column("ticket", sa.Column(name, sa.Text(), server_default="", nullable=False))
    op.create_check_constraint(op.f("ck_ticket_screened"), "ticket", "screened IN ('', 'doubted', 'invalid')")
    op.create_check_constraint(op.f("ck_ticket_invalid_reason"), "ticket", "(screened = '') = (invalid_reason = '')")
    op.create_index(
        "ix_ticket_screened",
        "ticket",
        ["tenant_id", "screened", "submitted_at"],
        postgresql_where=sa.text("screened <> ''"),
    )
    op.create_index("ix_follow_up_at", "follow_up", ["tenant_id", "at"])
    for name in COUNTS:
        op.add_column("cube_cell", sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
    for table in READ:
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    op.execute(MARK_EVERY_DAY)
    for table in READ:
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")


def downgrade() -> None:
    for name in reversed(COUNTS):
        op.drop_column("cube_cell", name)
    op.drop_index("ix_follow_up_at", "follow_up")
    op.drop_index("ix_ticket_screened", "ticket")
    op.execute("ALTER TABLE cube_code NO FORCE ROW LEVEL SECURITY")
    op.execute("DELETE FROM cube_code WHERE kind = 'invalid'")
    op.execute("ALTER TABLE cube_code FORCE ROW LEVEL SECURITY")
    for name in ("invalid_reason", "screened"):
        op.drop_constraint(op.f(f"ck_ticket_{name}"), "ticket", type_="check")
    for name in ("invalid_reason", "screened"):
        op.drop_column("ticket", name)
