"""The public flow of each ticket, and applications."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from core.kit.policies import allow, keep_apart

revision: str = "0044"
down_revision: str | None = "0043"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

NATURES_BEFORE = "'complaint', 'help', 'inquiry', 'suggestion', 'praise'"
RESULTS_BEFORE = "'resolved', 'partly', 'planned', 'explained', 'not_competent', 'unreasonable', 'transferred'"

VALIDATE = {
    "ticket": "ALTER TABLE ticket VALIDATE CONSTRAINT ck_ticket_nature",
    "reply": "ALTER TABLE reply VALIDATE CONSTRAINT ck_reply_disposition",
}


def upgrade() -> None:
    _allow("ticket", "nature", f"{NATURES_BEFORE}, 'application'")
    _allow("reply", "disposition", f"{RESULTS_BEFORE}, 'granted', 'refused'")
    op.add_column("reply", sa.Column("basis", sa.Text(), server_default="", nullable=False))
    op.create_table(
        "open_flow",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("public_no", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("nature", sa.Text(), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("matter", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("delay_hours", sa.Integer(), nullable=False),
        sa.Column("shown_from", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("changed_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint("state IN ('open', 'closed', 'withdrawn')", name=op.f("ck_open_flow_state")),
        sa.CheckConstraint("state <> 'open' OR shown_from IS NOT NULL", name=op.f("ck_open_flow_shown")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "ticket_id"], ["ticket.tenant_id", "ticket.id"], name=op.f("fk_open_flow_tenant_id_ticket_id")
        ),
        sa.UniqueConstraint("tenant_id", "ticket_id", name=op.f("uq_open_flow_tenant_id_ticket_id")),
        sa.UniqueConstraint("tenant_id", "public_no", name=op.f("uq_open_flow_tenant_id_public_no")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_open_flow")),
    )
    shown = sa.text("state = 'open'")
    op.create_index("ix_open_flow_shown", "open_flow", ["tenant_id", "shown_from"], postgresql_where=shown)
    for statement in keep_apart("open_flow"):
        op.execute(statement)
    op.execute(allow("open_flow", "SELECT", "INSERT", "UPDATE"))


def downgrade() -> None:
    op.drop_table("open_flow")
    op.drop_column("reply", "basis")
    for table in ("reply", "ticket"):
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    op.execute("UPDATE reply SET disposition = 'resolved' WHERE disposition = 'granted'")
    op.execute("UPDATE reply SET disposition = 'explained' WHERE disposition = 'refused'")
    op.execute("UPDATE ticket SET nature = 'help' WHERE nature = 'application'")
    for table in ("reply", "ticket"):
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    _allow("reply", "disposition", RESULTS_BEFORE)
    _allow("ticket", "nature", NATURES_BEFORE)


def _allow(table: str, column: str, values: str) -> None:
    """Let the column hold these values: added unchecked, then checked, so that a busy table is locked for a moment only."""
    name = op.f(f"ck_{table}_{column}")
    op.drop_constraint(name, table, type_="check")
    op.create_check_constraint(name, table, f"{column} IN ({values})", postgresql_not_valid=True)
    op.execute(VALIDATE[table])
