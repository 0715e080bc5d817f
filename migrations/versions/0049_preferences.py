"""How somebody wants the pages: language, density, type, theme, keys."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from core.kit.policies import allow, keep_apart

revision: str = "0049"
down_revision: str | None = "0048"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "preference",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("language", sa.Text(), server_default="zh-CN", nullable=False),
        sa.Column("density", sa.Text(), server_default="standard", nullable=False),
        sa.Column("type", sa.Text(), server_default="standard", nullable=False),
        sa.Column("theme", sa.Text(), server_default="system", nullable=False),
        sa.Column("keys", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.CheckConstraint("language IN ('zh-CN', 'en')", name=op.f("ck_preference_language")),
        sa.CheckConstraint("density IN ('standard', 'compact', 'loose')", name=op.f("ck_preference_density")),
        sa.CheckConstraint("type IN ('standard', 'large')", name=op.f("ck_preference_type")),
        sa.CheckConstraint("theme IN ('system', 'light', 'dark')", name=op.f("ck_preference_theme")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "account_id"],
            ["account.tenant_id", "account.id"],
            name=op.f("fk_preference_tenant_id_account_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "account_id", name=op.f("pk_preference")),
    )
    for statement in keep_apart("preference"):
        op.execute(statement)
    op.execute(allow("preference", "SELECT", "INSERT", "UPDATE", "DELETE"))


def downgrade() -> None:
    op.drop_table("preference")
