"""Tables of areas: each version of the gazetteer whole, so that what was located then can be located again."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Index, Integer, Text
from sqlalchemy.orm import Mapped, mapped_column

from core.areas.columns import ShapeColumn
from core.areas.shapes import Polygon
from core.kit.db import INSTANT, Base, OfTenant, TenantRow


class GazetteerVersion(OfTenant, Base, kw_only=True):
    """A version of the gazetteer 地名库; never changed. It is in force with a duty list that speaks of its areas."""

    __tablename__ = "gazetteer_version"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id"], ["tenant.id"]),
        CheckConstraint("number > 0", name="number"),
        CheckConstraint("reason <> ''", name="reason"),
    )

    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    sha256: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    author_id: Mapped[int | None] = mapped_column(BigInteger)
    author: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(INSTANT)


class AreaOfVersion(OfTenant, Base, kw_only=True):
    """An area 区域 as a version of the gazetteer knows it."""

    __tablename__ = "area"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "version"], ["gazetteer_version.tenant_id", "gazetteer_version.number"]),
        CheckConstraint("kind IN ('district', 'street', 'community')", name="kind"),
    )

    version: Mapped[int] = mapped_column(Integer, primary_key=True)
    code: Mapped[str] = mapped_column(Text, primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    parent: Mapped[str | None] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    unit: Mapped[str] = mapped_column(Text)
    """Code of the unit at home there, empty = none."""
    shape: Mapped[Polygon | None] = mapped_column(ShapeColumn)
    """Its boundary: longitude is x, latitude y. `shape @> point(x, y)` asks what lies in it."""


class AreaName(TenantRow, Base, kw_only=True):
    """A name by which an area is found: alias 别名, road 道路 or part of one, landmark 地标."""

    __tablename__ = "area_alias"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "version", "area"], ["area.tenant_id", "area.version", "area.code"]),
        CheckConstraint("kind IN ('alias', 'road', 'landmark')", name="kind"),
        CheckConstraint("side IN ('both', 'odd', 'even')", name="side"),
        Index("ix_area_alias_version", "tenant_id", "version"),
    )

    version: Mapped[int] = mapped_column(Integer)
    area: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    first: Mapped[int | None] = mapped_column(Integer)
    """House numbers of a part of a road, None = open."""
    last: Mapped[int | None] = mapped_column(Integer)
    side: Mapped[str] = mapped_column(Text)
