"""What features make of a ticket that waits for dispatch: is it known, is it several, can it be answered at once."""

from dataclasses import dataclass
from datetime import datetime

from core.hooks import specs
from core.journey.queries.alike import Duplicate, alike_to
from core.knowledge.instant import ReadyAnswer, best_for_desk
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.tickets.states import WAITING_FOR_DISPATCH
from core.tickets.views import view_of


@dataclass(frozen=True, slots=True)
class Hints:
    """What may be done instead of dispatching: the likeliest duplicates first, parts to split into, an approved answer."""

    duplicates: tuple[Duplicate, ...] = ()
    parts: tuple[str, ...] = ()
    parts_reason: str = ""
    ready: ReadyAnswer | None = None


NO_HINTS = Hints()


def hints_on(scope: Scope, ticket_id: int, *, now: datetime) -> Hints:
    """Ask for hints on a ticket that waits for dispatch; there are none on any other. Nothing is stored."""
    ticket = scope.session.get_one(Ticket, (scope.tenant.id, ticket_id))
    if ticket.state not in WAITING_FOR_DISPATCH:
        return NO_HINTS
    parts = ready = None
    if ticket.part_of_id is None and not ticket.part_count:
        parts = scope.hooks.ask(specs.suggest_split, ticket=view_of(scope, ticket)).first
    if not ticket.is_attached:
        ready = best_for_desk(scope, ticket, today=now.astimezone(scope.tenant.zone).date())
    return Hints(
        duplicates=alike_to(scope, ticket, now=now),
        parts=parts.parts if parts else (),
        parts_reason=parts.reason if parts else "",
        ready=ready,
    )
