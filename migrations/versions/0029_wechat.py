"""The WeChat account: who wrote, and messages that go back by it."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from core.kit.policies import allow, keep_apart

revision: str = "0029"
down_revision: str | None = "0028"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

INSTANT = postgresql.TIMESTAMP(timezone=True)


def upgrade() -> None:
    op.add_column("ticket_contact", sa.Column("wechat", sa.LargeBinary(), nullable=True))
    op.add_column("ticket_contact", sa.Column("wechat_hash", sa.LargeBinary(), nullable=True))
    op.create_index(
        "ix_ticket_contact_wechat_hash",
        "ticket_contact",
        ["tenant_id", "wechat_hash"],
        unique=False,
        postgresql_where=sa.text("wechat_hash IS NOT NULL"),
    )
    op.drop_constraint(op.f("ck_message_transport"), "message", type_="check")
    op.create_check_constraint(
        op.f("ck_message_transport"), "message", "transport IN ('sms', 'mail', 'inbox', 'wechat')"
    )
    op.add_column("message", sa.Column("receipt", sa.Text(), nullable=True))
    op.create_index(
        "ix_message_receipt",
        "message",
        ["tenant_id", "receipt"],
        unique=False,
        postgresql_where=sa.text("receipt IS NOT NULL"),
    )
    op.create_table(
        "wechat_message",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("person", sa.LargeBinary(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=True),
        sa.Column("asks", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "item_id"],
            ["inbound_item.tenant_id", "inbound_item.id"],
            name=op.f("fk_wechat_message_tenant_id_item_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "ticket_id"],
            ["ticket.tenant_id", "ticket.id"],
            name=op.f("fk_wechat_message_tenant_id_ticket_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_wechat_message")),
        sa.UniqueConstraint("tenant_id", "item_id", name=op.f("uq_wechat_message_tenant_id_item_id")),
    )
    op.create_index("ix_wechat_message_person", "wechat_message", ["tenant_id", "person", "at"], unique=False)
    op.create_index(
        "ix_wechat_message_ticket",
        "wechat_message",
        ["tenant_id", "ticket_id"],
        unique=False,
        postgresql_where=sa.text("ticket_id IS NOT NULL"),
    )
    for statement in keep_apart("wechat_message"):
        op.execute(statement)
    op.execute(allow("wechat_message", "SELECT", "INSERT", "UPDATE"))


def downgrade() -> None:
    op.drop_table("wechat_message")
    op.drop_index("ix_message_receipt", table_name="message")
    op.drop_column("message", "receipt")
    op.execute("UPDATE message SET transport = 'sms' WHERE transport = 'wechat'")
    op.drop_constraint(op.f("ck_message_transport"), "message", type_="check")
    op.create_check_constraint(op.f("ck_message_transport"), "message", "transport IN ('sms', 'mail', 'inbox')")
    op.drop_index("ix_ticket_contact_wechat_hash", table_name="ticket_contact")
    op.drop_column("ticket_contact", "wechat_hash")
    op.drop_column("ticket_contact", "wechat")
