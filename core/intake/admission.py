"""Whether an appeal can be taken in 受理范围: the grounds against it that features see, noted for the operator."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from core.hooks import specs
from core.intake.rejections import REJECTION_REASONS
from core.kit.saying import said
from core.tenancy.scope import Scope
from core.tickets.failing import note_failures
from core.tickets.models import Ticket, TicketEvent
from core.tickets.service import note
from core.tickets.timeline import SYSTEM, Order
from core.tickets.views import view_of

KIND = "scope"


@dataclass(frozen=True, slots=True)
class Ground:
    """A ground on which the ticket may lie outside of what can be taken in, and the lawful way for it."""

    rejection: str
    advice: str
    reason: str

    @property
    def label(self) -> str:
        """What the reason for not accepting is called."""
        return REJECTION_REASONS[self.rejection][0]


def note_grounds(scope: Scope, ticket: Ticket, *, now: datetime) -> None:
    """Ask for grounds and note each on the ticket, those that stand there already left out; nothing is refused."""
    answers = scope.hooks.ask(specs.scope_issues, ticket=view_of(scope, ticket))
    noted = {str(entry.detail["rule_id"]) for entry in _entries(scope, ticket)} if answers else set()
    for feature, issue in answers:
        if issue.rule_id in noted:
            continue
        noted.add(issue.rule_id)
        advice = issue.advice.strip() or REJECTION_REASONS[issue.rejection][1]
        note(
            scope,
            ticket,
            KIND,
            Order(SYSTEM, now),
            summary=said("可能不属受理范围：{reason}。{advice}", reason=issue.reason, advice=advice),
            detail={
                "rejection": issue.rejection,
                "advice": advice,
                "reason": issue.reason,
                "rule_id": issue.rule_id,
                "by": scope.hooks.stamp(feature),
            },
        )
    note_failures(scope, ticket, answers.failures, instead="没有核对受理范围，请受理席自行判断", now=now)


def grounds_of(scope: Scope, ticket: Ticket) -> tuple[Ground, ...]:
    """Return the grounds that stand on the ticket, in the order in which they were noted."""
    return tuple(
        Ground(entry.detail["rejection"], entry.detail["advice"], entry.detail["reason"])
        for entry in _entries(scope, ticket)
    )


def _entries(scope: Scope, ticket: Ticket) -> list[TicketEvent]:
    kept: list[TicketEvent] = []
    if ticket not in scope.session.fresh:
        of_ticket = (TicketEvent.tenant_id == scope.tenant.id, TicketEvent.ticket_id == ticket.id)
        noted = select(TicketEvent).where(*of_ticket, TicketEvent.kind == KIND).order_by(TicketEvent.seq)
        kept = list(scope.session.scalars(noted))
    fresh = (row for row in scope.session.fresh if isinstance(row, TicketEvent) and row.ticket_id == ticket.id)
    return [*kept, *(row for row in fresh if row.kind == KIND)]
