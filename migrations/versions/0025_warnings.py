"""Warnings of unusual rises, and what people said of them; topics that are followed; areas are counted."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from core.kit.policies import allow, keep_apart

revision: str = "0025"
down_revision: str | None = "0024"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

INSTANT = postgresql.TIMESTAMP(timezone=True)
JSON = postgresql.JSONB(astext_type=sa.Text())
READ = ("cube_cell", "dirty_day")
"""Tables whose rows the owner reads or writes below. Their forced policy would hide them from it."""
MARK_EVERY_DAY = """
    INSERT INTO dirty_day (tenant_id, day, mark)
    SELECT counted.tenant_id, counted.day, mark.id
    FROM (SELECT DISTINCT tenant_id, day FROM cube_cell) counted
    CROSS JOIN (SELECT nextval('row_id') AS id) mark
"""


def upgrade() -> None:
    op.create_table(
        "warning",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("rule", "matter", "area", "appellant")),
        sa.Column("from_at", INSTANT, nullable=False),
        sa.Column("until_at", INSTANT, nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("expected", sa.Double(), nullable=False),
        sa.Column("chance", sa.Double(), nullable=False),
        sa.Column("baseline", JSON, nullable=False),
        sa.Column("watched", sa.Integer(), nullable=False),
        sa.Column("thresholds", JSON, nullable=False),
        sa.Column("tickets", JSON, nullable=False),
        sa.Column("raised_at", INSTANT, nullable=False),
        sa.Column("peak", sa.Integer(), nullable=False),
        sa.Column("peak_on", sa.Date(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("settled_by", sa.Text(), nullable=False),
        sa.Column("settled_by_id", sa.BigInteger(), nullable=True),
        sa.Column("settled_at", INSTANT, nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("question_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("rule IN ('area', 'appellant', 'whole', 'urgent')", name=op.f("ck_warning_rule")),
        sa.CheckConstraint("state IN ('open', 'acknowledged', 'false_alarm')", name=op.f("ck_warning_state")),
        sa.CheckConstraint("(state = 'open') = (settled_at IS NULL)", name=op.f("ck_warning_settled")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "question_id"],
            ["knowledge_question.tenant_id", "knowledge_question.id"],
            name=op.f("fk_warning_tenant_id_question_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_warning")),
    )
    found_by = ["tenant_id", "rule", "matter", "area", "appellant", "until_at"]
    op.create_index("uq_warning_found", "warning", found_by, unique=True)
    op.create_index(
        "ix_warning_open", "warning", ["tenant_id", "raised_at"], postgresql_where=sa.text("state = 'open'")
    )
    op.create_table(
        "topic",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("matters", JSON, nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("by_id", sa.BigInteger(), nullable=True),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("ended_by", sa.Text(), nullable=False),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_topic")),
    )
    op.create_index("ix_topic_followed", "topic", ["tenant_id"], postgresql_where=sa.text("ended_at IS NULL"))
    for table in ("warning", "topic"):
        for statement in keep_apart(table):
            op.execute(statement)
        op.execute(allow(table, "SELECT", "INSERT", "UPDATE"))
    for table in READ:
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    op.execute(MARK_EVERY_DAY)
    for table in READ:
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")


def downgrade() -> None:
    op.drop_table("topic")
    op.drop_table("warning")
