"""What was found not to be the same thing, and rules that somebody thinks are wrong."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from core.kit.policies import allow, keep_apart

revision: str = "0051"
down_revision: str | None = "0050"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "distinct_pair",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("other_id", sa.BigInteger(), nullable=False),
        sa.Column("found_by", sa.Text(), nullable=False),
        sa.Column("found_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint("ticket_id <= other_id", name=op.f("ck_distinct_pair_order")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "ticket_id"],
            ["ticket.tenant_id", "ticket.id"],
            name=op.f("fk_distinct_pair_tenant_id_ticket_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "other_id"],
            ["ticket.tenant_id", "ticket.id"],
            name=op.f("fk_distinct_pair_tenant_id_other_id"),
        ),
        sa.UniqueConstraint(
            "tenant_id", "ticket_id", "other_id", name=op.f("uq_distinct_pair_tenant_id_ticket_id_other_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_distinct_pair")),
    )
    op.create_index("ix_distinct_pair_other", "distinct_pair", ["tenant_id", "other_id"])
    op.create_table(
        "rule_challenge",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("rule_id", sa.Text(), nullable=False),
        sa.Column("stamp", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("raised_by", sa.Text(), nullable=False),
        sa.Column("raised_by_id", sa.BigInteger(), nullable=True),
        sa.Column("raised_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("answered_by", sa.Text(), nullable=True),
        sa.Column("answered_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint("(answered_at IS NULL) = (answer = '')", name=op.f("ck_rule_challenge_answer")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "ticket_id"],
            ["ticket.tenant_id", "ticket.id"],
            name=op.f("fk_rule_challenge_tenant_id_ticket_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_rule_challenge")),
    )
    op.create_index("ix_rule_challenge_ticket", "rule_challenge", ["tenant_id", "ticket_id"])
    still_open = sa.text("answered_at IS NULL")
    op.create_index("ix_rule_challenge_open", "rule_challenge", ["tenant_id", "raised_at"], postgresql_where=still_open)
    for table, privileges in (
        ("distinct_pair", ("SELECT", "INSERT")),
        ("rule_challenge", ("SELECT", "INSERT", "UPDATE")),
    ):
        for statement in keep_apart(table):
            op.execute(statement)
        op.execute(allow(table, *privileges))


def downgrade() -> None:
    op.drop_table("rule_challenge")
    op.drop_table("distinct_pair")
