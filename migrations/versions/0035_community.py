"""Community centres: which of them took a ticket in, and visits to residents at home."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from core.kit.policies import allow, keep_apart

revision: str = "0035"
down_revision: str | None = "0034"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

INSTANT = postgresql.TIMESTAMP(timezone=True)
TABLES = ("counter_entry", "home_visit")
"""Both are evidence: the application adds to them and reads them."""


def upgrade() -> None:
    op.create_table(
        "counter_entry",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("present", sa.Text(), nullable=False),
        sa.Column("no_phone", sa.Boolean(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("by_id", sa.BigInteger(), nullable=True),
        sa.Column("written_at", INSTANT, nullable=False),
        sa.Column("entered_at", INSTANT, nullable=False),
        sa.CheckConstraint("kind IN ('counter', 'door')", name=op.f("ck_counter_entry_kind")),
        sa.CheckConstraint("present IN ('self', 'other')", name=op.f("ck_counter_entry_present")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "ticket_id"],
            ["ticket.tenant_id", "ticket.id"],
            name=op.f("fk_counter_entry_tenant_id_ticket_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"], ["unit.tenant_id", "unit.id"], name=op.f("fk_counter_entry_tenant_id_unit_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "ticket_id", name=op.f("pk_counter_entry")),
        sa.UniqueConstraint(
            "tenant_id", "unit_id", "message_id", name=op.f("uq_counter_entry_tenant_id_unit_id_message_id")
        ),
    )
    op.create_index("ix_counter_entry_unit", "counter_entry", ["tenant_id", "unit_id", "ticket_id"])
    op.create_table(
        "home_visit",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("cycle_no", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("found", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.CheckConstraint("outcome IN ('met', 'nobody', 'refused')", name=op.f("ck_home_visit_outcome")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "ticket_id"],
            ["ticket.tenant_id", "ticket.id"],
            name=op.f("fk_home_visit_tenant_id_ticket_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"], ["unit.tenant_id", "unit.id"], name=op.f("fk_home_visit_tenant_id_unit_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_home_visit")),
    )
    op.create_index("ix_home_visit_ticket", "home_visit", ["tenant_id", "ticket_id"])
    op.create_index(
        "ix_ticket_event_kept_off", "ticket_event", ["tenant_id", "at"], postgresql_where=sa.text("kind = 'kept_off'")
    )
    for table in TABLES:
        for statement in keep_apart(table):
            op.execute(statement)
        op.execute(allow(table, "SELECT", "INSERT"))


def downgrade() -> None:
    op.drop_index("ix_ticket_event_kept_off", table_name="ticket_event")
    for table in reversed(TABLES):
        op.drop_table(table)
