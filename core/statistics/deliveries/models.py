"""Tables of deliveries: what is sent to whom, and each sending of a period to an address."""

from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Date,
    ForeignKeyConstraint,
    Index,
    Integer,
    Text,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from core.kit.db import INSTANT, Base, TenantRow


class FigureDelivery(TenantRow, Base, kw_only=True):
    """A page of figures that is sent as a file to official addresses after each whole week or month.

    `arguments` are what the page is narrowed by and asked besides days, as its address has them. What is switched off sends
    nothing more; it stays, as what it sent stays.
    """

    __tablename__ = "figure_delivery"
    __table_args__ = (
        UniqueConstraint("tenant_id", "number"),
        CheckConstraint("every IN ('week', 'month')", name="every"),
        CheckConstraint("jsonb_typeof(addresses) = 'array'", name="addresses"),
    )

    number: Mapped[int] = mapped_column(Integer)
    name: Mapped[str] = mapped_column(Text)
    page: Mapped[str] = mapped_column(Text)
    arguments: Mapped[dict[str, str]] = mapped_column(JSONB)
    form: Mapped[str] = mapped_column(Text)
    every: Mapped[str] = mapped_column(Text)
    addresses: Mapped[list[str]] = mapped_column(JSONB)
    is_on: Mapped[bool] = mapped_column(Boolean)
    set_by: Mapped[str] = mapped_column(Text)
    set_at: Mapped[datetime] = mapped_column(INSTANT)


class FigureSending(TenantRow, Base, kw_only=True):
    """That the figures of one period go to one address: once, whatever is tried again.

    `failure` says why it has not gone out yet, or never did; `sha256` is that of the file that went.
    """

    __tablename__ = "figure_sending"
    __table_args__ = (
        UniqueConstraint("tenant_id", "delivery_id", "first", "address"),
        ForeignKeyConstraint(["tenant_id", "delivery_id"], ["figure_delivery.tenant_id", "figure_delivery.id"]),
        CheckConstraint("state IN ('waiting', 'sent', 'failed')", name="state"),
        CheckConstraint("first <= last", name="days"),
        Index("ix_figure_sending_newest", "tenant_id", "delivery_id", "id"),
    )

    delivery_id: Mapped[int] = mapped_column(BigInteger)
    first: Mapped[date] = mapped_column(Date)
    last: Mapped[date] = mapped_column(Date)
    address: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text, default="waiting")
    failure: Mapped[str] = mapped_column(Text, default="", server_default="")
    sha256: Mapped[str] = mapped_column(Text, default="", server_default="")
    ordered_at: Mapped[datetime] = mapped_column(INSTANT)
    sent_at: Mapped[datetime | None] = mapped_column(INSTANT, default=None)
