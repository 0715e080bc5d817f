"""Long work that is asked for, shown with its progress, and can be cancelled."""

from collections.abc import Sequence

revision: str = "0047"
down_revision: str | None = "0046"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
