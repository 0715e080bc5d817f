"""Links under which a big screen shows figures."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from core.kit.policies import allow, keep_apart

revision: str = "0068"
down_revision: str | None = "0067"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

INSTANT = postgresql.TIMESTAMP(timezone=True)


def upgrade() -> None:
    op.create_table(
        "screen_link",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.Column("seen_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_screen_link")),
        sa.UniqueConstraint("tenant_id", "token_hash", name=op.f("uq_screen_link_tenant_id_token_hash")),
    )
    for statement in keep_apart("screen_link"):
        op.execute(statement)
    op.execute(allow("screen_link", "SELECT", "INSERT", "UPDATE"))


def downgrade() -> None:
    op.drop_table("screen_link")
