"""Telling features what happened to a ticket: a job for each that wants to know, in the transaction of the entry."""

from collections.abc import Iterator
from contextlib import contextmanager

from core.hooks import specs
from core.kit.outbox import enqueue
from core.tenancy.scope import Scope
from core.tickets.models import TicketEvent

FEATURE_EVENT = "feature-event"
"""Kind of the job that has one feature act on one entry of a timeline."""
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
def untold(scope: Scope) -> Iterator[None]:
    """Tell no feature of what is written in the block: it happened long ago, and nobody is to be told of it now."""
    before = scope.session.info.get(UNTOLD, False)
    scope.session.info[UNTOLD] = True
    try:
        yield
    finally:
        scope.session.info[UNTOLD] = before
