"""Tables of tenancy. `tenant` and `city_member` are shared by all; they hold names, nothing about residents."""

from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Integer, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from core.kit.db import Base, OfTenant


class Tenant(Base, kw_only=True):
    """A tenant 租户: a district 区(县), or the central city 市中心 that adds up its districts' figures."""

    __tablename__ = "tenant"
    __table_args__ = (CheckConstraint("kind IN ('district', 'city')", name="kind"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True, init=False)
    slug: Mapped[str] = mapped_column(Text, unique=True)
    name: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    zone: Mapped[str] = mapped_column(Text)
    serial_prefix: Mapped[str] = mapped_column(Text, unique=True)
    epoch: Mapped[int] = mapped_column(Integer, default=1)
    """Counts up whenever facts of the tenant change (features, units, duties, calendars), so that processes reload."""


class CityMember(Base, kw_only=True):
    """A district whose figures a city adds up."""

    __tablename__ = "city_member"

    city_id: Mapped[int] = mapped_column(Integer, ForeignKey("tenant.id"), primary_key=True)
    district_id: Mapped[int] = mapped_column(Integer, ForeignKey("tenant.id"), primary_key=True)


class TenantFeature(OfTenant, Base, kw_only=True):
    """A feature that the tenant has switched on, at its place in the order of asking, with the settings it changed."""

    __tablename__ = "tenant_feature"
    __table_args__ = (ForeignKeyConstraint(["tenant_id"], ["tenant.id"]),)

    feature: Mapped[str] = mapped_column(Text, primary_key=True)
    position: Mapped[int] = mapped_column(Integer)
    settings: Mapped[dict[str, Any]] = mapped_column(JSONB)


SHARED_TABLES = frozenset({"tenant", "city_member"})
"""The only tables without a tenant of their own; everything else is kept apart row by row."""
