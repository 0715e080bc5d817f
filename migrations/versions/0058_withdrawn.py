"""Appeals that their residents withdrew, and what was wrong in their ratings."""

from collections.abc import Sequence

revision: str = "0058"
down_revision: str | None = "0057"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
