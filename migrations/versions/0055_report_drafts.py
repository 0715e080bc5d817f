"""What a resident has begun to report and not sent yet."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from core.kit.policies import allow, keep_apart

revision: str = "0055"
down_revision: str | None = "0054"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

INSTANT = postgresql.TIMESTAMP(timezone=True)


def upgrade() -> None:
    op.create_table(
        "report_draft",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("key_hash", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("saved_at", INSTANT, nullable=False),
        sa.Column("saved_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_report_draft")),
    )
    op.create_index("uq_report_draft_key", "report_draft", ["tenant_id", "key_hash"], unique=True)
    op.create_index("ix_report_draft_saved_at", "report_draft", ["tenant_id", "saved_at"], unique=False)
    op.create_table(
        "report_file",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("draft_id", sa.BigInteger(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("has_preview", sa.Boolean(), nullable=False),
        sa.Column("added_at", INSTANT, nullable=False),
        sa.CheckConstraint("size > 0", name=op.f("ck_report_file_size")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "draft_id"],
            ["report_draft.tenant_id", "report_draft.id"],
            name=op.f("fk_report_file_tenant_id_draft_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_report_file")),
    )
    op.create_index("uq_report_file_sha256", "report_file", ["tenant_id", "draft_id", "sha256"], unique=True)
    op.create_index("ix_report_file_key", "report_file", ["tenant_id", "key"], unique=False)
    for table in ("report_draft", "report_file"):
        for statement in keep_apart(table):
            op.execute(statement)
        op.execute(allow(table, "SELECT", "INSERT", "UPDATE", "DELETE"))


def downgrade() -> None:
    op.drop_table("report_file")
    op.drop_table("report_draft")
