"""What the leaders' group was told of."""

from collections.abc import Sequence

from core.hooks.migrations import create_tenant_table, drop_tenant_table
from core.hooks.tables import Boolean, Column, Date, Text, index, unique

revision: str = "0001"
down_revision: str | None = None
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    create_tenant_table(
        "chengdu",
        "told_leaders",
        Column("event_id", Text, nullable=False),
        Column("happened_on", Date, nullable=False),
        Column("serial_no", Text, nullable=False),
        Column("occasion", Text, nullable=False),
        Column("urgent", Boolean, nullable=False),
        unique("event_id"),
        index("happened_on"),
    )


def downgrade() -> None:
    drop_tenant_table("chengdu", "told_leaders")
