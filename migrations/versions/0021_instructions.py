"""Instructions to a unit, class-wide checks, meetings over several tickets, errands, special reports, policies, readings."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from core.kit.policies import allow, keep_apart

revision: str = "0021"
down_revision: str | None = "0020"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

TEXT, ID, JSON = sa.Text(), sa.BigInteger(), postgresql.JSONB(astext_type=sa.Text())
INSTANT = postgresql.TIMESTAMP(timezone=True)
WRITTEN_ONCE = ("meeting_ticket", "policy", "reading")
CHANGED = ("meeting", "class_check", "errand", "special_report")


def upgrade() -> None:
    op.add_column("instruction", sa.Column("unit_id", ID, nullable=True))
    op.add_column("instruction", sa.Column("recorded_by_id", ID, nullable=True))
    op.create_foreign_key(
        op.f("fk_instruction_tenant_id_unit_id"),
        "instruction",
        "unit",
        ["tenant_id", "unit_id"],
        ["tenant_id", "id"],
    )
    _table(
        "meeting",
        ("ticket_id", ID, False),
        ("kind", TEXT, False),
        ("subject", TEXT, False),
        ("meets_at", INSTANT, False),
        ("place", TEXT, False),
        ("units", JSON, False),
        ("guests", JSON, False),
        ("called_by", TEXT, False),
        ("called_at", INSTANT, False),
        ("outcome", TEXT, False),
        ("held_by", TEXT, True),
        ("held_at", INSTANT, True),
        checks={
            "kind": "kind IN ('on_site', 'special', 'facing')",
            "held": "(held_at IS NULL) = (outcome = '')",
        },
        points={"ticket_id": "ticket"},
    )
    op.create_table(
        "meeting_ticket",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", ID, autoincrement=False, nullable=False),
        sa.Column("ticket_id", ID, autoincrement=False, nullable=False),
        *_pointing("meeting_ticket", {"meeting_id": "meeting", "ticket_id": "ticket"}),
        sa.PrimaryKeyConstraint("tenant_id", "meeting_id", "ticket_id", name=op.f("pk_meeting_ticket")),
    )
    _table(
        "class_check",
        ("ticket_id", ID, False),
        ("instruction_id", ID, True),
        ("matter", TEXT, False),
        ("alike", TEXT, False),
        ("areas", TEXT, False),
        ("due_at", INSTANT, False),
        ("ordered_by", TEXT, False),
        ("ordered_at", INSTANT, False),
        ("state", TEXT, False),
        ("closed_at", INSTANT, True),
        checks={
            "state": "state IN ('open', 'closed')",
            "closed": "(state = 'closed') = (closed_at IS NOT NULL)",
        },
        points={"ticket_id": "ticket", "instruction_id": "instruction"},
    )
    _table(
        "errand",
        ("ticket_id", ID, False),
        ("unit_id", ID, False),
        ("kind", TEXT, False),
        ("what", TEXT, False),
        ("given_by", TEXT, False),
        ("given_at", INSTANT, False),
        ("due_at", INSTANT, True),
        ("meeting_id", ID, True),
        ("check_id", ID, True),
        ("answer", TEXT, False),
        ("found", sa.Integer(), True),
        ("mended", sa.Integer(), True),
        ("answered_by", TEXT, True),
        ("answered_at", INSTANT, True),
        checks={
            "kind": "kind IN ('meeting', 'check', 'stage')",
            "of": "(kind <> 'meeting' OR meeting_id IS NOT NULL) AND (kind <> 'check' OR check_id IS NOT NULL)",
            "answer": "(answered_at IS NULL) = (answer = '')",
        },
        points={"ticket_id": "ticket", "unit_id": "unit", "meeting_id": "meeting", "check_id": "class_check"},
    )
    _table(
        "special_report",
        ("ticket_id", ID, False),
        ("consultation_id", ID, False),
        ("text", TEXT, False),
        ("written_by", TEXT, False),
        ("written_by_id", ID, True),
        ("written_at", INSTANT, False),
        ("year", sa.Integer(), True),
        ("number", sa.Integer(), True),
        ("cosigned_by", TEXT, True),
        ("cosigned_by_id", ID, True),
        ("cosigned_at", INSTANT, True),
        checks={"signed": "(number IS NULL) = (cosigned_at IS NULL) AND (number IS NULL) = (year IS NULL)"},
        points={"ticket_id": "ticket", "consultation_id": "consultation"},
    )
    for columns in (["tenant_id", "year", "number"], ["tenant_id", "consultation_id"]):
        op.create_unique_constraint(op.f(f"uq_special_report_{'_'.join(columns)}"), "special_report", columns)
    _table(
        "policy",
        ("ticket_id", ID, False),
        ("unit_id", ID, False),
        ("title", TEXT, False),
        ("analysis", TEXT, False),
        ("measure", TEXT, False),
        ("document_no", TEXT, False),
        ("by", TEXT, False),
        ("at", INSTANT, False),
        points={"ticket_id": "ticket", "unit_id": "unit"},
    )
    _table(
        "reading",
        ("ticket_id", ID, False),
        ("by", TEXT, False),
        ("by_id", ID, True),
        ("at", INSTANT, False),
        points={"ticket_id": "ticket"},
    )
    for table in (*CHANGED, *WRITTEN_ONCE):
        index = "ix_meeting_ticket_of" if table == "meeting_ticket" else f"ix_{table}_ticket"
        op.create_index(index, table, ["tenant_id", "ticket_id"])
    op.create_index(
        "ix_errand_open", "errand", ["tenant_id", "unit_id", "due_at"], postgresql_where="answered_at IS NULL"
    )
    op.create_index("ix_errand_check", "errand", ["tenant_id", "check_id"], postgresql_where="check_id IS NOT NULL")
    op.create_index("ix_reading_reader", "reading", ["tenant_id", "by_id", "ticket_id"])
    for table in (*CHANGED, *WRITTEN_ONCE):
        for statement in keep_apart(table):
            op.execute(statement)
    for table in CHANGED:
        op.execute(allow(table, "SELECT", "INSERT", "UPDATE"))
    for table in WRITTEN_ONCE:
        op.execute(allow(table, "SELECT", "INSERT"))


def downgrade() -> None:
    for table in ("reading", "policy", "special_report", "errand", "class_check", "meeting_ticket", "meeting"):
        op.drop_table(table)
    op.drop_constraint(op.f("fk_instruction_tenant_id_unit_id"), "instruction", type_="foreignkey")
    op.drop_column("instruction", "recorded_by_id")
    op.drop_column("instruction", "unit_id")


def _table(
    name: str,
    *columns: tuple[str, Any, bool],
    points: dict[str, str],
    checks: dict[str, str] | None = None,
) -> None:
    """Make a table of tenant's rows: columns as name, type and whether they may be empty, and what they point to."""
    op.create_table(
        name,
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("id", ID, autoincrement=False, nullable=False),
        *(sa.Column(column, kind, nullable=nullable) for column, kind, nullable in columns),
        *(
            sa.CheckConstraint(condition, name=op.f(f"ck_{name}_{called}"))
            for called, condition in (checks or {}).items()
        ),
        *_pointing(name, points),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f(f"pk_{name}")),
    )


def _pointing(name: str, points: dict[str, str]) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint(
            ["tenant_id", column],
            [f"{table}.tenant_id", f"{table}.id"],
            name=op.f(f"fk_{name}_tenant_id_{column}"),
        )
        for column, table in points.items()
    ]
