"""What other systems push is kept as it came, before anybody reads it."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from core.kit.policies import allow, keep_apart

revision: str = "0005"
down_revision: str | None = "0004"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "inbound_item",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("received_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("content_type", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("body_hash", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("failure", sa.Text(), nullable=False),
        sa.Column("vouched_by", sa.Text(), nullable=False),
        sa.Column("tickets", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("decided_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "state IN ('waiting', 'taken_in', 'needs_person', 'refused')", name=op.f("ck_inbound_item_state")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_inbound_item")),
        sa.UniqueConstraint(
            "tenant_id", "channel", "message_id", name=op.f("uq_inbound_item_tenant_id_channel_message_id")
        ),
    )
    op.create_index(
        "ix_inbound_item_open",
        "inbound_item",
        ["tenant_id", "received_at"],
        unique=False,
        postgresql_where="state = 'needs_person'",
    )
    for statement in keep_apart("inbound_item"):
        op.execute(statement)
    op.execute(allow("inbound_item", "SELECT", "INSERT", "UPDATE"))


def downgrade() -> None:
    op.drop_index("ix_inbound_item_open", table_name="inbound_item")
    op.drop_table("inbound_item")
