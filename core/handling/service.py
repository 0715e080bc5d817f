"""The unit's work: sign, note, reply; and the reviewer's: pass or return the reply."""

from datetime import datetime

from sqlalchemy import select

from core.handling.dispositions import DISPOSITION_LABELS
from core.handling.models import Reply
from core.handling.rules import usable_reply
from core.kit.errors import Refused
from core.routing.models import Assignment
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.tickets.service import move
from core.tickets.states import Command
from core.tickets.timeline import Actor


class SameHands(Refused):
    """Whoever handed a reply in may not pass it."""

    code = "same-hands"


class NothingToReview(Refused):
    """The ticket has no reply waiting for review."""

    code = "nothing-to-review"


def sign(
    scope: Scope, ticket: Ticket, assignment: Assignment, *, actor: Actor, now: datetime, command_id: str | None = None
) -> None:
    """The lead unit takes the ticket in hand 签收. Raises `MoveNotAllowed`."""
    move(scope, ticket, Command.SIGN, actor=actor, now=now, summary="签收", command_id=command_id)
    assignment.state, assignment.signed_at = "signed", now


def submit_reply(
    scope: Scope,
    ticket: Ticket,
    assignment: Assignment,
    *,
    text: str,
    disposition: str,
    actor: Actor,
    now: datetime,
    command_id: str | None = None,
) -> None:
    """The lead unit hands in its reply for review. Raises `ReplyUnusable`, `UnknownDisposition`, `MoveNotAllowed`."""
    reply = usable_reply(text, disposition)
    move(
        scope,
        ticket,
        Command.SUBMIT_RESULT,
        actor=actor,
        now=now,
        summary=f"提交答复（{DISPOSITION_LABELS[disposition]}）",
        detail={"disposition": disposition},
        command_id=command_id,
    )
    assignment.state, assignment.submitted_at = "submitted", now
    add_reply(scope, ticket, text=reply, disposition=disposition, unit_id=assignment.unit_id, actor=actor, now=now)


def add_reply(
    scope: Scope,
    ticket: Ticket,
    *,
    text: str,
    disposition: str,
    unit_id: int | None,
    actor: Actor,
    now: datetime,
    state: str = "submitted",
) -> Reply:
    """Keep a reply; with state `approved` it needs no review (direct answer, history)."""
    reply = Reply(
        tenant_id=scope.tenant.id,
        id=scope.new_id(),
        ticket_id=ticket.id,
        cycle_no=ticket.cycle_no,
        unit_id=unit_id,
        text=text,
        disposition=disposition,
        state=state,
        submitted_by=actor.name,
        submitted_by_id=actor.id,
        submitted_at=now,
    )
    scope.session.add(reply)
    return reply


def reply_under_review(scope: Scope, ticket: Ticket) -> Reply:
    """Return the reply that waits for review. Raises `NothingToReview`."""
    reply = scope.session.scalar(
        select(Reply).where(
            Reply.tenant_id == scope.tenant.id, Reply.ticket_id == ticket.id, Reply.state == "submitted"
        )
    )
    if reply is None:
        raise NothingToReview(f"工单 {ticket.serial_no} 没有待审核的答复。请刷新后再看。")
    return reply


def review(scope: Scope, ticket: Ticket, *, passed: bool, note: str, actor: Actor, now: datetime) -> Reply:
    """Pass or return the reply. Raises `SameHands` when reviewer and submitter are the same account."""
    reply = reply_under_review(scope, ticket)
    if actor.id is not None and actor.id == reply.submitted_by_id:
        raise SameHands("提交答复的人不能审核自己的答复。请由其他审核员办理。")
    reply.state = "approved" if passed else "returned"
    reply.reviewed_by, reply.reviewed_at, reply.review_note = actor.name, now, note
    return reply


def resume(assignment: Assignment) -> None:
    """Put the work back into the unit's hands after its reply was returned."""
    assignment.state, assignment.submitted_at = "signed", None
