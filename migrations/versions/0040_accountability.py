"""Cases of accountability: statements, evidence, steps, decisions and appeals."""

from collections.abc import Sequence

revision: str = "0040"
down_revision: str | None = "0039"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
