"""Starting and ending clocks. A ticket's row is the one lock: commands and timers both take it first."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import select

from core.kit.errors import Refused
from core.kit.saying import joined, said
from core.routing.models import Assignment
from core.sla.course import belongs, capping, waits_for_dispatch
from core.sla.firing import pass_over_history, reach_marks
from core.sla.limits import DEFAULT_YELLOW, OVERDUE, Ruled, limits_of
from core.sla.live import LIVE, clock_words, live_clocks, sum_up
from core.sla.models import Clock
from core.sla.moving import Occasion, recompute
from core.sla.pausing import BY_END, freeze_for_review, held_together, release, resume_after_review
from core.sla.records import add_tightening, cap_of, keep_cap, pauses_of, records_of
from core.sla.requests import lapse
from core.sla.rules import elapsed
from core.sla.starting import make_clock, tell_started
from core.sla.superseding import supersede
from core.sla.timers import drop_timers
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.tickets.service import note
from core.tickets.states import MOVES, WAITING_FOR_DISPATCH, Command
from core.tickets.timeline import SYSTEM, Order
from core.workdays.queries import current_calendar

__all__ = [
    "DEFAULT_YELLOW",
    "OVERDUE",
    "DeadlinePassed",
    "cancel_clocks",
    "freeze_for_review",
    "live_clocks",
    "pass_over_history",
    "resume_after_review",
    "start_clock",
    "start_on_arrival",
    "start_own_clock",
    "stop_clock",
    "supersede",
    "tighten",
    "turn_clocks",
]
PAUSABLE = ("reply", "handle")


class DeadlinePassed(Refused):
    """A deadline was set that is over already."""

    code = "deadline-passed"


def turn_clocks(
    scope: Scope,
    ticket: Ticket,
    command: Command,
    order: Order,
    *,
    assignments: Sequence[Assignment] = (),
    at: datetime | None = None,
) -> None:
    """Do to the clocks what the table of moves says of the command: stop some, end some without verdict, start some.

    Clocks stop at `at` (now). Units' clocks are stopped for `assignments`, or all when none are given; they are ended
    for all units, and started for `assignments`, each only if the district or the core sets a limit for it.
    """
    turn, live = MOVES[command].clocks, live_clocks(scope, ticket)
    if "reply" in turn.stops:
        live = _count_waiting(scope, ticket, order, live)
    units = {assignment.id for assignment in assignments}
    stopped = [
        clock
        for clock in live
        if clock.name in turn.stops and (not units or clock.subject != "assignment" or clock.subject_id in units)
    ]
    cancelled = [clock for clock in live if clock.name in turn.cancels and clock not in stopped]
    _end(scope, ticket, live, stopped, cancelled, at=at or order.now, now=order.now)
    if {"reply", "handle"} & {*turn.stops, *turn.cancels}:
        lapse(scope, ticket, order.now, assignment_ids=None)
    again = command in (Command.REDO, Command.REOPEN)  # nobody is asked to be on site once more
    started = _start(scope, ticket, turn.starts, assignments, order, live, on_arrival=again) if turn.starts else []
    sum_up(scope, ticket, [*live, *started])


def start_clock(
    scope: Scope,
    ticket: Ticket,
    name: str,
    order: Order,
    *,
    assignment: Assignment | None = None,
    supervision_id: int | None = None,
    since: datetime | None = None,
) -> Clock | None:
    """Start one clock from `since` (now), of the ticket, an assignment or a supervision.

    Nothing starts, and None is returned, where no limit is set for it, or when it runs already.
    """
    ruled, live = limits_of(scope, ticket, now=order.now).get(name), live_clocks(scope, ticket)
    subject, subject_id = _subject(ticket, assignment, supervision_id)
    if ruled is None or _runs(live, name, subject, subject_id):
        return None
    clock = make_clock(
        scope,
        ticket,
        ruled,
        since=since or order.now,
        now=order.now,
        subject=subject,
        subject_id=subject_id,
        above=capping(live, assignment, since=since or order.now),
        live=_by_id(live),
    )
    tell_started(scope, ticket, [clock], order)
    sum_up(scope, ticket, [*live, clock])
    return clock


def start_on_arrival(scope: Scope, ticket: Ticket, assignment: Assignment, order: Order) -> None:
    """Start the handling clock of a unit that is on site, where its limit counts from then; once per assignment."""
    ruled = limits_of(scope, ticket, now=order.now).get("handle")
    had_one = select(Clock.id).where(
        Clock.tenant_id == scope.tenant.id,
        Clock.subject == "assignment",
        Clock.subject_id == assignment.id,
        Clock.name == "handle",
    )
    if ruled is not None and ruled.limit.from_arrival and scope.session.scalar(had_one.limit(1)) is None:
        start_clock(scope, ticket, "handle", order, assignment=assignment)


def start_own_clock(
    scope: Scope, ticket: Ticket, ruled: Ruled, order: Order, *, subject: str, subject_id: int
) -> Clock:
    """Start a clock beside those of the ticket's way, of a limit that its own rules give."""
    clock = make_clock(scope, ticket, ruled, since=order.now, now=order.now, subject=subject, subject_id=subject_id)
    tell_started(scope, ticket, [clock], order)
    return clock


def stop_clock(
    scope: Scope,
    ticket: Ticket,
    name: str,
    *,
    at: datetime,
    now: datetime,
    assignment_id: int | None = None,
    supervision_id: int | None = None,
    case_id: int | None = None,
) -> None:
    """Stop the live clocks of this name at `at`: met when that is no later than due. Nothing happens when none runs.

    A pause ends first, then the clock. Marks reached before `at` stay to be fired, even if the product only gets to
    them later.
    """
    live = live_clocks(scope, ticket)
    subject_id = next((each for each in (assignment_id, supervision_id, case_id) if each is not None), None)
    stopped = [clock for clock in live if clock.name == name and subject_id in (None, clock.subject_id)]
    _end(scope, ticket, live, stopped, [], at=at, now=now)
    if name in PAUSABLE:
        lapse(scope, ticket, now, assignment_ids=None if assignment_id is None else [assignment_id])
    sum_up(scope, ticket, live)


def cancel_clocks(
    scope: Scope,
    ticket: Ticket,
    names: Collection[str],
    *,
    now: datetime,
    assignment_ids: Collection[int] | None = None,
    supervision_id: int | None = None,
    case_id: int | None = None,
) -> None:
    """End live clocks without a verdict, for instance those of a unit that gave the ticket back; of all units, or these,
    or of one supervision or case.
    """
    live = live_clocks(scope, ticket)
    cancelled = [
        clock
        for clock in live
        if clock.name in names
        and (assignment_ids is None or (clock.subject == "assignment" and clock.subject_id in assignment_ids))
        and supervision_id in (None, clock.subject_id)
        and case_id in (None, clock.subject_id)
    ]
    _end(scope, ticket, live, [], cancelled, at=now, now=now)
    if "handle" in names:
        lapse(scope, ticket, now, assignment_ids=assignment_ids)
    sum_up(scope, ticket, live)


def tighten(scope: Scope, ticket: Ticket, until: datetime, order: Order, *, cause: str, reason: str) -> None:
    """Let the resident's clock and the units' handling clocks end by `until` at the latest, never later than before.

    `cause` names the record behind it; the same cause tightens a clock once. A clock that is overdue stays as it is.
    Raises `DeadlinePassed`.
    """
    if until <= order.now:
        when = f"{until.astimezone(scope.tenant.zone):%Y-%m-%d %H:%M}"
        raise DeadlinePassed(said("限定的时间 {when} 已经过去，没有执行。请另定一个将来的时间。", when=when))
    if ticket.state in WAITING_FOR_DISPATCH:
        start_clock(scope, ticket, "reply", order)  # whoever sets a deadline does not wait for dispatch
    tightened = [
        clock
        for clock in live_clocks(scope, ticket)
        if clock.name in PAUSABLE and (clock.due_at is None or clock.due_at > order.now)
    ]
    known = _caused(scope, tightened, cause)
    for clock in tightened:
        if clock.id not in known:
            add_tightening(scope, clock, until=until, at=order.now, cause=cause, reason=reason)
    recompute(scope, ticket, tightened, Occasion.at(order.now, reason))
    sum_up(scope, ticket)


def _count_waiting(scope: Scope, ticket: Ticket, order: Order, live: list[Clock]) -> list[Clock]:
    """Let the resident's time count from when the ticket began to wait, where it is answered without ever being dispatched.

    Whatever the marks of that time say was said of the waiting itself.
    """
    waiting = next((clock for clock in live if clock.name == "dispatch"), None)
    if waiting is None or any(clock.name == "reply" for clock in live):
        return live
    clock = start_clock(scope, ticket, "reply", order, since=waiting.started_at)
    if clock is None:
        return live
    scope.session.flush()
    drop_timers(scope, [clock], after=None)
    return [*live, clock]


def _start(
    scope: Scope,
    ticket: Ticket,
    names: Iterable[str],
    assignments: Sequence[Assignment],
    order: Order,
    live: Sequence[Clock],
    *,
    on_arrival: bool,
) -> list[Clock]:
    limits = limits_of(scope, ticket, now=order.now)
    started: list[Clock] = []
    for assignment in (None, *assignments):
        subject, subject_id = _subject(ticket, assignment, None)
        together: list[Clock] = []
        for name in names:
            running = [*live, *started, *together]
            if name not in limits or not belongs(name, assignment, state=ticket.state):
                continue
            if waits_for_dispatch(limits[name].limit, state=ticket.state, is_from_elsewhere=ticket.is_from_elsewhere):
                continue
            if _runs(running, name, subject, subject_id) or (limits[name].limit.from_arrival and not on_arrival):
                continue
            clock = make_clock(
                scope,
                ticket,
                limits[name],
                since=order.now,
                now=order.now,
                subject=subject,
                subject_id=subject_id,
                above=capping(running, assignment, since=order.now),
                live=_by_id(running),
            )
            together.append(clock)
        tell_started(scope, ticket, together, order)
        started += together
    return started


def _subject(ticket: Ticket, assignment: Assignment | None, supervision_id: int | None) -> tuple[str, int]:
    if supervision_id is not None:
        return "supervision", supervision_id
    return ("ticket", ticket.id) if assignment is None else ("assignment", assignment.id)


def _runs(live: Iterable[Clock], name: str, subject: str, subject_id: int) -> bool:
    return any(
        clock.state in LIVE and (clock.name, clock.subject, clock.subject_id) == (name, subject, subject_id)
        for clock in live
    )


def _end(
    scope: Scope,
    ticket: Ticket,
    live: Sequence[Clock],
    stopped: Sequence[Clock],
    cancelled: Sequence[Clock],
    *,
    at: datetime,
    now: datetime,
) -> None:
    """Stop clocks with a verdict and others without one, each after its pause has ended; what they capped goes on.

    A pause that held one of them ends for all that it held. Marks that those without a verdict had reached are put on
    record now: the limit was broken, though whoever has the ticket next is not pressed for it.
    """
    ended = [*stopped, *cancelled]
    if not ended:
        return
    release(scope, ticket, held_together(scope, live, ended), Order(SYSTEM, now), at=at, why=BY_END)
    reach_marks(scope, ticket, cancelled, by=at, now=now)
    running = _by_id(live)
    for clock, cap in [(clock, cap_of(clock, running)) for clock in ended]:
        keep_cap(scope, clock, cap, now=now)
    _stop(scope, ticket, stopped, at=at, now=now)
    for clock in cancelled:
        clock.state = "cancelled"
    if cancelled:
        drop_timers(scope, cancelled, after=None)
    ids = {clock.id for clock in ended}
    if left := [clock for clock in live if clock.state in LIVE and clock.capped_by_id in ids]:
        recompute(scope, ticket, left, Occasion.at(now, "上级时限已停止"))


def _stop(scope: Scope, ticket: Ticket, clocks: Sequence[Clock], *, at: datetime, now: datetime) -> None:
    if not clocks:
        return
    timetable = current_calendar(scope).timetable
    pauses = pauses_of(scope, [clock for clock in clocks if clock.name in PAUSABLE])
    for clock in clocks:
        assert clock.due_at is not None
        clock.stopped_at = max(at, clock.started_at)
        clock.state = "met" if clock.stopped_at <= clock.due_at else "breached"
        if clock.state == "breached":
            clock.overdue_at, clock.light = clock.due_at, "red"
        spent = elapsed(timetable, clock.started_at, clock.stopped_at, pauses=pauses.get(clock.id, ()))
        clock.elapsed_seconds = int(spent.working.total_seconds())
        clock.elapsed_wall_seconds = int(spent.wall.total_seconds())
        clock.paused_seconds = int(spent.paused_working.total_seconds())
    drop_timers(scope, clocks, after=at)
    verdicts = {"met": "按时", "breached": "超期"}
    note(
        scope,
        ticket,
        "clock_stopped",
        Order(SYSTEM, now),
        summary=joined(
            "；",
            (
                said("{clock}停止计时，{verdicts}", clock=clock_words(scope, clock), verdicts=verdicts[clock.state])
                for clock in clocks
            ),
        ),
        detail={
            "clocks": [
                {
                    "clock": clock.name,
                    "clock_id": clock.id,
                    "state": clock.state,
                    "stopped_at": clock.stopped_at.isoformat() if clock.stopped_at else None,
                    "due_at": clock.due_at.isoformat() if clock.due_at else None,
                }
                for clock in clocks
            ]
        },
    )


def _caused(scope: Scope, clocks: Sequence[Clock], cause: str) -> set[int]:
    """Return the clocks, by id, that have an adjustment of this cause on record."""
    return {
        clock_id
        for clock_id, record in records_of(scope, clocks).items()
        if any(row.cause == cause for row in record.adjustments)
    }


def _by_id(clocks: Iterable[Clock]) -> Mapping[int, Clock]:
    return {clock.id: clock for clock in clocks}
