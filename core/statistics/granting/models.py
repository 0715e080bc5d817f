"""The table of grants: until when which city may look at a district's single tickets."""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, Date, Integer, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.kit.db import INSTANT, Base, TenantRow


class CityGrant(TenantRow, Base, kw_only=True):
    """That a district lets a city look at masked lists of its tickets, from one day to another, both included.

    The row is the district's own: it is given, read and taken back in the district's transactions alone. `city` is the
    city's short name; a grant outlives what it is for no longer than `valid_until`, and ends at once by `ended_at`.
    """

    __tablename__ = "city_grant"
    __table_args__ = (
        UniqueConstraint("tenant_id", "number"),
        CheckConstraint("valid_from <= valid_until", name="days"),
        CheckConstraint("(ended_at IS NULL) = (ended_by = '')", name="ended"),
    )

    number: Mapped[int] = mapped_column(Integer)
    city: Mapped[str] = mapped_column(Text)
    valid_from: Mapped[date] = mapped_column(Date)
    valid_until: Mapped[date] = mapped_column(Date)
    why: Mapped[str] = mapped_column(Text)
    given_by: Mapped[str] = mapped_column(Text)
    given_by_id: Mapped[int | None] = mapped_column(BigInteger, default=None)
    given_at: Mapped[datetime] = mapped_column(INSTANT)
    ended_by: Mapped[str] = mapped_column(Text, default="", server_default="")
    ended_at: Mapped[datetime | None] = mapped_column(INSTANT, default=None)
    ended_why: Mapped[str] = mapped_column(Text, default="", server_default="")

    def holds(self, day: date) -> bool:
        """Tell whether the city may look on this day."""
        return self.ended_at is None and self.valid_from <= day <= self.valid_until
