"""Tables of the cube: integer counts by day, from which every figure of every period is a sum."""

from datetime import date

from sqlalchemy import BigInteger, Date, Index, Integer, Text
from sqlalchemy.orm import Mapped, mapped_column

from core.kit.db import Base, OfTenant


class DirtyDay(OfTenant, Base, kw_only=True):
    """A day whose counts no longer agree with the tickets; written in the transaction of the event.

    `mark` makes rows of concurrent transactions distinct, so that nobody waits for anybody.
    """

    __tablename__ = "dirty_day"

    day: Mapped[date] = mapped_column(Date, primary_key=True)
    mark: Mapped[int] = mapped_column(BigInteger, primary_key=True)


class CubeCell(OfTenant, Base, kw_only=True):
    """How many times a measure happened on one local day, by lead unit, matter, channel and nature.

    `unit_id` 0 and empty texts stand for "none". `seconds` is the sum of durations where the measure has one.
    """

    __tablename__ = "cube_cell"
    __table_args__ = (Index("ix_cube_cell_measure", "tenant_id", "measure", "day"),)

    day: Mapped[date] = mapped_column(Date, primary_key=True)
    measure: Mapped[str] = mapped_column(Text, primary_key=True)
    unit_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    matter: Mapped[str] = mapped_column(Text, primary_key=True)
    channel: Mapped[str] = mapped_column(Text, primary_key=True)
    medium: Mapped[str] = mapped_column(Text, primary_key=True)
    nature: Mapped[str] = mapped_column(Text, primary_key=True)
    version: Mapped[int] = mapped_column(Integer, primary_key=True)
    """Version of the measure's definition."""
    n: Mapped[int] = mapped_column(BigInteger)
    seconds: Mapped[int] = mapped_column(BigInteger)


class CubeHours(OfTenant, Base, kw_only=True):
    """How many durations of a measure were of so many whole hours: what medians are read from."""

    __tablename__ = "cube_hours"

    day: Mapped[date] = mapped_column(Date, primary_key=True)
    measure: Mapped[str] = mapped_column(Text, primary_key=True)
    version: Mapped[int] = mapped_column(Integer, primary_key=True)
    hours: Mapped[int] = mapped_column(Integer, primary_key=True)
    n: Mapped[int] = mapped_column(BigInteger)
