"""Table of figures that were counted elsewhere."""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, Date, ForeignKeyConstraint, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from core.kit.db import INSTANT, Base, TenantRow


class OutsideFigure(TenantRow, Base, kw_only=True):
    """What somebody else counted in a month, such as petitions 信访量. Never changed: the newest row of a name and month holds.

    `month` is its first day, `source` who counted it, `reason` why an earlier number was corrected (empty = it is the first).
    """

    __tablename__ = "outside_figure"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id"], ["tenant.id"]),
        CheckConstraint("value >= 0", name="value"),
        CheckConstraint("extract(day FROM month) = 1", name="month"),
        CheckConstraint("source <> ''", name="source"),
        Index("ix_outside_figure_month", "tenant_id", "name", "month", "id"),
    )

    name: Mapped[str] = mapped_column(Text)
    month: Mapped[date] = mapped_column(Date)
    value: Mapped[int] = mapped_column(BigInteger)
    source: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    by: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(INSTANT)
