"""By which way a resident wants to be told, in which hours, and at which e-mail address."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0059"
down_revision: str | None = "0058"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("ticket_contact", sa.Column("email", sa.LargeBinary(), nullable=True))
    op.add_column("ticket_contact", sa.Column("email_hash", sa.LargeBinary(), nullable=True))
    op.add_column("ticket_contact", sa.Column("email_confirmed", sa.Boolean(), server_default="false", nullable=False))
    op.add_column("ticket_contact", sa.Column("tell_by", sa.Text(), server_default="", nullable=False))
    op.add_column("ticket_contact", sa.Column("tell_hours", sa.Text(), server_default="", nullable=False))
    op.create_check_constraint(
        op.f("ck_ticket_contact_tell_by"), "ticket_contact", "tell_by IN ('', 'sms', 'mail', 'wechat', 'none')"
    )
    op.create_index(
        "ix_ticket_contact_email_hash",
        "ticket_contact",
        ["tenant_id", "email_hash"],
        unique=False,
        postgresql_where=sa.text("email_hash IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_ticket_contact_email_hash", table_name="ticket_contact")
    op.drop_constraint(op.f("ck_ticket_contact_tell_by"), "ticket_contact", type_="check")
    for column in ("tell_hours", "tell_by", "email_confirmed", "email_hash", "email"):
        op.drop_column("ticket_contact", column)
