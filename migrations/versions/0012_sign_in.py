"""How staff sign in: second factors, recovery codes, links that set a password once, accounts for hours,
and identities that others vouch for.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from core.kit.policies import allow, keep_apart

revision: str = "0012"
down_revision: str | None = "0011"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

INSTANT = postgresql.TIMESTAMP(timezone=True)
CHANGED = ("SELECT", "INSERT", "UPDATE", "DELETE")
GRANTS = {
    "second_factor": CHANGED,
    "recovery_code": CHANGED,
    "sign_in_step": CHANGED,
    "account_link": CHANGED,
    "identity_provider": CHANGED,
    "identity": CHANGED,
}


def upgrade() -> None:
    op.add_column(
        "account", sa.Column("is_demonstration", sa.Boolean(), nullable=False, server_default=sa.text("false"))
    )
    op.add_column("account", sa.Column("valid_until", INSTANT, nullable=True))
    op.add_column("api_token", sa.Column("expires_at", INSTANT, nullable=True))
    op.add_column("api_token", sa.Column("last_used_at", INSTANT, nullable=True))
    op.create_index("ix_sign_in_failure_at", "sign_in_failure", ["tenant_id", "at"], unique=False)
    op.create_table(
        "second_factor",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("offered", sa.LargeBinary(), nullable=True),
        sa.Column("secret", sa.LargeBinary(), nullable=True),
        sa.Column("bound_at", INSTANT, nullable=True),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        _of_account("second_factor"),
        sa.PrimaryKeyConstraint("tenant_id", "account_id", name=op.f("pk_second_factor")),
    )
    op.create_table(
        "recovery_code",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("used_at", INSTANT, nullable=True),
        _of_account("recovery_code"),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_recovery_code")),
        sa.UniqueConstraint(
            "tenant_id", "account_id", "code_hash", name=op.f("uq_recovery_code_tenant_id_account_id_code_hash")
        ),
    )
    op.create_table(
        "sign_in_step",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("started_at", INSTANT, nullable=False),
        _of_account("sign_in_step"),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_sign_in_step")),
        sa.UniqueConstraint("tenant_id", "token_hash", name=op.f("uq_sign_in_step_tenant_id_token_hash")),
    )
    op.create_index("ix_sign_in_step_account", "sign_in_step", ["tenant_id", "account_id"], unique=False)
    op.create_table(
        "account_link",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("used_at", INSTANT, nullable=True),
        sa.CheckConstraint("kind IN ('invitation', 'reset')", name=op.f("ck_account_link_kind")),
        _of_account("account_link"),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_account_link")),
        sa.UniqueConstraint("tenant_id", "token_hash", name=op.f("uq_account_link_tenant_id_token_hash")),
    )
    op.create_index("ix_account_link_account", "account_link", ["tenant_id", "account_id"], unique=False)
    op.create_table(
        "identity_provider",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("added_at", INSTANT, nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_identity_provider_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_identity_provider")),
        sa.UniqueConstraint("tenant_id", "name", name=op.f("uq_identity_provider_tenant_id_name")),
    )
    op.create_table(
        "identity",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("linked_at", INSTANT, nullable=False),
        _of_account("identity"),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_identity")),
        sa.UniqueConstraint("tenant_id", "issuer", "subject", name=op.f("uq_identity_tenant_id_issuer_subject")),
    )
    op.create_index("ix_identity_account", "identity", ["tenant_id", "account_id"], unique=False)
    for table, privileges in GRANTS.items():
        for statement in keep_apart(table):
            op.execute(statement)
        op.execute(allow(table, *privileges))


def downgrade() -> None:
    for table in reversed(GRANTS):
        op.drop_table(table)
    op.drop_index("ix_sign_in_failure_at", table_name="sign_in_failure")
    op.drop_column("api_token", "last_used_at")
    op.drop_column("api_token", "expires_at")
    op.drop_column("account", "valid_until")
    op.drop_column("account", "is_demonstration")


def _of_account(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["tenant_id", "account_id"],
        ["account.tenant_id", "account.id"],
        name=op.f(f"fk_{table}_tenant_id_account_id"),
    )
