"""Proof that residents were told."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from core.kit.policies import allow, keep_apart

revision: str = "0042"
down_revision: str | None = "0041"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

INSTANT = postgresql.TIMESTAMP(timezone=True)
WAYS = "'phone', 'letter', 'counter', 'visit', 'wechat', 'weibo', 'page'"


def upgrade() -> None:
    op.create_table(
        "telling",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("cycle_no", sa.Integer(), nullable=False),
        sa.Column("way", sa.Text(), nullable=False),
        sa.Column("arrived", sa.Boolean(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=True),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.CheckConstraint(f"way IN ({WAYS})", name=op.f("ck_telling_way")),
        sa.CheckConstraint("arrived OR way <> 'page'", name=op.f("ck_telling_page")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "ticket_id"], ["ticket.tenant_id", "ticket.id"], name=op.f("fk_telling_tenant_id_ticket_id")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"], ["unit.tenant_id", "unit.id"], name=op.f("fk_telling_tenant_id_unit_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_telling")),
    )
    op.create_index("ix_telling_ticket", "telling", ["tenant_id", "ticket_id"])
    op.create_index(
        "uq_telling_page",
        "telling",
        ["tenant_id", "ticket_id", "cycle_no"],
        unique=True,
        postgresql_where=sa.text("way = 'page'"),
    )
    op.create_table(
        "untold",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("cycle_no", sa.Integer(), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("opened_at", INSTANT, nullable=False),
        sa.Column("next_try_on", sa.Date(), nullable=False),
        sa.Column("tries_until", sa.Date(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("ended_by", sa.Text(), nullable=False),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.CheckConstraint("because IN ('failed', 'unreached', 'nothing')", name=op.f("ck_untold_because")),
        sa.CheckConstraint("state IN ('open', 'told', 'closed')", name=op.f("ck_untold_state")),
        sa.CheckConstraint("(state = 'open') = (ended_at IS NULL)", name=op.f("ck_untold_ended")),
        sa.CheckConstraint("state <> 'closed' OR reason <> ''", name=op.f("ck_untold_reason")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "ticket_id"], ["ticket.tenant_id", "ticket.id"], name=op.f("fk_untold_tenant_id_ticket_id")
        ),
        sa.UniqueConstraint("tenant_id", "ticket_id", "cycle_no", name=op.f("uq_untold_tenant_id_ticket_id_cycle_no")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_untold")),
    )
    op.create_index(
        "ix_untold_open", "untold", ["tenant_id", "next_try_on"], postgresql_where=sa.text("state = 'open'")
    )
    for table in ("telling", "untold"):
        for statement in keep_apart(table):
            op.execute(statement)
    op.execute(allow("telling", "SELECT", "INSERT"))
    op.execute(allow("untold", "SELECT", "INSERT", "UPDATE"))


def downgrade() -> None:
    op.drop_table("untold")
    op.drop_table("telling")
