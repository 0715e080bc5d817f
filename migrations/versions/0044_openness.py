"""The public flow of each ticket, and applications."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0044"
down_revision: str | None = "0043"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

NATURES_BEFORE = "'complaint', 'help', 'inquiry', 'suggestion', 'praise'"
RESULTS_BEFORE = "'resolved', 'partly', 'planned', 'explained', 'not_competent', 'unreasonable', 'transferred'"


def upgrade() -> None:
    _allow("ticket", "nature", f"{NATURES_BEFORE}, 'application'")
    _allow("reply", "disposition", f"{RESULTS_BEFORE}, 'granted', 'refused'")
    op.add_column("reply", sa.Column("basis", sa.Text(), server_default="", nullable=False))


def downgrade() -> None:
    op.drop_column("reply", "basis")
    for table in ("reply", "ticket"):
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    op.execute("UPDATE reply SET disposition = 'resolved' WHERE disposition = 'granted'")
    op.execute("UPDATE reply SET disposition = 'explained' WHERE disposition = 'refused'")
    op.execute("UPDATE ticket SET nature = 'help' WHERE nature = 'application'")
    for table in ("reply", "ticket"):
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    _allow("reply", "disposition", RESULTS_BEFORE)
    _allow("ticket", "nature", NATURES_BEFORE)


def _allow(table: str, column: str, values: str) -> None:
    """Let the column hold these values: added unchecked, then checked, so that a busy table is locked for a moment only."""
    name = op.f(f"ck_{table}_{column}")
    op.drop_constraint(name, table, type_="check")
    op.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} CHECK ({column} IN ({values})) NOT VALID")
    op.execute(f"ALTER TABLE {table} VALIDATE CONSTRAINT {name}")
