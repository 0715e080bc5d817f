"""Who was asked first and who handled first, and figures from elsewhere."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0034"
down_revision: str | None = "0033"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("duty_list_row", sa.Column("after_arrival_seconds", sa.Integer(), nullable=True))
    _limits_of(("limit", "on_site", "after_arrival"))


def downgrade() -> None:
    op.execute("DELETE FROM duty_limit_change WHERE field = 'after_arrival'")
    _limits_of(("limit", "on_site"))
    op.drop_column("duty_list_row", "after_arrival_seconds")


def _limits_of(fields: Sequence[str]) -> None:
    name = op.f("ck_duty_limit_change_field")
    op.drop_constraint(name, "duty_limit_change", type_="check")
    op.create_check_constraint(name, "duty_limit_change", f"field IN ({', '.join(map(repr, fields))})")
