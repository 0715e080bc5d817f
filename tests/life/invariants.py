"""What must hold of every ticket after whatever was done: the engine's invariants, read from the database."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from sqlalchemy import select

from core.handling.models import Reply
from core.routing.models import Assignment
from core.routing.states import ACTIVE, AssignmentState
from core.sla.limits import UNLIT
from core.sla.models import Clock, ClockAdjustment, ClockEvent, ClockPause, Timer
from core.sla.queries import accounts_of
from core.tenancy.scope import Scope
from core.tickets.models import Ticket, TicketEvent
from core.tickets.states import ANSWERED, MOVES, NOTE_LABELS, OPEN, Command, State
from core.tickets.timeline import first_broken_entry

UNDER_WAY = (State.DISPATCHED, State.IN_PROGRESS, State.SUBMITTED)
ENDED_CLOCK = ("met", "breached", "cancelled", "superseded")
SEVERITY = ("green", "yellow", "red")


@dataclass
class Remembered:
    """What was true before and may never become untrue: ended clocks, and the beginnings of the residents' clocks."""

    ended: dict[int, tuple[Any, ...]] = field(default_factory=dict)
    known: set[int] = field(default_factory=set)
    begun: dict[tuple[int, int], Any] = field(default_factory=dict)


@dataclass
class Rows:
    """All rows of a tenant that the invariants speak of, by their ticket or clock."""

    tickets: dict[int, Ticket]
    entries: dict[int, list[TicketEvent]]
    assignments: dict[int, list[Assignment]]
    clocks: dict[int, list[Clock]]
    pauses: dict[int, list[ClockPause]]
    adjustments: dict[int, list[ClockAdjustment]]
    events: dict[int, list[ClockEvent]]
    timers: dict[int, list[Timer]]
    replies: dict[int, list[Reply]]


def check(scope: Scope, remembered: Remembered) -> None:
    """Assert every invariant for every ticket of the tenant."""
    rows = _read(scope)
    for ticket in rows.tickets.values():
        try:
            _check_timeline(ticket, rows.entries[ticket.id])
            _check_hands(ticket, rows.assignments[ticket.id])
            _check_joining(ticket, rows)
            _check_replies(ticket, rows.replies[ticket.id])
            _check_clocks(scope, ticket, rows, remembered)
        except AssertionError as error:
            told = [
                f"{entry.seq} {entry.at:%m-%d %H:%M} {entry.actor_name} {entry.summary}"
                for entry in rows.entries[ticket.id]
            ]
            raise AssertionError(f"{ticket.serial_no} ({ticket.state}): {error}\n" + "\n".join(told)) from error
    present = {clock.id for clocks in rows.clocks.values() for clock in clocks}
    assert remembered.known <= present, "a clock was deleted"
    remembered.known = present


def _check_timeline(ticket: Ticket, entries: list[TicketEvent]) -> None:
    assert first_broken_entry(ticket, entries) is None
    assert ticket.version == len(entries) == entries[-1].seq
    for before, entry in pairwise(entries):
        assert entry.from_state == before.to_state, f"entry {entry.seq} begins elsewhere"
        if entry.kind in NOTE_LABELS:
            assert entry.to_state == entry.from_state, f"note {entry.seq} moves"
        else:
            move = MOVES[Command(entry.kind)]
            assert entry.from_state in move.sources, f"entry {entry.seq}: {entry.kind} from {entry.from_state}"
            assert entry.to_state in (move.targets or (entry.from_state,)), f"entry {entry.seq}: {entry.kind}"


def _check_hands(ticket: Ticket, assignments: list[Assignment]) -> None:
    active = [each for each in assignments if each.state in ACTIVE]
    roots = [each for each in active if each.role == "lead" and each.parent_id is None]
    below = Counter(each.parent_id for each in active if each.role == "lead" and each.parent_id is not None)
    assert all(count == 1 for count in below.values()), "two leads below one unit"
    if ticket.state in UNDER_WAY and not ticket.part_count:
        assert len(roots) == 1, f"{len(roots)} leads"
        assert ticket.lead_unit_id == roots[0].unit_id
        assert all(each.cycle_no == ticket.cycle_no for each in active)
    elif ticket.state not in UNDER_WAY:
        assert not active, f"{len(active)} units still have it"
    if ticket.state == State.SUBMITTED:
        assert {each.state for each in active} == {AssignmentState.SUBMITTED}, (
            "a co-unit still works on a submitted ticket"
        )
    assert all((each.ended_at is None) == (each.state in (*ACTIVE, AssignmentState.WATCHING)) for each in assignments)


def _check_joining(ticket: Ticket, rows: Rows) -> None:
    assert (ticket.state == State.ATTACHED) == (ticket.master_id is not None)
    if ticket.master_id is not None:
        master = rows.tickets[ticket.master_id]
        assert master.master_id is None, "a master is attached itself"
        assert master.state in OPEN, "an attached ticket waits for a master that is done"
    if ticket.part_count:
        parts = [each for each in rows.tickets.values() if each.part_of_id == ticket.id]
        assert len(parts) == ticket.part_count


def _check_replies(ticket: Ticket, replies: list[Reply]) -> None:
    approved = [reply for reply in replies if reply.state == "approved" and reply.cycle_no == ticket.cycle_no]
    if ticket.state in (State.CONCLUDED, State.FOLLOWING_UP, State.EVALUATED):
        assert len(approved) == 1, f"{len(approved)} answers to the resident"
    waiting = [reply for reply in replies if reply.state == "submitted"]
    assert len(waiting) == (1 if ticket.state == State.SUBMITTED else 0)
    for reply in replies:
        assert reply.reviewed_by is None or reply.reviewed_by != reply.submitted_by, "reviewed by who wrote it"
    if ticket.state in ANSWERED and ticket.state != State.ARCHIVED:
        assert ticket.replied_at is not None
        assert ticket.concluded_at is not None


def _check_clocks(scope: Scope, ticket: Ticket, rows: Rows, remembered: Remembered) -> None:
    clocks = rows.clocks[ticket.id]
    live = [clock for clock in clocks if clock.state in ("running", "paused")]
    for account in accounts_of(scope, ticket.id):
        assert account.agrees, f"{account.name}: due is not what the ledger says"
    for clock in clocks:
        pauses = sorted(rows.pauses[clock.id], key=lambda pause: pause.started_at)
        timers, events = rows.timers[clock.id], rows.events[clock.id]
        for first, following in pairwise(pauses):
            assert first.ended_at is not None, f"{clock.name}: two pauses are open"
            assert first.ended_at <= following.started_at, f"{clock.name}: pauses overlap"
        is_open = bool(pauses) and pauses[-1].ended_at is None and pauses[-1].kind == "request"
        assert (clock.state == "paused") == is_open, f"{clock.name} is {clock.state}, pause open: {is_open}"
        if clock.state == "paused":
            assert all(timer.kind == "resume" for timer in timers), f"{clock.name}: a mark waits while paused"
        if clock.state == "running":
            assert clock.due_at is not None
            assert clock.overdue_at or any(timer.mark == "overdue" for timer in timers), f"{clock.name}: timer lost"
        if clock.state in ENDED_CLOCK:
            stopped = clock.stopped_at
            assert all(stopped is not None and timer.fire_at <= stopped for timer in timers), (
                f"{clock.name}: timer left"
            )
            fact = (clock.state, clock.due_at, clock.stopped_at)
            assert remembered.ended.setdefault(clock.id, fact) == fact, f"{clock.name}: ended clock changed"
        if clock.state in ("met", "breached"):
            assert clock.due_at is not None
            assert clock.stopped_at is not None
            assert (clock.state == "met") == (clock.stopped_at <= clock.due_at), f"{clock.name}: wrong verdict"
        overdue = [event for event in events if event.mark == "overdue"]
        assert len(overdue) <= 1, f"{clock.name}: overdue twice"
        for event in events:
            inside = [p for p in pauses if p.started_at < event.at and (p.ended_at is None or event.at < p.ended_at)]
            assert not [p for p in inside if p.kind == "request"], f"{clock.name}: {event.mark} reached while paused"
        for adjustment in rows.adjustments[clock.id]:
            if adjustment.kind == "extension":
                late = [event for event in overdue if event.at < adjustment.at]
                assert not late, f"{clock.name}: extended after it was overdue"
    _check_caps(live, rows.pauses)
    _check_beginnings(clocks, rows, remembered)
    pressing = [clock for clock in live if clock.name not in UNLIT]
    assert ticket.next_due_at == min((clock.due_at for clock in pressing if clock.due_at), default=None)
    assert ticket.light == max((clock.light for clock in pressing), key=SEVERITY.index, default="green")
    if ticket.state in (*OPEN,) and ticket.accepted_at is not None:
        assert any(clock.name == "reply" for clock in live), "the resident's clock does not run"
    elif ticket.state not in OPEN:
        assert not any(clock.name in ("reply", "handle", "sign") for clock in live), "a clock runs on after the end"


def _check_caps(live: list[Clock], pauses: Mapping[int, list[ClockPause]]) -> None:
    """A unit's limit ends with the resident's, or when the clock that stood still then goes on."""
    reply = next((clock for clock in live if clock.name == "reply" and clock.due_at), None)
    until = reply.due_at if reply else None
    for clock in live:
        if clock.name == "handle" and clock.due_at and until and until > clock.started_at:
            held = [p.ended_at for p in pauses[clock.id] if p.ended_at and p.started_at <= until < p.ended_at]
            assert clock.due_at <= max([until, *held]), "a unit's limit outlasts the resident's"


def _check_beginnings(clocks: list[Clock], rows: Rows, remembered: Remembered) -> None:
    """The resident's clock of a cycle never starts again; one that a graver limit replaced ends no later than it did."""
    before = {clock.superseded_by_id: clock for clock in clocks if clock.superseded_by_id}
    for clock in clocks:
        if clock.name != "reply":
            continue
        old = before.get(clock.id)
        if old is not None and clock.started_at > old.started_at:
            held = {adjustment.until for adjustment in rows.adjustments[clock.id]}
            assert old.due_at in held, "a graver limit gives the resident more time"
        else:
            key = (clock.ticket_id, clock.cycle_no)
            assert remembered.begun.setdefault(key, clock.started_at) == clock.started_at, (
                "the resident's clock restarted"
            )


def _read(scope: Scope) -> Rows:
    scope.session.expire_all()
    return Rows(
        tickets={row.id: row for row in scope.session.scalars(select(Ticket))},
        entries=_by(scope, TicketEvent, "ticket_id", TicketEvent.seq),
        assignments=_by(scope, Assignment, "ticket_id", Assignment.id),
        clocks=_by(scope, Clock, "ticket_id", Clock.id),
        pauses=_by(scope, ClockPause, "clock_id", ClockPause.id),
        adjustments=_by(scope, ClockAdjustment, "clock_id", ClockAdjustment.id),
        events=_by(scope, ClockEvent, "clock_id", ClockEvent.fired_at),
        timers=_by(scope, Timer, "clock_id", Timer.id),
        replies=_by(scope, Reply, "ticket_id", Reply.id),
    )


def _by(scope: Scope, model: Any, key: str, order: Any) -> dict[int, list[Any]]:
    grouped: dict[int, list[Any]] = defaultdict(list)
    for row in scope.session.scalars(select(model).order_by(order)):
        grouped[getattr(row, key)].append(row)
    return grouped
