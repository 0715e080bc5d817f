"""Reminder letters from figures: drafted, signed, acknowledged and followed; where appeals come from is counted whole."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from core.kit.policies import STATS_ROLE, allow, keep_apart

revision: str = "0037"
down_revision: str | None = "0036"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

INSTANT = postgresql.TIMESTAMP(timezone=True)
JSON = postgresql.JSONB(astext_type=sa.Text())
SOURCES_BEFORE = "'breach', 'urgent', 'redo', 'returns', 'instruction', 'discipline', 'person'"
SOURCES = "'breach', 'urgent', 'redo', 'returns', 'instruction', 'discipline', 'reminder', 'person'"
READ = ("cube_cell", "cube_code", "dirty_day")
"""Tables whose rows the owner reads or writes below. Their forced policy would hide them from it."""
GONE = ("letter", "letter_receipt", "supervision")
"""The same, on the way back."""
MARK_EVERY_DAY = """
    INSERT INTO dirty_day (tenant_id, day, mark)
    SELECT counted.tenant_id, counted.day, mark.id
    FROM (SELECT DISTINCT tenant_id, day FROM cube_cell) counted
    CROSS JOIN (SELECT nextval('row_id') AS id) mark
"""
NO_MORE_BY_CODE = "DELETE FROM cube_code WHERE kind = 'accepted_by_area'"
RECEIPTS_OF_FIGURES = """
    DELETE FROM letter_receipt
    WHERE letter_id IN (SELECT id FROM letter WHERE letter.tenant_id = letter_receipt.tenant_id AND ticket_id IS NULL)
"""


def upgrade() -> None:
    _create_places()
    op.add_column("topic", sa.Column("areas", JSON, server_default="[]", nullable=False))
    op.add_column("topic", sa.Column("measures", JSON, server_default="[]", nullable=False))
    op.alter_column("letter", "ticket_id", existing_type=sa.BigInteger(), nullable=True)
    op.drop_constraint(op.f("ck_supervision_source"), "supervision", type_="check")
    op.create_check_constraint(op.f("ck_supervision_source"), "supervision", f"source IN ({SOURCES})")
    _create_reminders()


def downgrade() -> None:
    op.drop_table("reminder")
    for table in GONE:
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    op.execute("UPDATE supervision SET source = 'person' WHERE source = 'reminder'")
    op.execute(RECEIPTS_OF_FIGURES)
    op.execute("DELETE FROM letter WHERE ticket_id IS NULL")
    for table in GONE:
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.drop_constraint(op.f("ck_supervision_source"), "supervision", type_="check")
    op.create_check_constraint(op.f("ck_supervision_source"), "supervision", f"source IN ({SOURCES_BEFORE})")
    op.alter_column("letter", "ticket_id", existing_type=sa.BigInteger(), nullable=False)
    op.drop_column("topic", "measures")
    op.drop_column("topic", "areas")
    op.drop_table("cube_place")


def _create_places() -> None:
    keys = ("day", "matter", "area", "unit_id", "channel", "nature")
    op.create_table(
        "cube_place",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("matter", sa.Text(), nullable=False),
        sa.Column("area", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("nature", sa.Text(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", *keys, name=op.f("pk_cube_place")),
    )
    for statement in keep_apart("cube_place"):
        op.execute(statement)
    op.execute(allow("cube_place", "SELECT", "INSERT", "UPDATE", "DELETE"))
    op.execute(allow("cube_place", "SELECT", role=STATS_ROLE))
    for table in READ:
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    op.execute(MARK_EVERY_DAY)
    op.execute(NO_MORE_BY_CODE)
    for table in READ:
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")


def _create_reminders() -> None:
    op.create_table(
        "reminder",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("figures", JSON, nullable=False),
        sa.Column("tickets", JSON, nullable=False),
        sa.Column("ticket_count", sa.BigInteger(), nullable=False),
        sa.Column("rules", JSON, nullable=False),
        sa.Column("by_rule", sa.Text(), nullable=False),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("last", sa.Date(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("drafted_at", INSTANT, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("settled_by", sa.Text(), nullable=False),
        sa.Column("settled_by_id", sa.BigInteger(), nullable=True),
        sa.Column("settled_at", INSTANT, nullable=True),
        sa.Column("discarded_because", sa.Text(), nullable=False),
        sa.Column("letter_id", sa.BigInteger(), nullable=True),
        *(
            sa.Column(name, INSTANT, nullable=True)
            for name in ("acknowledge_by", "pressed_at", "escalated_at", "answer_by", "late_at")
        ),
        sa.Column("measures", sa.Text(), nullable=False),
        sa.Column("answered_by", sa.Text(), nullable=False),
        sa.Column("answered_by_id", sa.BigInteger(), nullable=True),
        sa.Column("answered_at", INSTANT, nullable=True),
        sa.Column("effect", JSON, nullable=False),
        sa.Column("effect_at", INSTANT, nullable=True),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("finding", sa.Text(), nullable=False),
        sa.Column("judged_by", sa.Text(), nullable=False),
        sa.Column("judged_at", INSTANT, nullable=True),
        sa.CheckConstraint("reason IN ('repetition', 'limits', 'again')", name=op.f("ck_reminder_reason")),
        sa.CheckConstraint(
            "state IN ('draft', 'discarded', 'issued', 'answered', 'closed')", name=op.f("ck_reminder_state")
        ),
        sa.CheckConstraint("(state IN ('draft', 'discarded')) = (letter_id IS NULL)", name=op.f("ck_reminder_letter")),
        sa.CheckConstraint("verdict IN ('', 'effective', 'partly', 'none')", name=op.f("ck_reminder_verdict")),
        sa.CheckConstraint("(state = 'closed') = (verdict <> '')", name=op.f("ck_reminder_closed")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"], ["unit.tenant_id", "unit.id"], name=op.f("fk_reminder_tenant_id_unit_id")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "letter_id"], ["letter.tenant_id", "letter.id"], name=op.f("fk_reminder_tenant_id_letter_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_reminder")),
    )
    under_way = sa.text("state IN ('draft', 'issued', 'answered')")
    op.create_index(
        "uq_reminder_under_way",
        "reminder",
        ["tenant_id", "unit_id", "reason"],
        unique=True,
        postgresql_where=under_way,
    )
    op.create_index("ix_reminder_drafted_at", "reminder", ["tenant_id", "drafted_at"])
    for statement in keep_apart("reminder"):
        op.execute(statement)
    op.execute(allow("reminder", "SELECT", "INSERT", "UPDATE"))
