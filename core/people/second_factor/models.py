"""Tables of second factors. Secrets are encrypted, recovery codes kept as keyed hashes only."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKeyConstraint, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.kit.db import INSTANT, Base, OfTenant, TenantRow


class SecondFactor(OfTenant, Base, kw_only=True):
    """What an account's codes are made of. Bound by the first code that fits; until then only `offered` is there."""

    __tablename__ = "second_factor"
    __table_args__ = (ForeignKeyConstraint(["tenant_id", "account_id"], ["account.tenant_id", "account.id"]),)

    account_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    offered: Mapped[bytes | None] = mapped_column(LargeBinary, default=None)
    """The encrypted secret that was shown and has not yet been confirmed by a code."""
    secret: Mapped[bytes | None] = mapped_column(LargeBinary, default=None)
    """The encrypted secret in force."""
    bound_at: Mapped[datetime | None] = mapped_column(INSTANT, default=None)
    last_step: Mapped[int] = mapped_column(BigInteger, default=0)
    """The newest step whose code was used: that code and all before it open nothing any more."""


class RecoveryCode(TenantRow, Base, kw_only=True):
    """A code on paper that stands in for the phone once."""

    __tablename__ = "recovery_code"
    __table_args__ = (
        UniqueConstraint("tenant_id", "account_id", "code_hash"),
        ForeignKeyConstraint(["tenant_id", "account_id"], ["account.tenant_id", "account.id"]),
    )

    account_id: Mapped[int] = mapped_column(BigInteger)
    code_hash: Mapped[bytes] = mapped_column(LargeBinary)
    made_at: Mapped[datetime] = mapped_column(INSTANT)
    used_at: Mapped[datetime | None] = mapped_column(INSTANT, default=None)
