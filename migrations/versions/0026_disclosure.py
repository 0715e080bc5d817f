"""What is public of a ticket, and why not; what a unit was exposed for."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from core.kit.policies import allow, keep_apart

revision: str = "0026"
down_revision: str | None = "0025"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

INSTANT = postgresql.TIMESTAMP(timezone=True)
TABLES = ("disclosure", "exposure")


def upgrade() -> None:
    op.create_table(
        "disclosure",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("public_no", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("wish", sa.Text(), nullable=False),
        sa.Column("cycle_no", sa.Integer(), nullable=False),
        sa.Column("opens_matter", sa.Boolean(), nullable=False),
        sa.Column("opens_process", sa.Boolean(), nullable=False),
        sa.Column("opens_result", sa.Boolean(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("ground", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("closed_until", sa.Date(), nullable=True),
        sa.Column("publish_from", INSTANT, nullable=True),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.Column("published_at", INSTANT, nullable=True),
        sa.Column("published_by", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "ground IN ('', 'privacy', 'state-secret', 'trade-secret', 'investigation', 'third-party', 'other', 'resident')",
            name=op.f("ck_disclosure_ground"),
        ),
        sa.CheckConstraint(
            "state IN ('unprepared', 'prepared', 'published', 'closed', 'withdrawn')", name=op.f("ck_disclosure_state")
        ),
        sa.CheckConstraint("wish IN ('none', 'open', 'closed')", name=op.f("ck_disclosure_wish")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "ticket_id"],
            ["ticket.tenant_id", "ticket.id"],
            name=op.f("fk_disclosure_tenant_id_ticket_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_disclosure")),
        sa.UniqueConstraint("tenant_id", "public_no", name=op.f("uq_disclosure_tenant_id_public_no")),
        sa.UniqueConstraint("tenant_id", "ticket_id", name=op.f("uq_disclosure_tenant_id_ticket_id")),
    )
    op.create_index(
        "ix_disclosure_published",
        "disclosure",
        ["tenant_id", "published_at"],
        unique=False,
        postgresql_where="state = 'published'",
    )
    op.create_index(
        "ix_disclosure_waiting",
        "disclosure",
        ["tenant_id", "state", "publish_from"],
        unique=False,
        postgresql_where="state <> 'published'",
    )
    op.create_table(
        "exposure",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("behaviour", sa.Text(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("proposed_by", sa.Text(), nullable=False),
        sa.Column("proposed_by_id", sa.BigInteger(), nullable=True),
        sa.Column("proposed_at", INSTANT, nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("decided_at", INSTANT, nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("answered_by", sa.Text(), nullable=False),
        sa.Column("answered_at", INSTANT, nullable=True),
        sa.Column("withdrawn_by", sa.Text(), nullable=False),
        sa.Column("withdrawn_because", sa.Text(), nullable=False),
        sa.Column("withdrawn_at", INSTANT, nullable=True),
        sa.CheckConstraint("behaviour IN ('shirking', 'delay', 'brush-off')", name=op.f("ck_exposure_behaviour")),
        sa.CheckConstraint(
            "state IN ('proposed', 'refused', 'published', 'withdrawn')", name=op.f("ck_exposure_state")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "ticket_id"], ["ticket.tenant_id", "ticket.id"], name=op.f("fk_exposure_tenant_id_ticket_id")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"], ["unit.tenant_id", "unit.id"], name=op.f("fk_exposure_tenant_id_unit_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_exposure")),
    )
    op.create_index(
        "ix_exposure_published",
        "exposure",
        ["tenant_id", "decided_at"],
        unique=False,
        postgresql_where="state = 'published'",
    )
    op.create_index("ix_exposure_ticket", "exposure", ["tenant_id", "ticket_id"], unique=False)
    op.create_index(
        "uq_exposure_standing",
        "exposure",
        ["tenant_id", "ticket_id", "unit_id", "behaviour"],
        unique=True,
        postgresql_where="state IN ('proposed', 'published')",
    )
    for table in TABLES:
        for statement in keep_apart(table):
            op.execute(statement)
        op.execute(allow(table, "SELECT", "INSERT", "UPDATE"))


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
