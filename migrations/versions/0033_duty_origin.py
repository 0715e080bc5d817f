"""Which duty items are published and which are proposed, and how grave they are; rounds of tightening limits."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0033"
down_revision: str | None = "0032"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("duty_list_row", sa.Column("origin", sa.Text(), nullable=True))
    op.create_check_constraint(op.f("ck_duty_list_row_origin"), "duty_list_row", "origin IN ('published', 'proposed')")
    op.add_column("duty_list_row", sa.Column("grade", sa.Text(), nullable=True))
    op.create_check_constraint(
        op.f("ck_duty_list_row_grade"), "duty_list_row", "grade IN ('general', 'urgent', 'major')"
    )
    for name in ("round", "round_rule"):
        op.add_column("duty_list_version", sa.Column(name, sa.Text(), server_default="", nullable=False))


def downgrade() -> None:
    for name in ("round_rule", "round"):
        op.drop_column("duty_list_version", name)
    op.drop_constraint(op.f("ck_duty_list_row_grade"), "duty_list_row", type_="check")
    op.drop_column("duty_list_row", "grade")
    op.drop_constraint(op.f("ck_duty_list_row_origin"), "duty_list_row", type_="check")
    op.drop_column("duty_list_row", "origin")
