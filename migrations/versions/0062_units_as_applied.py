"""What files said of units and calendars when they were last applied."""

from collections.abc import Sequence

revision: str = "0062"
down_revision: str | None = "0061"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
