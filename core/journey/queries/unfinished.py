"""What is not finished 烂尾: open tickets by age and holder, answered ones nobody was told of, promises not kept, returned ones that lie."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import ColumnElement, Select, case, func, literal, select, union

from core.coordination.models import Errand
from core.evaluation.telling.models import Untold
from core.evaluation.telling.reading import is_unproven
from core.kit.errors import Refused
from core.kit.saying import joined, said, word
from core.sla.live import LIVE
from core.sla.models import Clock
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.tickets.states import (
    ANSWERED,
    OPEN,
    STATE_LABELS,
    WAITING_FOR_ACCEPTANCE,
    WAITING_FOR_DISPATCH,
    State,
)
from core.units.queries import directory

What = Literal["open", "returned", "broken", "untold"]
WHAT_LABELS: dict[What, str] = {
    "open": "没有办完的",
    "returned": "退回搁置的",
    "broken": "承诺到期没有兑现的",
    "untold": "已答复而没有告知的",
}
MEANINGS: dict[What, str] = {
    "open": "还没有答复诉求人的全部工单，按登记以来的天数",
    "returned": "承办单位退回以后还没有再派出的，按登记以来的天数；也在“没有办完的”之内",
    "broken": "答复里承诺以后办（列入计划、后续安排），到期没有反馈的，按到期以来的天数",
    "untold": "已经答复、没有诉求人已被告知的记录的，不论多久以前；要求告知以前办结的、还在发送的不算。按答复以来的天数",
}
BANDS: tuple[tuple[int, str], ...] = (
    (5, "5 天以内"),
    (15, "6—15 天"),
    (30, "16—30 天"),
    (90, "31—90 天"),
    (0, "90 天以上"),
)
"""Ages in whole days: the last day of each band, 0 = without an end."""
HOLDERS = {"desk": "受理席", "review": "审核席", "joined": "随主单办理", "parts": "分项办理"}
"""Who has a ticket that no unit has."""
MOST = 1000
DAY = timedelta(days=1)


class NoSuchList(Refused):
    """There is no such list of unfinished tickets, holder or band."""

    code = "no-such-list"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which unfinished tickets: of which list, held by whom ("" = anybody), of which band (None = any), of which unit alone."""

    what: What = "open"
    holder: str = ""
    band: int | None = None
    unit_id: int | None = None


@dataclass(frozen=True, slots=True)
class HolderLine:
    """How many tickets somebody holds, by band, and since when the oldest is so."""

    what: What
    holder: str
    name: str
    bands: tuple[int, ...]
    oldest: datetime

    @property
    def total(self) -> int:
        return sum(self.bands)


@dataclass(frozen=True, slots=True)
class UnfinishedTicket:
    """One ticket of a list: who holds it, since when it is counted and for how many whole days."""

    serial_no: str
    title: str
    state: str
    holder: str
    since: datetime
    days: int


@dataclass(frozen=True, slots=True)
class Listing:
    """The tickets of a list, the oldest first, up to `MOST`, and how many there are."""

    tickets: tuple[UnfinishedTicket, ...]
    total: int


def unfinished_counts(scope: Scope, *, now: datetime, unit_id: int | None = None) -> tuple[HolderLine, ...]:
    """Count what is unfinished by list, holder and band, the holder of the most first; of one unit where it is named."""
    lines = [line for what in WHAT_LABELS for line in _lines(scope, Wanted(what, unit_id=unit_id), now=now)]
    order = list(WHAT_LABELS)
    return tuple(sorted(lines, key=lambda line: (order.index(line.what), -line.total, line.name)))


def unfinished_tickets(scope: Scope, wanted: Wanted, *, now: datetime, limit: int = MOST) -> Listing:
    """Return the tickets of a list, the oldest first. Raises `NoSuchList`."""
    asked, since = _asked(scope, wanted, now=now)
    total = scope.session.scalar(asked.with_only_columns(func.count(Ticket.id))) or 0
    rows = scope.session.execute(
        asked.with_only_columns(
            Ticket.serial_no, Ticket.title, Ticket.state, Ticket.lead_unit_id, _holder(wanted.what), since
        )
        .order_by(since, Ticket.id)
        .limit(limit)
    )
    return Listing(
        tuple(
            UnfinishedTicket(
                serial_no, title, STATE_LABELS[State(state)], _name(scope, holder, unit_id), at, (now - at) // DAY
            )
            for serial_no, title, state, unit_id, holder, at in rows
        ),
        total,
    )


def holder_name(scope: Scope, holder: str) -> str:
    """Return what a holder is called: a unit by its code, or one of `HOLDERS`. Raises `NoSuchList`."""
    if holder in HOLDERS:
        return HOLDERS[holder]
    unit = directory(scope).find_unit(holder)
    if unit is None:
        raise NoSuchList(said("没有“{holder}”这个承办者。请从报告里点进来。", holder=holder))
    return unit.name


def _lines(scope: Scope, wanted: Wanted, *, now: datetime) -> Sequence[HolderLine]:
    asked, since = _asked(scope, wanted, now=now)
    band, holder = _band(since, now), _holder(wanted.what)
    rows = scope.session.execute(
        asked.with_only_columns(holder, Ticket.lead_unit_id, band, func.count(), func.min(since)).group_by(
            holder, Ticket.lead_unit_id, band
        )
    )
    found: dict[str, tuple[str, list[int], datetime]] = {}
    for kind, unit_id, place, count, oldest in rows:
        key = _key(scope, kind, unit_id)
        name, bands, first = found.get(key) or (_name(scope, kind, unit_id), [0] * len(BANDS), oldest)
        bands[place] += count
        found[key] = (name, bands, min(first, oldest))
    return [HolderLine(wanted.what, key, name, tuple(bands), oldest) for key, (name, bands, oldest) in found.items()]


def _asked(scope: Scope, wanted: Wanted, *, now: datetime) -> tuple[Select[Any], ColumnElement[Any]]:
    """Return the statement of a list's tickets without its columns, and since when each is counted."""
    asked, since = select(Ticket.id).where(Ticket.tenant_id == scope.tenant.id), Ticket.submitted_at.expression
    match wanted.what:
        case "open":
            asked = asked.where(Ticket.state.in_(OPEN))
        case "returned":
            asked = asked.where(Ticket.state.in_(WAITING_FOR_DISPATCH), Ticket.bounce_count > 0)
        case "untold":
            waiting = select(Untold.ticket_id).where(Untold.tenant_id == scope.tenant.id, Untold.state == "open")
            unproven = select(Ticket.id).where(Ticket.tenant_id == scope.tenant.id, is_unproven(scope)).correlate(None)
            asked = asked.where(Ticket.state.in_(ANSWERED), Ticket.id.in_(union(waiting, unproven)))
            since = func.coalesce(Ticket.concluded_at, Ticket.submitted_at)
        case "broken":
            late = _late_promises(now)
            asked = asked.join(late, (late.c.tenant_id == Ticket.tenant_id) & (late.c.ticket_id == Ticket.id))
            since = late.c.since
    if wanted.unit_id is not None:
        asked = asked.where(Ticket.lead_unit_id == wanted.unit_id)
    if wanted.holder:
        asked = asked.where(*_is_held_by(scope, wanted))
    if wanted.band is not None:
        if not 0 <= wanted.band < len(BANDS):
            raise NoSuchList("没有这一段时间。请从报告里点进来。")
        asked = asked.where(_band(since, now) == wanted.band)
    return asked, since


def _late_promises(now: datetime) -> Any:
    """Promises whose time is over: what was concluded as planned 列入计划, and later stages 后续安排, by ticket."""
    planned = select(Clock.tenant_id, Clock.ticket_id, Clock.due_at.label("since")).where(
        Clock.name == "progress", Clock.state.in_(LIVE), Clock.due_at < now
    )
    stages = select(Errand.tenant_id, Errand.ticket_id, Errand.due_at.label("since")).where(
        Errand.kind == "stage", Errand.answered_at.is_(None), Errand.due_at < now
    )
    both = planned.union_all(stages).subquery()
    return (
        select(both.c.tenant_id, both.c.ticket_id, func.min(both.c.since).label("since"))
        .group_by(both.c.tenant_id, both.c.ticket_id)
        .subquery()
    )


def _holder(what: What) -> ColumnElement[str]:
    """Return who has a ticket in hand; what was not told went back to the desk, whichever unit handled it."""
    if what == "untold":
        return literal("desk")
    return case(
        (Ticket.state == State.ATTACHED, "joined"),
        (Ticket.state.in_((*WAITING_FOR_ACCEPTANCE, *WAITING_FOR_DISPATCH)), "desk"),
        (Ticket.state == State.SUBMITTED, "review"),
        (Ticket.part_count > 0, "parts"),
        (Ticket.lead_unit_id.is_(None), "desk"),
        else_="unit",
    )


def _is_held_by(scope: Scope, wanted: Wanted) -> tuple[ColumnElement[bool], ...]:
    holder, held_by = wanted.holder, _holder(wanted.what)
    if holder in HOLDERS:
        return (held_by == holder,)
    holder_name(scope, holder)
    return (held_by == "unit", Ticket.lead_unit_id == directory(scope).get_unit(holder).id)


def _band(since: ColumnElement[Any], now: datetime) -> ColumnElement[int]:
    """Return which band it lies in: so many whole days, and one more is the next."""
    bounded = [(since > now - timedelta(days=last + 1), place) for place, (last, _) in enumerate(BANDS) if last]
    return case(*bounded, else_=len(BANDS) - 1)


def _key(scope: Scope, kind: str, unit_id: int | None) -> str:
    unit = directory(scope).unit_of_id(unit_id) if kind == "unit" and unit_id else None
    return unit.code if unit else kind if kind in HOLDERS else "desk"


def _name(scope: Scope, kind: str, unit_id: int | None) -> str:
    if kind == "unit" and unit_id:
        return directory(scope).name_of(unit_id)
    return HOLDERS.get(kind, HOLDERS["desk"])


def is_in(what: str) -> What:
    """Return the list of this name. Raises `NoSuchList`."""
    found = next((each for each in WHAT_LABELS if each == what), None)
    if found is None:
        choices = joined(
            "、", (said("{code}（{label}）", code=code, label=word(label)) for code, label in WHAT_LABELS.items())
        )
        raise NoSuchList(said("没有“{what}”这张单子。可选：{choices}。", what=what, choices=choices))
    return found
