"""Tables of saved lists: each with its filter, and with which list somebody starts."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKeyConstraint, Index, Integer, LargeBinary, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.kit.db import INSTANT, Base, OfTenant, TenantRow

SEALED = "saved_list.filter"
"""Field under which a filter is encrypted: words that are searched for may name a person."""


class SavedList(TenantRow, Base, kw_only=True):
    """A list of the desk under a name: its lane, and its filter. `number` names it in addresses, and says nothing."""

    __tablename__ = "saved_list"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "account_id"], ["account.tenant_id", "account.id"]),
        UniqueConstraint("tenant_id", "number"),
        Index("ix_saved_list_account", "tenant_id", "account_id"),
        Index("ix_saved_list_shared", "tenant_id", postgresql_where="shared"),
    )

    number: Mapped[int] = mapped_column(Integer)
    account_id: Mapped[int] = mapped_column(BigInteger)
    """Whose it is."""
    by: Mapped[str] = mapped_column(Text)
    """Who that is, in words."""
    name: Mapped[str] = mapped_column(Text)
    lane: Mapped[str] = mapped_column(Text)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    shared: Mapped[bool]
    saved_at: Mapped[datetime] = mapped_column(INSTANT)


class StartList(OfTenant, Base, kw_only=True):
    """With which list somebody starts after signing in, in place of the page of their role."""

    __tablename__ = "start_list"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "account_id"], ["account.tenant_id", "account.id"]),
        ForeignKeyConstraint(["tenant_id", "list_id"], ["saved_list.tenant_id", "saved_list.id"], ondelete="CASCADE"),
    )

    account_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    list_id: Mapped[int] = mapped_column(BigInteger)
