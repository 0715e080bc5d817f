"""The copy of a bulletin that everybody reads."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0061"
down_revision: str | None = "0060"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    for name in ("for_all", "for_all_sha256"):
        op.add_column("bulletin", sa.Column(name, sa.Text(), server_default="", nullable=False))


def downgrade() -> None:
    for name in ("for_all_sha256", "for_all"):
        op.drop_column("bulletin", name)
