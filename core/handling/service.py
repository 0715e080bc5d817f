"""Replies: handed in by the unit, passed or returned by the reviewer."""

from sqlalchemy import select

from core.handling.checked import pass_checks
from core.handling.dispositions import DISPOSITION_LABELS, NEEDS_TWO_REVIEWERS
from core.handling.models import Reply
from core.handling.rules import usable_reply, usable_text
from core.kit.errors import Refused
from core.kit.saying import said, word
from core.people.roles import SameHands
from core.routing.models import Assignment
from core.routing.service import advance
from core.routing.states import AssignmentState
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.tickets.service import move
from core.tickets.states import Command
from core.tickets.timeline import Actor, Order


class NothingToReview(Refused):
    """The ticket has no reply waiting for review."""

    code = "nothing-to-review"


def submit_reply(
    scope: Scope,
    ticket: Ticket,
    assignment: Assignment,
    order: Order,
    *,
    text: str,
    disposition: str,
    basis: str = "",
    confirmed: str = "",
) -> Reply:
    """The lead unit hands in its reply for review. `basis` is what a refused application stands on.

    It is checked against the appeal, and the result kept; `confirmed` is why one that is held back goes on all the same.
    Raises `ReplyUnusable`, `UnknownDisposition`, `BasisMissing`, `ReplyOffPoint`, `MoveNotAllowed`.
    """
    text = usable_reply(text, disposition, nature=ticket.nature, basis=basis)
    reply = add_reply(scope, ticket, order, text=text, disposition=disposition, unit_id=assignment.unit_id, basis=basis)
    words, check = pass_checks(scope, ticket, reply, order, stage="submitted", confirmed=confirmed)
    move(
        scope,
        ticket,
        Command.SUBMIT_RESULT,
        order,
        summary=said("提交答复（{disposition}）", disposition=word(DISPOSITION_LABELS[disposition])) + words,
        detail={"disposition": disposition},
        records=[check],
    )
    advance(assignment, AssignmentState.SUBMITTED, now=order.now)
    return reply


def add_reply(
    scope: Scope,
    ticket: Ticket,
    order: Order,
    *,
    text: str,
    disposition: str,
    unit_id: int | None,
    state: str = "submitted",
    basis: str = "",
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
        submitted_by=order.actor.name,
        submitted_by_id=order.actor.id,
        submitted_at=order.now,
        basis=usable_text(basis) if basis.strip() else "",
    )
    scope.session.add(reply)
    return reply


def reply_under_review(scope: Scope, ticket: Ticket) -> Reply:
    """Return the reply that waits for review. Raises `NothingToReview`."""
    reply = _find_reply_under_review(scope, ticket)
    if reply is None:
        raise NothingToReview(said("工单 {serial_no} 没有待审核的答复。请刷新后再看。", serial_no=ticket.serial_no))
    return reply


def set_aside_reply(scope: Scope, ticket: Ticket, order: Order, *, note: str) -> None:
    """Take a reply that waits for review as not given: the ticket ends by another way. Nothing waits: nothing happens."""
    if (reply := _find_reply_under_review(scope, ticket)) is not None:
        settle(reply, order, passed=False, note=note)


def second(reply: Reply, actor: Actor) -> bool:
    """Take note of the first of the two reviewers that a finding against the resident needs; True when it was that.

    Raises `SameHands` when both would be the same account.
    """
    if reply.disposition not in NEEDS_TWO_REVIEWERS:
        return False
    if reply.seconded_by is None:
        reply.seconded_by, reply.seconded_by_id = actor.name, actor.id
        return True
    if actor.id is not None and actor.id == reply.seconded_by_id:
        raise SameHands("“不合理诉求”须由两人先后审核，您已审核过。请由其他审核员办理。")
    return False


def refuse_own_reply(reply: Reply, actor: Actor) -> None:
    """Raise `SameHands` when reviewer and submitter are the same account."""
    if actor.id is not None and actor.id == reply.submitted_by_id:
        raise SameHands("提交答复的人不能审核自己的答复。请由其他审核员办理。")


def settle(reply: Reply, order: Order, *, passed: bool, note: str) -> None:
    """Pass or return the reply."""
    reply.state = "approved" if passed else "returned"
    reply.reviewed_by, reply.reviewed_at, reply.review_note = order.actor.name, order.now, note


def _find_reply_under_review(scope: Scope, ticket: Ticket) -> Reply | None:
    return scope.session.scalar(
        select(Reply).where(
            Reply.tenant_id == scope.tenant.id, Reply.ticket_id == ticket.id, Reply.state == "submitted"
        )
    )
