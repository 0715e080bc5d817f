"""The tickets behind a number: the same rows that a measure counts, one by one, each with its unit and its hands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from sqlalchemy import Select, SQLColumnExpression, func, select, true

from core.handling.models import Reply, ReplyCheck
from core.routing.models import Assignment, Consultation
from core.statistics.anchors import ACCEPTANCE, Anchor, with_ticket
from core.statistics.days import ONE_DAY, Span
from core.statistics.measures import MEASURES, Measure
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.tickets.states import STATE_LABELS, State
from core.units.queries import directory

MOST = 500
"""Tickets that are listed; how many there are is told besides."""
CONSULTED = Measure(
    key="consulted",
    label="参与会商",
    meaning="当日开始会商的诉求，计在会商以前主办过、或由会商指定主办的每个单位",
    anchor=Anchor(
        with_ticket(Assignment).join(
            Consultation.__table__,
            (Consultation.tenant_id == Assignment.tenant_id) & (Consultation.ticket_id == Assignment.ticket_id),
        ),
        Assignment.tenant_id,
        Consultation.opened_at,
        Assignment.unit_id,
        (Assignment.role == "lead")
        & Assignment.parent_id.is_(None)
        & ((Assignment.assigned_at <= Consultation.opened_at) | (Assignment.unit_id == Consultation.unit_id)),
    ),
)
"""Few enough to be counted from the rows: it has no column in the cube."""
OPEN = Measure(
    key="open",
    label="未办结",
    meaning="当日受理的诉求，至今没有办结也没有作废的",
    anchor=ACCEPTANCE,
    where=(Ticket.state != "voided") & Ticket.concluded_at.is_(None),
)
OVERRIDDEN = Measure(
    key="checks_overridden",
    label="检查未通过仍发出",
    meaning="当日答复的发出前检查未通过、有人写明理由确认内容无误后提交、审核通过或直接发出的，每一步各计一次；"
    "计在答复的单位，谁、为什么见工单的流转记录",
    anchor=Anchor(
        with_ticket(ReplyCheck).join(
            Reply.__table__, (Reply.tenant_id == ReplyCheck.tenant_id) & (Reply.id == ReplyCheck.reply_id)
        ),
        ReplyCheck.tenant_id,
        ReplyCheck.at,
        Reply.unit_id,
        ReplyCheck.confirmed != "",
    ),
)
"""Few too, and counted from the rows; reviewers and discipline look at them."""
LISTED: Mapping[str, Measure] = {
    each.key: each
    for each in (
        OPEN,
        *(
            MEASURES[key]
            for key in (
                "asked_first",
                "asked_passed_on",
                "first_handled",
                "first_passed_on",
                "return_requested",
                "return_refused",
                "returned",
                "first_dispatched",
                "first_hit",
                "filing_due",
                "filed_in_time",
                "concluded_within_a_day",
                "dispatched",
                "due",
                "on_time",
                "overdue",
                "rated",
                "satisfied",
                "dissatisfied",
                "answered_resolved",
                "resolved",
                "redone",
            )
        ),
        CONSULTED,
        OVERRIDDEN,
    )
}
"""The numbers behind which the tickets can be looked at."""


@dataclass(frozen=True, slots=True)
class Behind:
    """A ticket that was counted: when, whose it is now, whom it was asked of and who handled it first, and how many hands."""

    serial_no: str
    title: str
    state: str
    at: datetime
    lead: str
    asked: str
    first: str
    hands: int


@dataclass(frozen=True, slots=True)
class Listing:
    """The tickets behind a number, the newest first; `total` is how many there are of which the first are listed."""

    measure: Measure
    total: int
    tickets: Sequence[Behind]


def tickets_behind(scope: Scope, key: str, span: Span, *, unit_id: int | None = None) -> Listing:
    """Return the tickets that a number of `LISTED` counts in these days, of one unit if named."""
    measure = LISTED[key]
    total = scope.session.scalar(counted_rows(scope, measure, span, unit_id, func.count())) or 0
    found = scope.session.execute(
        counted_rows(scope, measure, span, unit_id, *_COLUMNS, measure.anchor.instant.label("at"))
        .order_by(measure.anchor.instant.desc(), Ticket.id.desc())
        .limit(MOST)
    ).all()
    units, given = directory(scope), hands_of(scope, [row.id for row in found])

    def name(unit: int | None) -> str:
        return units.name_of(unit) if unit else ""

    return Listing(
        measure,
        total,
        tuple(
            Behind(
                row.serial_no,
                row.title,
                STATE_LABELS[State(row.state)],
                row.at,
                lead=name(row.lead_unit_id),
                asked=name(row.asked_unit_id),
                first=name(row.first_unit_id),
                hands=given.get(row.id, 0),
            )
            for row in found
        ),
    )


def overridden_in(scope: Scope, span: Span) -> int:
    """Count how often a reply went on in these days that the checks held back."""
    return scope.session.scalar(counted_rows(scope, OVERRIDDEN, span, None, func.count())) or 0


def consulted_by_unit(scope: Scope, span: Span) -> dict[int, int]:
    """Return how often each unit was part of a consultation that began in these days."""
    unit = CONSULTED.anchor.unit_id
    asked = counted_rows(scope, CONSULTED, span, None, unit, func.count(Consultation.id.distinct())).group_by(unit)
    return dict(scope.session.execute(asked).all())


def hands_of(scope: Scope, ticket_ids: Sequence[int]) -> dict[int, int]:
    """Return through how many hands each ticket went: the units that ever had it as lead, each time it changed."""
    rows = scope.session.execute(
        select(Assignment.ticket_id, Assignment.unit_id)
        .where(
            Assignment.tenant_id == scope.tenant.id,
            Assignment.ticket_id.in_(ticket_ids),
            Assignment.role == "lead",
            Assignment.parent_id.is_(None),
        )
        .order_by(Assignment.ticket_id, Assignment.id)
    )
    hands: dict[int, int] = {}
    last: tuple[int, int] | None = None
    for ticket_id, unit_id in rows:
        hands[ticket_id] = hands.get(ticket_id, 0) + ((ticket_id, unit_id) != last)
        last = (ticket_id, unit_id)
    return hands


_COLUMNS = (
    Ticket.id,
    Ticket.serial_no,
    Ticket.title,
    Ticket.state,
    Ticket.lead_unit_id,
    Ticket.asked_unit_id,
    Ticket.first_unit_id,
)


def counted_rows(
    scope: Scope, measure: Measure, span: Span, unit_id: int | None, *columns: SQLColumnExpression[Any]
) -> Select[Any]:
    """Return these columns of the rows that a measure counts in these days, of one unit if named."""
    zone, anchor = scope.tenant.zone, measure.anchor
    begins = datetime.combine(span.first, time(), zone)
    ends = datetime.combine(span.last + ONE_DAY, time(), zone)
    return (
        select(*columns)
        .select_from(anchor.rows)
        .where(
            anchor.tenant_id == scope.tenant.id,
            Ticket.tenant_id == scope.tenant.id,
            anchor.instant >= begins,
            anchor.instant < ends,
            anchor.where,
            measure.where,
            anchor.unit_id == unit_id if unit_id is not None else true(),
        )
    )
