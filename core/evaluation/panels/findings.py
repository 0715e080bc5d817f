"""What a panel's finding can be an overlay on: the dispute that is open, or what a dispute could be filed about."""

from dataclasses import dataclass

from sqlalchemy import select

from core.evaluation.disputes import OVERLAID, is_adjudicated
from core.evaluation.models import Dispute, Rating
from core.evaluation.queries import disputes_of
from core.evaluation.subjects import Subject, subjects_of
from core.tenancy.scope import Scope
from core.tickets.models import Ticket


@dataclass(frozen=True, slots=True)
class Disputable:
    """Something that nobody has objected to, and that a panel can speak on: the kind of dispute, and its subject."""

    kind: str
    subject: Subject


def find_open_dispute(scope: Scope, ticket: Ticket) -> Dispute | None:
    """Return the dispute on the ticket that waits longest for a decision, a unit's before the resident's."""
    waiting = disputes_of(scope, ticket, ("open",))
    return next(iter(sorted(waiting, key=lambda each: each.kind == "review")), None)


def find_disputable(scope: Scope, ticket: Ticket) -> Disputable | None:
    """Return what of the present cycle counts against a unit and was never disputed: a bad rating, or a missed clock."""
    bad = set(
        scope.session.scalars(
            select(Rating.id).where(
                Rating.tenant_id == scope.tenant.id,
                Rating.ticket_id == ticket.id,
                Rating.cycle_no == ticket.cycle_no,
                Rating.satisfaction == "dissatisfied",
            )
        )
    )
    disputed = {(each.kind, each.subject_id) for each in disputes_of(scope, ticket, ("open", "upheld", "dismissed"))}
    for kind, table in OVERLAID.items():
        for subject in subjects_of(scope, ticket, kind):
            counts = kind != "rating" or subject.id in bad
            if counts and (kind, subject.id) not in disputed and not is_adjudicated(scope, table, subject.id):
                return Disputable(kind, subject)
    return None
