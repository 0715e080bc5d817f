"""Asking for time: a unit asks for more of it 延期, or that its clock stand still 挂起; somebody else decides."""

from core.journey.command import command
from core.kit.saying import said
from core.people.roles import Permission
from core.routing.service import own_assignment
from core.sla.live import live_clocks, sum_up
from core.sla.models import ExtensionRequest, PauseRequest
from core.sla.pausing import release
from core.sla.requests import (
    NothingRuns,
    ask_extension,
    ask_pause,
    held_clocks,
    pending_request,
    settle_extension,
    settle_pause,
)
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.tickets.service import check_state, reason_of
from core.tickets.states import WITH_UNIT
from core.tickets.timeline import Order


@command(Permission.HANDLE, "申请延期")
def request_extension(scope: Scope, ticket: Ticket, order: Order, *, days: int, reason: str) -> None:
    """The actor's unit asks for more working days 延期, before its limit ends; the clocks run on until it is decided.

    Raises `ReasonMissing`, `NotYours`, `NothingRuns`, `StandsStill`, `LimitOver`, `RequestPending`, `TooMuchTime`,
    `NoRoom`, `MoveNotAllowed`.
    """
    because = reason_of(reason, "申请延期")
    check_state(ticket, WITH_UNIT, "申请延期")
    ask_extension(scope, ticket, own_assignment(scope, ticket, order.actor), order, days=days, reason=because)


@command(Permission.APPROVE, "审批延期")
def decide_extension(
    scope: Scope, ticket: Ticket, order: Order, *, approved: bool, days: int = 0, note: str = "", unit: str = ""
) -> None:
    """Grant an extension, of fewer days than asked if `days` says so, or deny it with a reason in `note`.

    The days count from the due time as it stands, not from the approval; an extension of the unit that leads moves the
    resident's clock too. `unit` tells whose request it is where several units ask.
    Raises `NoRequest`, `SameHands`, `LimitOver`, `TooMuchTime`, `ReasonMissing`, `MoveNotAllowed`.
    """
    words = note.strip() if approved else reason_of(note, "不准延期")
    check_state(ticket, WITH_UNIT, "审批延期")
    request = pending_request(scope, ticket, ExtensionRequest, unit=unit, what="延期")
    settle_extension(
        scope, ticket, request, order, days=(days or request.days_asked) if approved else None, words=words
    )


@command(Permission.HANDLE, "申请挂起")
def request_pause(scope: Scope, ticket: Ticket, order: Order, *, reason_code: str, evidence: str, days: int) -> None:
    """The actor's unit asks that its handling clock stand still 挂起, for a reason of the list and with evidence.

    Raises `ReasonMissing`, `NotYours`, `PauseReasonUnknown`, `NothingRuns`, `StandsStill`, `LimitOver`,
    `RequestPending`, `TooMuchTime`, `MoveNotAllowed`.
    """
    shown = reason_of(evidence, "申请挂起")
    check_state(ticket, WITH_UNIT, "申请挂起")
    assignment = own_assignment(scope, ticket, order.actor)
    ask_pause(scope, ticket, assignment, order, reason_code=reason_code, evidence=shown, days=days)


@command(Permission.APPROVE, "审批挂起")
def decide_pause(scope: Scope, ticket: Ticket, order: Order, *, approved: bool, note: str = "", unit: str = "") -> None:
    """Let the unit's clock stand still from now for the days asked, or deny it with a reason in `note`.

    It goes on by itself at the end of the last of these days. Nothing else stands still: signing, calling the resident
    and being there stay due. Raises `NoRequest`, `SameHands`, `LimitOver`, `TooMuchTime`, `ReasonMissing`,
    `MoveNotAllowed`.
    """
    words = note.strip() if approved else reason_of(note, "不准挂起")
    check_state(ticket, WITH_UNIT, "审批挂起")
    request = pending_request(scope, ticket, PauseRequest, unit=unit, what="挂起")
    settle_pause(scope, ticket, request, order, approved=approved, words=words)


@command(Permission.HANDLE, "恢复计时")
def resume(scope: Scope, ticket: Ticket, order: Order, *, note: str = "") -> None:
    """Let the unit's clock go on before its pause would end by itself. Raises `NotYours`, `NothingRuns`."""
    assignment = own_assignment(scope, ticket, order.actor)
    held = held_clocks(scope, live_clocks(scope, ticket), assignment)
    if not held:
        raise NothingRuns(
            said("工单 {serial_no} 的办理时限没有挂起，无需恢复。请刷新后再看。", serial_no=ticket.serial_no)
        )
    release(scope, ticket, held, order, at=order.now, why=note.strip() or "承办单位恢复计时")
    sum_up(scope, ticket)
