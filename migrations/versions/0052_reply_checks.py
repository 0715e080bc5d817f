"""Replies checked against the appeal before they are sent."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from core.kit.policies import allow, keep_apart

revision: str = "0052"
down_revision: str | None = "0051"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

INSTANT = postgresql.TIMESTAMP(timezone=True)
JSON = postgresql.JSONB(astext_type=sa.Text())


def upgrade() -> None:
    op.create_table(
        "reply_check",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("reply_id", sa.BigInteger(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("limits", JSON, nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("answered", sa.Integer(), nullable=False),
        sa.Column("missing", JSON, nullable=False),
        sa.Column("findings", JSON, nullable=False),
        sa.Column("confirmed", sa.Text(), nullable=False),
        sa.Column("marks", JSON, nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("by_id", sa.BigInteger(), nullable=True),
        sa.Column("at", INSTANT, nullable=False),
        sa.CheckConstraint("stage IN ('submitted', 'reviewed', 'direct')", name=op.f("ck_reply_check_stage")),
        sa.CheckConstraint("level IN ('failed', 'notice', 'passed')", name=op.f("ck_reply_check_level")),
        sa.CheckConstraint("answered BETWEEN 0 AND points", name=op.f("ck_reply_check_answered")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "ticket_id"],
            ["ticket.tenant_id", "ticket.id"],
            name=op.f("fk_reply_check_tenant_id_ticket_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "reply_id"], ["reply.tenant_id", "reply.id"], name=op.f("fk_reply_check_tenant_id_reply_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_reply_check")),
    )
    op.create_index("ix_reply_check_reply", "reply_check", ["tenant_id", "reply_id"])
    op.create_index("ix_reply_check_ticket", "reply_check", ["tenant_id", "ticket_id"])
    op.create_index("ix_reply_check_at", "reply_check", ["tenant_id", "at"])
    for statement in keep_apart("reply_check"):
        op.execute(statement)
    op.execute(allow("reply_check", "SELECT", "INSERT"))


def downgrade() -> None:
    op.drop_table("reply_check")
