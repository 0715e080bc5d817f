"""Residents' meetings and visits with many items; which tickets in hand are alike is found by an index each."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from core.kit.policies import allow, keep_apart

revision: str = "0036"
down_revision: str | None = "0035"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

INSTANT = postgresql.TIMESTAMP(timezone=True)
TABLES = ("outreach", "outreach_line")
IN_HAND = sa.text("state IN ('accepted', 'to_dispatch', 'dispatched', 'in_progress', 'submitted')")


def upgrade() -> None:
    op.create_table(
        "outreach",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("sort", sa.Text(), nullable=False),
        sa.Column("held_at", INSTANT, nullable=False),
        sa.Column("area", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("attendants", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("opened_by", sa.Text(), nullable=False),
        sa.Column("opened_by_id", sa.BigInteger(), nullable=True),
        sa.Column("opened_at", INSTANT, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("submitted_by", sa.Text(), nullable=False),
        sa.Column("submitted_at", INSTANT, nullable=True),
        sa.Column("closing", sa.Text(), nullable=False),
        sa.Column("closed_by", sa.Text(), nullable=False),
        sa.Column("closed_at", INSTANT, nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("withdrawn_by", sa.Text(), nullable=False),
        sa.Column("withdrawn_at", INSTANT, nullable=True),
        sa.CheckConstraint("sort IN ('meeting', 'visit')", name=op.f("ck_outreach_sort")),
        sa.CheckConstraint("state IN ('entry', 'submitted', 'closed', 'withdrawn')", name=op.f("ck_outreach_state")),
        sa.CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name=op.f("ck_outreach_closed")),
        sa.CheckConstraint("(state = 'withdrawn') = (withdrawn_at IS NOT NULL)", name=op.f("ck_outreach_withdrawn")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"], ["unit.tenant_id", "unit.id"], name=op.f("fk_outreach_tenant_id_unit_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_outreach")),
    )
    op.create_index("ix_outreach_held_at", "outreach", ["tenant_id", "held_at"])
    op.create_index("ix_outreach_unit", "outreach", ["tenant_id", "unit_id", "held_at"])
    op.create_table(
        "outreach_line",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("outreach_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("phone_hash", sa.LargeBinary(), nullable=True),
        sa.Column("entered_by", sa.Text(), nullable=False),
        sa.Column("entered_at", INSTANT, nullable=False),
        sa.Column("failure", sa.Text(), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("kind IN ('handle', 'answered', 'thanks')", name=op.f("ck_outreach_line_kind")),
        sa.CheckConstraint(
            "state IN ('draft', 'returned', 'taken_in', 'dropped')", name=op.f("ck_outreach_line_state")
        ),
        sa.CheckConstraint(
            "(state IN ('draft', 'returned')) = (sealed IS NOT NULL)", name=op.f("ck_outreach_line_sealed")
        ),
        sa.CheckConstraint("(state = 'taken_in') = (ticket_id IS NOT NULL)", name=op.f("ck_outreach_line_ticket")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "outreach_id"],
            ["outreach.tenant_id", "outreach.id"],
            name=op.f("fk_outreach_line_tenant_id_outreach_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "ticket_id"],
            ["ticket.tenant_id", "ticket.id"],
            name=op.f("fk_outreach_line_tenant_id_ticket_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_outreach_line")),
        sa.UniqueConstraint("tenant_id", "outreach_id", "key", name=op.f("uq_outreach_line_tenant_id_outreach_id_key")),
    )
    op.create_index(
        "ix_outreach_line_ticket",
        "outreach_line",
        ["tenant_id", "ticket_id"],
        postgresql_where=sa.text("ticket_id IS NOT NULL"),
    )
    op.create_index(
        "ix_outreach_line_phone_hash",
        "outreach_line",
        ["tenant_id", "phone_hash"],
        postgresql_where=sa.text("phone_hash IS NOT NULL"),
    )
    for table in TABLES:
        for statement in keep_apart(table):
            op.execute(statement)
        op.execute(allow(table, "SELECT", "INSERT", "UPDATE"))
    op.create_index(
        "ix_ticket_in_hand_by_matter", "ticket", ["tenant_id", "matter", "submitted_at"], postgresql_where=IN_HAND
    )
    op.create_index(
        "ix_ticket_in_hand_by_place",
        "ticket",
        ["tenant_id", "place", "submitted_at"],
        postgresql_where=IN_HAND,
    )
    op.create_index(
        "ix_ticket_in_hand_by_point", "ticket", ["tenant_id", "latitude", "longitude"], postgresql_where=IN_HAND
    )


def downgrade() -> None:
    for index in ("ix_ticket_in_hand_by_point", "ix_ticket_in_hand_by_place", "ix_ticket_in_hand_by_matter"):
        op.drop_index(index, table_name="ticket")
    for table in reversed(TABLES):
        op.drop_table(table)
