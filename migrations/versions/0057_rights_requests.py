"""What residents ask of the data about themselves."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from core.kit.policies import allow, keep_apart

revision: str = "0057"
down_revision: str | None = "0056"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

INSTANT = postgresql.TIMESTAMP(timezone=True)
JSON = postgresql.JSONB(astext_type=sa.Text())


def upgrade() -> None:
    op.create_table(
        "rights_request",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("form_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("proven_by", sa.Text(), nullable=False),
        sa.Column("phone", sa.LargeBinary(), nullable=True),
        sa.Column("phone_hash", sa.LargeBinary(), nullable=True),
        sa.Column("name_hash", sa.LargeBinary(), nullable=True),
        sa.Column("tickets", JSON, nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=True),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("grounds", JSON, nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=True),
        sa.Column("answered_by", sa.Text(), nullable=False),
        sa.Column("answered_by_id", sa.BigInteger(), nullable=True),
        sa.Column("answered_at", INSTANT, nullable=True),
        sa.Column("done", JSON, nullable=False),
        sa.Column("told", sa.Text(), nullable=False),
        sa.CheckConstraint("kind IN ('erase', 'explain')", name=op.f("ck_rights_request_kind")),
        sa.CheckConstraint("state IN ('open', 'granted', 'partly', 'refused')", name=op.f("ck_rights_request_state")),
        sa.CheckConstraint("proven_by IN ('phone', 'code')", name=op.f("ck_rights_request_proven_by")),
        sa.CheckConstraint("told IN ('', 'waiting', 'sent', 'failed')", name=op.f("ck_rights_request_told")),
        sa.CheckConstraint("(state = 'open') = (answered_at IS NULL)", name=op.f("ck_rights_request_answered")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_rights_request_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_rights_request")),
        sa.UniqueConstraint("tenant_id", "number", name=op.f("uq_rights_request_tenant_id_number")),
        sa.UniqueConstraint("tenant_id", "form_id", name=op.f("uq_rights_request_tenant_id_form_id")),
    )
    op.create_index(
        "ix_rights_request_open", "rights_request", ["tenant_id", "due_on"], postgresql_where=sa.text("state = 'open'")
    )
    op.create_index(
        "ix_rights_request_phone_hash",
        "rights_request",
        ["tenant_id", "phone_hash"],
        postgresql_where=sa.text("phone_hash IS NOT NULL"),
    )
    op.create_index(
        "ix_rights_request_answered",
        "rights_request",
        ["tenant_id", "answered_at"],
        postgresql_where=sa.text("answered_at IS NOT NULL"),
    )
    for statement in keep_apart("rights_request"):
        op.execute(statement)
    op.execute(allow("rights_request", "SELECT", "INSERT", "UPDATE"))


def downgrade() -> None:
    op.drop_table("rights_request")
