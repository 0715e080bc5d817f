"""A tenant may be suspended, closed and deleted: where it stands, and since when, by whom and why."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0018"
down_revision: str | None = "0017"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None
SMALL = {"tenant": "some dozen rows"}
STATES = "state IN ('active', 'suspended', 'closed', 'deleted')"


def upgrade() -> None:
    op.add_column("tenant", sa.Column("state", sa.Text(), nullable=False, server_default="active"))
    op.add_column(
        "tenant",
        sa.Column("standing", postgresql.JSONB(astext_type=sa.Text()), nullable=False, server_default="{}"),
    )
    op.create_check_constraint(op.f("ck_tenant_state"), "tenant", STATES)
    op.alter_column("tenant", "state", server_default=None)
    op.alter_column("tenant", "standing", server_default=None)


def downgrade() -> None:
    op.drop_constraint(op.f("ck_tenant_state"), "tenant", type_="check")
    op.drop_column("tenant", "standing")
    op.drop_column("tenant", "state")
