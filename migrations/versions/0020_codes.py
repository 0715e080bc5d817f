"""Counts by code: causes of overdue and of dissatisfaction, levels of instructions; all days are counted anew."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from core.kit.policies import STATS_ROLE, allow, keep_apart

revision: str = "0020"
down_revision: str | None = "0019"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

DISSATISFIED = (
    "'unsolved', 'judicial', 'several_units', 'policy', 'untrue', 'result_other', 'attitude', 'no_contact', 'late', "
    "'passed_on', 'process_other'"
)
OVERDUE = "'planning', 'governance', 'judicial', 'technical', 'several_units', 'other'"
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
        "cube_code",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("matter", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "kind", "day", "unit_id", "matter", "code", name=op.f("pk_cube_code")),
    )
    for statement in keep_apart("cube_code"):
        op.execute(statement)
    op.execute(allow("cube_code", "SELECT", "INSERT", "UPDATE", "DELETE"))
    op.execute(allow("cube_code", "SELECT", role=STATS_ROLE))
    _create_causes()
    for table in READ:
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    op.execute(MARK_EVERY_DAY)
    for table in READ:
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")


def _create_causes() -> None:
    op.create_table(
        "rating_cause",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("rating_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint(f"cause IN ({DISSATISFIED})", name=op.f("ck_rating_cause_cause")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "rating_id"],
            ["rating.tenant_id", "rating.id"],
            name=op.f("fk_rating_cause_tenant_id_rating_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "ticket_id"],
            ["ticket.tenant_id", "ticket.id"],
            name=op.f("fk_rating_cause_tenant_id_ticket_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "rating_id", name=op.f("pk_rating_cause")),
    )
    op.create_index("ix_rating_cause_ticket", "rating_cause", ["tenant_id", "ticket_id"])
    op.create_table(
        "overdue_cause",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("clock_id", sa.BigInteger(), nullable=False),
        *(
            sa.Column(name, kind, nullable=is_nullable)
            for stage, words in (("stated", "evidence"), ("found", "finding"))
            for name, kind, is_nullable in (
                (stage, sa.Text(), False),
                (words, sa.Text(), False),
                (f"{stage}_by", sa.Text(), True),
                (f"{stage}_by_id", sa.BigInteger(), True),
                (f"{stage}_at", postgresql.TIMESTAMP(timezone=True), True),
            )
        ),
        sa.CheckConstraint(f"stated IN ('', {OVERDUE})", name=op.f("ck_overdue_cause_stated")),
        sa.CheckConstraint(f"found IN ('', {OVERDUE})", name=op.f("ck_overdue_cause_found")),
        sa.CheckConstraint("(stated_at IS NULL) = (stated = '')", name=op.f("ck_overdue_cause_stated_at")),
        sa.CheckConstraint("(found_at IS NULL) = (found = '')", name=op.f("ck_overdue_cause_found_at")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "ticket_id"],
            ["ticket.tenant_id", "ticket.id"],
            name=op.f("fk_overdue_cause_tenant_id_ticket_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "clock_id"],
            ["sla_clock.tenant_id", "sla_clock.id"],
            name=op.f("fk_overdue_cause_tenant_id_clock_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_overdue_cause")),
        sa.UniqueConstraint("tenant_id", "clock_id", name=op.f("uq_overdue_cause_tenant_id_clock_id")),
    )
    op.create_index("ix_overdue_cause_ticket", "overdue_cause", ["tenant_id", "ticket_id"])
    op.create_index(
        "ix_overdue_cause_waiting", "overdue_cause", ["tenant_id", "ticket_id"], postgresql_where="found = ''"
    )
    for table, privileges in (
        ("rating_cause", ("SELECT", "INSERT")),
        ("overdue_cause", ("SELECT", "INSERT", "UPDATE")),
    ):
        for statement in keep_apart(table):
            op.execute(statement)
        op.execute(allow(table, *privileges))


def downgrade() -> None:
    op.drop_table("overdue_cause")
    op.drop_table("rating_cause")
    op.drop_table("cube_code")
