"""What becomes of personal data: who looked at a contact in full, and what can be encrypted anew or erased."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from core.kit.policies import allow, keep_apart

revision: str = "0013"
down_revision: str | None = "0012"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

INSTANT = postgresql.TIMESTAMP(timezone=True)
GRANTS = {"contact_reveal": ("SELECT", "INSERT")}


def upgrade() -> None:
    op.create_table(
        "contact_reveal",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("shown", sa.Text(), nullable=False),
        sa.Column("actor_kind", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=True),
        sa.Column("actor_name", sa.Text(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "ticket_id"],
            ["ticket.tenant_id", "ticket.id"],
            name=op.f("fk_contact_reveal_tenant_id_ticket_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_contact_reveal")),
    )
    op.create_index("ix_contact_reveal_ticket", "contact_reveal", ["tenant_id", "ticket_id"], unique=False)
    op.create_index(
        "ix_contact_reveal_actor", "contact_reveal", ["tenant_id", "actor_kind", "actor_id", "at"], unique=False
    )
    for table, privileges in GRANTS.items():
        for statement in keep_apart(table):
            op.execute(statement)
        op.execute(allow(table, *privileges))
    op.execute(allow("intake_event", "UPDATE (payload)"))


def downgrade() -> None:
    op.execute("REVOKE UPDATE (payload) ON intake_event FROM huiying_app")
    op.drop_table("contact_reveal")
