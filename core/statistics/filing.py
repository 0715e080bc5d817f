"""Filing in time 限时立案: how many of the messages that waited for a person were taken up within their limit, by channel."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time
from fractions import Fraction

from sqlalchemy import BigInteger, cast, func, select

from core.intake.channels import channels_of
from core.sla.models import Clock
from core.statistics.anchors import FILING
from core.statistics.days import ONE_DAY, Span
from core.tenancy.scope import Scope
from core.tickets.models import Ticket

ALL = ""
"""Channel of the line that stands for all of them."""


@dataclass(frozen=True, slots=True)
class Filing:
    """The messages of a channel: how many had a limit, how many were taken up within it, and how long it took.

    `median` and `slowest` are seconds of those that were taken up, None where none was; `waiting` are not taken up yet.
    """

    channel: str
    label: str
    due: int
    in_time: int
    waiting: int
    median: Fraction | None
    slowest: int | None


def filing_in(scope: Scope, span: Span) -> Sequence[Filing]:
    """Return how fast messages were filed whose limit ended in these days: all together first, then by channel.

    Nothing where no limit for it was set.
    """
    zone, took = scope.tenant.zone, func.extract("epoch", Clock.stopped_at - Clock.started_at)
    begins = datetime.combine(span.first, time(), zone)
    ends = datetime.combine(span.last + ONE_DAY, time(), zone)
    asked = (
        select(
            func.coalesce(Ticket.channel, ALL).label("channel"),
            func.count().label("due"),
            func.count().filter(Clock.stopped_at <= Clock.due_at).label("in_time"),
            func.count().filter(Clock.stopped_at.is_(None)).label("waiting"),
            cast(func.percentile_cont(0.5).within_group(took) * 10, BigInteger).label("tenths"),
            cast(func.max(took), BigInteger).label("slowest"),
        )
        .select_from(FILING.rows)
        .where(
            Clock.tenant_id == scope.tenant.id,
            Ticket.tenant_id == scope.tenant.id,
            FILING.instant >= begins,
            FILING.instant < ends,
            FILING.where,
        )
        .group_by(func.rollup(Ticket.channel))
        .having(func.count() > 0)
        .order_by(func.grouping(Ticket.channel).desc(), Ticket.channel)
    )
    channels = channels_of(scope)
    return tuple(
        Filing(
            row.channel,
            channels[row.channel].label if row.channel in channels else row.channel or "全部渠道",
            row.due,
            row.in_time,
            row.waiting,
            None if row.tenths is None else Fraction(row.tenths, 10),
            row.slowest,
        )
        for row in scope.session.execute(asked)
    )
