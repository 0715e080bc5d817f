"""Where a ticket's matter lies: the point that came with it, and the area that was found."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0007"
down_revision: str | None = "0006"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

POINT = "(longitude IS NULL) = (latitude IS NULL) AND longitude BETWEEN -180 AND 180 AND latitude BETWEEN -90 AND 90"


def upgrade() -> None:
    op.add_column("ticket", sa.Column("longitude", sa.Double(), nullable=True))
    op.add_column("ticket", sa.Column("latitude", sa.Double(), nullable=True))
    op.add_column("ticket", sa.Column("area", sa.Text(), nullable=True))
    op.create_check_constraint(op.f("ck_ticket_point"), "ticket", POINT)


def downgrade() -> None:
    op.drop_constraint(op.f("ck_ticket_point"), "ticket", type_="check")
    op.drop_column("ticket", "area")
    op.drop_column("ticket", "latitude")
    op.drop_column("ticket", "longitude")
