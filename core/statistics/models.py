"""Tables of the cube: integer counts by day, from which every figure of every period is a sum.

What begins with `cube_` is all that the city's door can read: counts, and the public names of units and matters. There
is no resident in it.
"""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, Date, Index, Integer, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, MappedAsDataclass, mapped_column

from core.kit.db import INSTANT, Base, OfTenant


class DirtyDay(OfTenant, Base, kw_only=True):
    """A day whose counts no longer agree with the tickets; written in the transaction of the event.

    `mark` makes rows of concurrent transactions distinct, so that nobody waits for anybody.
    """

    __tablename__ = "dirty_day"

    day: Mapped[date] = mapped_column(Date, primary_key=True)
    mark: Mapped[int] = mapped_column(BigInteger, primary_key=True)


class Counted(MappedAsDataclass, kw_only=True):
    """How often each measure happened, one column each, and one for its seconds if it takes time.

    Every version of a measure has a column of its own (`Measure.column`): a new definition never overwrites what was
    published by the old one.
    """

    accepted: Mapped[int] = mapped_column(Integer)
    dispatched: Mapped[int] = mapped_column(Integer)
    returned: Mapped[int] = mapped_column(Integer)
    replied: Mapped[int] = mapped_column(Integer)
    replied_seconds: Mapped[int] = mapped_column(BigInteger)
    replied_of_accepted: Mapped[int] = mapped_column(Integer)
    replied_of_accepted_seconds: Mapped[int] = mapped_column(BigInteger)
    concluded: Mapped[int] = mapped_column(Integer)
    concluded_of_accepted: Mapped[int] = mapped_column(Integer)
    concluded_within_a_day: Mapped[int] = mapped_column(Integer)
    due: Mapped[int] = mapped_column(Integer)
    on_time: Mapped[int] = mapped_column(Integer)
    overdue: Mapped[int] = mapped_column(Integer)
    answered_resolved: Mapped[int] = mapped_column(Integer)
    resolved: Mapped[int] = mapped_column(Integer)
    rated: Mapped[int] = mapped_column(Integer)
    satisfied: Mapped[int] = mapped_column(Integer)
    dissatisfied: Mapped[int] = mapped_column(Integer)
    due_adjudicated: Mapped[int] = mapped_column(Integer)
    on_time_adjudicated: Mapped[int] = mapped_column(Integer)
    overdue_adjudicated: Mapped[int] = mapped_column(Integer)
    answered_resolved_adjudicated: Mapped[int] = mapped_column(Integer)
    resolved_adjudicated: Mapped[int] = mapped_column(Integer)
    rated_adjudicated: Mapped[int] = mapped_column(Integer)
    satisfied_adjudicated: Mapped[int] = mapped_column(Integer)
    dissatisfied_adjudicated: Mapped[int] = mapped_column(Integer)
    rejected: Mapped[int] = mapped_column(Integer)
    voided: Mapped[int] = mapped_column(Integer)
    attached: Mapped[int] = mapped_column(Integer)
    extended: Mapped[int] = mapped_column(Integer)
    redone: Mapped[int] = mapped_column(Integer)
    returned_in_vain: Mapped[int] = mapped_column(Integer)
    first_dispatched: Mapped[int] = mapped_column(Integer, server_default="0")
    first_dispatched_seconds: Mapped[int] = mapped_column(BigInteger, server_default="0")
    first_hit: Mapped[int] = mapped_column(Integer, server_default="0")
    filing_due: Mapped[int] = mapped_column(Integer, server_default="0")
    filed: Mapped[int] = mapped_column(Integer, server_default="0")
    filed_in_time: Mapped[int] = mapped_column(Integer, server_default="0")
    asked_first: Mapped[int] = mapped_column(Integer, server_default="0")
    asked_passed_on: Mapped[int] = mapped_column(Integer, server_default="0")
    first_handled: Mapped[int] = mapped_column(Integer, server_default="0")
    first_passed_on: Mapped[int] = mapped_column(Integer, server_default="0")
    return_requested: Mapped[int] = mapped_column(Integer, server_default="0")
    return_refused: Mapped[int] = mapped_column(Integer, server_default="0")
    to_conclude: Mapped[int] = mapped_column(Integer, server_default="0")
    filed_seconds: Mapped[int] = mapped_column(BigInteger, server_default="0")
    received: Mapped[int] = mapped_column(Integer, server_default="0")
    valid: Mapped[int] = mapped_column(Integer, server_default="0")
    invalid: Mapped[int] = mapped_column(Integer, server_default="0")
    reached: Mapped[int] = mapped_column(Integer, server_default="0")


class CubeCell(OfTenant, Counted, Base, kw_only=True):
    """How often each measure happened on one local day.

    The same happenings stand once per aspect, and a sum never mixes aspects: `all` is not divided, `way` is divided by
    channel, medium, nature and who appeals, `unit` by unit and who appeals, `matter` by matter and who appeals. So a
    month of a large district is read from a few hundred rows, where one row per combination of everything would be nearly
    one per ticket.
    In the columns that an aspect divides by, 0 and "" stand for "none"; in the others they mean nothing.
    """

    __tablename__ = "cube_cell"
    __table_args__ = (
        CheckConstraint("aspect IN ('all', 'way', 'unit', 'matter')", name="aspect"),
        CheckConstraint("aspect = 'way' OR channel || medium || nature = ''", name="way"),
        CheckConstraint("aspect <> 'all' OR appellant = ''", name="whole"),
        CheckConstraint("aspect = 'unit' OR unit_id = 0", name="unit"),
        CheckConstraint("aspect = 'matter' OR matter = ''", name="matter"),
    )

    aspect: Mapped[str] = mapped_column(Text, primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    channel: Mapped[str] = mapped_column(Text, primary_key=True)
    medium: Mapped[str] = mapped_column(Text, primary_key=True)
    nature: Mapped[str] = mapped_column(Text, primary_key=True)
    appellant: Mapped[str] = mapped_column(Text, primary_key=True, server_default="")
    unit_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    matter: Mapped[str] = mapped_column(Text, primary_key=True)


class CubeHours(OfTenant, Base, kw_only=True):
    """How many durations of a measure were of so many whole hours: what medians are read from.

    `measure` is the name of the measure's column in the cells.
    """

    __tablename__ = "cube_hours"

    measure: Mapped[str] = mapped_column(Text, primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    hours: Mapped[int] = mapped_column(Integer, primary_key=True)
    n: Mapped[int] = mapped_column(Integer)


class CubeCode(OfTenant, Base, kw_only=True):
    """How often each kind of happening bore which code on one local day, by unit and matter.

    `kind` is `Kind.column`; every version of a kind has rows of its own. `unit_id` 0, `matter` "" and `code` "" stand for
    "none". Happenings with a code are few beside the tickets, so one table holds them divided by all three at once.
    """

    __tablename__ = "cube_code"

    kind: Mapped[str] = mapped_column(Text, primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    unit_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    matter: Mapped[str] = mapped_column(Text, primary_key=True)
    code: Mapped[str] = mapped_column(Text, primary_key=True)
    n: Mapped[int] = mapped_column(Integer)


class CubePlace(OfTenant, Base, kw_only=True):
    """How many appeals were accepted on one local day, by matter, area, unit, channel and nature at once.

    Counted as the measure `accepted` is. This is nearly a row for each ticket, and a narrow one: "which matter, where" is
    asked together with who has it and how it came in. `matter` and `area` "" and `unit_id` 0 stand for "none".
    """

    __tablename__ = "cube_place"

    day: Mapped[date] = mapped_column(Date, primary_key=True)
    matter: Mapped[str] = mapped_column(Text, primary_key=True)
    area: Mapped[str] = mapped_column(Text, primary_key=True)
    unit_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    channel: Mapped[str] = mapped_column(Text, primary_key=True)
    nature: Mapped[str] = mapped_column(Text, primary_key=True)
    n: Mapped[int] = mapped_column(Integer)


class CubeUnit(OfTenant, Base, kw_only=True):
    """What a unit in the cube is called; it stays when the unit is closed."""

    __tablename__ = "cube_unit"

    unit_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    code: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)


class CubeMatter(OfTenant, Base, kw_only=True):
    """What a matter in the cube is called; it stays when the matter leaves the duty list."""

    __tablename__ = "cube_matter"

    matter: Mapped[str] = mapped_column(Text, primary_key=True)
    category: Mapped[str] = mapped_column(Text)
    subcategory: Mapped[str] = mapped_column(Text)
    central: Mapped[str] = mapped_column(Text, default="", server_default="")
    """Code of the matter in the city's list, as the district maps it; empty = not mapped."""


class CubeState(OfTenant, Base, kw_only=True):
    """How far the tenant has counted: one row.

    `version` counts up whenever days were counted anew; `counted_with` names the columns that were counted, so that a
    measure with a new definition is not taken for counted before it is.
    """

    __tablename__ = "cube_state"

    version: Mapped[int] = mapped_column(BigInteger)
    counted_at: Mapped[datetime] = mapped_column(INSTANT)
    counted_with: Mapped[list[str]] = mapped_column(JSONB)
    oldest_waiting: Mapped[date | None] = mapped_column(Date)
    """The first day that waits to be counted; None = none did when it was last counted."""


class CubeDay(OfTenant, Base, kw_only=True):
    """With which version a day was counted last, so that whoever keeps a copy asks only for what has changed."""

    __tablename__ = "cube_day"
    __table_args__ = (Index("ix_cube_day_version", "tenant_id", "version"),)

    day: Mapped[date] = mapped_column(Date, primary_key=True)
    version: Mapped[int] = mapped_column(BigInteger)
