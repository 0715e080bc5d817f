"""What residents are told of each step, and answers at once."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from core.kit.policies import allow, keep_apart

revision: str = "0030"
down_revision: str | None = "0029"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

INSTANT = postgresql.TIMESTAMP(timezone=True)


def upgrade() -> None:
    op.create_table(
        "instant_answer",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("medium", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("confidence", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("article_id", sa.BigInteger(), nullable=True),
        sa.Column("article_version", sa.Integer(), nullable=True),
        sa.Column("rule_id", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("said_at", INSTANT, nullable=True),
        sa.Column("ticket_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("confidence BETWEEN 0 AND 100", name=op.f("ck_instant_answer_confidence")),
        sa.CheckConstraint("outcome IN ('shown', 'helped', 'unhelped')", name=op.f("ck_instant_answer_outcome")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "article_id"],
            ["article.tenant_id", "article.id"],
            name=op.f("fk_instant_answer_tenant_id_article_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "ticket_id"],
            ["ticket.tenant_id", "ticket.id"],
            name=op.f("fk_instant_answer_tenant_id_ticket_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_instant_answer")),
        sa.UniqueConstraint("tenant_id", "key", name=op.f("uq_instant_answer_tenant_id_key")),
    )
    op.create_index("ix_instant_answer_at", "instant_answer", ["tenant_id", "at"])
    op.create_index("ix_instant_answer_article", "instant_answer", ["tenant_id", "article_id"])
    op.create_index("ix_instant_answer_ticket", "instant_answer", ["tenant_id", "ticket_id"])
    for statement in keep_apart("instant_answer"):
        op.execute(statement)
    op.execute(allow("instant_answer", "SELECT", "INSERT", "UPDATE"))
    op.add_column("ticket", sa.Column("news_stopped", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.add_column("message", sa.Column("news", sa.Text(), nullable=True))
    op.create_index(
        "uq_message_news",
        "message",
        ["tenant_id", "ticket_id", "news"],
        unique=True,
        postgresql_where=sa.text("news IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("uq_message_news", "message")
    op.drop_column("message", "news")
    op.drop_column("ticket", "news_stopped")
    op.drop_table("instant_answer")
