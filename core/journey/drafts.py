"""Drafts 草稿 of whoever is signed in: kept while they type, found again when the form is shown, gone when it is sent."""

import re
from datetime import datetime

from sqlalchemy import select

from core.people.drafts.service import Saved, Typed, discard, save
from core.tenancy.scope import Scope
from core.tickets.held import HeldDeed
from core.tickets.models import CommandLog, Ticket

NEVER = frozenset(
    {
        "csrf_token",
        "command_id",
        "version",
        "draft",
        "draft_version",
        "draft_page",
        "draft_title",
        "draft_window",
        "back",
        "next",
        "serial_no",
        "message_id",
        "form_id",
        "code",
        "totp",
        "access_code",
        "recovery_code",
    }
)
"""Fields that are never part of a draft: what a command carries, and what proves who somebody is."""
LONGEST_PAGE, LONGEST_TITLE, LONGEST_WINDOW = 500, 100, 32


def keep_draft(
    scope: Scope,
    account_id: int,
    name: str,
    typed: Typed,
    *,
    page: str,
    title: str,
    base: int | None,
    now: datetime,
    window: str = "",
    command_id: str = "",
) -> Saved | None:
    """Keep what somebody typed into a form, as `save` does; None when the form has been sent meanwhile.

    `command_id` is the id under which the form would be sent.
    """
    if command_id and _was_sent(scope, command_id):
        return None
    said = [(field, value) for field, value in typed if is_typed(field)]
    return save(
        scope,
        account_id,
        name,
        said,
        page=page[:LONGEST_PAGE],
        title=title[:LONGEST_TITLE],
        ticket_id=_ticket_of(scope, name),
        base=base,
        window=window[:LONGEST_WINDOW],
        now=now,
    )


def drop_draft(scope: Scope, account_id: int, name: str) -> bool:
    """Take a draft away, because its form was sent or nobody wants it any more; return whether there was one."""
    return bool(name) and discard(scope, account_id, name)


def is_typed(field: str) -> bool:
    """Tell whether a field may be part of a draft."""
    return field not in NEVER and "password" not in field


def _was_sent(scope: Scope, command_id: str) -> bool:
    """Tell whether a command was given under this id: what was typed for it is no draft any more."""
    if scope.session.get(CommandLog, (scope.tenant.id, command_id)) is not None:
        return True
    held = select(HeldDeed.id).where(
        HeldDeed.tenant_id == scope.tenant.id, HeldDeed.command_id == command_id, HeldDeed.state != "undone"
    )
    return scope.session.scalar(held) is not None


def _ticket_of(scope: Scope, name: str) -> int | None:
    """Return the ticket that a draft is about by its name, so that it goes with the ticket's person."""
    found = [part for part in re.split(r"[/?&=]", name) if part.isascii() and 6 <= len(part) <= 40]
    if not found:
        return None
    return scope.session.scalar(
        select(Ticket.id).where(Ticket.tenant_id == scope.tenant.id, Ticket.serial_no.in_(found)).limit(1)
    )
