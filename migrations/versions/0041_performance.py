"""Yearly performance of units: sheets with their lines and the tickets behind them, signatures, and objections."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from core.kit.policies import allow, keep_apart

revision: str = "0041"
down_revision: str | None = "0040"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

INSTANT = postgresql.TIMESTAMP(timezone=True)
JSON = postgresql.JSONB(astext_type=sa.Text())
KEPT = ("performance_unit", "performance_line", "performance_item")
"""What a sheet says is evidence: the application adds to it and reads it."""
MOVING = ("performance_sheet", "performance_objection")


def upgrade() -> None:
    op.create_table(
        "performance_sheet",
        *_row(),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("last", sa.Date(), nullable=False),
        *(sa.Column(name, JSON, nullable=False) for name in ("rules", "failures", "differences")),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        *_hand("made", nullable=False),
        *_hand("frozen", nullable=True),
        sa.Column("object_until", INSTANT, nullable=True),
        *_hand("signed", nullable=True),
        sa.Column("replaces_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("state IN ('computed', 'frozen', 'signed')", name=op.f("ck_performance_sheet_state")),
        sa.CheckConstraint("(state = 'computed') = (frozen_at IS NULL)", name=op.f("ck_performance_sheet_frozen")),
        sa.CheckConstraint(
            "(frozen_at IS NULL) = (object_until IS NULL)", name=op.f("ck_performance_sheet_object_until")
        ),
        sa.CheckConstraint("(state = 'signed') = (signed_at IS NOT NULL)", name=op.f("ck_performance_sheet_signed")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "replaces_id"],
            ["performance_sheet.tenant_id", "performance_sheet.id"],
            name=op.f("fk_performance_sheet_tenant_id_replaces_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_performance_sheet")),
        sa.UniqueConstraint("tenant_id", "number", name=op.f("uq_performance_sheet_tenant_id_number")),
        sa.UniqueConstraint("tenant_id", "year", "version", name=op.f("uq_performance_sheet_tenant_id_year_version")),
    )
    op.create_table(
        "performance_unit",
        *_row(),
        sa.Column("sheet_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("code", "name")),
        sa.Column("facts", JSON, nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=True),
        sa.Column("rank", sa.Integer(), nullable=True),
        _to("performance_unit", "sheet_id", "performance_sheet"),
        _to("performance_unit", "unit_id", "unit"),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_performance_unit")),
        sa.UniqueConstraint(
            "tenant_id", "sheet_id", "unit_id", name=op.f("uq_performance_unit_tenant_id_sheet_id_unit_id")
        ),
    )
    op.create_table(
        "performance_line",
        *_row(),
        sa.Column("sheet_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("rule_id", "by", "reason")),
        sa.Column("behind", JSON, nullable=False),
        _to("performance_line", "sheet_id", "performance_sheet"),
        _to("performance_line", "unit_id", "unit"),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_performance_line")),
    )
    op.create_index("ix_performance_line_sheet", "performance_line", ["tenant_id", "sheet_id", "unit_id"])
    op.create_table(
        "performance_item",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("sheet_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("unit_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("measure", sa.Text(), nullable=False),
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("serial_no", "case_no")),
        sa.Column("at", INSTANT, nullable=False),
        _to("performance_item", "sheet_id", "performance_sheet"),
        _to("performance_item", "unit_id", "unit"),
        _to("performance_item", "ticket_id", "ticket"),
        sa.PrimaryKeyConstraint(
            "tenant_id", "sheet_id", "unit_id", "measure", "place", name=op.f("pk_performance_item")
        ),
    )
    op.create_table(
        "performance_objection",
        *_row(),
        sa.Column("sheet_id", sa.BigInteger(), nullable=False),
        sa.Column("line_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        *_hand("raised", nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        *_hand("judged", nullable=True),
        sa.Column("finding", sa.Text(), nullable=False),
        _to("performance_objection", "sheet_id", "performance_sheet"),
        _to("performance_objection", "line_id", "performance_line"),
        _to("performance_objection", "unit_id", "unit"),
        sa.CheckConstraint("state IN ('open', 'upheld', 'dismissed')", name=op.f("ck_performance_objection_state")),
        sa.CheckConstraint("(state = 'open') = (judged_at IS NULL)", name=op.f("ck_performance_objection_judged")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_performance_objection")),
    )
    op.create_index(
        "uq_performance_objection_open",
        "performance_objection",
        ["tenant_id", "line_id"],
        unique=True,
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index("ix_performance_objection_sheet", "performance_objection", ["tenant_id", "sheet_id"])
    for table in (*KEPT, *MOVING):
        for statement in keep_apart(table):
            op.execute(statement)
    for table in KEPT:
        op.execute(allow(table, "SELECT", "INSERT"))
    for table in MOVING:
        op.execute(allow(table, "SELECT", "INSERT", "UPDATE"))


def downgrade() -> None:
    for table in ("performance_objection", "performance_item", "performance_line", "performance_unit"):
        op.drop_table(table)
    op.drop_table("performance_sheet")


def _row() -> tuple[sa.Column[int], sa.Column[int]]:
    return (
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
    )


def _hand(what: str, *, nullable: bool) -> Sequence[sa.Column[object]]:
    """Return the columns of who did it and when; the account is none where no person did."""
    return (
        sa.Column(f"{what}_by", sa.Text(), nullable=nullable),
        sa.Column(f"{what}_by_id", sa.BigInteger(), nullable=True),
        sa.Column(f"{what}_at", INSTANT, nullable=nullable),
    )


def _to(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_tenant_id_{column}")
    return sa.ForeignKeyConstraint(["tenant_id", column], [f"{other}.tenant_id", f"{other}.id"], name=name)
