"""What a dispatch decision keeps: what it rests on, what was suggested; and the limit that a rule gives a ticket."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0010"
down_revision: str | None = "0009"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

JSONB = postgresql.JSONB(astext_type=sa.Text())


def upgrade() -> None:
    op.add_column("route_decision", sa.Column("by", sa.Text(), nullable=False, server_default="core"))
    op.add_column("route_decision", sa.Column("suggested_unit_id", sa.BigInteger(), nullable=True))
    op.add_column("route_decision", sa.Column("duty_list", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("route_decision", sa.Column("record", JSONB, nullable=True))
    op.execute("UPDATE route_decision SET by = 'person' WHERE rule_id = 'person'")
    op.execute(
        "UPDATE route_decision SET record = jsonb_build_object('proposed', candidates) WHERE candidates <> '[]'::jsonb"
    )
    op.drop_column("route_decision", "candidates")
    for column in ("by", "duty_list"):
        op.alter_column("route_decision", column, server_default=None)
    op.add_column("ticket", sa.Column("rule_limit", sa.Text(), nullable=False, server_default=""))
    op.alter_column("ticket", "rule_limit", server_default=None)


def downgrade() -> None:
    op.drop_column("ticket", "rule_limit")
    op.add_column("route_decision", sa.Column("candidates", JSONB, nullable=False, server_default=sa.text("'[]'")))
    op.alter_column("route_decision", "candidates", server_default=None)
    for column in ("record", "duty_list", "suggested_unit_id", "by"):
        op.drop_column("route_decision", column)
