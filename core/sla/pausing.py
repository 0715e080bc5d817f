"""Holding clocks and letting them go on: on request 挂起, and for a review that gave the reply back 审核."""

from collections.abc import Sequence
from datetime import datetime

from core.kit.saying import said, word
from core.sla.live import clock_words, live_clocks, sum_up
from core.sla.models import Clock, ClockPause, PauseRequest
from core.sla.moving import Occasion, recompute, settle
from core.sla.records import cap_of, reckoning_of, records_of
from core.sla.timers import RESUME, drop_timers, set_resumption, waiting_on
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.tickets.service import note
from core.tickets.timeline import Order
from core.workdays.queries import current_calendar

BY_TIME = "到期自动恢复计时"
BY_END = "停止计时，挂起先行结束"
REVIEWED = "审核期间不计时"


def hold(
    scope: Scope, ticket: Ticket, clocks: Sequence[Clock], request: PauseRequest, order: Order, *, reason: str
) -> None:
    """Let clocks stand still from now until `request.resumes_at`, or until somebody resumes.

    A clock that stands still has no due time and no marks; what it caps is capped by the clock above it.
    """
    assert request.resumes_at is not None
    for clock in clocks:
        assert clock.state == "running", clock.state
        clock.state, clock.due_at = "paused", None
        scope.session.add(
            ClockPause(
                tenant_id=scope.tenant.id,
                id=scope.new_id(),
                clock_id=clock.id,
                kind="request",
                reason=reason,
                started_at=order.now,
                request_id=request.id,
            )
        )
    drop_timers(scope, clocks, after=None)
    set_resumption(scope, clocks[0], request.resumes_at, reason=reason)
    recompute(scope, ticket, clocks, Occasion.at(order.now, "上级时限挂起"))


def held_together(scope: Scope, live: Sequence[Clock], clocks: Sequence[Clock]) -> list[Clock]:
    """Return those of these clocks that stand still, and the live ones that the same requests hold."""
    paused = [clock for clock in live if clock.state == "paused"]
    if not any(clock in paused for clock in clocks):
        return []
    holding = {clock_id: record.open_pause for clock_id, record in records_of(scope, paused).items()}
    requests = {pause.request_id for clock in clocks if (pause := holding.get(clock.id))}
    return [clock for clock in paused if (pause := holding[clock.id]) and pause.request_id in requests]


def release(scope: Scope, ticket: Ticket, clocks: Sequence[Clock], order: Order, *, at: datetime, why: str) -> None:
    """Let paused clocks go on from `at`: their pauses end, and their due times follow from what is on record.

    The requests behind the pauses end with them. Each clock is due as much later as working time was lost.
    """
    paused = [clock for clock in clocks if clock.state == "paused"]
    if not paused:
        return
    calendar, records = current_calendar(scope), records_of(scope, paused)
    above, waiting = {clock.id: clock for clock in live_clocks(scope, ticket)}, waiting_on(scope, paused)
    drop_timers(scope, paused, after=None, kind=RESUME)
    occasion = Occasion(why, order.now, reached_by=at, since=at)
    for clock in sorted(paused, key=lambda clock: clock.name != "reply"):
        record = records[clock.id]
        pause = record.open_pause
        assert pause is not None, f"clock {clock.id} is paused by nothing"
        before = reckoning_of(clock, record, calendar.timetable, cap=cap_of(clock, above)).due
        pause.ended_at = ended_at = max(at, pause.started_at)
        clock.state = "running"
        _end_request(scope, pause, order, at=ended_at)
        after = reckoning_of(clock, record, calendar.timetable, cap=cap_of(clock, above))
        note(
            scope,
            ticket,
            "resume",
            order,
            summary=said("{clock}恢复计时（{why}）", clock=clock_words(scope, clock), why=word(why)),
            detail={"clock": clock.name, "clock_id": clock.id, "at": ended_at.isoformat()},
        )
        settle(
            scope, ticket, clock, after, record, calendar, occasion, before=before, waiting=waiting, has_timers=False
        )
    recompute(scope, ticket, paused, occasion)


def freeze_for_review(scope: Scope, ticket: Ticket, order: Order) -> None:
    """Take note that a reply waits for review: a pause that still holds a clock ends first.

    The clocks run on, but their marks are left until the review has ended: `core.sla.firing.claim_due`.
    """
    release(scope, ticket, live_clocks(scope, ticket), order, at=order.now, why="已提交办理结果")


def resume_after_review(scope: Scope, ticket: Ticket, order: Order, *, submitted_at: datetime) -> None:
    """Put the time of a review that gave the reply back on record as a pause of the units' handling clocks.

    The resident's clock has run on.
    """
    handling = [clock for clock in live_clocks(scope, ticket) if clock.name == "handle" and clock.state == "running"]
    for clock in handling:
        scope.session.add(
            ClockPause(
                tenant_id=scope.tenant.id,
                id=scope.new_id(),
                clock_id=clock.id,
                kind="audit",
                reason=REVIEWED,
                started_at=max(submitted_at, clock.started_at),
                ended_at=order.now,
            )
        )
    occasion = Occasion(REVIEWED, order.now, reached_by=submitted_at, since=order.now)
    recompute(scope, ticket, handling, occasion)
    sum_up(scope, ticket)


def _end_request(scope: Scope, pause: ClockPause, order: Order, *, at: datetime) -> None:
    if pause.request_id is None:
        return
    request = scope.session.get(PauseRequest, (scope.tenant.id, pause.request_id))
    if request is not None and request.state == "holding":
        request.state, request.ended_at, request.ended_by = "ended", at, order.actor.name
