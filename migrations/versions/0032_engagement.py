"""Campaigns in which residents take part online, and their entries."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from core.kit.policies import allow, keep_apart

revision: str = "0032"
down_revision: str | None = "0031"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

INSTANT = postgresql.TIMESTAMP(timezone=True)
TABLES = ("campaign", "campaign_entry")


def upgrade() -> None:
    op.create_table(
        "campaign",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("organiser_id", sa.BigInteger(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("way", sa.Text(), nullable=False),
        sa.Column("opens_at", INSTANT, nullable=False),
        sa.Column("closes_at", INSTANT, nullable=False),
        sa.Column("budget_yuan", sa.Integer(), nullable=False),
        sa.Column("prizes", postgresql.JSONB(), nullable=False),
        sa.Column("questions", postgresql.JSONB(), nullable=False),
        sa.Column("staff_hashes", postgresql.JSONB(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("seed", sa.LargeBinary(), nullable=True),
        sa.Column("seed_sha256", sa.Text(), nullable=False),
        sa.Column("record", postgresql.JSONB(), nullable=False),
        sa.Column("written_by", sa.Text(), nullable=False),
        sa.Column("written_by_id", sa.BigInteger(), nullable=True),
        sa.Column("opened_by", sa.Text(), nullable=False),
        sa.Column("drawn_by", sa.Text(), nullable=False),
        sa.Column("drawn_by_id", sa.BigInteger(), nullable=True),
        sa.Column("drawn_at", INSTANT, nullable=True),
        sa.Column("signed_by", sa.Text(), nullable=False),
        sa.Column("signed_at", INSTANT, nullable=True),
        sa.CheckConstraint("kind IN ('collection', 'quiz')", name=op.f("ck_campaign_kind")),
        sa.CheckConstraint("way IN ('draw', 'jury')", name=op.f("ck_campaign_way")),
        sa.CheckConstraint("state IN ('draft', 'open', 'drawn', 'signed')", name=op.f("ck_campaign_state")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "organiser_id"],
            ["unit.tenant_id", "unit.id"],
            name=op.f("fk_campaign_tenant_id_organiser_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_campaign")),
    )
    op.create_table(
        "campaign_entry",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("campaign_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("form_id", sa.Text(), nullable=False),
        sa.Column("phone", sa.LargeBinary(), nullable=True),
        sa.Column("phone_hash", sa.LargeBinary(), nullable=True),
        sa.Column("answers", postgresql.JSONB(), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=True),
        sa.Column("entered_at", INSTANT, nullable=False),
        sa.Column("prize", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "campaign_id"],
            ["campaign.tenant_id", "campaign.id"],
            name=op.f("fk_campaign_entry_tenant_id_campaign_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "ticket_id"],
            ["ticket.tenant_id", "ticket.id"],
            name=op.f("fk_campaign_entry_tenant_id_ticket_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_campaign_entry")),
        *(
            sa.UniqueConstraint(
                "tenant_id", "campaign_id", column, name=op.f(f"uq_campaign_entry_tenant_id_campaign_id_{column}")
            )
            for column in ("number", "phone_hash", "form_id")
        ),
    )
    for table in TABLES:
        for statement in keep_apart(table):
            op.execute(statement)
        op.execute(allow(table, "SELECT", "INSERT", "UPDATE"))


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
