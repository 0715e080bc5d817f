"""The hand-over of a shift 交接班: what is open and matters, as it stood when who leaves wrote it, taken by who comes."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from core.intake.calls.models import CallRecord
from core.intake.rules import is_storable
from core.journey.queries.lanes import LaneName, lane_counts
from core.kit.errors import Refused
from core.kit.saying import said
from core.people.roles import Permission, SameHands
from core.people.roster.models import Handover
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.tickets.service import reason_of, refuse_actor
from core.tickets.states import OPEN, STATE_LABELS, WAITING_FOR_ACCEPTANCE, WAITING_FOR_DISPATCH, State
from core.tickets.timeline import Actor

MOST_ITEMS = 100
LONGEST_WORDS = 5000
COUNTED: tuple[LaneName, ...] = ("accept", "clearance", "dispatch", "returns")
WHY_LABELS = {
    "urgent": "紧急工单",
    "overdue": "已超期，还在受理席",
    "waiting": "等待受理席处理",
    "missed": "未接来电，待回拨",
}
"""Why something matters to the next shift, the gravest first."""


class NoSuchHandover(Refused):
    """There is no hand-over of this number."""

    code = "no-such-handover"


class HandoverTaken(Refused):
    """Somebody has taken the hand-over already."""

    code = "handover-taken"


@dataclass(frozen=True, slots=True)
class Item:
    """A ticket, or a call, that matters to the next shift. Its title is looked up when it is shown, and not kept."""

    why: str
    number: str
    title: str
    words: str

    @property
    def is_call(self) -> bool:
        return self.why == "missed"

    @property
    def why_label(self) -> str:
        return WHY_LABELS[self.why]


@dataclass(frozen=True, slots=True)
class HandoverLine:
    """A hand-over as it is shown."""

    id: int
    words: str
    counts: dict[str, int]
    items: tuple[Item, ...]
    written_by: str
    written_by_id: int
    written_at: datetime
    taken_by: str
    taken_at: datetime | None
    remark: str


def what_matters(scope: Scope, *, now: datetime) -> tuple[Item, ...]:
    """Return what is open at the desk and matters to the next shift: urgent tickets, what is late, what waits, missed calls.

    Urgent tickets wherever they are; of others those that wait at the desk, the nearest due first.
    """
    at_desk = (*WAITING_FOR_ACCEPTANCE, *WAITING_FOR_DISPATCH)
    tickets = scope.session.scalars(
        select(Ticket)
        .where(
            Ticket.tenant_id == scope.tenant.id,
            Ticket.state.in_(OPEN),
            (Ticket.urgency == "urgent") | Ticket.state.in_(at_desk),
        )
        .order_by(Ticket.next_due_at.asc().nulls_last(), Ticket.id)
        .limit(MOST_ITEMS)
    ).all()
    calls = scope.session.scalars(
        select(CallRecord)
        .where(CallRecord.tenant_id == scope.tenant.id, CallRecord.state == "open", CallRecord.missed)
        .order_by(CallRecord.began_at, CallRecord.id)
        .limit(MOST_ITEMS)
    ).all()
    items = [Item(_why(ticket, now), ticket.serial_no, ticket.title, _stands(ticket)) for ticket in tickets]
    items += [Item("missed", str(call.id), call.line, "") for call in calls]
    return tuple(sorted(items, key=lambda item: list(WHY_LABELS).index(item.why))[:MOST_ITEMS])


def write_handover(scope: Scope, *, words: str, actor: Actor, now: datetime) -> Handover:
    """Write the hand-over of the shift that ends: the words, and what is open as it stands now; it is never changed.

    Raises `NotPermitted`, `ReasonMissing` without words.
    """
    refuse_actor(actor, Permission.ACCEPT, "写交班")
    said = _words(words, "交班")
    assert actor.id is not None, "somebody of the house"
    handover = Handover(
        tenant_id=scope.tenant.id,
        id=scope.new_id(),
        words=said,
        counts={str(lane): number for lane, number in lane_counts(scope, COUNTED).items()},
        items=[{"why": item.why, "number": item.number, "words": item.words} for item in what_matters(scope, now=now)],
        written_by=actor.name,
        written_by_id=actor.id,
        written_at=now,
    )
    scope.session.add(handover)
    scope.session.flush()
    return handover


def take_handover(scope: Scope, handover_id: int, *, remark: str, actor: Actor, now: datetime) -> Handover:
    """Take the hand-over: who comes has read it. Nobody takes one's own.

    Raises `NotPermitted`, `NoSuchHandover`, `HandoverTaken`, `SameHands`.
    """
    refuse_actor(actor, Permission.ACCEPT, "接班")
    handover = scope.session.scalar(
        select(Handover)
        .where(Handover.tenant_id == scope.tenant.id, Handover.id == handover_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if handover is None:
        raise NoSuchHandover(
            said("没有编号为 {handover_id} 的交班。请回到交接班页面重新选择。", handover_id=handover_id)
        )
    if handover.taken_at is not None:
        raise HandoverTaken(said("这份交班已由{taken_by}接班，不用再接。", taken_by=handover.taken_by))
    if actor.id == handover.written_by_id:
        raise SameHands("写交班的人不能自己接班。请由接班的同事来接。")
    handover.taken_by, handover.taken_by_id, handover.taken_at = actor.name, actor.id, now
    handover.remark = _words(remark, "接班") if remark.strip() else ""
    scope.session.flush()
    return handover


def handovers(scope: Scope, *, limit: int = 30) -> tuple[HandoverLine, ...]:
    """Return the hand-overs, the newest first, each with what was open then."""
    rows = scope.session.scalars(
        select(Handover)
        .where(Handover.tenant_id == scope.tenant.id)
        .order_by(Handover.written_at.desc(), Handover.id.desc())
        .limit(limit)
    ).all()
    numbers = {item["number"] for row in rows for item in row.items if item["why"] != "missed"}
    found = scope.session.execute(
        select(Ticket.serial_no, Ticket.title).where(Ticket.tenant_id == scope.tenant.id, Ticket.serial_no.in_(numbers))
    )
    titles = {row.serial_no: row.title for row in found}
    return tuple(_line(row, titles) for row in rows)


def _line(row: Handover, titles: dict[str, str]) -> HandoverLine:
    return HandoverLine(
        id=row.id,
        words=row.words,
        counts=row.counts,
        items=tuple(
            Item(item["why"], item["number"], titles.get(item["number"], ""), item["words"]) for item in row.items
        ),
        written_by=row.written_by,
        written_by_id=row.written_by_id,
        written_at=row.written_at,
        taken_by=row.taken_by,
        taken_at=row.taken_at,
        remark=row.remark,
    )


def _why(ticket: Ticket, now: datetime) -> str:
    if ticket.urgency == "urgent":
        return "urgent"
    return "overdue" if ticket.next_due_at is not None and ticket.next_due_at < now else "waiting"


def _stands(ticket: Ticket) -> str:
    return STATE_LABELS[State(ticket.state)]


def _words(text: str, deed: str) -> str:
    said = reason_of(text, deed)[:LONGEST_WORDS]
    return said if is_storable(said) else reason_of("", deed)
