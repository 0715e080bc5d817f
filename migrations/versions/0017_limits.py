"""How much one address, phone or tenant may hand in: one table in which all of it is counted."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from core.kit.policies import allow, keep_apart

revision: str = "0017"
down_revision: str | None = "0016"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

INSTANT = postgresql.TIMESTAMP(timezone=True)
REMAKE = ("SELECT", "INSERT", "UPDATE", "DELETE")


def upgrade() -> None:
    op.create_table(
        "tally",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("since", INSTANT, nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "kind", "key", "since", name=op.f("pk_tally")),
    )
    op.create_index("ix_tally_since", "tally", ["tenant_id", "since"], unique=False)
    for statement in keep_apart("tally"):
        op.execute(statement)
    op.execute(allow("tally", *REMAKE))
    op.drop_table("sign_in_failure")


def downgrade() -> None:
    op.create_table(
        "sign_in_failure",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("login_hash", sa.LargeBinary(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_sign_in_failure")),
    )
    op.create_index("ix_sign_in_failure_address", "sign_in_failure", ["tenant_id", "address", "at"], unique=False)
    op.create_index("ix_sign_in_failure_login", "sign_in_failure", ["tenant_id", "login_hash", "at"], unique=False)
    op.create_index("ix_sign_in_failure_at", "sign_in_failure", ["tenant_id", "at"], unique=False)
    for statement in keep_apart("sign_in_failure"):
        op.execute(statement)
    op.execute(allow("sign_in_failure", *REMAKE))
    op.drop_table("tally")
