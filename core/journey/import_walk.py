"""What one imported appeal goes through: as if it came in now, or in the times in which it did."""

from datetime import datetime

from core.intake.reading import Incoming
from core.journey.accept import find_unit, take_in
from core.journey.conclude import rate
from core.journey.desk import conclude_with_answer
from core.journey.progress_news import telling_steps
from core.routing.deciding import propose
from core.sla.service import pass_over_history
from core.statistics.dirty import mark_dirty
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.tickets.news import untold
from core.tickets.service import note
from core.tickets.timeline import HISTORY_NAME, RESIDENT, SYSTEM, Actor, Order

IMPORTER = Actor("system", "批量导入", permissions=SYSTEM.permissions)
HISTORY = Actor("system", HISTORY_NAME, permissions=SYSTEM.permissions)
ANSWERED = "explained"
"""The result of an old answer that names none: the resident got an explanation, and nothing more is claimed."""


def walk_now(scope: Scope, incoming: Incoming, *, now: datetime) -> Ticket:
    """Take in an appeal as if it came in now and return its ticket; when the resident spoke is kept. An answer in the table is left out.

    Raises the refusals of intake and classification.
    """
    with telling_steps(scope, now=now):
        ticket = take_in(scope, incoming.appeal, actor=IMPORTER, now=now)
        _note_left_out(scope, ticket, incoming, Order(IMPORTER, now))
        find_unit(scope, ticket, now=now)
    return ticket


def walk_then(scope: Scope, incoming: Incoming, *, now: datetime) -> Ticket:
    """Let an appeal of the past live in its own times, without pressing or telling anybody; return its ticket.

    Accepted when it was submitted. An answer concludes it when it was given; the verdict on the time limit is that of
    the calendar. What the resident said of it is kept on the day they said it, of the answer where that is not known.
    Without an answer it waits at the dispatch desk, as late as it is `now`.
    Raises the refusals of intake, classification and reply.
    """
    with untold(scope):
        return _live_then(scope, incoming, now=now)


def _live_then(scope: Scope, incoming: Incoming, *, now: datetime) -> Ticket:
    submitted_at, replied_at = incoming.appeal.submitted_at, incoming.replied_at
    assert submitted_at is not None
    ticket = take_in(scope, incoming.appeal, actor=HISTORY, now=submitted_at)
    _note_left_out(scope, ticket, incoming, Order(HISTORY, submitted_at))
    if replied_at is None:
        propose(scope, ticket, now=now)
        pass_over_history(scope, ticket, until=now)
        return ticket
    pass_over_history(scope, ticket, until=replied_at)
    order = Order(HISTORY, replied_at)
    conclude_with_answer(scope, ticket, order, text=incoming.reply, disposition=incoming.disposition or ANSWERED)
    # The entries are not written yet, so that the timeline cannot tell which days are touched.
    mark_dirty(scope, replied_at)
    if (said := incoming.opinion) is not None:
        rated_at = said.at or replied_at
        mark_dirty(scope, rated_at)
        rate.deed(
            scope,
            ticket,
            Order(RESIDENT, rated_at),
            resolved=said.resolved,
            satisfaction=said.satisfaction,
            cause=said.cause,
        )
    return ticket


def _note_left_out(scope: Scope, ticket: Ticket, incoming: Incoming, order: Order) -> None:
    if incoming.left_out:
        note(scope, ticket, "draft", order, summary=incoming.left_out)
