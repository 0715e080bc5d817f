"""Sources that were merged into one entrance: one registry, which the hotlines of 0028 become part of."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from core.kit.policies import allow, keep_apart

revision: str = "0031"
down_revision: str | None = "0030"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

KINDS = (
    "hotline",
    "app",
    "website",
    "mailbox",
    "wechat",
    "weibo",
    "grid",
    "system",
    "counter",
    "deputies",
    "other",
)


def upgrade() -> None:
    listed = ", ".join(f"'{kind}'" for kind in KINDS)
    op.create_table(
        "source",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("aliases", postgresql.JSONB(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("owner_id", sa.BigInteger(), nullable=True),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("since", sa.Date(), nullable=True),
        sa.Column("silent_days", sa.Integer(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.CheckConstraint(f"kind IN ({listed})", name=op.f("ck_source_kind")),
        sa.CheckConstraint("state IN ('merged', 'open', 'closed')", name=op.f("ck_source_state")),
        sa.CheckConstraint("silent_days > 0", name=op.f("ck_source_silent_days")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_source_tenant_id")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "owner_id"], ["unit.tenant_id", "unit.id"], name=op.f("fk_source_tenant_id_owner_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_source")),
        sa.UniqueConstraint("tenant_id", "code", name=op.f("uq_source_tenant_id_code")),
    )
    op.execute(
        "ALTER TABLE merged_hotline NO FORCE ROW LEVEL SECURITY"
    )  # its policy would hide the rows from the owner
    op.execute(
        "INSERT INTO source (tenant_id, id, code, name, aliases, kind, owner, owner_id, channel, state, since,"
        " silent_days, note) SELECT tenant_id, id, number, name, '[]', 'hotline', owner, NULL, '',"
        " CASE WHEN closed_at IS NULL THEN 'merged' ELSE 'closed' END, coalesce(closed_at::date, merged_on), 30, ''"
        " FROM merged_hotline"
    )
    op.drop_table("merged_hotline")
    for statement in keep_apart("source"):
        op.execute(statement)
    op.execute(allow("source", "SELECT", "INSERT", "UPDATE"))
    op.create_index(
        "ix_ticket_source",
        "ticket",
        ["tenant_id", "source", "submitted_at"],
        postgresql_where=sa.text("source <> ''"),
    )


def downgrade() -> None:
    op.drop_index("ix_ticket_source", table_name="ticket")
    op.create_table(
        "merged_hotline",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("merged_on", sa.Date(), nullable=True),
        sa.Column("closed_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_merged_hotline_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_merged_hotline")),
        sa.UniqueConstraint("tenant_id", "number", name=op.f("uq_merged_hotline_tenant_id_number")),
    )
    op.execute("ALTER TABLE source NO FORCE ROW LEVEL SECURITY")
    op.execute(
        "INSERT INTO merged_hotline (tenant_id, id, number, name, owner, merged_on, closed_at)"
        " SELECT tenant_id, id, code, name, owner, since, CASE WHEN state = 'closed' THEN since END"
        " FROM source WHERE kind = 'hotline'"
    )
    op.drop_table("source")
    for statement in keep_apart("merged_hotline"):
        op.execute(statement)
    op.execute(allow("merged_hotline", "SELECT", "INSERT", "UPDATE"))
