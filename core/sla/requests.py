"""What units ask of time: more of it 延期, or that it stand still 挂起; somebody else decides.

Who asks and who decides is checked by the caller; here it is checked that the request makes sense.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import TypeVar

from sqlalchemy import func, select

from core.kit.errors import Refused
from core.kit.saying import joined, said, word
from core.people.roles import SameHands
from core.routing.models import Assignment
from core.routing.rules_in_force import rules_of
from core.sla.allowances import days_held, extension_days_left, pause_days_left
from core.sla.labels import PAUSE_LABELS
from core.sla.live import live_clocks, sum_up
from core.sla.models import Clock, ClockAdjustment, ExtensionRequest, PauseRequest
from core.sla.moving import Occasion, is_over, recompute
from core.sla.pausing import hold
from core.sla.records import records_of
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.tickets.service import note
from core.tickets.timeline import SYSTEM, Actor, Detail, Order
from core.units.queries import directory
from core.workdays.queries import timetable
from core.workdays.rules import Timetable

RequestT = TypeVar("RequestT", ExtensionRequest, PauseRequest)
LAPSED = "时限已到或已停止，没有决定"


class NothingRuns(Refused):
    """No clock runs that the request could move."""

    code = "nothing-runs"


class LimitOver(Refused):
    """The limit had ended already: what is over is not extended and does not stand still."""

    code = "limit-over"


class StandsStill(Refused):
    """The clock is paused already."""

    code = "clock-paused"


class RequestPending(Refused):
    """The unit has asked already, and nobody has decided."""

    code = "request-pending"


class NoRequest(Refused):
    """Nothing waits for a decision."""

    code = "no-request"


class TooMuchTime(Refused):
    """More than the district's rules allow, or no sensible number of days."""

    code = "too-much-time"


class NoRoom(Refused):
    """The unit's own limit cannot go beyond that of the unit above or of the resident."""

    code = "no-room"


class PauseReasonUnknown(Refused):
    """The reason is not one for which the district lets a clock stand still."""

    code = "pause-reason-unknown"


def ask_extension(
    scope: Scope, ticket: Ticket, assignment: Assignment, order: Order, *, days: int, reason: str
) -> ExtensionRequest:
    """File a request for more working days, before the limit ends.

    Raises `NothingRuns`, `StandsStill`, `LimitOver`, `RequestPending`, `TooMuchTime`, `NoRoom`.
    """
    clock = _own_clock(scope, ticket, assignment, deed="延期")
    if clock.state == "paused":
        raise StandsStill(
            said("工单 {serial_no} 的时限正在挂起，不计时。请先恢复计时，再申请延期。", serial_no=ticket.serial_no)
        )
    _refuse_over(ticket, [clock], order.now, "申请延期", "延期须在到期之前提出；确有缘由的，请在申诉中说明。")
    _refuse_pending(scope, ticket, ExtensionRequest, assignment, "延期")
    _refuse_too_many_days(scope, ticket, assignment, days)
    _refuse_no_room(scope, ticket, assignment, clock)
    request = ExtensionRequest(
        tenant_id=scope.tenant.id,
        id=scope.new_id(),
        ticket_id=ticket.id,
        assignment_id=assignment.id,
        days_asked=days,
        reason=reason,
        requested_by=order.actor.name,
        requested_by_id=order.actor.id,
        requested_at=order.now,
    )
    scope.session.add(request)
    name = directory(scope).name_of(assignment.unit_id)
    note(
        scope,
        ticket,
        "extension",
        order,
        summary=said("{name}申请延期 {days} 个工作日：{reason}", name=name, days=days, reason=reason),
        detail={"request": request.id, "state": "pending", "days": days},
    )
    return request


def settle_extension(
    scope: Scope, ticket: Ticket, request: ExtensionRequest, order: Order, *, days: int | None, words: str
) -> None:
    """Grant a request so many days, counted from the due time as it stands, or deny it with `days` None.

    An extension of the unit that leads moves the resident's clock too. Raises `LimitOver`, `TooMuchTime`, `SameHands`.
    """
    _refuse_own(request, order.actor)
    assignment = _assignment(scope, request.assignment_id)
    if days is not None:
        moved = _extendable(scope, ticket, assignment)
        _refuse_over(ticket, moved[:1], order.now, "批准延期", "到期之后不能再批准延期，这份申请已经失效。")
        if not 1 <= days <= request.days_asked:
            raise TooMuchTime(
                said(
                    "申请延期 {days_asked} 个工作日，不能批准 {days} 个。请在申请的天数之内批准。",
                    days_asked=request.days_asked,
                    days=days,
                )
            )
        _refuse_too_many_days(scope, ticket, assignment, days)
        for clock in moved:
            if not is_over(clock, order.now):
                _extend(scope, clock, request, order, days=days)
        request.days_granted = days
    _decide(request, order, state="denied" if days is None else "approved", words=words)
    outcome = "不准延期" if days is None else said("准予延期 {days} 个工作日", days=days)
    note(
        scope,
        ticket,
        "extension",
        order,
        summary=said("{outcome}：{words}", outcome=word(outcome), words=words) if words else outcome,
        detail={"request": request.id, "state": request.state, "days": days},
    )
    if days is not None:
        recompute(scope, ticket, moved, Occasion.at(order.now, outcome))
        sum_up(scope, ticket)


def ask_pause(
    scope: Scope, ticket: Ticket, assignment: Assignment, order: Order, *, reason_code: str, evidence: str, days: int
) -> PauseRequest:
    """File a request that the unit's handling clock stand still, for a reason of the district's list.

    Raises `PauseReasonUnknown`, `NothingRuns`, `StandsStill`, `LimitOver`, `RequestPending`, `TooMuchTime`.
    """
    words = _pause_words(scope, reason_code)
    holding = _holdable(scope, ticket, assignment)
    if any(clock.state == "paused" for clock in holding):
        raise StandsStill(
            said("工单 {serial_no} 的时限已经挂起。请先恢复计时，再另行申请。", serial_no=ticket.serial_no)
        )
    _refuse_over(ticket, holding[:1], order.now, "申请挂起", "超期之后不能再挂起。")
    _refuse_pending(scope, ticket, PauseRequest, assignment, "挂起")
    _refuse_too_long_a_pause(scope, assignment, days)
    request = PauseRequest(
        tenant_id=scope.tenant.id,
        id=scope.new_id(),
        ticket_id=ticket.id,
        assignment_id=assignment.id,
        reason_code=reason_code,
        evidence=evidence,
        days=days,
        requested_by=order.actor.name,
        requested_by_id=order.actor.id,
        requested_at=order.now,
    )
    scope.session.add(request)
    name = directory(scope).name_of(assignment.unit_id)
    note(
        scope,
        ticket,
        "pause",
        order,
        summary=said(
            "{name}申请挂起 {days} 个工作日（{words}）：{evidence}",
            name=name,
            days=days,
            words=words,
            evidence=evidence,
        ),
        detail={"request": request.id, "state": "pending", "reason": reason_code, "days": days},
    )
    return request


def settle_pause(
    scope: Scope, ticket: Ticket, request: PauseRequest, order: Order, *, approved: bool, words: str
) -> None:
    """Let the clock stand still from now for the days asked, or deny it.

    Raises `NothingRuns`, `LimitOver`, `TooMuchTime`, `SameHands`.
    """
    _refuse_own(request, order.actor)
    assignment = _assignment(scope, request.assignment_id)
    reason = PAUSE_LABELS.get(request.reason_code, request.reason_code)
    if not approved:
        _decide(request, order, state="denied", words=words)
        told: Detail = {"request": request.id, "state": "denied"}
        note(scope, ticket, "pause", order, summary=said("不准挂起：{words}", words=words), detail=told)
        return
    holding = _holdable(scope, ticket, assignment)
    _refuse_over(ticket, holding[:1], order.now, "批准挂起", "超期之后不能再批准挂起，这份申请已经失效。")
    _refuse_too_long_a_pause(scope, assignment, request.days)
    hours = timetable(scope)
    resumes_at = hours.close_of(hours.working_day_after(hours.date_of(order.now), request.days))
    _decide(request, order, state="holding", words=words)
    request.resumes_at = resumes_at
    until = f"{resumes_at.astimezone(scope.tenant.zone):%Y-%m-%d %H:%M}"
    note(
        scope,
        ticket,
        "pause",
        order,
        summary=said("准予挂起，最迟 {until} 恢复计时（{reason}）", until=until, reason=word(reason)),
        detail={"request": request.id, "state": "holding", "resumes_at": resumes_at.isoformat()},
    )
    hold(scope, ticket, [clock for clock in holding if not is_over(clock, order.now)], request, order, reason=reason)
    sum_up(scope, ticket)


def held_clocks(scope: Scope, live: Sequence[Clock], assignment: Assignment) -> list[Clock]:
    """Return those of the live clocks that stand still at this unit's request."""
    paused = [clock for clock in live if clock.state == "paused"]
    request = select(PauseRequest.id).where(
        PauseRequest.tenant_id == scope.tenant.id,
        PauseRequest.assignment_id == assignment.id,
        PauseRequest.state == "holding",
    )
    if not paused or (request_id := scope.session.scalar(request)) is None:
        return []
    records = records_of(scope, paused)
    return [clock for clock in paused if (row := records[clock.id].open_pause) and row.request_id == request_id]


def pending_request(scope: Scope, ticket: Ticket, table: type[RequestT], *, unit: str, what: str) -> RequestT:
    """Return the request that waits for a decision; `unit` is needed only where several units ask.

    Raises `NoRequest`, `NoSuchUnit`.
    """
    waiting = scope.session.scalars(
        select(table)
        .where(table.tenant_id == scope.tenant.id, table.ticket_id == ticket.id, table.state == "pending")
        .order_by(table.id)
    ).all()
    if unit:
        unit_id = directory(scope).get_unit(unit).id
        waiting = [row for row in waiting if _assignment(scope, row.assignment_id).unit_id == unit_id]
    if not waiting:
        raise NoRequest(
            said(
                "工单 {serial_no} 没有待定的{what}申请，可能已经决定或失效。请刷新后再看。",
                serial_no=ticket.serial_no,
                what=word(what),
            )
        )
    if len(waiting) > 1:
        names = joined(
            "、", (directory(scope).name_of(_assignment(scope, row.assignment_id).unit_id) for row in waiting)
        )
        raise NoRequest(
            said(
                "工单 {serial_no} 有 {names} 的多份{what}申请。请指明决定哪个单位的。",
                serial_no=ticket.serial_no,
                names=names,
                what=word(what),
            )
        )
    return waiting[0]


def lapse(scope: Scope, ticket: Ticket, now: datetime, *, assignment_ids: Collection[int] | None) -> None:
    """Let requests that nobody decided lapse, because the limit is over or has stopped; of all units, or these."""
    if ticket in scope.session.fresh:
        return
    lapsing: list[tuple[str, str, Sequence[ExtensionRequest | PauseRequest]]] = [
        ("extension", "延期", _undecided(scope, ticket, ExtensionRequest)),
        ("pause", "挂起", _undecided(scope, ticket, PauseRequest)),
    ]
    for kind, what, requests in lapsing:
        for request in requests:
            if assignment_ids is None or request.assignment_id in assignment_ids:
                _decide(request, Order(SYSTEM, now), state="lapsed", words=LAPSED)
                told: Detail = {"request": request.id, "state": "lapsed"}
                note(
                    scope,
                    ticket,
                    kind,
                    Order(SYSTEM, now),
                    summary=said("{what}申请失效：{lapsed}", what=what, lapsed=word(LAPSED)),
                    detail=told,
                )


def _undecided(scope: Scope, ticket: Ticket, table: type[RequestT]) -> list[RequestT]:
    waiting = select(table).where(
        table.tenant_id == scope.tenant.id, table.ticket_id == ticket.id, table.state == "pending"
    )
    return [request for request in scope.session.scalars(waiting) if request.state == "pending"]


def _extendable(scope: Scope, ticket: Ticket, assignment: Assignment) -> list[Clock]:
    """Return the clocks that an extension moves: the unit's handling clock first, and of the lead the resident's too."""
    live = live_clocks(scope, ticket)
    own = [clock for clock in live if (clock.name, clock.subject_id) == ("handle", assignment.id)]
    return [*own, *(clock for clock in live if clock.name == "reply" and _leads(assignment))]


def _holdable(scope: Scope, ticket: Ticket, assignment: Assignment) -> list[Clock]:
    """Return the clocks that a pause holds. Raises `NothingRuns`."""
    with_reply = rules_of(scope).pauses_reply
    holding = [clock for clock in _extendable(scope, ticket, assignment) if clock.name == "handle" or with_reply]
    if not holding:
        raise NothingRuns(
            said(
                "工单 {serial_no} 没有正在计时的办理时限，无需挂起。答复时限不因挂起而停，可申请延期。",
                serial_no=ticket.serial_no,
            )
        )
    return holding


def _own_clock(scope: Scope, ticket: Ticket, assignment: Assignment, *, deed: str) -> Clock:
    found = _extendable(scope, ticket, assignment)
    if not found:
        raise NothingRuns(
            said(
                "工单 {serial_no} 没有您的单位正在计时的时限，无需{deed}。请刷新后再看。",
                serial_no=ticket.serial_no,
                deed=word(deed),
            )
        )
    return found[0]


def _leads(assignment: Assignment) -> bool:
    return assignment.role == "lead" and assignment.parent_id is None


def _refuse_over(ticket: Ticket, clocks: Sequence[Clock], now: datetime, deed: str, advice: str) -> None:
    if not clocks:
        raise NothingRuns(
            said(
                "工单 {serial_no} 的时限已不再计时，不能{deed}。请刷新后再看。",
                serial_no=ticket.serial_no,
                deed=word(deed),
            )
        )
    if any(is_over(clock, now) for clock in clocks):
        raise LimitOver(
            said(
                "工单 {serial_no} 的时限已到，不能{deed}。{advice}",
                serial_no=ticket.serial_no,
                deed=word(deed),
                advice=word(advice),
            )
        )


def _refuse_pending(scope: Scope, ticket: Ticket, table: type[RequestT], assignment: Assignment, what: str) -> None:
    waiting = select(table.id).where(
        table.tenant_id == scope.tenant.id, table.assignment_id == assignment.id, table.state == "pending"
    )
    if scope.session.scalar(waiting) is not None:
        raise RequestPending(
            said("工单 {serial_no} 已有一份待定的{what}申请。请等待决定。", serial_no=ticket.serial_no, what=word(what))
        )


def _refuse_too_many_days(scope: Scope, ticket: Ticket, assignment: Assignment, days: int) -> None:
    rules = rules_of(scope)
    times, granted = _granted(scope, ticket, assignment)
    if times >= rules.extension_times:
        raise TooMuchTime(
            said(
                "工单 {serial_no} 已延期 {times} 次，本区最多 {extension_times} 次，不能再延。",
                serial_no=ticket.serial_no,
                times=times,
                extension_times=rules.extension_times,
            )
        )
    left = extension_days_left(rules, times=times, granted=granted)
    if not 1 <= days <= left:
        raise TooMuchTime(
            said(
                "不能延期 {days} 个工作日：本区累计最多 {extension_days} 个工作日，"
                "工单 {serial_no} 还可延 {left} 个。请改少天数，或在期限内办结。",
                days=days,
                extension_days=rules.extension_days,
                serial_no=ticket.serial_no,
                left=left,
            )
        )


def _granted(scope: Scope, ticket: Ticket, assignment: Assignment) -> tuple[int, int]:
    """Return how often and by how many days the unit's limit was extended; of the lead, the resident's in this cycle."""
    approved = (
        select(func.count(), func.coalesce(func.sum(ExtensionRequest.days_granted), 0))
        .join(
            Assignment,
            (Assignment.tenant_id == ExtensionRequest.tenant_id) & (Assignment.id == ExtensionRequest.assignment_id),
        )
        .where(
            ExtensionRequest.tenant_id == scope.tenant.id,
            ExtensionRequest.ticket_id == ticket.id,
            ExtensionRequest.state == "approved",
        )
    )
    if _leads(assignment):
        approved = approved.where(
            Assignment.role == "lead", Assignment.parent_id.is_(None), Assignment.cycle_no == ticket.cycle_no
        )
    else:
        approved = approved.where(Assignment.id == assignment.id)
    times, days = scope.session.execute(approved).one()
    return times, int(days or 0)


def _refuse_no_room(scope: Scope, ticket: Ticket, assignment: Assignment, clock: Clock) -> None:
    if _leads(assignment) or clock.capped_by_id is None:
        return
    above = next((each for each in live_clocks(scope, ticket) if each.id == clock.capped_by_id), None)
    if above is not None and above.due_at == clock.due_at:
        raise NoRoom(
            said(
                "您的单位的办理时限已到主办时限为止，不能单独延期。确需延期的，请由工单 {serial_no} 的主办单位申请。",
                serial_no=ticket.serial_no,
            )
        )


def _refuse_too_long_a_pause(scope: Scope, assignment: Assignment, days: int) -> None:
    rules, hours = rules_of(scope), timetable(scope)
    held = scope.session.scalars(
        select(PauseRequest).where(
            PauseRequest.tenant_id == scope.tenant.id,
            PauseRequest.assignment_id == assignment.id,
            PauseRequest.state == "ended",
        )
    )
    left = pause_days_left(rules, (_days_held(hours, request) for request in held))
    if not 1 <= days <= left:
        raise TooMuchTime(
            said(
                "不能挂起 {days} 个工作日：本区累计最多 {pause_days} 个工作日，还可挂起 {left} 个。请改少天数。",
                days=days,
                pause_days=rules.pause_days,
                left=left,
            )
        )


def _days_held(hours: Timetable, request: PauseRequest) -> int:
    assert request.decided_at is not None
    assert request.ended_at is not None
    return days_held(hours, request.decided_at, request.ended_at, at_most=request.days)


def _pause_words(scope: Scope, reason_code: str) -> str:
    reasons = rules_of(scope).pause_reasons
    if reason_code not in reasons:
        known = (
            joined("、", (said("{code}（{pause}）", code=code, pause=word(PAUSE_LABELS[code])) for code in reasons))
            or "无"
        )
        raise PauseReasonUnknown(
            said(
                "没有挂起理由 {reason_code}，本区可用的有 {known}。请从中选择。",
                reason_code=reason_code,
                known=word(known),
            )
        )
    return PAUSE_LABELS[reason_code]


def _extend(scope: Scope, clock: Clock, request: ExtensionRequest, order: Order, *, days: int) -> None:
    scope.session.add(
        ClockAdjustment(
            tenant_id=scope.tenant.id,
            id=scope.new_id(),
            clock_id=clock.id,
            kind="extension",
            at=order.now,
            reason=request.reason,
            cause=f"extension/{request.id}",
            days=days,
        )
    )


def _assignment(scope: Scope, assignment_id: int) -> Assignment:
    return scope.session.get_one(Assignment, (scope.tenant.id, assignment_id))


def _refuse_own(request: ExtensionRequest | PauseRequest, actor: Actor) -> None:
    if actor.id is not None and actor.id == request.requested_by_id:
        raise SameHands("申请人不能审批自己的申请。请由其他有审批权限的人员决定。")


def _decide(request: ExtensionRequest | PauseRequest, order: Order, *, state: str, words: str) -> None:
    request.state, request.decision_note = state, words
    request.decided_by, request.decided_by_id, request.decided_at = order.actor.name, order.actor.id, order.now
