"""Who has a ticket open."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from core.kit.policies import allow, keep_apart

revision: str = "0050"
down_revision: str | None = "0049"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "presence",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("seen_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("form", sa.Text(), server_default="", nullable=False),
        sa.Column("form_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint("char_length(form) <= 40", name=op.f("ck_presence_form")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "ticket_id"], ["ticket.tenant_id", "ticket.id"], name=op.f("fk_presence_tenant_id_ticket_id")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "account_id"],
            ["account.tenant_id", "account.id"],
            name=op.f("fk_presence_tenant_id_account_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "ticket_id", "account_id", name=op.f("pk_presence")),
        prefixes=["UNLOGGED"],  # good for seconds: neither replayed after a crash nor kept in a copy of the log
    )
    op.create_index("ix_presence_seen_at", "presence", ["tenant_id", "seen_at"])
    for statement in keep_apart("presence"):
        op.execute(statement)
    op.execute(allow("presence", "SELECT", "INSERT", "UPDATE", "DELETE"))


def downgrade() -> None:
    op.drop_table("presence")
