"""The clocks of one past ticket under one set of rules: they start, are held, moved, and end as those of the core do."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from core.hooks.contract import CORE
from core.hooks.values import Light, Mark
from core.routing.models import Assignment
from core.sla.course import belongs, capping, new_clock, placed, to_be_set, waits_for_dispatch
from core.sla.firing import WAITING_FOR_REVIEW
from core.sla.going_on import begun_as_if_still
from core.sla.limits import OVERDUE, UNPRESSED, Ruled
from core.sla.live import LIVE
from core.sla.models import Clock, ClockAdjustment, ClockPause
from core.sla.moving import Occasion, affected_by, computed, is_over
from core.sla.records import Record, cap_of, reckoning_of
from core.workdays.queries import CalendarInForce

PAUSABLE = ("reply", "handle")
NO_TIMES: Mapping[str, datetime] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Pending:
    """A mark that waits for its time."""

    clock: Clock
    mark: str
    light: Light
    at: datetime
    arm: int
    rule_id: str
    reason: str
    feature: str

    def is_reached(self, by: datetime) -> bool:
        """Tell whether the mark was reached by then; overdue only after the due time."""
        return self.at < by or (self.at == by and self.mark != OVERDUE)


Limits = Callable[[], Mapping[str, Ruled]]
Marks = Callable[[Clock], Sequence[tuple[str, Mark]]]
Stamp = Callable[[str], str]


class Clocks:
    """All clocks of a ticket. `limits` and `marks` ask the rules as the ticket stands, `stamp` tells who they are."""

    def __init__(
        self, ticket_id: int, calendar: CalendarInForce, *, limits: Limits, marks: Marks, stamp: Stamp
    ) -> None:
        self.all: list[Clock] = []
        self._ticket_id = ticket_id
        self._calendar = calendar
        self._limits, self._marks, self._stamp = limits, marks, stamp
        self._records: dict[int, Record] = {}
        self._pending: list[Pending] = []
        self._given: dict[int, set[tuple[str, int]]] = {}
        self._ids = 0

    def start(
        self,
        names: Collection[str],
        assignments: Sequence[Assignment],
        *,
        state: str,
        cycle_no: int,
        now: datetime,
        since: Mapping[str, datetime] = NO_TIMES,
        is_there: bool = False,
        is_from_elsewhere: bool = False,
    ) -> None:
        """Start clocks of these names, of the ticket and of these assignments, where a limit is set for them.

        They start now, those in `since` then; a limit that counts from arrival only once the unit `is_there`, one that
        counts from dispatch not while the ticket waits for it.
        """
        limits = self._limits()
        for assignment in (None, *assignments):
            subject, subject_id = ("assignment", assignment.id) if assignment else ("ticket", self._ticket_id)
            for name in names:
                if name not in limits or not belongs(name, assignment, state=state):
                    continue
                if limits[name].limit.from_arrival and not is_there:
                    continue
                if name not in since and waits_for_dispatch(
                    limits[name].limit, state=state, is_from_elsewhere=is_from_elsewhere
                ):
                    continue
                if any(
                    (clock.name, clock.subject, clock.subject_id) == (name, subject, subject_id) for clock in self.live
                ):
                    continue
                begun = since.get(name, now)
                clock, _ = new_clock(
                    limits[name],
                    self._calendar,
                    tenant_id=0,
                    id=self._new_id(),
                    ticket_id=self._ticket_id,
                    cycle_no=cycle_no,
                    by=self._stamp(limits[name].feature),
                    since=begun,
                    subject=subject,
                    subject_id=subject_id,
                    above=capping(self.live, assignment, since=begun),
                    live=self._by_id(),
                )
                self.all.append(clock)
                self._records[clock.id], self._given[clock.id] = Record(), set()
                for feature, mark, at in placed(self._marks_of(clock), clock, self._calendar.timetable):
                    self._set(clock, feature, mark, at)
                self._set_overdue(clock)

    def go_on_with(self, name: str, *, ended_at: datetime, state: str, cycle_no: int, now: datetime) -> None:
        """Start the ticket's newest clock of this name anew as if it had stood still since it ended at `ended_at`."""
        ended = (clock for clock in reversed(self.all) if (clock.name, clock.subject) == (name, "ticket"))
        before = next((clock for clock in ended if clock.state == "cancelled"), None)
        if before is not None:
            since = {name: begun_as_if_still(before, self._calendar.timetable, ended_at=ended_at, now=now)}
            self.start((name,), (), state=state, cycle_no=cycle_no, now=now, since=since)

    def start_on_arrival(self, assignments: Sequence[Assignment], *, state: str, cycle_no: int, now: datetime) -> None:
        """Start the handling clocks of units that are on site, where their limit counts from then; once each."""
        handle = self._limits().get("handle") if assignments else None
        if handle is None or not handle.limit.from_arrival:
            return
        timed = {clock.subject_id for clock in self.all if clock.name == "handle"}
        arrived = [each for each in assignments if each.id not in timed]
        if arrived:
            self.start(("handle",), arrived, state=state, cycle_no=cycle_no, now=now, is_there=True)

    def count_waiting(self, *, state: str, cycle_no: int, now: datetime) -> None:
        """Let the resident's time count from when the ticket began to wait, where it ends without being dispatched."""
        waiting = next((clock for clock in self.live if clock.name == "dispatch"), None)
        if waiting is not None and not any(clock.name == "reply" for clock in self.live):
            since = {"reply": waiting.started_at}
            self.start(("reply",), (), state=state, cycle_no=cycle_no, now=now, since=since)
            self._pending = [each for each in self._pending if each.clock is not self.all[-1]]

    def next_reached(self, by: datetime, *, in_review: bool) -> Pending | None:
        """Take the next mark that was reached by then, in their order; while a reply is reviewed some wait."""
        due = [
            pending
            for pending in self._pending
            if pending.is_reached(by) and not (in_review and pending.clock.name in WAITING_FOR_REVIEW)
        ]
        if not due:
            return None
        reached = min(due, key=lambda pending: (pending.at, pending.clock.id))
        self._pending.remove(reached)
        clock = reached.clock
        self._given[clock.id].add((reached.mark, 0 if reached.mark == OVERDUE else reached.arm))
        if reached.mark == OVERDUE:
            clock.overdue_at = reached.at
        return reached

    def end(self, stopped: Sequence[Clock], *, at: datetime, now: datetime, cancelled: Sequence[Clock] = ()) -> None:
        """End clocks, those `stopped` with a verdict, those `cancelled` without; what they capped goes on without them."""
        ended = [*stopped, *cancelled]
        if not ended:
            return
        self._release(self._held_with(ended), at=at, now=now)
        for clock in ended:
            clock.stopped_at = max(at, clock.started_at)
            is_late = clock.due_at is not None and clock.stopped_at > clock.due_at
            clock.state = "cancelled" if clock in cancelled else "breached" if is_late else "met"
            self._drop(clock, after=at)
        ids = {clock.id for clock in ended}
        if left := [clock for clock in self.live if clock.capped_by_id in ids]:
            self._recompute(left, Occasion.at(now, ""))

    def close_windows(self, by: datetime) -> None:
        """Let clocks that nobody is pressed for run out."""
        for clock in self.live:
            if clock.name in UNPRESSED and clock.due_at and clock.due_at < by:
                clock.state, clock.stopped_at = "met", clock.due_at

    def extend(self, assignment: Assignment, *, days: int, now: datetime) -> None:
        """Add working days to a unit's clock, of the lead to the resident's too."""
        moved = self._of_unit(assignment)
        for clock in moved:
            if not is_over(clock, now):
                self._adjust(clock, now, days=days)
        self._recompute(moved, Occasion.at(now, ""))

    def tighten(self, until: datetime, *, now: datetime) -> None:
        """Let the clocks of reply and handling end by then at the latest."""
        tightened = [
            clock for clock in self.live if clock.name in PAUSABLE and (clock.due_at is None or clock.due_at > now)
        ]
        for clock in tightened:
            self._adjust(clock, now, until=until)
        self._recompute(tightened, Occasion.at(now, ""))

    def hold(self, request_id: int, assignment: Assignment, *, with_reply: bool, now: datetime) -> None:
        """Let a unit's clock stand still, with `with_reply` of the lead the resident's too."""
        held = [
            clock
            for clock in self._of_unit(assignment)
            if (clock.name == "handle" or with_reply) and clock.state == "running" and not is_over(clock, now)
        ]
        for clock in held:
            clock.state, clock.due_at = "paused", None
            self._pause(clock, kind="request", since=now, until=None, request_id=request_id)
            self._drop(clock, after=None)
        self._recompute(held, Occasion.at(now, ""))

    def resume(self, request_id: int, *, at: datetime) -> None:
        """Let what a request holds go on."""
        held = [clock for clock in self.live if self._held_by(clock) == request_id]
        self._release(held, at=at, now=at)

    def resume_all(self, *, at: datetime) -> None:
        """Let everything that stands still go on: the unit has handed in its reply."""
        self._release(self.live, at=at, now=at)

    def allow_for_review(self, *, submitted_at: datetime, now: datetime) -> None:
        """Count the time of a review that gave the reply back as no time of the units."""
        handling = [clock for clock in self.live if clock.name == "handle" and clock.state == "running"]
        for clock in handling:
            self._pause(clock, kind="audit", since=max(submitted_at, clock.started_at), until=now)
        self._recompute(handling, Occasion("", now, reached_by=submitted_at, since=now))

    @property
    def live(self) -> list[Clock]:
        """The clocks that run or stand still, in the order in which they started."""
        return [clock for clock in self.all if clock.state in LIVE]

    def _release(self, clocks: Iterable[Clock], *, at: datetime, now: datetime) -> None:
        paused = [clock for clock in clocks if clock.state == "paused"]
        if not paused:
            return
        live, occasion = self._by_id(), Occasion("", now, reached_by=at, since=at)
        for clock in sorted(paused, key=lambda clock: clock.name != "reply"):
            record, timetable = self._records[clock.id], self._calendar.timetable
            pause = record.open_pause
            assert pause is not None
            before = reckoning_of(clock, record, timetable, cap=cap_of(clock, live)).due
            pause.ended_at, clock.state = max(at, pause.started_at), "running"
            due = reckoning_of(clock, record, timetable, cap=cap_of(clock, live)).due
            self._settle(clock, due, before, occasion, has_timers=False)
        self._recompute(paused, occasion)

    def _recompute(self, clocks: Iterable[Clock], occasion: Occasion) -> None:
        live, asked = self.live, {clock.id for clock in clocks}
        reckonings = computed(live, asked, self._records, self._calendar.timetable, occasion)
        for clock in affected_by(live, asked):
            if clock.id in reckonings:
                assert clock.due_at is not None
                self._settle(clock, reckonings[clock.id].due, clock.due_at, occasion)

    def _settle(
        self, clock: Clock, due: datetime, before: datetime, occasion: Occasion, *, has_timers: bool = True
    ) -> None:
        """Give a running clock its due time, and set its marks anew where that is another one."""
        clock.due_at = due
        if due == before and has_timers:
            return
        is_later = due > before
        clock.arm += is_later
        waiting = [pending for pending in self._pending if pending.clock is clock]
        kept = [pending for pending in waiting if pending.is_reached(occasion.reached_by)]
        self._pending = [each for each in self._pending if each.clock is not clock or each in kept]
        given = {mark for mark, arm in self._given[clock.id] if is_later or arm == clock.arm}
        given |= {pending.mark for pending in kept if is_later or pending.arm == clock.arm}
        spans = self._records[clock.id].spans()
        marks = placed(self._marks_of(clock), clock, self._calendar.timetable, pauses=spans)
        for feature, mark, at in to_be_set(marks, given=given, is_later=is_later, since=occasion.since):
            self._set(clock, feature, mark, at)
        if clock.overdue_at is None and not any(pending.mark == OVERDUE for pending in kept):
            self._set_overdue(clock)

    def _held_with(self, clocks: Sequence[Clock]) -> list[Clock]:
        """Return the clocks held by the same requests as these."""
        requests = {request for clock in clocks if (request := self._held_by(clock)) is not None}
        return [clock for clock in self.live if self._held_by(clock) in requests]

    def _held_by(self, clock: Clock) -> int | None:
        pause = self._records[clock.id].open_pause if clock.state == "paused" else None
        return pause.request_id if pause else None

    def _of_unit(self, assignment: Assignment) -> list[Clock]:
        """Return the unit's handling clock, and of the lead the resident's."""
        leads = assignment.role == "lead" and assignment.parent_id is None
        own = [clock for clock in self.live if (clock.name, clock.subject_id) == ("handle", assignment.id)]
        return [*own, *(clock for clock in self.live if clock.name == "reply" and leads)]

    def _marks_of(self, clock: Clock) -> Sequence[tuple[str, Mark]]:
        return () if clock.name in UNPRESSED else self._marks(clock)

    def _set(self, clock: Clock, feature: str, mark: Mark, at: datetime) -> None:
        self._pending.append(Pending(clock, mark.name, mark.light, at, clock.arm, mark.rule_id, mark.reason, feature))

    def _set_overdue(self, clock: Clock) -> None:
        assert clock.due_at is not None
        if clock.name not in UNPRESSED:
            self._pending.append(
                Pending(clock, OVERDUE, "red", clock.due_at, clock.arm, clock.rule_id, clock.reason, CORE)
            )

    def _drop(self, clock: Clock, *, after: datetime | None) -> None:
        self._pending = [
            pending
            for pending in self._pending
            if pending.clock is not clock or (after is not None and pending.is_reached(after))
        ]

    def _adjust(self, clock: Clock, now: datetime, *, days: int | None = None, until: datetime | None = None) -> None:
        self._records[clock.id].adjustments.append(
            ClockAdjustment(
                tenant_id=0,
                id=self._new_id(),
                clock_id=clock.id,
                kind="extension" if days else "tightening",
                at=now,
                reason="",
                cause="",
                days=days,
                until=until,
            )
        )

    def _pause(
        self, clock: Clock, *, kind: str, since: datetime, until: datetime | None, request_id: int | None = None
    ) -> None:
        self._records[clock.id].pauses.append(
            ClockPause(
                tenant_id=0,
                id=self._new_id(),
                clock_id=clock.id,
                kind=kind,
                reason="",
                started_at=since,
                ended_at=until,
                request_id=request_id,
            )
        )

    def _by_id(self) -> dict[int, Clock]:
        return {clock.id: clock for clock in self.live}

    def _new_id(self) -> int:
        self._ids += 1
        return self._ids
