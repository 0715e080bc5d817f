"""Following a ticket from its acceptance on 全程公开: which everybody may, decided by rules, withdrawn by a person or the resident."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import cast

from sqlalchemy import ColumnElement, and_, exists, func, or_, select

from core.disclosure.hiding import hide
from core.disclosure.models import Disclosure, OpenFlow
from core.disclosure.service import disclosure_of, public_no, who_spoke
from core.hooks import specs
from core.hooks.values import FlowDecision, Wish
from core.kit.errors import Refused
from core.kit.saying import joined, said
from core.tenancy.scope import Scope
from core.tickets.models import FROM_ELSEWHERE, Ticket
from core.tickets.states import OPEN, State
from core.tickets.timeline import Order
from core.tickets.views import view_of

LONGEST_DELAY = 24 * 90
"""Hours; a rule that asks for more gets this."""
BETWEEN = "\n"
UNASKED = "有规则没有答复，不公开"


class NoFlow(Refused):
    """The steps of the ticket are not public."""

    code = "no-flow"


def flow_of(scope: Scope, ticket_id: int) -> OpenFlow | None:
    """Return what was decided on letting everybody follow the ticket."""
    return scope.session.scalar(
        select(OpenFlow).where(OpenFlow.tenant_id == scope.tenant.id, OpenFlow.ticket_id == ticket_id)
    )


def undecided(scope: Scope, *, since: datetime, limit: int) -> Sequence[int]:
    """Return the ids of tickets accepted since then that nobody decided on, and of those that were corrected afterwards."""
    row = and_(OpenFlow.tenant_id == Ticket.tenant_id, OpenFlow.ticket_id == Ticket.id)
    is_new = and_(OpenFlow.id.is_(None), Ticket.accepted_at > since)
    is_corrected = and_(OpenFlow.state != "withdrawn", Ticket.state.in_(OPEN), is_other())
    return scope.session.scalars(
        select(Ticket.id)
        .outerjoin(OpenFlow, row)
        .where(
            Ticket.tenant_id == scope.tenant.id,
            Ticket.part_of_id.is_(None),
            Ticket.channel != FROM_ELSEWHERE,
            Ticket.state != State.VOIDED,
            or_(is_new, is_corrected),
        )
        .order_by(Ticket.accepted_at, Ticket.id)
        .limit(limit)
    ).all()


def is_other() -> ColumnElement[bool]:
    """Return the condition under which a ticket says or is something else than when it was decided on."""
    said = func.encode(func.sha256(func.convert_to(Ticket.title + BETWEEN + Ticket.text, "UTF8")), "hex")
    return or_(OpenFlow.matter.is_distinct_from(Ticket.matter), OpenFlow.nature != Ticket.nature, OpenFlow.said != said)


def decide_flow(scope: Scope, ticket: Ticket, *, now: datetime) -> OpenFlow:
    """Ask the rules whether everybody may follow the ticket, and keep what comes of it; the strictest wins."""
    known = disclosure_of(scope, ticket.id)
    wish = cast(Wish, known.wish if known else "none")
    answers = scope.hooks.ask(specs.flow_decision, ticket=view_of(scope, ticket), wish=wish)
    stamps = joined("、", dict.fromkeys((scope.hooks.stamp(feature) for feature, _ in answers)))
    known_row = flow_of(scope, ticket.id)
    row = known_row or _begin(scope, ticket, now=now)
    row.matter, row.nature, row.said = ticket.matter, ticket.nature, _said(ticket)
    row.decided_by, row.changed_at = stamps, now
    _settle(scope, ticket, row, answers.values, has_failed=bool(answers.failures), wish=wish)
    if known_row is not None and row.shown_from is not None:  # what was corrected is shown as late as any step
        row.shown_from = max(row.shown_from, now + row.delay)
    return row


def withdraw_flow(scope: Scope, ticket: Ticket, order: Order, *, reason: str) -> None:
    """Take the steps of a ticket back from everybody, for good. Raises `NoFlow`."""
    row = flow_of(scope, ticket.id)
    if row is None or row.state != "open":
        raise NoFlow(said("工单 {serial_no} 的办理过程没有公开，不用撤回。请刷新后查看。", serial_no=ticket.serial_no))
    row.state, row.reason, row.decided_by, row.title, row.changed_at = (
        "withdrawn",
        reason,
        order.actor.name,
        "",
        order.now,
    )


def is_followed(now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions under which everybody may follow a ticket now: open, its time has come, as it was decided on.

    The resident's no, a void ticket, and one that was corrected since are inside at once, whatever was decided.
    """
    refused = exists().where(
        Disclosure.tenant_id == Ticket.tenant_id,
        Disclosure.ticket_id == Ticket.id,
        or_(Disclosure.wish == "closed", Disclosure.state.in_(("closed", "withdrawn"))),
    )
    return (
        OpenFlow.state == "open",
        OpenFlow.shown_from <= now,
        Ticket.state.not_in((State.VOIDED, State.REGISTERED, State.PENDING_ACCEPT)),
        ~is_other(),
        ~refused,
    )


def _settle(
    scope: Scope, ticket: Ticket, row: OpenFlow, answers: Sequence[FlowDecision], *, has_failed: bool, wish: Wish
) -> None:
    closing = [each for each in answers if not each.opens]
    row.title, row.delay_hours, row.shown_from = "", 0, ticket.accepted_at
    if has_failed or wish == "closed" or closing or not answers:
        row.state = "closed"
        row.reason = (
            UNASKED
            if has_failed
            else "诉求人不愿公开"
            if wish == "closed"
            else joined("；", dict.fromkeys(each.reason for each in closing)) or "没有规则公开"
        )
        return
    row.state, row.reason = "open", joined("；", dict.fromkeys(each.reason for each in answers))
    row.delay_hours = min(LONGEST_DELAY, max(0, *(each.delay_hours for each in answers), 0))
    if ticket.accepted_at is not None:
        row.shown_from = ticket.accepted_at + row.delay
    if all(each.shows_title for each in answers):
        title, failed = hide(scope, ticket.title, who_spoke(scope, ticket))
        row.title = "" if failed else title


def _begin(scope: Scope, ticket: Ticket, *, now: datetime) -> OpenFlow:
    row = OpenFlow(
        tenant_id=scope.tenant.id,
        id=scope.new_id(),
        ticket_id=ticket.id,
        public_no=public_no(scope, ticket.id),
        state="closed",
        nature=ticket.nature,
        said=_said(ticket),
        changed_at=now,
    )
    scope.session.add(row)
    return row


def _said(ticket: Ticket) -> str:
    """Return the digest of what the ticket says, by which a correction is found without keeping the words twice."""
    return hashlib.sha256(f"{ticket.title}{BETWEEN}{ticket.text}".encode()).hexdigest()
