"""Finding tickets by a name or a number that is kept secret."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0053"
down_revision: str | None = "0052"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("ticket_contact", sa.Column("name_hash", sa.LargeBinary(), nullable=True))
    op.create_index(
        "ix_ticket_contact_name_hash",
        "ticket_contact",
        ["tenant_id", "name_hash"],
        postgresql_where=sa.text("name_hash IS NOT NULL"),
    )
    op.create_index(
        "ix_ticket_contact_unhashed",
        "ticket_contact",
        ["tenant_id", "ticket_id"],
        postgresql_where=sa.text("name IS NOT NULL AND name_hash IS NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_ticket_contact_unhashed", "ticket_contact")
    op.drop_index("ix_ticket_contact_name_hash", "ticket_contact")
    op.drop_column("ticket_contact", "name_hash")
