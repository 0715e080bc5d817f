"""The security log, what of it was sent to syslog servers, and seals over records beside the timelines."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from core.kit.policies import allow, keep_apart

revision: str = "0011"
down_revision: str | None = "0010"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

INSTANT = postgresql.TIMESTAMP(timezone=True)
JSONB = postgresql.JSONB(astext_type=sa.Text())
GRANTS = {
    "security_event": ("SELECT", "INSERT"),
    "security_event_sent": ("SELECT", "INSERT", "UPDATE", "DELETE"),
    "sealed_record": ("SELECT", "INSERT"),
}


def upgrade() -> None:
    op.create_table(
        "security_event",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=True),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("detail", JSONB, nullable=False),
        sa.Column("mark", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("kind <> ''", name=op.f("ck_security_event_kind")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_security_event")),
    )
    op.create_index("ix_security_event_at", "security_event", ["tenant_id", "at"], unique=False)
    op.create_table(
        "security_event_sent",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("event_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "target", "event_id", name=op.f("pk_security_event_sent")),
    )
    op.create_index("ix_security_event_sent_at", "security_event_sent", ["tenant_id", "target", "at"], unique=False)
    op.create_table(
        "sealed_record",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("of", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("seal_number", sa.Integer(), nullable=False),
        sa.Column("at", INSTANT, nullable=True),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "seal_number"],
            ["seal.tenant_id", "seal.number"],
            name=op.f("fk_sealed_record_tenant_id_seal_number"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "of", "key", name=op.f("pk_sealed_record")),
    )
    op.create_index("ix_sealed_record_seal", "sealed_record", ["tenant_id", "seal_number"], unique=False)
    for table, privileges in GRANTS.items():
        for statement in keep_apart(table):
            op.execute(statement)
        op.execute(allow(table, *privileges))
    op.add_column("seal", sa.Column("records", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("seal", sa.Column("covers", JSONB, nullable=False, server_default=sa.text("'{}'::jsonb")))
    for column in ("records", "covers"):
        op.alter_column("seal", column, server_default=None)


def downgrade() -> None:
    op.drop_column("seal", "covers")
    op.drop_column("seal", "records")
    op.drop_table("sealed_record")
    op.drop_table("security_event_sent")
    op.drop_table("security_event")
