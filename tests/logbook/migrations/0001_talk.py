"""Talks 座谈会, with the numbers of questions asked and answered on the spot."""

from collections.abc import Sequence

from core.hooks.migrations import create_tenant_table, drop_tenant_table
from core.hooks.tables import CheckConstraint, Column, Date, Integer, Text, unique

revision: str = "0001"
down_revision: str | None = None
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    create_tenant_table(
        "logbook",
        "talk",
        Column("held_on", Date, nullable=False),
        Column("guest", Text, nullable=False),
        Column("topic", Text, nullable=False),
        Column("questions", Integer, nullable=False),
        Column("answered_live", Integer, nullable=False),
        Column("note", Text, nullable=False),
        CheckConstraint("guest <> ''", name="guest"),
        CheckConstraint("answered_live BETWEEN 0 AND questions", name="answered_live"),
        unique("held_on", "guest"),
    )


def downgrade() -> None:
    drop_tenant_table("logbook", "talk")
