"""How far a district has counted, and the city's names for its matters, beside the cube."""

from collections.abc import Sequence

revision: str = "0063"
down_revision: str | None = "0062"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
