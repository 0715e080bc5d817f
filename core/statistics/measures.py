"""What is counted: the core's measures as one table, each with the instant that gives its day and the rows that count.

How cycles count. A ticket that is done again 重办 is still one ticket: `accepted` counts it once and for all, on the day
of its acceptance; `replied`, `concluded` and their kin count its present cycle, so a redone ticket leaves them until it
is answered again, and then counts on the new day. What a cycle has of its own counts once per cycle, on its own day:
every dispatch, every return, every reply clock with its verdict, every rating.

Whose it is. Tickets and the clocks and ratings of their present cycle are the lead unit's that has the ticket now
(nobody's before dispatch and after a return); those of earlier cycles are the unit's that concluded that cycle;
dispatches and returns are those of the unit they concern.

Every anchor is the instant of an entry in the timeline or the due time of a clock: `dirty.mark_ticket` relies on it.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import FromClause, SQLColumnExpression, and_, case, select, true

from core.evaluation.models import Rating
from core.routing.models import Assignment
from core.sla.models import Clock
from core.tickets.models import Ticket

SATISFIED = ("satisfied", "basically")
"""The levels that count as satisfied 满意: 基本满意 among them; silence never is."""
A_DAY = timedelta(days=1)


@dataclass(frozen=True, eq=False)
class Anchor:
    """What gives a row its day: the rows, joined with their ticket, the instant, and whose they are.

    `where` tells which of the rows count at all.
    """

    rows: FromClause
    tenant_id: SQLColumnExpression[int]
    instant: SQLColumnExpression[Any]
    unit_id: SQLColumnExpression[Any]
    where: SQLColumnExpression[bool]


@dataclass(frozen=True)
class Measure:
    """One thing that is counted. A change of what counts, of the anchor or of the time taken is a new version.

    `meaning` tells people exactly what counts. It counts on the day of its anchor in the tenant's zone; `where` narrows
    the anchor's rows; `took` is the length of time that is summed up, and sorted into hours for medians.
    """

    key: str
    label: str
    meaning: str
    anchor: Anchor
    where: SQLColumnExpression[bool] = field(default_factory=true)
    took: SQLColumnExpression[Any] | None = None
    version: int = 1

    @property
    def column(self) -> str:
        """Name of the measure's column in the cube; every version has its own."""
        return self.key if self.version == 1 else f"{self.key}_v{self.version}"

    @property
    def seconds_column(self) -> str:
        """Name of the column of the time taken."""
        return f"{self.column}_seconds"


def _with_ticket(table: type[Assignment | Clock | Rating]) -> FromClause:
    same = and_(Ticket.tenant_id == table.tenant_id, Ticket.id == table.ticket_id)
    return table.__table__.join(Ticket.__table__, same)


def _unit_of_cycle(table: type[Clock | Rating]) -> SQLColumnExpression[Any]:
    concluded_by = (
        select(Assignment.unit_id)
        .where(
            Assignment.tenant_id == table.tenant_id,
            Assignment.ticket_id == table.ticket_id,
            Assignment.cycle_no == table.cycle_no,
            Assignment.role == "lead",
            Assignment.state == "done",
        )
        .limit(1)
        .scalar_subquery()
    )
    return case((Ticket.cycle_no == table.cycle_no, Ticket.lead_unit_id), else_=concluded_by)


def _of_ticket(instant: SQLColumnExpression[Any]) -> Anchor:
    return Anchor(Ticket.__table__, Ticket.tenant_id, instant, Ticket.lead_unit_id, instant.is_not(None))


def _of_lead(instant: SQLColumnExpression[Any], where: SQLColumnExpression[bool]) -> Anchor:
    lead = and_(Assignment.role == "lead", where)
    return Anchor(_with_ticket(Assignment), Assignment.tenant_id, instant, Assignment.unit_id, lead)


ACCEPTANCE = _of_ticket(Ticket.accepted_at)
REPLY = _of_ticket(Ticket.replied_at)
CONCLUSION = _of_ticket(Ticket.concluded_at)
DISPATCH = _of_lead(Assignment.assigned_at, true())
RETURN = _of_lead(Assignment.ended_at, Assignment.state == "returned")
DUE = Anchor(
    _with_ticket(Clock),
    Clock.tenant_id,
    Clock.due_at,
    _unit_of_cycle(Clock),
    and_(
        Clock.name == "reply",
        Clock.state != "cancelled",
        Clock.stopped_at.is_not(None) | Clock.overdue_at.is_not(None),
    ),
)
"""Reply clocks whose verdict is known: one that still runs, or whose reply waits for review, may yet be met."""
RATED = Anchor(_with_ticket(Rating), Rating.tenant_id, Rating.at, _unit_of_cycle(Rating), true())

_TO_REPLY = Ticket.replied_at - Ticket.submitted_at

_TABLE = (
    Measure(
        key="accepted",
        label="受理",
        meaning="当日受理的诉求，重办不另计",
        anchor=ACCEPTANCE,
    ),
    Measure(
        key="dispatched",
        label="派单",
        meaning="当日派给主办单位的次数，退单后再派、重办再派各计一次",
        anchor=DISPATCH,
    ),
    Measure(
        key="returned",
        label="退单",
        meaning="当日主办单位退单的次数",
        anchor=RETURN,
    ),
    Measure(
        key="replied",
        label="答复",
        meaning="当日提交答复且已办结的诉求；时长从提交诉求到提交答复，重办后按新答复计",
        anchor=REPLY,
        took=_TO_REPLY,
    ),
    Measure(
        key="replied_of_accepted",
        label="受理后已答复",
        meaning="当日受理的诉求中至今已答复的，不论何时答复；时长从提交诉求到提交答复",
        anchor=ACCEPTANCE,
        where=Ticket.replied_at.is_not(None),
        took=_TO_REPLY,
    ),
    Measure(
        key="concluded",
        label="办结",
        meaning="当日办结的诉求；重办后不再计入，再次办结时计入再次办结之日",
        anchor=CONCLUSION,
    ),
    Measure(
        key="concluded_within_a_day",
        label="一天内办结",
        meaning="当日办结、且距受理不超过 24 小时的诉求",
        anchor=CONCLUSION,
        where=Ticket.concluded_at <= Ticket.accepted_at + A_DAY,
    ),
    Measure(
        key="due",
        label="到期",
        meaning="当日到期、结果已定的答复时限（按时与超期之和）；仍在计时或待审核的尚无结果，取消的不计",
        anchor=DUE,
    ),
    Measure(
        key="on_time",
        label="按时",
        meaning="当日到期、到期前已答复的答复时限",
        anchor=DUE,
        where=Clock.stopped_at <= Clock.due_at,
    ),
    Measure(
        key="overdue",
        label="超期",
        meaning="当日到期、到期时未答复的答复时限，至今未答复的也在内",
        anchor=DUE,
        where=Clock.stopped_at.is_(None) | (Clock.stopped_at > Clock.due_at),
    ),
    Measure(
        key="answered_resolved",
        label="回答是否解决",
        meaning="当日评价中对“是否解决”的有效回答，每轮办理一次",
        anchor=RATED,
    ),
    Measure(
        key="resolved",
        label="已解决",
        meaning="当日评价中回答“已解决”的，部分解决不计",
        anchor=RATED,
        where=Rating.resolved == "yes",
    ),
    Measure(
        key="rated",
        label="评价",
        meaning="当日的有效评价，每轮办理一次；未评价的不计，不视为满意",
        anchor=RATED,
    ),
    Measure(
        key="satisfied",
        label="满意",
        meaning="当日评价为满意或基本满意的",
        anchor=RATED,
        where=Rating.satisfaction.in_(SATISFIED),
    ),
    Measure(
        key="dissatisfied",
        label="不满意",
        meaning="当日评价为不满意的",
        anchor=RATED,
        where=Rating.satisfaction == "dissatisfied",
    ),
)
MEASURES = {measure.key: measure for measure in _TABLE}
