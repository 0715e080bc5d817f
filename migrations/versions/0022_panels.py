"""Third-party panels: the pool, the draw, the votes and the finding."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from core.kit.policies import allow, keep_apart

revision: str = "0022"
down_revision: str | None = "0021"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

RIGHTS: dict[str, tuple[str, ...]] = {
    "panel_member": ("SELECT", "INSERT", "UPDATE"),
    "review_panel": ("SELECT", "INSERT", "UPDATE"),
    "panel_draw": ("SELECT", "INSERT"),
    "panel_seat": ("SELECT", "INSERT", "UPDATE"),
    "panel_vote": ("SELECT", "INSERT"),
}
"""The tables, parents first, and what the application may do with each: draws and votes are evidence."""


def upgrade() -> None:
    op.create_table(
        "panel_member",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("member_group", sa.Text(), nullable=False),
        sa.Column("recruited", sa.Text(), nullable=False),
        sa.Column("organisation", sa.Text(), nullable=False),
        sa.Column("ties", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("added_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("added_by", sa.Text(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("phone_hash", sa.LargeBinary(), nullable=True),
        sa.Column("active_until", sa.Date(), nullable=True),
        sa.Column("away_first", sa.Date(), nullable=True),
        sa.Column("away_last", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "member_group IN ('official', 'deputy', 'cppcc', 'lawyer', 'journalist', 'grassroots', 'netizen')",
            name=op.f("ck_panel_member_member_group"),
        ),
        sa.CheckConstraint(
            "recruited IN ('invitation', 'nomination', 'application')", name=op.f("ck_panel_member_recruited")
        ),
        sa.CheckConstraint("away_first <= away_last", name=op.f("ck_panel_member_away")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "account_id"],
            ["account.tenant_id", "account.id"],
            name=op.f("fk_panel_member_tenant_id_account_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_panel_member_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_panel_member")),
        sa.UniqueConstraint("tenant_id", "number", name=op.f("uq_panel_member_tenant_id_number")),
    )
    op.create_index(
        "uq_panel_member_account",
        "panel_member",
        ["tenant_id", "account_id"],
        unique=True,
        postgresql_where="account_id IS NOT NULL",
    )
    op.create_table(
        "review_panel",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("cycle_no", sa.Integer(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("parties", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("verdicts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("rules", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("opened_by", sa.Text(), nullable=False),
        sa.Column("opened_by_id", sa.BigInteger(), nullable=True),
        sa.Column("opened_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("closes_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("other_unit_id", sa.BigInteger(), nullable=True),
        sa.Column("dispute_id", sa.BigInteger(), nullable=True),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("extended_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("reminded_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("closed_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("settled_by", sa.Text(), nullable=True),
        sa.Column("settled_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("notice", sa.Text(), nullable=False),
        sa.Column("proposed_by", sa.Text(), nullable=True),
        sa.Column("proposed_by_id", sa.BigInteger(), nullable=True),
        sa.Column("published_by", sa.Text(), nullable=True),
        sa.Column("published_by_id", sa.BigInteger(), nullable=True),
        sa.Column("published_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint(
            "cause IN ('unit_disputes', 'two_stories', 'large_gap')", name=op.f("ck_review_panel_cause")
        ),
        sa.CheckConstraint(
            "state IN ('voting', 'no_quorum', 'found', 'carried', 'declined')", name=op.f("ck_review_panel_state")
        ),
        sa.CheckConstraint(
            "verdict = '' OR verdict IN ('keep', 'redo', 'exclude', 'shift', 'none')",
            name=op.f("ck_review_panel_verdict"),
        ),
        sa.CheckConstraint(
            "published_at IS NULL OR published_by_id IS DISTINCT FROM opened_by_id",
            name=op.f("ck_review_panel_second_person"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "dispute_id"],
            ["dispute.tenant_id", "dispute.id"],
            name=op.f("fk_review_panel_tenant_id_dispute_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "other_unit_id"],
            ["unit.tenant_id", "unit.id"],
            name=op.f("fk_review_panel_tenant_id_other_unit_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "ticket_id"],
            ["ticket.tenant_id", "ticket.id"],
            name=op.f("fk_review_panel_tenant_id_ticket_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_review_panel")),
        sa.UniqueConstraint("tenant_id", "number", name=op.f("uq_review_panel_tenant_id_number")),
    )
    op.create_index("ix_review_panel_opened", "review_panel", ["tenant_id", "opened_at"], unique=False)
    op.create_index("ix_review_panel_ticket", "review_panel", ["tenant_id", "ticket_id"], unique=False)
    op.create_index(
        "ix_review_panel_voting",
        "review_panel",
        ["tenant_id", "closes_at"],
        unique=False,
        postgresql_where="state = 'voting'",
    )
    op.create_index(
        "uq_review_panel_under_way",
        "review_panel",
        ["tenant_id", "ticket_id"],
        unique=True,
        postgresql_where="state IN ('voting', 'no_quorum', 'found')",
    )
    op.create_table(
        "panel_draw",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("panel_id", sa.BigInteger(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("seed", sa.Text(), nullable=False),
        sa.Column("seed_from", sa.Text(), nullable=False),
        sa.Column("record", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("drawn_by", sa.Text(), nullable=False),
        sa.Column("drawn_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "panel_id"],
            ["review_panel.tenant_id", "review_panel.id"],
            name=op.f("fk_panel_draw_tenant_id_panel_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_panel_draw")),
        sa.UniqueConstraint("tenant_id", "panel_id", "round", name=op.f("uq_panel_draw_tenant_id_panel_id_round")),
    )
    op.create_table(
        "panel_seat",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("panel_id", sa.BigInteger(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("member_group", sa.Text(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("changed_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint("state IN ('standby', 'asked', 'accepted', 'recused')", name=op.f("ck_panel_seat_state")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "member_id"],
            ["panel_member.tenant_id", "panel_member.id"],
            name=op.f("fk_panel_seat_tenant_id_member_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "panel_id"],
            ["review_panel.tenant_id", "review_panel.id"],
            name=op.f("fk_panel_seat_tenant_id_panel_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_panel_seat")),
        sa.UniqueConstraint(
            "tenant_id", "panel_id", "round", "member_id", name=op.f("uq_panel_seat_tenant_id_panel_id_round_member_id")
        ),
    )
    op.create_index("ix_panel_seat_member", "panel_seat", ["tenant_id", "member_id"], unique=False)
    op.create_table(
        "panel_vote",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("panel_id", sa.BigInteger(), nullable=False),
        sa.Column("seat_id", sa.BigInteger(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("scores", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint("verdict IN ('keep', 'redo', 'exclude', 'shift')", name=op.f("ck_panel_vote_verdict")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "panel_id"],
            ["review_panel.tenant_id", "review_panel.id"],
            name=op.f("fk_panel_vote_tenant_id_panel_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "seat_id"],
            ["panel_seat.tenant_id", "panel_seat.id"],
            name=op.f("fk_panel_vote_tenant_id_seat_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_panel_vote")),
        sa.UniqueConstraint("tenant_id", "seat_id", name=op.f("uq_panel_vote_tenant_id_seat_id")),
    )
    op.create_index("ix_panel_vote_panel", "panel_vote", ["tenant_id", "panel_id"], unique=False)
    for table, rights in RIGHTS.items():
        for statement in keep_apart(table):
            op.execute(statement)
        op.execute(allow(table, *rights))


def downgrade() -> None:
    for table in reversed(RIGHTS):
        op.drop_table(table)
