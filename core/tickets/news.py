"""Telling features what happened to a ticket, in the transaction of the entry: a job for each that wants to know; and gathering
what residents are told of.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from core.hooks import specs
from core.kit.outbox import enqueue
from core.tenancy.scope import Scope
from core.tickets.models import TicketEvent

FEATURE_EVENT = "feature-event"
"""Kind of the job that has one feature act on one entry of a timeline."""
STEPS = "steps"
"""Key in `Session.info`: the entries that residents are still to be told of, None = nobody is."""
UNTOLD = "untold"
"""Key in `Session.info`: true while what is written is of the past."""


def tell_features(scope: Scope, entry: TicketEvent) -> None:
    """Write a job for every feature that acts on entries of this kind; where none does, nothing is done."""
    wanting = scope.hooks.answerers_of(specs.on_event)
    if not wanting or scope.session.info.get(UNTOLD):
        return
    for feature in wanting:
        kinds = scope.hooks.enabled[feature].feature.events
        if not kinds or entry.kind in kinds:
            enqueue(
                scope.session,
                FEATURE_EVENT,
                dedup_key=f"{FEATURE_EVENT}/{feature}/{entry.ticket_id}/{entry.seq}",
                payload={"feature": feature, "ticket_id": entry.ticket_id, "seq": entry.seq},
                now=entry.at,
            )


@contextmanager
def gathering_steps(scope: Scope) -> Iterator[list[TicketEvent]]:
    """Gather the entries that are written in the block, where a feature tells residents of them, in their order.

    They are told of when it is known what came of them: whose the ticket is, and until when it is to be answered. What is
    written of the past is not gathered.
    """
    before, steps = scope.session.info.get(STEPS), list[TicketEvent]()
    scope.session.info[STEPS] = steps if scope.hooks.answerers_of(specs.progress_news) else None
    try:
        yield steps
    finally:
        scope.session.info[STEPS] = before


def gather_step(scope: Scope, entry: TicketEvent) -> None:
    """Keep an entry for those who tell residents of it, where somebody gathers."""
    steps: list[TicketEvent] | None = scope.session.info.get(STEPS)
    if steps is not None and not scope.session.info.get(UNTOLD):
        steps.append(entry)


@contextmanager
def untold(scope: Scope) -> Iterator[None]:
    """Tell no feature of what is written in the block: it happened long ago, and nobody is to be told of it now."""
    before = scope.session.info.get(UNTOLD, False)
    scope.session.info[UNTOLD] = True
    try:
        yield
    finally:
        scope.session.info[UNTOLD] = before
