"""Who was asked first and who handled first, attempts to give back, times from arrival, and figures from elsewhere."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from core.kit.policies import allow, keep_apart

revision: str = "0034"
down_revision: str | None = "0033"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

INSTANT = postgresql.TIMESTAMP(timezone=True)
FIRSTS = ("asked_unit_id", "first_unit_id")
COUNTS = (
    "first_hit",
    "filing_due",
    "filed",
    "filed_in_time",
    "asked_first",
    "asked_passed_on",
    "first_handled",
    "first_passed_on",
    "return_requested",
    "return_refused",
    "to_conclude",
)
SECONDS = ("filed_seconds",)
TABLES = ("return_attempt", "outside_figure")
"""Both are evidence: the application adds to them and reads them."""
READ = ("cube_cell", "dirty_day")
"""Tables whose rows the owner reads or writes below. Their forced policy would hide them from it."""
MARK_EVERY_DAY = """
    INSERT INTO dirty_day (tenant_id, day, mark)
    SELECT counted.tenant_id, counted.day, mark.id
    FROM (SELECT DISTINCT tenant_id, day FROM cube_cell) counted
    CROSS JOIN (SELECT nextval('row_id') AS id) mark
"""


def upgrade() -> None:
    op.add_column("duty_list_row", sa.Column("after_arrival_seconds", sa.Integer(), nullable=True))
    _limits_of(("limit", "on_site", "after_arrival"))
    for name in FIRSTS:
        op.add_column("ticket", sa.Column(name, sa.BigInteger(), nullable=True))
        op.create_foreign_key(
            op.f(f"fk_ticket_tenant_id_{name}"), "ticket", "unit", ["tenant_id", name], ["tenant_id", "id"]
        )
    op.create_index("ix_return_request_requested", "return_request", ["tenant_id", "requested_at"])
    _create_attempts()
    _create_figures()
    for table in TABLES:
        for statement in keep_apart(table):
            op.execute(statement)
        op.execute(allow(table, "SELECT", "INSERT"))
    for name in COUNTS:
        op.add_column("cube_cell", sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
    for name in SECONDS:
        op.add_column("cube_cell", sa.Column(name, sa.BigInteger(), nullable=False, server_default="0"))
    for table in READ:
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    op.execute(MARK_EVERY_DAY)
    for table in READ:
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")


def downgrade() -> None:
    for name in (*SECONDS, *COUNTS):
        op.drop_column("cube_cell", name)
    for table in reversed(TABLES):
        op.drop_table(table)
    op.drop_index("ix_return_request_requested", "return_request")
    for name in reversed(FIRSTS):
        op.drop_constraint(op.f(f"fk_ticket_tenant_id_{name}"), "ticket", type_="foreignkey")
        op.drop_column("ticket", name)
    op.execute("ALTER TABLE duty_limit_change NO FORCE ROW LEVEL SECURITY")
    op.execute("DELETE FROM duty_limit_change WHERE field = 'after_arrival'")
    op.execute("ALTER TABLE duty_limit_change FORCE ROW LEVEL SECURITY")
    _limits_of(("limit", "on_site"))
    op.drop_column("duty_list_row", "after_arrival_seconds")


def _limits_of(fields: Sequence[str]) -> None:
    name = op.f("ck_duty_limit_change_field")
    op.drop_constraint(name, "duty_limit_change", type_="check")
    op.create_check_constraint(name, "duty_limit_change", f"field IN ({', '.join(map(repr, fields))})")


def _create_attempts() -> None:
    op.create_table(
        "return_attempt",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("by_id", sa.BigInteger(), nullable=True),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("command_id", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "ticket_id"],
            ["ticket.tenant_id", "ticket.id"],
            name=op.f("fk_return_attempt_tenant_id_ticket_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"], ["unit.tenant_id", "unit.id"], name=op.f("fk_return_attempt_tenant_id_unit_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_return_attempt")),
        sa.UniqueConstraint(
            "tenant_id", "ticket_id", "command_id", name=op.f("uq_return_attempt_tenant_id_ticket_id_command_id")
        ),
    )
    op.create_index("ix_return_attempt_at", "return_attempt", ["tenant_id", "at"])


def _create_figures() -> None:
    op.create_table(
        "outside_figure",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.CheckConstraint("value >= 0", name=op.f("ck_outside_figure_value")),
        sa.CheckConstraint("extract(day FROM month) = 1", name=op.f("ck_outside_figure_month")),
        sa.CheckConstraint("source <> ''", name=op.f("ck_outside_figure_source")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_outside_figure_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_outside_figure")),
    )
    op.create_index("ix_outside_figure_month", "outside_figure", ["tenant_id", "name", "month", "id"])
