"""Host names by which a tenant's public pages are reached."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from core.kit.policies import allow

revision: str = "0054"
down_revision: str | None = "0053"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "tenant_host",
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.CheckConstraint("host <> '' AND host = lower(host)", name=op.f("ck_tenant_host_host")),
        sa.ForeignKeyConstraint(["owner_id"], ["tenant.id"], name=op.f("fk_tenant_host_owner_id")),
        sa.PrimaryKeyConstraint("host", name=op.f("pk_tenant_host")),
    )
    op.execute(allow("tenant_host", "SELECT", "INSERT", "DELETE"))


def downgrade() -> None:
    op.drop_table("tenant_host")
