"""Reading clocks: those of a ticket, whether a window has closed, and the account of why each is due when it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from core.kit.saying import said, word
from core.routing.models import Assignment
from core.sla.explanation import explain, instant_words
from core.sla.ledger import Cap
from core.sla.limits import budget_of
from core.sla.live import LIVE
from core.sla.models import Clock
from core.sla.records import Record, cap_of, reckoning_of, records_of
from core.tenancy.scope import Scope
from core.tickets.models import TicketEvent
from core.units.queries import directory
from core.workdays.queries import calendar_of_version


@dataclass(frozen=True, slots=True)
class DueMove:
    """One due time that a clock had: since when, and why it was given that one."""

    at: datetime
    due_at: datetime
    why: str


@dataclass(frozen=True, slots=True)
class ClockAccount:
    """Why a clock is due when it is: whose it is, the rule that set it, the calendar, and the computation line by line.

    `history` are the due times that were promised, the first of them first; `pauses`, `adjustments` and `cap` are what
    is on record, in words. `agrees` is False when the stored due time is not what follows from all that.
    """

    name: str
    unit: str
    cycle_no: int
    state: str
    due_at: datetime | None
    is_provisional: bool
    started_at: datetime
    stopped_at: datetime | None
    overdue_at: datetime | None
    reason: str
    rule_id: str
    by: str
    calendar: str
    lines: tuple[str, ...]
    pauses: tuple[str, ...]
    adjustments: tuple[str, ...]
    cap: str
    history: tuple[DueMove, ...]
    agrees: bool


def clocks_of(scope: Scope, ticket_id: int) -> list[Clock]:
    """Return all clocks of a ticket, ended ones too, in the order in which they started."""
    return list(
        scope.session.scalars(
            select(Clock)
            .where(Clock.tenant_id == scope.tenant.id, Clock.ticket_id == ticket_id)
            .order_by(Clock.started_at, Clock.id)
        )
    )


def window_has_closed(scope: Scope, assignment_id: int, *, now: datetime) -> bool:
    """Tell whether the time in which a unit may give its ticket back is over; where none was set, it never is."""
    window = scope.session.scalar(
        select(Clock)
        .where(
            Clock.tenant_id == scope.tenant.id,
            Clock.subject == "assignment",
            Clock.subject_id == assignment_id,
            Clock.name == "return_window",
        )
        .order_by(Clock.id.desc())
        .limit(1)
    )
    return window is not None and (window.state not in LIVE or (window.due_at is not None and window.due_at < now))


def accounts_of(scope: Scope, ticket_id: int) -> list[ClockAccount]:
    """Return the account of each clock of a ticket, computed with the version of the calendar that it goes by."""
    clocks = clocks_of(scope, ticket_id)
    records, units, history = records_of(scope, clocks), _units(scope, clocks), _history(scope, ticket_id)
    live = {clock.id: clock for clock in clocks if clock.state in LIVE}
    return [
        _account(scope, clock, records[clock.id], cap_of(clock, live), units.get(clock.id, ""), history)
        for clock in clocks
    ]


def account_of(scope: Scope, clock: Clock) -> ClockAccount:
    """Return the account of one clock."""
    for account, each in zip(accounts_of(scope, clock.ticket_id), clocks_of(scope, clock.ticket_id), strict=True):
        if each.id == clock.id:
            return account
    raise AssertionError(f"clock {clock.id} is not one of its ticket's")


def agrees(clock: Clock, record: Record, cap: Cap | None, scope: Scope) -> bool:
    """Tell whether a clock's stored due time is what follows from its record."""
    if clock.state == "paused":
        return record.open_pause is not None
    timetable = calendar_of_version(scope, clock.calendar_version_id).timetable
    held = cap if clock.state in LIVE else None
    return clock.due_at == reckoning_of(clock, record, timetable, cap=held).due


def _account(
    scope: Scope, clock: Clock, record: Record, cap: Cap | None, unit: str, history: Mapping[int, Sequence[DueMove]]
) -> ClockAccount:
    calendar = calendar_of_version(scope, clock.calendar_version_id)
    held = cap if clock.state in LIVE else None
    lines = explain(
        calendar.timetable,
        budget_of(clock),
        clock.started_at,
        pauses=record.spans(),
        adjustments=record.changes(),
        cap=held,
    )
    paused = record.open_pause
    if paused is not None:
        since = instant_words(calendar.timetable, paused.started_at)
        lines = (
            *lines[:-1],
            said("挂起：{since} 起（{reason}），恢复计时后另算截止", since=since, reason=paused.reason),
        )
    return ClockAccount(
        name=clock.name,
        unit=unit,
        cycle_no=clock.cycle_no,
        state=clock.state,
        due_at=clock.due_at,
        is_provisional=clock.due_provisional,
        started_at=clock.started_at,
        stopped_at=clock.stopped_at,
        overdue_at=clock.overdue_at,
        reason=clock.reason,
        rule_id=clock.rule_id,
        by=clock.by,
        calendar=said("“{name}”第 {number} 版", name=calendar.name, number=calendar.number),
        lines=lines,
        pauses=tuple(_pause_words(scope, row.started_at, row.ended_at, row.reason) for row in record.pauses),
        adjustments=tuple(
            said("延期 {days} 个工作日（{reason}）", days=row.days, reason=row.reason)
            if row.until is None
            else said("不晚于 {local}（{reason}）", local=_local(scope, row.until), reason=row.reason)
            for row in record.adjustments
        ),
        cap=said("不晚于{whose} {local}", whose=held.whose, local=_local(scope, held.until)) if held else "",
        history=tuple(history.get(clock.id, ())),
        agrees=agrees(clock, record, cap, scope),
    )


def _units(scope: Scope, clocks: Sequence[Clock]) -> dict[int, str]:
    """Return the names of the units whose clocks these are, by the clock."""
    ids = {clock.subject_id for clock in clocks if clock.subject == "assignment"}
    rows = scope.session.execute(
        select(Assignment.id, Assignment.unit_id).where(Assignment.tenant_id == scope.tenant.id, Assignment.id.in_(ids))
    )
    names = {assignment_id: directory(scope).name_of(unit_id) for assignment_id, unit_id in rows}
    return {clock.id: names[clock.subject_id] for clock in clocks if clock.subject == "assignment"}


def _history(scope: Scope, ticket_id: int) -> dict[int, list[DueMove]]:
    """Return each clock's due times as the timeline told them."""
    entries = scope.session.scalars(
        select(TicketEvent)
        .where(
            TicketEvent.tenant_id == scope.tenant.id,
            TicketEvent.ticket_id == ticket_id,
            TicketEvent.kind.in_(("clock_started", "clock_moved")),
        )
        .order_by(TicketEvent.seq)
    )
    history: dict[int, list[DueMove]] = {}
    for entry in entries:
        for told in entry.detail.get("clocks", [entry.detail]):
            if told.get("clock_id") and told.get("due_at"):
                why = told.get("why") or "开始计时"
                history.setdefault(told["clock_id"], []).append(
                    DueMove(entry.at, datetime.fromisoformat(told["due_at"]), why)
                )
    return history


def _pause_words(scope: Scope, start: datetime, end: datetime | None, reason: str) -> str:
    return said(
        "{local} 至 {local_2}（{reason}）",
        local=_local(scope, start),
        local_2=_local(scope, end) if end else word("今"),
        reason=reason,
    )


def _local(scope: Scope, instant: datetime) -> str:
    return f"{instant.astimezone(scope.tenant.zone):%Y-%m-%d %H:%M}"
