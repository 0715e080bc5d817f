"""How far a district has counted, the city's names for its matters beside the cube, and the city's own copy of the counts."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from core.kit.policies import STATS_ROLE, allow, keep_apart

revision: str = "0063"
down_revision: str | None = "0062"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

COUNTS = (
    "accepted",
    "dispatched",
    "returned",
    "replied",
    "replied_of_accepted",
    "concluded",
    "concluded_of_accepted",
    "concluded_within_a_day",
    "due",
    "on_time",
    "overdue",
    "answered_resolved",
    "resolved",
    "rated",
    "satisfied",
    "dissatisfied",
    "due_adjudicated",
    "on_time_adjudicated",
    "overdue_adjudicated",
    "answered_resolved_adjudicated",
    "resolved_adjudicated",
    "rated_adjudicated",
    "satisfied_adjudicated",
    "dissatisfied_adjudicated",
    "rejected",
    "voided",
    "attached",
    "extended",
    "redone",
    "returned_in_vain",
    "first_dispatched",
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
    "received",
    "valid",
    "invalid",
    "reached",
)
SECONDS = (
    "replied_seconds",
    "replied_of_accepted_seconds",
    "first_dispatched_seconds",
    "filed_seconds",
)
COUNTED_DAYS = """
    INSERT INTO cube_day (tenant_id, day, version)
    SELECT DISTINCT tenant_id, day, 1 FROM cube_cell WHERE aspect = 'all'
    UNION SELECT DISTINCT tenant_id, day, 1 FROM cube_code
"""
COUNTED_TENANTS = """
    INSERT INTO cube_state (tenant_id, version, counted_at, counted_with)
    SELECT DISTINCT tenant_id, 1, now(), '[]'::jsonb FROM cube_day
"""
READ = ("cube_cell", "cube_code", "cube_day", "cube_state")
OF_CITY = ("city_district", "city_cell", "city_code", "city_unit", "city_matter")


def upgrade() -> None:
    op.add_column("cube_matter", sa.Column("central", sa.Text(), server_default="", nullable=False))
    op.create_table(
        "cube_state",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("counted_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("counted_with", postgresql.JSONB(), nullable=False),
        sa.Column("oldest_waiting", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", name=op.f("pk_cube_state")),
    )
    op.create_table(
        "cube_day",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "day", name=op.f("pk_cube_day")),
    )
    op.create_index("ix_cube_day_version", "cube_day", ["tenant_id", "version"])
    _create_city()
    for table in ("cube_state", "cube_day", *OF_CITY):
        for statement in keep_apart(table):
            op.execute(statement)
        op.execute(allow(table, "SELECT", "INSERT", "UPDATE", "DELETE"))
    for table in ("cube_state", "cube_day"):
        op.execute(allow(table, "SELECT", role=STATS_ROLE))
    for table in READ:
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    op.execute(COUNTED_DAYS)
    op.execute(COUNTED_TENANTS)
    for table in READ:
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")


def _create_city() -> None:
    op.create_table(
        "city_district",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("district_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("gathered_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("counted_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("counted_with", postgresql.JSONB(), nullable=False),
        sa.Column("oldest_waiting", sa.Date(), nullable=True),
        sa.Column("first_day", sa.Date(), nullable=True),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.Column("left_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "district_id", name=op.f("pk_city_district")),
    )
    op.create_table(
        "city_cell",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("aspect", sa.Text(), nullable=False),
        sa.Column("grain", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("district_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("nature", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("matter", sa.Text(), nullable=False),
        *(sa.Column(name, sa.Integer(), server_default="0", nullable=False) for name in COUNTS),
        *(sa.Column(name, sa.BigInteger(), server_default="0", nullable=False) for name in SECONDS),
        sa.CheckConstraint("aspect IN ('all', 'way', 'unit', 'matter')", name=op.f("ck_city_cell_aspect")),
        sa.CheckConstraint("grain IN ('day', 'month')", name=op.f("ck_city_cell_grain")),
        sa.CheckConstraint("grain = 'day' OR extract(day FROM day) = 1", name=op.f("ck_city_cell_month")),
        sa.CheckConstraint("aspect = 'way' OR channel || nature = ''", name=op.f("ck_city_cell_way")),
        sa.CheckConstraint("aspect = 'unit' OR unit_id = 0", name=op.f("ck_city_cell_unit")),
        sa.CheckConstraint("aspect = 'matter' OR matter = ''", name=op.f("ck_city_cell_matter")),
        sa.PrimaryKeyConstraint(
            "tenant_id",
            "aspect",
            "grain",
            "day",
            "district_id",
            "channel",
            "nature",
            "unit_id",
            "matter",
            name=op.f("pk_city_cell"),
        ),
    )
    op.create_table(
        "city_code",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("district_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("matter", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "kind", "day", "district_id", "matter", "code", name=op.f("pk_city_code")),
    )
    op.create_table(
        "city_unit",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("district_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("unit_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "district_id", "unit_id", name=op.f("pk_city_unit")),
    )
    op.create_table(
        "city_matter",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("district_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("matter", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("own_category", sa.Text(), nullable=False),
        sa.Column("own_name", sa.Text(), nullable=False),
        sa.Column("way", sa.Text(), nullable=False),
        sa.CheckConstraint("way IN ('mapped', 'named', 'own', 'none')", name=op.f("ck_city_matter_way")),
        sa.PrimaryKeyConstraint("tenant_id", "district_id", "matter", name=op.f("pk_city_matter")),
    )


def downgrade() -> None:
    for table in reversed(OF_CITY):
        op.drop_table(table)
    op.drop_table("cube_day")
    op.drop_table("cube_state")
    op.drop_column("cube_matter", "central")
