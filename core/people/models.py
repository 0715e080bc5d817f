"""Tables of accounts, roles, sessions and tokens. Secrets are kept as hashes only."""

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    Text,
    UniqueConstraint,
    true,
)
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from core.kit.db import Base, OfTenant, TenantRow

INSTANT = TIMESTAMP(timezone=True)


class Account(TenantRow, Base, kw_only=True):
    """Somebody who works in the tenant. A clerk belongs to a unit; the desk belongs to none."""

    __tablename__ = "account"
    __table_args__ = (
        UniqueConstraint("tenant_id", "login"),
        ForeignKeyConstraint(["tenant_id"], ["tenant.id"]),
        ForeignKeyConstraint(["tenant_id", "unit_id"], ["unit.tenant_id", "unit.id"]),
        CheckConstraint("login = lower(login)", name="login_lower"),
    )

    login: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    password_hash: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(INSTANT)
    unit_id: Mapped[int | None] = mapped_column(BigInteger, default=None)
    active: Mapped[bool] = mapped_column(default=True)
    is_demonstration: Mapped[bool] = mapped_column(default=False)
    """Made by `huiying up --demo`: needs no second factor in any role."""
    valid_until: Mapped[datetime | None] = mapped_column(INSTANT, default=None)
    """Of an emergency account: from then on it opens nothing."""


class AccountRole(OfTenant, Base, kw_only=True):
    """A role that an account has."""

    __tablename__ = "account_role"
    __table_args__ = (ForeignKeyConstraint(["tenant_id", "account_id"], ["account.tenant_id", "account.id"]),)

    account_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    role: Mapped[str] = mapped_column(Text, primary_key=True)


class Preference(OfTenant, Base, kw_only=True):
    """How the holder of an account wants the pages. No row = as they are made."""

    __tablename__ = "preference"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "account_id"], ["account.tenant_id", "account.id"]),
        CheckConstraint("language IN ('zh-CN', 'en')", name="language"),
        CheckConstraint("density IN ('standard', 'compact', 'loose')", name="density"),
        CheckConstraint("type IN ('standard', 'large')", name="type"),
        CheckConstraint("theme IN ('system', 'light', 'dark')", name="theme"),
    )

    account_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    language: Mapped[str] = mapped_column(Text, server_default="zh-CN")
    density: Mapped[str] = mapped_column(Text, server_default="standard")
    type: Mapped[str] = mapped_column(Text, server_default="standard")
    theme: Mapped[str] = mapped_column(Text, server_default="system")
    keys: Mapped[bool] = mapped_column(server_default=true())
    """Whether single keys do something."""


class StaffSession(TenantRow, Base, kw_only=True):
    """A sign-in that is still good, until it is ended, idle too long or too old."""

    __tablename__ = "staff_session"
    __table_args__ = (
        UniqueConstraint("tenant_id", "token_hash"),
        ForeignKeyConstraint(["tenant_id", "account_id"], ["account.tenant_id", "account.id"]),
        Index("ix_staff_session_account", "tenant_id", "account_id"),
    )

    account_id: Mapped[int] = mapped_column(BigInteger)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary)
    address: Mapped[str] = mapped_column(Text)
    started_at: Mapped[datetime] = mapped_column(INSTANT)
    seen_at: Mapped[datetime] = mapped_column(INSTANT)
    ended_at: Mapped[datetime | None] = mapped_column(INSTANT, default=None)


class SignInStep(TenantRow, Base, kw_only=True):
    """A sign-in whose password was right and whose second factor is still to come. It opens nothing else."""

    __tablename__ = "sign_in_step"
    __table_args__ = (
        UniqueConstraint("tenant_id", "token_hash"),
        ForeignKeyConstraint(["tenant_id", "account_id"], ["account.tenant_id", "account.id"]),
        Index("ix_sign_in_step_account", "tenant_id", "account_id"),
    )

    account_id: Mapped[int] = mapped_column(BigInteger)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary)
    started_at: Mapped[datetime] = mapped_column(INSTANT)


class AccountLink(TenantRow, Base, kw_only=True):
    """A link by which whoever holds it sets the password of an account, once, until it expires."""

    __tablename__ = "account_link"
    __table_args__ = (
        UniqueConstraint("tenant_id", "token_hash"),
        ForeignKeyConstraint(["tenant_id", "account_id"], ["account.tenant_id", "account.id"]),
        CheckConstraint("kind IN ('invitation', 'reset')", name="kind"),
        Index("ix_account_link_account", "tenant_id", "account_id"),
    )

    account_id: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str] = mapped_column(Text)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary)
    made_at: Mapped[datetime] = mapped_column(INSTANT)
    expires_at: Mapped[datetime] = mapped_column(INSTANT)
    used_at: Mapped[datetime | None] = mapped_column(INSTANT, default=None)


class IdentityProvider(TenantRow, Base, kw_only=True):
    """Somebody who vouches by OpenID Connect for who a person is. The client's secret is encrypted."""

    __tablename__ = "identity_provider"
    __table_args__ = (
        UniqueConstraint("tenant_id", "name"),
        ForeignKeyConstraint(["tenant_id"], ["tenant.id"]),
    )

    name: Mapped[str] = mapped_column(Text)
    label: Mapped[str] = mapped_column(Text)
    issuer: Mapped[str] = mapped_column(Text)
    client_id: Mapped[str] = mapped_column(Text)
    added_at: Mapped[datetime] = mapped_column(INSTANT)
    secret: Mapped[bytes | None] = mapped_column(LargeBinary, default=None)


class Identity(TenantRow, Base, kw_only=True):
    """A person as a provider knows them, who signs in to an account."""

    __tablename__ = "identity"
    __table_args__ = (
        UniqueConstraint("tenant_id", "issuer", "subject"),
        ForeignKeyConstraint(["tenant_id", "account_id"], ["account.tenant_id", "account.id"]),
        Index("ix_identity_account", "tenant_id", "account_id"),
    )

    account_id: Mapped[int] = mapped_column(BigInteger)
    issuer: Mapped[str] = mapped_column(Text)
    subject: Mapped[str] = mapped_column(Text)
    linked_at: Mapped[datetime] = mapped_column(INSTANT)


class ApiToken(TenantRow, Base, kw_only=True):
    """A bearer token by which another system hands in and looks up tickets of this tenant.

    With a role it may also carry out the commands that the role brings, for the unit `unit_id` where they are a unit's.
    """

    __tablename__ = "api_token"
    __table_args__ = (
        UniqueConstraint("tenant_id", "token_hash"),
        UniqueConstraint("tenant_id", "label"),
        ForeignKeyConstraint(["tenant_id"], ["tenant.id"]),
        ForeignKeyConstraint(["tenant_id", "unit_id"], ["unit.tenant_id", "unit.id"]),
    )

    label: Mapped[str] = mapped_column(Text)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(INSTANT)
    role: Mapped[str] = mapped_column(Text, default="")
    """A role of `core.people.roles`; empty = may only hand in and look up appeals."""
    unit_id: Mapped[int | None] = mapped_column(BigInteger, default=None)
    revoked_at: Mapped[datetime | None] = mapped_column(INSTANT, default=None)
    expires_at: Mapped[datetime | None] = mapped_column(INSTANT, default=None)
    last_used_at: Mapped[datetime | None] = mapped_column(INSTANT, default=None)
    """To the hour: a token in use is not written to at every call."""
