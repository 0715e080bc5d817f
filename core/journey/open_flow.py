"""Letting everybody follow tickets 全程公开: decided in time by rules, withdrawn by a person."""

import logging
from datetime import datetime, timedelta

from core.disclosure import flow
from core.hooks import specs
from core.journey.command import command
from core.kit.db import is_connection_lost
from core.kit.saying import said
from core.people.roles import Permission
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.tickets.service import lock_ticket_of_id, note, reason_of
from core.tickets.timeline import Order

LOOKS_BACK = timedelta(days=30)
"""Tickets that were accepted within so long are decided on; older ones stay inside."""
BATCH = 100
log = logging.getLogger(__name__)


@command(Permission.REVIEW, "撤回过程公开")
def withdraw_flow(scope: Scope, ticket: Ticket, order: Order, *, reason: str) -> None:
    """Take the steps of a ticket back from everybody, for good. Raises `ReasonMissing`, `NoFlow`."""
    why = reason_of(reason, "撤回过程公开")
    flow.withdraw_flow(scope, ticket, order, reason=why)
    note(scope, ticket, "disclosure", order, summary=said("撤回过程公开：{why}", why=why), detail={"flow": "withdrawn"})


def open_flows(scope: Scope, *, now: datetime, limit: int = BATCH) -> int:
    """Decide on the tickets that nobody decided on yet, and on those that were corrected; return how many.

    One that fails is left for the next time. Where no feature has a rule, nothing is done.
    """
    if not scope.hooks.answerers_of(specs.flow_decision):
        return 0
    done = 0
    for ticket_id in flow.undecided(scope, since=now - LOOKS_BACK, limit=limit):
        try:
            with scope.session.begin_nested():
                flow.decide_flow(scope, lock_ticket_of_id(scope, ticket_id), now=now)
        except Exception as error:
            if is_connection_lost(error):
                raise
            log.exception("租户 %s 有工单没有判定能否公开过程，下次再试", scope.tenant.slug)
        else:
            done += 1
    return done
