"""Reaching the resident before a reply 联系诉求人: every attempt is kept."""

from collections.abc import Sequence

from sqlalchemy import select

from core.handling.models import ContactAttempt
from core.hooks.values import ContactView
from core.kit.errors import Refused
from core.kit.saying import said, word
from core.routing.models import Assignment
from core.routing.rules_in_force import rules_of
from core.tenancy.scope import Scope
from core.tickets.models import Ticket, TicketContact
from core.tickets.service import note
from core.tickets.timeline import Order


class NotContacted(Refused):
    """The district wants the resident reached, or tried often enough, before a reply."""

    code = "not-contacted"


def keep_contact(
    scope: Scope, ticket: Ticket, assignment: Assignment, order: Order, *, reached: bool, what: str
) -> None:
    """Keep one attempt of a unit to reach the resident."""
    attempt = ContactAttempt(
        tenant_id=scope.tenant.id,
        id=scope.new_id(),
        ticket_id=ticket.id,
        assignment_id=assignment.id,
        outcome="reached" if reached else "unreachable",
        note=what,
        by=order.actor.name,
        at=order.now,
    )
    scope.session.add(attempt)
    words = "已联系上诉求人" if reached else "未联系上诉求人"
    note(
        scope,
        ticket,
        "contact",
        order,
        summary=said("{words}：{what}", words=word(words), what=what) if what else words,
        detail={"assignment": assignment.id, "reached": "yes" if reached else "no"},
        records=[attempt],
    )


def refuse_uncontacted(scope: Scope, ticket: Ticket, assignment: Assignment, *, must_contact: bool) -> None:
    """Raise `NotContacted` when the resident must be reached first and too little was tried.

    `must_contact`: a clock for the first contact still runs for this assignment.
    """
    if not must_contact:
        return
    outcomes = scope.session.scalars(
        select(ContactAttempt.outcome).where(
            ContactAttempt.tenant_id == scope.tenant.id, ContactAttempt.assignment_id == assignment.id
        )
    ).all()
    needed = rules_of(scope).contact_attempts
    if "reached" not in outcomes and len(outcomes) < needed:
        raise NotContacted(
            said(
                "工单 {serial_no} 须先联系诉求人：已尝试 {number} 次，联系不上的至少尝试 {needed} 次。"
                "请联系后再提交答复。",
                serial_no=ticket.serial_no,
                number=len(outcomes),
                needed=needed,
            )
        )


def attempts_in_cycle(scope: Scope, ticket: Ticket) -> Sequence[tuple[ContactAttempt, int]]:
    """Return the attempts of units to reach the resident, each with the cycle in which it was made."""
    rows = scope.session.execute(
        select(ContactAttempt, Assignment.cycle_no)
        .join(
            Assignment,
            (Assignment.tenant_id == ContactAttempt.tenant_id) & (Assignment.id == ContactAttempt.assignment_id),
        )
        .where(ContactAttempt.tenant_id == scope.tenant.id, ContactAttempt.ticket_id == ticket.id)
        .order_by(ContactAttempt.at, ContactAttempt.id)
    )
    return [(attempt, cycle) for attempt, cycle in rows]


def contact_view(scope: Scope, ticket: Ticket) -> ContactView:
    """Return what was done in this cycle to reach the resident, as a feature sees it."""
    outcomes = scope.session.scalars(
        select(ContactAttempt.outcome)
        .join(
            Assignment,
            (Assignment.tenant_id == ContactAttempt.tenant_id) & (Assignment.id == ContactAttempt.assignment_id),
        )
        .where(
            Assignment.tenant_id == scope.tenant.id,
            Assignment.ticket_id == ticket.id,
            Assignment.cycle_no == ticket.cycle_no,
        )
    ).all()
    contact = scope.session.get(TicketContact, (scope.tenant.id, ticket.id))
    return ContactView(
        is_possible=contact is not None and contact.phone is not None,
        attempts=len(outcomes),
        was_reached="reached" in outcomes,
    )
