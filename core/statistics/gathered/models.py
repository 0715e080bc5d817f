"""Tables of a city's cube: its districts' counts by day and month, kept in the city's own tenant.

They are copies of `cube_` rows that came through the one door, and hold nothing besides: no resident, no ticket.
`district_id` is the tenant whose counts they are; a foreign key on it would point to rows of any tenant.
"""

from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Date,
    ForeignKeyConstraint,
    Integer,
    Text,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from core.kit.db import INSTANT, Base, OfTenant, TenantRow
from core.statistics.models import Counted


class CityDistrict(OfTenant, Base, kw_only=True):
    """How far a district's counts have been brought together; it stays when the district leaves, its counts do not."""

    __tablename__ = "city_district"

    district_id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    slug: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    version: Mapped[int] = mapped_column(BigInteger)
    """The district's `CubeState.version` that is here."""
    gathered_at: Mapped[datetime] = mapped_column(INSTANT)
    counted_at: Mapped[datetime | None] = mapped_column(INSTANT)
    counted_with: Mapped[list[str]] = mapped_column(JSONB)
    oldest_waiting: Mapped[date | None] = mapped_column(Date)
    first_day: Mapped[date | None] = mapped_column(Date)
    last_day: Mapped[date | None] = mapped_column(Date)
    """The last day on which anything was accepted."""
    left_at: Mapped[datetime | None] = mapped_column(INSTANT, default=None)


class CityCell(OfTenant, Counted, Base, kw_only=True):
    """How often each measure happened in a district on a day, or in a month (`day` is its first), once per aspect.

    As `CubeCell`, but by channel and nature alone of the ways in, and never by who appeals.
    """

    __tablename__ = "city_cell"
    __table_args__ = (
        CheckConstraint("aspect IN ('all', 'way', 'unit', 'matter')", name="aspect"),
        CheckConstraint("grain IN ('day', 'month')", name="grain"),
        CheckConstraint("grain = 'day' OR extract(day FROM day) = 1", name="month"),
        CheckConstraint("aspect = 'way' OR channel || nature = ''", name="way"),
        CheckConstraint("aspect = 'unit' OR unit_id = 0", name="unit"),
        CheckConstraint("aspect = 'matter' OR matter = ''", name="matter"),
    )

    aspect: Mapped[str] = mapped_column(Text, primary_key=True)
    grain: Mapped[str] = mapped_column(Text, primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    district_id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    channel: Mapped[str] = mapped_column(Text, primary_key=True)
    nature: Mapped[str] = mapped_column(Text, primary_key=True)
    unit_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    matter: Mapped[str] = mapped_column(Text, primary_key=True)


class CityCode(OfTenant, Base, kw_only=True):
    """How often each kind of happening bore which code in a district on a day, by matter; as `CubeCode` without units."""

    __tablename__ = "city_code"

    kind: Mapped[str] = mapped_column(Text, primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    district_id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    matter: Mapped[str] = mapped_column(Text, primary_key=True)
    code: Mapped[str] = mapped_column(Text, primary_key=True)
    n: Mapped[int] = mapped_column(Integer)


class CityUnit(OfTenant, Base, kw_only=True):
    """What a district's unit is called."""

    __tablename__ = "city_unit"

    district_id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    unit_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    code: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)


class CityMatter(OfTenant, Base, kw_only=True):
    """Under which category of the city's list a district's matter counts, and how that is known.

    `way`: `mapped` by the district's mapping, `named` as its own category bears the same name, `own` where the city has
    no list, `none` where it is not known; then `category` is empty.
    """

    __tablename__ = "city_matter"
    __table_args__ = (CheckConstraint("way IN ('mapped', 'named', 'own', 'none')", name="way"),)

    district_id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    matter: Mapped[str] = mapped_column(Text, primary_key=True)
    category: Mapped[str] = mapped_column(Text)
    own_category: Mapped[str] = mapped_column(Text)
    own_name: Mapped[str] = mapped_column(Text)
    way: Mapped[str] = mapped_column(Text)


class CityView(TenantRow, Base, kw_only=True):
    """A page of the city's figures with what it is asked, saved under a name by one person, and shared where they wish.

    `arguments` are those of the address. Without days in them the view always shows the last whole month.
    """

    __tablename__ = "city_view"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "account_id"], ["account.tenant_id", "account.id"]),
        UniqueConstraint("tenant_id", "number"),
        CheckConstraint("name <> ''", name="name"),
    )

    number: Mapped[int] = mapped_column(Integer)
    account_id: Mapped[int] = mapped_column(BigInteger)
    by: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    page: Mapped[str] = mapped_column(Text)
    arguments: Mapped[dict[str, str]] = mapped_column(JSONB)
    shared: Mapped[bool] = mapped_column(Boolean)
    saved_at: Mapped[datetime] = mapped_column(INSTANT)
