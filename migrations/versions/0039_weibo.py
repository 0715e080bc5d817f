"""Weibo: mentions that were read, and who is told by it; members of the hotline, and the phone of a shift."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from core.kit.policies import allow, keep_apart

revision: str = "0039"
down_revision: str | None = "0038"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

INSTANT = postgresql.TIMESTAMP(timezone=True)


def upgrade() -> None:
    op.add_column("ticket_contact", sa.Column("weibo", sa.LargeBinary(), nullable=True))
    op.add_column("ticket_contact", sa.Column("weibo_hash", sa.LargeBinary(), nullable=True))
    op.create_index(
        "ix_ticket_contact_weibo_hash",
        "ticket_contact",
        ["tenant_id", "weibo_hash"],
        unique=False,
        postgresql_where=sa.text("weibo_hash IS NOT NULL"),
    )
    op.drop_constraint(op.f("ck_message_transport"), "message", type_="check")
    op.create_check_constraint(
        op.f("ck_message_transport"), "message", "transport IN ('sms', 'mail', 'inbox', 'wechat', 'weibo')"
    )
    op.create_table(
        "weibo_post",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("person", sa.LargeBinary(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=True),
        sa.Column("comments_since", sa.BigInteger(), nullable=False),
        sa.Column("looked_at", INSTANT, nullable=True),
        sa.Column("gone", sa.Boolean(), nullable=False),
        sa.CheckConstraint("kind IN ('mention', 'comment')", name=op.f("ck_weibo_post_kind")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "item_id"],
            ["inbound_item.tenant_id", "inbound_item.id"],
            name=op.f("fk_weibo_post_tenant_id_item_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "ticket_id"],
            ["ticket.tenant_id", "ticket.id"],
            name=op.f("fk_weibo_post_tenant_id_ticket_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_weibo_post")),
        sa.UniqueConstraint("tenant_id", "item_id", name=op.f("uq_weibo_post_tenant_id_item_id")),
    )
    op.create_index("ix_weibo_post_person", "weibo_post", ["tenant_id", "person", "at"], unique=False)
    op.create_index(
        "ix_weibo_post_ticket",
        "weibo_post",
        ["tenant_id", "ticket_id"],
        unique=False,
        postgresql_where=sa.text("ticket_id IS NOT NULL"),
    )
    op.create_table(
        "weibo_reading",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.Text(), nullable=False),
        sa.Column("begun_at", INSTANT, nullable=False),
        sa.Column("since_id", sa.BigInteger(), nullable=False),
        sa.Column("until_id", sa.BigInteger(), nullable=False),
        sa.Column("top_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_weibo_reading_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "uid", name=op.f("pk_weibo_reading")),
    )
    for table in ("weibo_post", "weibo_reading"):
        for statement in keep_apart(table):
            op.execute(statement)
        op.execute(allow(table, "SELECT", "INSERT", "UPDATE"))
    op.add_column("unit", sa.Column("member", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("desk_shift", sa.Column("phone", sa.Text(), server_default="", nullable=False))


def downgrade() -> None:
    op.drop_column("desk_shift", "phone")
    op.drop_column("unit", "member")
    op.drop_table("weibo_reading")
    op.drop_table("weibo_post")
    op.execute("UPDATE message SET transport = 'sms' WHERE transport = 'weibo'")
    op.drop_constraint(op.f("ck_message_transport"), "message", type_="check")
    op.create_check_constraint(
        op.f("ck_message_transport"), "message", "transport IN ('sms', 'mail', 'inbox', 'wechat')"
    )
    op.drop_index("ix_ticket_contact_weibo_hash", table_name="ticket_contact")
    op.drop_column("ticket_contact", "weibo_hash")
    op.drop_column("ticket_contact", "weibo")
