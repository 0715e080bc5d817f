"""What can still be objected to on a ticket: by a unit, and whether a review was granted that nobody has acted on."""

from collections.abc import Sequence
from datetime import datetime

from core.evaluation.answers import DISPUTE_LABELS
from core.evaluation.queries import find_granted_review
from core.evaluation.subjects import FOUND_BY, disputable_until, subjects_of
from core.journey.queries.choices import Choice
from core.journey.queries.disputes import DisputeLine
from core.tenancy.scope import Scope
from core.tickets.models import Ticket


def disputable_kinds(
    scope: Scope, ticket_id: int, unit_id: int, disputes: Sequence[DisputeLine], *, now: datetime
) -> tuple[Choice, ...]:
    """Return the kinds of objection 申诉 for which the unit has something of its own, in time and not objected to yet."""
    ticket = scope.session.get_one(Ticket, (scope.tenant.id, ticket_id))
    filed = {(each.kind, each.subject_id) for each in disputes if each.state != "withdrawn"}
    return tuple(
        (kind, DISPUTE_LABELS[kind])
        for kind in FOUND_BY
        if any(
            subject.unit_id == unit_id
            and (kind, subject.id) not in filed
            and now <= disputable_until(scope, subject.since)
            for subject in subjects_of(scope, ticket, kind)
        )
    )


def has_granted_review(scope: Scope, ticket_id: int, disputes: Sequence[DisputeLine]) -> bool:
    """Tell whether a review that was upheld has not led to another cycle yet."""
    if not any(each.kind == "review" and each.state == "upheld" for each in disputes):
        return False
    return find_granted_review(scope, scope.session.get_one(Ticket, (scope.tenant.id, ticket_id))) is not None
