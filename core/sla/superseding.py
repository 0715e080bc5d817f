"""Asking for the limits anew when urgency, matter or complexity changed: a clock of another limit gives way to a new one.

Raised, the new limit counts from now, and is due no later than the old one; lowered, it counts from the original start.
Nothing that is on record of the old clock is lost, and no clock simply restarts.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select

from core.kit.saying import said, word
from core.routing.service import lead_assignment
from core.sla.ledger import Cap
from core.sla.limits import Ruled, budget_of, limits_of
from core.sla.live import LIVE, clock_words, live_clocks, sum_up
from core.sla.models import Clock, ClockAdjustment, ClockPause, Timer
from core.sla.moving import Occasion, is_over, recompute
from core.sla.records import (
    CAP,
    Record,
    add_tightening,
    cap_of,
    from_above,
    keep_cap,
    reckoning_of,
    records_of,
)
from core.sla.rules import reckon
from core.sla.starting import make_clock, tell_started
from core.sla.timers import RESUME, Waiting, drop_timers, set_resumption, set_timers_anew, waiting_on
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.tickets.service import note
from core.tickets.states import WITH_UNIT
from core.tickets.timeline import SYSTEM, Order
from core.workdays.queries import current_calendar

VISITS = ("on_site", "first_contact")
"""Clocks that start where a ticket that is with its unit becomes urgent."""
BEFORE = "superseded"
"""Begins the cause of a tightening that a raised clock got from the one before."""


def supersede(scope: Scope, ticket: Ticket, order: Order) -> None:
    """Ask for the ticket's limits anew, and let each live clock whose limit is another one give way to a new clock.

    A clock that is overdue keeps its verdict, one for which no limit is set any more runs on. A limit for being there
    or for calling the resident that holds only now starts now.
    """
    limits, live = limits_of(scope, ticket, now=order.now), {clock.id: clock for clock in live_clocks(scope, ticket)}
    caps = {clock.id: cap_of(clock, live) for clock in live.values()}  # before any clock above gives way
    successors: dict[int, Clock] = {}
    for clock in from_above(live.values()):
        ruled = limits.get(clock.name)
        if ruled is None or clock.subject == "supervision" or is_over(clock, order.now):
            continue
        if ruled.limit.from_arrival and not _has_arrived(scope, clock):
            continue  # nobody is on site yet: the time that counts from then cannot replace what runs
        if ruled.limit.budget != budget_of(clock):
            new = _replace(scope, ticket, clock, ruled, order, live, cap=caps[clock.id])
            successors[clock.id] = live[new.id] = new
            for below in live.values():
                if below.capped_by_id == clock.id:
                    below.capped_by_id = new.id
    if successors:
        recompute(scope, ticket, successors.values(), Occasion.at(order.now, "上级时限改按新的规定"))
    _start_visits(scope, ticket, limits, order, live)
    sum_up(scope, ticket)


def _replace(
    scope: Scope,
    ticket: Ticket,
    old: Clock,
    ruled: Ruled,
    order: Order,
    live: Mapping[int, Clock],
    *,
    cap: Cap | None,
) -> Clock:
    timetable, now = current_calendar(scope).timetable, order.now
    chain = _chain(scope, old)
    records = records_of(scope, chain)
    carried = _carried([records[clock.id] for clock in chain])
    due = old.due_at or reckoning_of(old, records[old.id], timetable, cap=cap, until=now).due
    from_origin = reckon(
        timetable,
        ruled.limit.budget,
        chain[0].started_at,
        pauses=carried.spans(until=now),
        adjustments=carried.changes(),
    )
    is_raised = from_origin.due < due
    since, held = now if is_raised else chain[0].started_at, records[old.id].open_pause
    resumption = _end(scope, old, records[old.id], cap, due=due, now=now)
    above = live.get(old.capped_by_id) if old.capped_by_id else None
    new = make_clock(
        scope,
        ticket,
        ruled,
        since=since,
        now=now,
        subject=old.subject,
        subject_id=old.subject_id,
        above=above,
        live=live,
    )
    scope.session.flush()
    old.superseded_by_id = new.id
    _carry_over(scope, new, carried, held=held, only_held=is_raised)
    if is_raised:
        add_tightening(
            scope,
            new,
            until=due,
            at=now,
            cause=f"{BEFORE}/{old.id}",
            reason=said("不晚于原{clock}", clock=clock_words(scope, old)),
        )
    if held is not None:
        _hold_on(scope, new, resumption)
    else:
        _settle(scope, ticket, new, {**live, new.id: new}, chain, now=now)
    _tell(scope, ticket, old, new, order)
    return new


def _has_arrived(scope: Scope, clock: Clock) -> bool:
    on_site = select(Clock.id).where(
        Clock.tenant_id == scope.tenant.id,
        Clock.subject == clock.subject,
        Clock.subject_id == clock.subject_id,
        Clock.name == "on_site",
        Clock.stopped_at.is_not(None),
    )
    return scope.session.scalar(on_site.limit(1)) is not None


def _chain(scope: Scope, clock: Clock) -> list[Clock]:
    """Return the clocks that gave way to this one, the first of them first, and itself."""
    gone = scope.session.scalars(
        select(Clock).where(
            Clock.tenant_id == scope.tenant.id, Clock.ticket_id == clock.ticket_id, Clock.state == "superseded"
        )
    )
    before = {row.superseded_by_id: row for row in gone}
    chain = [clock]
    while (previous := before.get(chain[0].id)) is not None:
        chain.insert(0, previous)
    return chain


def _carried(records: Sequence[Record]) -> Record:
    """Return what is on record of all these clocks, each thing once, without what only tied one to another."""
    pauses = {(row.kind, row.started_at): row for record in records for row in record.pauses}
    adjustments = {row.cause: row for record in records for row in record.adjustments}
    kept = [row for cause, row in adjustments.items() if not cause.startswith((f"{CAP}/", f"{BEFORE}/"))]
    return Record(list(pauses.values()), kept)


def _end(scope: Scope, clock: Clock, record: Record, cap: Cap | None, *, due: datetime, now: datetime) -> Timer | None:
    """End the old clock; return the timer that was to end its pause."""
    resumption = scope.session.scalar(
        select(Timer).where(Timer.tenant_id == scope.tenant.id, Timer.clock_id == clock.id, Timer.kind == RESUME)
    )
    if resumption is not None:
        scope.session.expunge(resumption)
    if record.open_pause is not None:
        record.open_pause.ended_at = now
    clock.due_at = due
    keep_cap(scope, clock, cap, now=now)
    clock.state = "superseded"
    drop_timers(scope, [clock], after=None)
    drop_timers(scope, [clock], after=None, kind=RESUME)
    scope.session.flush()  # gives up its place as the one clock that runs
    return resumption


def _carry_over(scope: Scope, new: Clock, carried: Record, *, held: ClockPause | None, only_held: bool) -> None:
    """Put on the new clock's record what was on that of the old one; a raised clock only goes on being held."""
    for pause in carried.pauses:
        if pause is held or not only_held:
            scope.session.add(
                ClockPause(
                    tenant_id=scope.tenant.id,
                    id=scope.new_id(),
                    clock_id=new.id,
                    kind=pause.kind,
                    reason=pause.reason,
                    started_at=max(pause.started_at, new.started_at),
                    ended_at=None if pause is held else pause.ended_at,
                    request_id=pause.request_id,
                )
            )
    for row in () if only_held else carried.adjustments:
        scope.session.add(
            ClockAdjustment(
                tenant_id=scope.tenant.id,
                id=scope.new_id(),
                clock_id=new.id,
                kind=row.kind,
                at=row.at,
                reason=row.reason,
                cause=row.cause,
                days=row.days,
                until=row.until,
            )
        )


def _hold_on(scope: Scope, new: Clock, resumption: Timer | None) -> None:
    """Let the new clock stand still as the old one did, until the same instant."""
    drop_timers(scope, [new], after=None)
    new.state, new.due_at = "paused", None
    if resumption is not None:
        set_resumption(scope, new, resumption.fire_at, reason=resumption.reason)


def _settle(
    scope: Scope, ticket: Ticket, new: Clock, live: Mapping[int, Clock], chain: Sequence[Clock], *, now: datetime
) -> None:
    """Give the new clock its due time, and timers for the marks that those before it have not given."""
    timetable, record = current_calendar(scope).timetable, records_of(scope, [new])[new.id]
    reckoning = reckoning_of(new, record, timetable, cap=cap_of(new, live))
    new.due_at, new.due_provisional = reckoning.due, reckoning.is_provisional
    drop_timers(scope, [new], after=None)
    given = frozenset().union(*(waiting.given for waiting in waiting_on(scope, chain).values()))
    set_timers_anew(
        scope,
        ticket,
        new,
        timetable,
        Waiting(given=given),
        pauses=record.spans(),
        is_later=True,
        reached_by=now,
        since=now,
        now=now,
    )


def _tell(scope: Scope, ticket: Ticket, old: Clock, new: Clock, order: Order) -> None:
    zone = scope.tenant.zone
    before = f"{old.due_at.astimezone(zone):%Y-%m-%d %H:%M}" if old.due_at else ""
    after = said("至 {due_at:%Y-%m-%d %H:%M}", due_at=new.due_at.astimezone(zone)) if new.due_at else "，挂起中"
    note(
        scope,
        ticket,
        "clock_moved",
        Order(SYSTEM, order.now),
        summary=said(
            "{clock}改按新的规定（{reason}），原至 {before}，现{after}",
            clock=clock_words(scope, new),
            reason=new.reason,
            before=before,
            after=word(after),
        ),
        detail={
            "clock": new.name,
            "clock_id": new.id,
            "supersedes": old.id,
            "from": old.due_at.isoformat() if old.due_at else None,
            "due_at": new.due_at.isoformat() if new.due_at else None,
            "why": new.reason,
            "rule_id": new.rule_id,
            "by": new.by,
        },
    )


def _start_visits(
    scope: Scope, ticket: Ticket, limits: Mapping[str, Ruled], order: Order, live: Mapping[int, Clock]
) -> None:
    names = [name for name in VISITS if name in limits]
    if not names or ticket.state not in WITH_UNIT:
        return
    lead = lead_assignment(scope, ticket)
    known = scope.session.scalars(
        select(Clock.name).where(
            Clock.tenant_id == scope.tenant.id,
            Clock.ticket_id == ticket.id,
            Clock.subject == "assignment",
            Clock.subject_id == lead.id,
        )
    ).all()
    above = next((clock for clock in live.values() if clock.name == "reply" and clock.state in LIVE), None)
    started = [
        make_clock(
            scope,
            ticket,
            limits[name],
            since=order.now,
            now=order.now,
            subject="assignment",
            subject_id=lead.id,
            above=above,
            live=live,
        )
        for name in names
        if name not in known
    ]
    tell_started(scope, ticket, started, order)
