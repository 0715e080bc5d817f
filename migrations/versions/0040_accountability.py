"""Cases of accountability: statements, evidence, steps, decisions and appeals."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from core.kit.policies import allow, keep_apart

revision: str = "0040"
down_revision: str | None = "0039"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

INSTANT = postgresql.TIMESTAMP(timezone=True)
JSON = postgresql.JSONB(astext_type=sa.Text())
CASE = "accountability_case"
NUMBERED = ("accountability_case",)
"""Tables whose rows the owner reads or writes below. Their forced policy would hide them from it."""
GONE = ("accountability_case", "letter", "letter_receipt", "sla_clock", "sla_event", "sla_timer")
"""The same, on the way back."""
CASE_CHECKS = {
    "state": "state IN ('open', 'notified', 'stated', 'decided', 'appealed', 'decided_on_appeal', 'exempted', 'closed')",
    "rung": "rung IN ('', 'reminder', 'talk', 'bulletin', 'referral')",
    "outcome": "outcome IN ('', 'responsible', 'not_responsible', 'exempt')",
    "decided": "(outcome = '') = (decided_at IS NULL)",
}
LETTERS_BEFORE = "kind IN ('reminder', 'supervision', 'talk', 'bulletin')"
LETTERS = "kind IN ('reminder', 'supervision', 'talk', 'bulletin', 'case_notice', 'case_decision', 'referral')"
CLOCKS_BEFORE = (
    "name IN ('accept', 'dispatch', 'reply', 'follow_up', 'progress', 'sign', 'return_window', 'first_contact', "
    "'on_site', 'handle', 'respond')"
)
CLOCKS = CLOCKS_BEFORE.replace("'respond'", "'respond', 'statement'")
SUBJECTS_BEFORE = "subject IN ('ticket', 'assignment', 'supervision')"
SUBJECTS = "subject IN ('ticket', 'assignment', 'supervision', 'case')"
NUMBER = """
    UPDATE accountability_case SET year = counted.year, number = counted.number
    FROM (
        SELECT opened.tenant_id, opened.id, opened.year,
               row_number() OVER (PARTITION BY opened.tenant_id, opened.year ORDER BY opened.opened_at, opened.id) AS number
        FROM (
            SELECT each.tenant_id, each.id, each.opened_at,
                   extract(year FROM each.opened_at AT TIME ZONE tenant.zone)::int AS year
            FROM accountability_case each JOIN tenant ON tenant.id = each.tenant_id
        ) opened
    ) counted
    WHERE counted.tenant_id = accountability_case.tenant_id AND counted.id = accountability_case.id
"""
RECEIPTS_OF_CASES = """
    DELETE FROM letter_receipt USING letter
    WHERE letter.tenant_id = letter_receipt.tenant_id AND letter.id = letter_receipt.letter_id
      AND letter.kind IN ('case_notice', 'case_decision', 'referral')
"""
OF_STATEMENTS = """
    DELETE FROM {table} USING sla_clock
    WHERE sla_clock.tenant_id = {table}.tenant_id AND sla_clock.id = {table}.clock_id AND sla_clock.name = 'statement'
"""


def upgrade() -> None:
    _widen_cases()
    _create_steps()
    _create_evidence()
    _check("letter", "kind", LETTERS)
    _check("sla_clock", "name", CLOCKS)
    _check("sla_clock", "subject", SUBJECTS)


def downgrade() -> None:
    op.drop_table("accountability_evidence")
    op.drop_table("accountability_step")
    for table in GONE:
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    for table in ("sla_event", "sla_timer"):
        op.execute(OF_STATEMENTS.format(table=table))
    op.execute("DELETE FROM sla_clock WHERE name = 'statement'")
    op.execute(RECEIPTS_OF_CASES)
    op.execute("DELETE FROM letter WHERE kind IN ('case_notice', 'case_decision', 'referral')")
    op.execute("DELETE FROM accountability_case WHERE authority_unit_id IS NULL")
    op.execute("UPDATE accountability_case SET state = 'closed' WHERE state = 'exempted'")
    op.execute("UPDATE accountability_case SET state = 'open' WHERE state <> 'closed'")
    for table in GONE:
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    _check("sla_clock", "subject", SUBJECTS_BEFORE)
    _check("sla_clock", "name", CLOCKS_BEFORE)
    _check("letter", "kind", LETTERS_BEFORE)
    op.drop_index("uq_accountability_case_number", table_name=CASE)
    op.drop_index("ix_accountability_case_unit", table_name=CASE)
    for name in ("rung", "outcome", "decided"):
        op.drop_constraint(op.f(f"ck_accountability_case_{name}"), CASE, type_="check")
    _check(CASE, "state", "state IN ('open', 'closed')")
    op.drop_constraint(op.f("fk_accountability_case_tenant_id_clock_id"), CASE, type_="foreignkey")
    op.alter_column(CASE, "authority_unit_id", existing_type=sa.BigInteger(), nullable=False)
    for column in reversed(_columns()):
        op.drop_column(CASE, column.name)


def _columns() -> list[sa.Column[object]]:
    def words(name: str) -> sa.Column[object]:
        return sa.Column(name, sa.Text(), server_default="", nullable=False)

    return [
        sa.Column("year", sa.Integer(), server_default="0", nullable=False),
        sa.Column("number", sa.Integer(), server_default="0", nullable=False),
        sa.Column("clock_id", sa.BigInteger(), nullable=True),
        sa.Column("proposed", JSON, server_default="[]", nullable=False),
        sa.Column("officer_id", sa.BigInteger(), nullable=True),
        words("officer"),
        sa.Column("silent_since", INSTANT, nullable=True),
        words("rung"),
        words("outcome"),
        words("measure"),
        words("decided_by"),
        sa.Column("decided_by_id", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", INSTANT, nullable=True),
        sa.Column("appeal_until", INSTANT, nullable=True),
        sa.Column("ended_at", INSTANT, nullable=True),
    ]


def _widen_cases() -> None:
    for column in _columns():
        op.add_column(CASE, column)
    op.alter_column(CASE, "authority_unit_id", existing_type=sa.BigInteger(), nullable=True)
    op.create_foreign_key(
        op.f("fk_accountability_case_tenant_id_clock_id"),
        CASE,
        "sla_clock",
        ["tenant_id", "clock_id"],
        ["tenant_id", "id"],
    )
    op.drop_constraint(op.f("ck_accountability_case_state"), CASE, type_="check")
    for name, condition in CASE_CHECKS.items():
        op.create_check_constraint(op.f(f"ck_accountability_case_{name}"), CASE, condition)
    for table in NUMBERED:
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    op.execute(NUMBER)
    for table in NUMBERED:
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.create_index("ix_accountability_case_unit", CASE, ["tenant_id", "unit_id", "opened_at"])
    op.create_index(
        "uq_accountability_case_number",
        CASE,
        ["tenant_id", "year", "number"],
        unique=True,
        postgresql_where=sa.text("number > 0"),
    )


def _create_steps() -> None:
    name = "accountability_step"
    op.create_table(
        name,
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("letter_id", sa.BigInteger(), nullable=True),
        *_whose(),
        sa.CheckConstraint(
            "kind IN ('opened', 'exemption', 'noticed', 'statement', 'silent', 'rung', 'decision', 'appeal', "
            "'appeal_decision', 'evidence', 'file', 'recused', 'handed', 'authority', 'closed')",
            name=op.f("ck_accountability_step_kind"),
        ),
        *_of_case(name),
        sa.ForeignKeyConstraint(
            ["tenant_id", "letter_id"],
            ["letter.tenant_id", "letter.id"],
            name=op.f("fk_accountability_step_tenant_id_letter_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_accountability_step")),
        sa.UniqueConstraint(
            "tenant_id", "case_id", "number", name=op.f("uq_accountability_step_tenant_id_case_id_number")
        ),
    )
    _protect(name)


def _create_evidence() -> None:
    name = "accountability_evidence"
    op.create_table(
        name,
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("content", JSON, nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("file_id", sa.BigInteger(), nullable=True),
        *_whose(),
        sa.CheckConstraint(
            "kind IN ('opening', 'completed', 'decision', 'file')", name=op.f("ck_accountability_evidence_kind")
        ),
        sa.CheckConstraint("(kind = 'file') = (file_id IS NOT NULL)", name=op.f("ck_accountability_evidence_file")),
        *_of_case(name),
        sa.ForeignKeyConstraint(
            ["tenant_id", "file_id"],
            ["ticket_file.tenant_id", "ticket_file.id"],
            name=op.f("fk_accountability_evidence_tenant_id_file_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_accountability_evidence")),
    )
    op.create_index("ix_accountability_evidence_case", name, ["tenant_id", "case_id", "id"])
    _protect(name)


def _whose() -> list[sa.Column[object]]:
    return [
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("by_id", sa.BigInteger(), nullable=True),
        sa.Column("by_unit_id", sa.BigInteger(), nullable=True),
        sa.Column("at", INSTANT, nullable=False),
    ]


def _of_case(name: str) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint(
            ["tenant_id", "case_id"],
            ["accountability_case.tenant_id", "accountability_case.id"],
            name=op.f(f"fk_{name}_tenant_id_case_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "ticket_id"], ["ticket.tenant_id", "ticket.id"], name=op.f(f"fk_{name}_tenant_id_ticket_id")
        ),
    ]


def _protect(name: str) -> None:
    for statement in keep_apart(name):
        op.execute(statement)
    op.execute(allow(name, "SELECT", "INSERT"))


def _check(table: str, name: str, condition: str) -> None:
    op.drop_constraint(op.f(f"ck_{table}_{name}"), table, type_="check")
    op.create_check_constraint(op.f(f"ck_{table}_{name}"), table, condition)
