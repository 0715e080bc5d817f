"""What a person does with what was pushed and could not be taken in: enter it as a ticket, or say that it is no appeal."""

from dataclasses import replace
from datetime import datetime

from core.intake.inbound import get_item, open_item, refuse_settled
from core.intake.models import InboundItem
from core.intake.rules import Appeal
from core.intake.service import find_ticket_of
from core.journey.accept import Accepted, accept
from core.journey.conversation.mentions import mention_to_enter, remember_mention
from core.people.roles import Permission
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.tickets.service import reason_of, refuse_actor
from core.tickets.timeline import Actor

BY_HAND = "by-hand"
"""How the place of a ticket begins that a person entered."""


def enter(
    scope: Scope, item_id: int, appeal: Appeal, *, has_more: bool = False, actor: Actor, now: datetime
) -> Accepted:
    """Accept what a person read in an item, which is settled with that unless it `has_more` appeals.

    The resident spoke when it was pushed. Entered a second time it is the same ticket. What the first ticket of a mention on
    Weibo is answered stands below it.
    Raises `NoSuchItem`, `ItemSettled`, and as `accept`.
    """
    item = get_item(scope, item_id, locked=True)
    known = find_ticket_of(scope, appeal.channel, appeal.external_id)
    if known is None or known.id not in item.tickets.values():
        refuse_settled(item)
    if mention := mention_to_enter(scope, item):
        appeal = replace(appeal, contact=replace(appeal.contact, weibo=mention.person))
    accepted = accept(scope, replace(appeal, submitted_at=item.received_at), actor=actor, now=now)
    if accepted.created:
        if mention:
            ticket = scope.session.get_one(Ticket, (scope.tenant.id, accepted.ticket_id))
            remember_mention(scope, item, mention, ticket, now=now)
        item.tickets = {**item.tickets, f"{BY_HAND}/{len(item.tickets) + 1}": accepted.ticket_id}
        if not has_more:
            _settle(item, "taken_in", actor, now=now)
    scope.session.flush()
    return accepted


def dismiss(scope: Scope, item_id: int, *, reason: str, actor: Actor, now: datetime) -> InboundItem:
    """Say that an item, or what is left of it, is no appeal, and why. It is kept.

    Raises `NotPermitted`, `ReasonMissing`, `NoSuchItem`, `ItemSettled`.
    """
    refuse_actor(actor, Permission.ACCEPT, "认定推送来件不是诉求")
    item = open_item(scope, item_id)
    item.reason = reason_of(reason, "认定不是诉求")
    _settle(item, "taken_in" if item.tickets else "refused", actor, now=now)
    scope.session.flush()
    return item


def _settle(item: InboundItem, state: str, actor: Actor, *, now: datetime) -> None:
    item.state, item.decided_by, item.decided_at = state, actor.name, now
