"""Telling on a ticket that a feature's answer could not be had, and what was done instead."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select

from core.hooks.table import FAILURE_LABELS, Failure
from core.kit.saying import said, word
from core.tenancy.scope import Scope
from core.tickets.models import Ticket, TicketEvent
from core.tickets.service import note
from core.tickets.timeline import SYSTEM, Order

KIND = "rule_failed"


def note_failures(scope: Scope, ticket: Ticket, failures: Iterable[Failure], *, instead: str, now: datetime) -> None:
    """Note for those who work on the ticket which feature failed, and what was done `instead`.

    Once for each feature and question, under each revision of its settings.
    """
    failed = {(scope.hooks.stamp(failure.feature), failure.hook): failure for failure in failures}
    if not failed:
        return
    noted = _noted(scope, ticket)
    for (stamp, hook), failure in failed.items():
        if (stamp, hook) in noted:
            continue
        feature = scope.hooks.enabled[failure.feature].feature
        number = said("（错误编号 {error_id}）", error_id=failure.error_id) if failure.error_id else ""
        note(
            scope,
            ticket,
            KIND,
            Order(SYSTEM, now),
            summary=said(
                "功能“{label}”（{id}）{failure}，{instead}{number}",
                label=word(feature.label),
                id=feature.id,
                failure=word(FAILURE_LABELS[failure.kind]),
                instead=word(instead),
                number=number,
            ),
            detail={"by": stamp, "hook": hook, "failure": failure.kind, "error_id": failure.error_id},
        )


def _noted(scope: Scope, ticket: Ticket) -> set[tuple[str, str]]:
    """Return for which feature and question a failure stands in the ticket's timeline already."""
    noted: set[tuple[str, str]] = set()
    if ticket not in scope.session.fresh:
        by, hook = TicketEvent.detail["by"].astext, TicketEvent.detail["hook"].astext
        of_ticket = (TicketEvent.tenant_id == scope.tenant.id, TicketEvent.ticket_id == ticket.id)
        rows = scope.session.execute(select(by, hook).where(*of_ticket, TicketEvent.kind == KIND))
        noted.update((row[0], row[1]) for row in rows)
    fresh = (row for row in scope.session.fresh if isinstance(row, TicketEvent) and row.ticket_id == ticket.id)
    noted.update((str(row.detail["by"]), str(row.detail["hook"])) for row in fresh if row.kind == KIND)
    return noted
