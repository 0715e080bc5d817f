"""The ledger of clocks as rows: what is on record of each, and the due time that follows from it."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import select

from core.kit.saying import said, word
from core.sla.labels import CLOCK_LABELS
from core.sla.ledger import Cap, Extension, Pause, Tightening
from core.sla.limits import budget_of
from core.sla.models import Clock, ClockAdjustment, ClockPause
from core.sla.rules import Adjustment, Reckoning, reckon
from core.tenancy.scope import Scope
from core.workdays.rules import Timetable

RowT = TypeVar("RowT", ClockPause, ClockAdjustment)
CAP = "cap"
"""Begins the cause of a tightening that a clock got from the one above when it ended."""


@dataclass(slots=True)
class Record:
    """What is on record of one clock: its pauses, at most one of them open, and its adjustments, each in order."""

    pauses: list[ClockPause] = field(default_factory=list)
    adjustments: list[ClockAdjustment] = field(default_factory=list)

    @property
    def open_pause(self) -> ClockPause | None:
        """The pause that holds the clock now."""
        return next((row for row in self.pauses if row.ended_at is None), None)

    def spans(self, *, until: datetime | None = None) -> list[Pause]:
        """Return the pauses as values; the open one is left out, or ends at `until`."""
        ended = [(row.started_at, row.ended_at or until) for row in self.pauses]
        return [Pause(start, max(start, end)) for start, end in ended if end is not None]

    def changes(self) -> list[Adjustment]:
        """Return the adjustments as values."""
        return [adjustment_of(row) for row in self.adjustments]


def records_of(scope: Scope, clocks: Collection[Clock]) -> dict[int, Record]:
    """Return what is on record of each of the clocks, in two statements; what is not written yet is included."""
    records = {clock.id: Record() for clock in clocks}
    for pause in _rows(scope, ClockPause, clocks):
        records[pause.clock_id].pauses.append(pause)
    for adjustment in _rows(scope, ClockAdjustment, clocks):
        records[adjustment.clock_id].adjustments.append(adjustment)
    for record in records.values():
        record.pauses.sort(key=lambda row: row.started_at)
        record.adjustments.sort(key=lambda row: (row.at, row.id))
    return records


def pauses_of(scope: Scope, clocks: Collection[Clock]) -> dict[int, list[Pause]]:
    """Return the ended pauses of each of the clocks that has any, in one statement."""
    pauses: dict[int, list[Pause]] = {}
    for row in _rows(scope, ClockPause, clocks) if clocks else ():
        if row.ended_at is not None:
            pauses.setdefault(row.clock_id, []).append(Pause(row.started_at, row.ended_at))
    return pauses


def adjustment_of(row: ClockAdjustment) -> Adjustment:
    """Return an adjustment on record as a value."""
    if row.kind == "extension":
        assert row.days is not None
        return Extension(row.at, row.days, row.reason)
    assert row.until is not None
    return Tightening(row.at, row.until, row.reason)


def reckoning_of(
    clock: Clock, record: Record, timetable: Timetable, *, cap: Cap | None, until: datetime | None = None
) -> Reckoning:
    """Return the due time that follows from what is on record; a pause still open is left out, or ends at `until`."""
    return reckon(
        timetable,
        budget_of(clock),
        clock.started_at,
        pauses=record.spans(until=until),
        adjustments=record.changes(),
        cap=cap,
    )


def cap_of(clock: Clock, clocks: Mapping[int, Clock], dues: Mapping[int, datetime] | None = None) -> Cap | None:
    """Return the cap on a clock: the due time of the running clock above it; above a paused one, of the next.

    `clocks` are the live ones by their ids, `dues` due times that some of them are about to get. What has ended caps
    nothing: it left its mark on the record.
    """
    above = clocks.get(clock.capped_by_id) if clock.capped_by_id else None
    if above is None:
        return None
    if above.state == "paused":
        return cap_of(above, clocks, dues)
    due = (dues or {}).get(above.id, above.due_at)
    if above.state != "running" or due is None:
        return None
    return Cap(due, said("{clock}时限", clock=word(CLOCK_LABELS[above.name])))


def keep_cap(scope: Scope, clock: Clock, cap: Cap | None, *, now: datetime) -> None:
    """Put the cap that held a clock on its record as it ends: whatever becomes of the clock above, it was due then.

    A clock that stood still as the cap came is due later than that: when it went on.
    """
    if cap is not None and clock.due_at is not None and clock.started_at < cap.until <= clock.due_at:
        add_tightening(
            scope,
            clock,
            until=cap.until,
            at=now,
            cause=f"{CAP}/{clock.capped_by_id}",
            reason=said("不晚于{whose}", whose=cap.whose),
        )


def add_tightening(scope: Scope, clock: Clock, *, until: datetime, at: datetime, cause: str, reason: str) -> None:
    """Put on record that a clock is due by `until` at the latest."""
    scope.session.add(
        ClockAdjustment(
            tenant_id=scope.tenant.id,
            id=scope.new_id(),
            clock_id=clock.id,
            kind="tightening",
            at=at,
            reason=reason,
            cause=cause,
            until=until,
        )
    )


def from_above(clocks: Iterable[Clock]) -> list[Clock]:
    """Return the clocks in an order in which each stands behind the one that caps it."""
    waiting = {clock.id: clock for clock in clocks}
    ordered: list[Clock] = []
    while waiting:
        free = [clock for clock in waiting.values() if clock.capped_by_id not in waiting]
        assert free, "clocks cap each other in a circle"
        ordered += free
        for clock in free:
            del waiting[clock.id]
    return ordered


def _rows(scope: Scope, table: type[RowT], clocks: Collection[Clock]) -> list[RowT]:
    ids = {clock.id for clock in clocks}
    fresh_rows: list[Any] = scope.session.fresh
    rows: list[RowT] = [row for row in fresh_rows if isinstance(row, table) and row.clock_id in ids]
    known = ids - {row.id for row in fresh_rows if isinstance(row, Clock)}
    if known:
        kept = select(table).where(table.tenant_id == scope.tenant.id, table.clock_id.in_(known))
        rows += scope.session.scalars(kept)
    return rows
