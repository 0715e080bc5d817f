"""What the district says of panels: the rules of one on a ticket, and the reasons that call for one."""

from dataclasses import asdict
from typing import Any

from sqlalchemy import select

from core.evaluation.models import Rating
from core.evaluation.queries import disputes_of
from core.handling.models import Reply
from core.hooks import specs
from core.hooks.table import Answers
from core.hooks.values import GroupSeats, PanelRules, ReviewFacts, ReviewProposal
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.tickets.views import view_of

CUSTOMARY = PanelRules()


def rules_for(scope: Scope, ticket: Ticket) -> PanelRules:
    """Return the rules of a panel on this ticket: the first feature's that has any, else the core's."""
    return scope.hooks.ask(specs.panel_rules, ticket=view_of(scope, ticket)).first or CUSTOMARY


def proposals_for(scope: Scope, ticket: Ticket) -> Answers[ReviewProposal]:
    """Return the reasons that the district sees to put the ticket before a panel."""
    return scope.hooks.ask(specs.review_triggers, ticket=view_of(scope, ticket), facts=review_facts(scope, ticket))


def review_facts(scope: Scope, ticket: Ticket) -> ReviewFacts:
    """Return what is on record of the present cycle that may call for a panel."""
    disputes = disputes_of(scope, ticket, ("open",))
    rating = scope.session.scalar(
        select(Rating).where(
            Rating.tenant_id == scope.tenant.id, Rating.ticket_id == ticket.id, Rating.cycle_no == ticket.cycle_no
        )
    )
    disposition = scope.session.scalar(
        select(Reply.disposition)
        .where(
            Reply.tenant_id == scope.tenant.id,
            Reply.ticket_id == ticket.id,
            Reply.cycle_no == ticket.cycle_no,
            Reply.state == "approved",
        )
        .order_by(Reply.submitted_at.desc(), Reply.id.desc())
        .limit(1)
    )
    said: dict[str, Any] = {"resolved": rating.resolved, "satisfaction": rating.satisfaction} if rating else {}
    kinds: Any = tuple(each.kind for each in disputes if each.kind != "review")
    return ReviewFacts(
        disputes=kinds,
        disposition=disposition or "",
        review_asked=any(each.kind == "review" for each in disputes),
        **said,
    )


def kept(rules: PanelRules) -> dict[str, Any]:
    """Return the rules as a panel keeps them to its end."""
    return asdict(rules)


def rules_of(kept_rules: dict[str, Any]) -> PanelRules:
    """Return the rules that a panel keeps."""
    seats = tuple(GroupSeats(each["group"], each["seats"]) for each in kept_rules["seats"])
    return PanelRules(**{**kept_rules, "seats": seats, "criteria": tuple(kept_rules["criteria"])})
