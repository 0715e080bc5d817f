"""Who inside a unit has a ticket."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from core.kit.policies import allow, keep_apart

revision: str = "0008"
down_revision: str | None = "0007"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

IN_HAND = "state IN ('pending_sign', 'signed', 'return_pending', 'submitted')"


def upgrade() -> None:
    op.create_table(
        "unit_head",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "account_id"],
            ["account.tenant_id", "account.id"],
            name=op.f("fk_unit_head_tenant_id_account_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"], ["unit.tenant_id", "unit.id"], name=op.f("fk_unit_head_tenant_id_unit_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "unit_id", name=op.f("pk_unit_head")),
    )
    for statement in keep_apart("unit_head"):
        op.execute(statement)
    op.execute(allow("unit_head", "SELECT", "INSERT", "UPDATE", "DELETE"))
    op.add_column("assignment", sa.Column("person_id", sa.BigInteger(), nullable=True))
    op.add_column("assignment", sa.Column("person_reason", sa.Text(), nullable=False, server_default=sa.text("''")))
    op.create_foreign_key(
        op.f("fk_assignment_tenant_id_person_id"),
        "assignment",
        "account",
        ["tenant_id", "person_id"],
        ["tenant_id", "id"],
    )
    op.create_index(
        "ix_assignment_person",
        "assignment",
        ["tenant_id", "person_id"],
        unique=False,
        postgresql_where=sa.text(f"person_id IS NOT NULL AND {IN_HAND}"),
    )
    op.create_index(
        "ix_assignment_turn",
        "assignment",
        ["tenant_id", "unit_id", "assigned_at"],
        unique=False,
        postgresql_where=sa.text("person_id IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_assignment_turn", table_name="assignment")
    op.drop_index("ix_assignment_person", table_name="assignment")
    op.drop_constraint(op.f("fk_assignment_tenant_id_person_id"), "assignment", type_="foreignkey")
    op.drop_column("assignment", "person_reason")
    op.drop_column("assignment", "person_id")
    op.drop_table("unit_head")
