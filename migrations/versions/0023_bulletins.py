"""Bulletins: frozen content, approval, naming and publication; units and matters are counted by who appeals."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import SchemaItem

from core.kit.policies import allow, keep_apart

revision: str = "0023"
down_revision: str | None = "0022"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

INSTANT, JSON = postgresql.TIMESTAMP(timezone=True), postgresql.JSONB(astext_type=sa.Text())
WAY_BEFORE = "aspect = 'way' OR channel || medium || nature || appellant = ''"
WAY = "aspect = 'way' OR channel || medium || nature = ''"
WHOLE = "aspect <> 'all' OR appellant = ''"
TABLES = ("bulletin", "bulletin_naming", "bulletin_case")
READ = ("cube_cell", "dirty_day")
"""Tables whose rows the owner reads or writes below. Their forced policy would hide them from it."""
MARK_EVERY_DAY = """
    INSERT INTO dirty_day (tenant_id, day, mark)
    SELECT counted.tenant_id, counted.day, mark.id
    FROM (SELECT DISTINCT tenant_id, day FROM cube_cell) counted
    CROSS JOIN (SELECT nextval('row_id') AS id) mark
"""
UNDIVIDE = "DELETE FROM cube_cell WHERE aspect IN ('unit', 'matter') AND appellant <> ''"


def _row(*columns: SchemaItem) -> tuple[SchemaItem, ...]:
    return (
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        *columns,
    )


def _text(name: str, **more: Any) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False, **more)


def upgrade() -> None:
    op.create_table(
        "bulletin",
        *_row(
            sa.Column("number", sa.Integer(), nullable=False),
            *(_text(name) for name in ("month", "edition", "state", "document", "sha256")),
            sa.Column("naming_at", sa.Integer()),
            sa.Column("cases_at", sa.Integer()),
            sa.Column("definitions", JSON, nullable=False),
            _text("made_by"),
            sa.Column("made_by_id", sa.BigInteger()),
            sa.Column("made_at", INSTANT, nullable=False),
            sa.Column("approved_by", sa.Text()),
            sa.Column("approved_by_id", sa.BigInteger()),
            sa.Column("approved_at", INSTANT),
            sa.Column("published_by", sa.Text()),
            sa.Column("published_at", INSTANT),
            sa.Column("replaces_id", sa.BigInteger()),
            _text("reason"),
        ),
        sa.CheckConstraint("edition IN ('general', 'enterprise')", name=op.f("ck_bulletin_edition")),
        sa.CheckConstraint("state IN ('draft', 'approved', 'published')", name=op.f("ck_bulletin_state")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "replaces_id"],
            ["bulletin.tenant_id", "bulletin.id"],
            name=op.f("fk_bulletin_tenant_id_replaces_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_bulletin")),
        sa.UniqueConstraint("tenant_id", "number", name=op.f("uq_bulletin_tenant_id_number")),
    )
    op.create_index(
        "uq_bulletin_first",
        "bulletin",
        ["tenant_id", "month", "edition"],
        unique=True,
        postgresql_where=sa.text("replaces_id IS NULL"),
    )
    op.create_index("uq_bulletin_replaces", "bulletin", ["tenant_id", "replaces_id"], unique=True)
    op.create_table(
        "bulletin_naming",
        *_row(
            sa.Column("bulletin_id", sa.BigInteger(), nullable=False),
            sa.Column("unit_id", sa.BigInteger()),
            _text("name"),
            *(
                sa.Column(name, sa.Integer(), nullable=False)
                for name in ("satisfied", "rated", "satisfied_adjudicated", "rated_adjudicated")
            ),
            _text("state"),
            sa.Column("decided_by", sa.Text()),
            sa.Column("decided_by_id", sa.BigInteger()),
            sa.Column("decided_at", INSTANT),
            *(_text(name) for name in ("reason", "summons", "summons_ticket")),
        ),
        sa.CheckConstraint("state IN ('proposed', 'named', 'spared')", name=op.f("ck_bulletin_naming_state")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "bulletin_id"],
            ["bulletin.tenant_id", "bulletin.id"],
            name=op.f("fk_bulletin_naming_tenant_id_bulletin_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"], ["unit.tenant_id", "unit.id"], name=op.f("fk_bulletin_naming_tenant_id_unit_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_bulletin_naming")),
    )
    op.create_index("ix_bulletin_naming_bulletin", "bulletin_naming", ["tenant_id", "bulletin_id"])
    op.create_table(
        "bulletin_case",
        *_row(
            sa.Column("bulletin_id", sa.BigInteger(), nullable=False),
            sa.Column("ticket_id", sa.BigInteger(), nullable=False),
            *(_text(name) for name in ("public_no", "title", "text", "result", "chosen_by")),
            sa.Column("chosen_at", INSTANT, nullable=False),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "bulletin_id"],
            ["bulletin.tenant_id", "bulletin.id"],
            name=op.f("fk_bulletin_case_tenant_id_bulletin_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "ticket_id"],
            ["ticket.tenant_id", "ticket.id"],
            name=op.f("fk_bulletin_case_tenant_id_ticket_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_bulletin_case")),
        sa.UniqueConstraint(
            "tenant_id", "bulletin_id", "ticket_id", name=op.f("uq_bulletin_case_tenant_id_bulletin_id_ticket_id")
        ),
    )
    for table in TABLES:
        for statement in keep_apart(table):
            op.execute(statement)
    op.execute(allow("bulletin", "SELECT", "INSERT", "UPDATE"))
    op.execute(allow("bulletin_naming", "SELECT", "INSERT", "UPDATE", "DELETE"))
    op.execute(allow("bulletin_case", "SELECT", "INSERT", "DELETE"))
    _check(WAY, whole=True)
    _with_all_rows(MARK_EVERY_DAY)


def downgrade() -> None:
    _with_all_rows(UNDIVIDE, MARK_EVERY_DAY)
    _check(WAY_BEFORE, whole=False)
    for table in reversed(TABLES):
        op.drop_table(table)


def _check(way: str, *, whole: bool) -> None:
    op.drop_constraint(op.f("ck_cube_cell_way"), "cube_cell", type_="check")
    op.create_check_constraint(op.f("ck_cube_cell_way"), "cube_cell", way)
    if whole:
        op.create_check_constraint(op.f("ck_cube_cell_whole"), "cube_cell", WHOLE)
    else:
        op.drop_constraint(op.f("ck_cube_cell_whole"), "cube_cell", type_="check")


def _with_all_rows(*statements: str) -> None:
    for table in READ:
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    for statement in statements:
        op.execute(statement)
    for table in READ:
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
