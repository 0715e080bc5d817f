"""Figures that are sent by mail when their day has come."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from core.kit.policies import allow, keep_apart

revision: str = "0066"
down_revision: str | None = "0065"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "figure_delivery",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("page", sa.Text(), nullable=False),
        sa.Column("arguments", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("every", sa.Text(), nullable=False),
        sa.Column("addresses", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("set_by", sa.Text(), nullable=False),
        sa.Column("set_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint("every IN ('week', 'month')", name=op.f("ck_figure_delivery_every")),
        sa.CheckConstraint("jsonb_typeof(addresses) = 'array'", name=op.f("ck_figure_delivery_addresses")),
        sa.UniqueConstraint("tenant_id", "number", name=op.f("uq_figure_delivery_tenant_id_number")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_figure_delivery")),
    )
    op.create_table(
        "figure_sending",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("delivery_id", sa.BigInteger(), nullable=False),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("last", sa.Date(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("failure", sa.Text(), server_default="", nullable=False),
        sa.Column("sha256", sa.Text(), server_default="", nullable=False),
        sa.Column("ordered_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("sent_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('waiting', 'sent', 'failed')", name=op.f("ck_figure_sending_state")),
        sa.CheckConstraint("first <= last", name=op.f("ck_figure_sending_days")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "delivery_id"],
            ["figure_delivery.tenant_id", "figure_delivery.id"],
            name=op.f("fk_figure_sending_tenant_id_delivery_id"),
        ),
        sa.UniqueConstraint(
            "tenant_id",
            "delivery_id",
            "first",
            "address",
            name=op.f("uq_figure_sending_tenant_id_delivery_id_first_address"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_figure_sending")),
    )
    op.create_index("ix_figure_sending_newest", "figure_sending", ["tenant_id", "delivery_id", "id"])
    for table in ("figure_delivery", "figure_sending"):
        for statement in keep_apart(table):
            op.execute(statement)
        op.execute(allow(table, "SELECT", "INSERT", "UPDATE"))


def downgrade() -> None:
    op.drop_table("figure_sending")
    op.drop_table("figure_delivery")
