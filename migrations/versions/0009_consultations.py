"""What returns and consultations keep: the clause, why they opened, who acts meanwhile, meetings, the ladder, the rule."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from core.kit.policies import allow, keep_apart

revision: str = "0009"
down_revision: str | None = "0008"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

TEXT, JSON = sa.Text(), postgresql.JSONB(astext_type=sa.Text())
ADDED: tuple[tuple[str, str, Any, str | None], ...] = (
    ("return_request", "clause", TEXT, "''"),
    ("return_request", "duty_item", TEXT, "''"),
    ("return_request", "duty_list", sa.Integer(), "0"),
    ("consultation", "opened_because", TEXT, "'asked'"),
    ("consultation", "acting_unit_id", sa.BigInteger(), None),
    ("consultation", "meeting_at", postgresql.TIMESTAMP(timezone=True), None),
    ("consultation", "meeting_place", TEXT, "''"),
    ("consultation", "meeting_units", JSON, "'[]'"),
    ("consultation", "meeting_note", TEXT, "''"),
    ("consultation", "co_units", JSON, "'[]'"),
    ("consultation", "decided_by_id", sa.BigInteger(), None),
    ("consultation", "rule_revision", sa.Integer(), None),
    ("consultation", "rule_note", TEXT, "''"),
    ("cube_cell", "returned_in_vain", sa.Integer(), "0"),
)
"""Table, column, type, and the value of rows that are there already; None = they have none."""
KINDS_BEFORE = (
    "kind IN ('city_department', 'district_department', 'street', 'section', 'community_center', 'public_utility', "
    "'central_body', 'dispatch_desk', 'discipline')"
)
CHECKS: tuple[tuple[str, str, str, str], ...] = (
    ("unit", "kind", KINDS_BEFORE, f"{KINDS_BEFORE[:-1]}, 'establishment', 'government')"),
    ("consultation", "state", "state IN ('open', 'decided')", "state IN ('open', 'decided', 'dropped')"),
)
"""Checks that allow more from now on: of which table, called what, before and after."""
READ = ("return_request", "consultation", "dirty_day")
"""Tables whose rows the owner reads or writes below. Their forced policy would hide them from it."""
RETURNED_BEFORE = """
    UPDATE consultation SET opened_because = 'returns' WHERE question ~ '^已退单 [0-9]+ 次，主办单位待明确$'
"""
MARK_DECIDED_RETURNS = """
    INSERT INTO dirty_day (tenant_id, day, mark)
    SELECT touched.tenant_id, touched.day, mark.id
    FROM (
        SELECT DISTINCT r.tenant_id, timezone(t.zone, r.decided_at)::date AS day
        FROM return_request r JOIN tenant t ON t.id = r.tenant_id
        WHERE r.state IN ('approved', 'denied')
    ) touched
    CROSS JOIN (SELECT nextval('row_id') AS id) mark
"""
DROPPED_AS_DECIDED = """
    UPDATE consultation c
    SET state = 'decided', decision = '工单已另行了结，没有裁决', decided_by = '系统', decided_at = opened_at,
        unit_id = coalesce(acting_unit_id, (
            SELECT id FROM unit u WHERE u.tenant_id = c.tenant_id AND u.kind = 'dispatch_desk' LIMIT 1))
    WHERE state = 'dropped'
"""
"""The version before knows two states; of these, decided leaves nobody waiting."""


def upgrade() -> None:
    for table, column, kind, value in ADDED:
        default = sa.text(value) if value else None
        op.add_column(table, sa.Column(column, kind, nullable=value is None, server_default=default))
    for table, name, _, after in CHECKS:
        op.drop_constraint(op.f(f"ck_{table}_{name}"), table, type_="check")
        op.create_check_constraint(op.f(f"ck_{table}_{name}"), table, after)
    op.create_check_constraint(
        op.f("ck_consultation_opened_because"), "consultation", "opened_because IN ('asked', 'returns', 'stalled')"
    )
    op.create_foreign_key(
        op.f("fk_consultation_tenant_id_acting_unit_id"),
        "consultation",
        "unit",
        ["tenant_id", "acting_unit_id"],
        ["tenant_id", "id"],
    )
    op.create_index(
        "ix_return_request_decided",
        "return_request",
        ["tenant_id", "decided_at"],
        postgresql_where="state IN ('approved', 'denied')",
    )
    op.create_table(
        "consultation_step",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("consultation_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("authority", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("by_id", sa.BigInteger(), nullable=True),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('opened', 'referred', 'acting', 'meeting', 'minutes', 'decided', 'dropped')",
            name=op.f("ck_consultation_step_kind"),
        ),
        sa.CheckConstraint(
            "authority IN ('coordinator', 'establishment', 'government')", name=op.f("ck_consultation_step_authority")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "consultation_id"],
            ["consultation.tenant_id", "consultation.id"],
            name=op.f("fk_consultation_step_tenant_id_consultation_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"],
            ["unit.tenant_id", "unit.id"],
            name=op.f("fk_consultation_step_tenant_id_unit_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_consultation_step")),
    )
    op.create_index("ix_consultation_step_consultation", "consultation_step", ["tenant_id", "consultation_id"])
    for statement in keep_apart("consultation_step"):
        op.execute(statement)
    op.execute(allow("consultation_step", "SELECT", "INSERT"))
    for table in READ:
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    op.execute(RETURNED_BEFORE)
    op.execute(MARK_DECIDED_RETURNS)
    for table in READ:
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    for table, column, _, value in ADDED:
        if value:
            op.alter_column(table, column, server_default=None)


def downgrade() -> None:
    op.drop_index("ix_consultation_step_consultation", table_name="consultation_step")
    op.drop_table("consultation_step")
    op.drop_index("ix_return_request_decided", table_name="return_request")
    op.drop_constraint(op.f("fk_consultation_tenant_id_acting_unit_id"), "consultation", type_="foreignkey")
    op.drop_constraint(op.f("ck_consultation_opened_because"), "consultation", type_="check")
    op.execute("ALTER TABLE consultation NO FORCE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE unit NO FORCE ROW LEVEL SECURITY")
    op.execute(DROPPED_AS_DECIDED)
    op.execute("UPDATE unit SET kind = 'district_department' WHERE kind IN ('establishment', 'government')")
    op.execute("ALTER TABLE consultation FORCE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE unit FORCE ROW LEVEL SECURITY")
    for table, name, before, _ in CHECKS:
        op.drop_constraint(op.f(f"ck_{table}_{name}"), table, type_="check")
        op.create_check_constraint(op.f(f"ck_{table}_{name}"), table, before)
    for table, column, _, _ in ADDED:
        op.drop_column(table, column)
