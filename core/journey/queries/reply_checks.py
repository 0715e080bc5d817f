"""What the checks find of a reply 发出前检查, as pages show it: in words, with the places marked in both texts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from core.handling.checked import judged
from core.handling.checking.checks import Checked, held_back_words, return_reason
from core.handling.models import Reply, ReplyCheck
from core.journey.queries.case import Case
from core.tenancy.scope import Scope
from core.tickets.models import Ticket

Spans = Sequence[tuple[int, int]]
Stretch = tuple[str, bool]
"""Part of a text, and whether it is marked."""


@dataclass(frozen=True, slots=True)
class Look:
    """A reply beside its appeal: what was found, both texts in stretches, and what can be said of it.

    `held_back` says why it may not go out, empty where it may; `return_reason` is with which words it can be given back.
    """

    checked: Checked
    title: tuple[Stretch, ...]
    text: tuple[Stretch, ...]
    reply: tuple[Stretch, ...]
    held_back: str
    return_reason: str


@dataclass(frozen=True, slots=True)
class Overridden:
    """That a reply was held back and went out all the same: by whom, when and why."""

    by: str
    at: datetime
    why: str


def look_at(scope: Scope, case: Case, reply: str, *, unit_id: int | None, now: datetime, vouched: bool = False) -> Look:
    """Check a reply to a ticket as it would be checked if it went on now. Nothing is stored."""
    ticket = scope.session.get_one(Ticket, (scope.tenant.id, case.id))
    checked = judged(scope, ticket, reply, unit_id=unit_id, now=now, vouched=vouched)
    return Look(
        checked=checked,
        title=stretches(case.title, checked.matched.in_title),
        text=stretches(case.text, checked.matched.in_text),
        reply=stretches(reply, checked.matched.in_reply),
        held_back=held_back_words(checked),
        return_reason=return_reason(checked),
    )


def look_at_reply_under_review(scope: Scope, case: Case, *, now: datetime) -> Look | None:
    """Check the reply that waits for review; None when none does."""
    reply = scope.session.scalar(
        select(Reply).where(Reply.tenant_id == scope.tenant.id, Reply.ticket_id == case.id, Reply.state == "submitted")
    )
    return look_at(scope, case, reply.text, unit_id=reply.unit_id, now=now) if reply else None


def find_override(scope: Scope, ticket_id: int) -> Overridden | None:
    """Return the newest time that a reply to the ticket was held back and went on all the same, None when none ever was."""
    row = scope.session.scalar(
        select(ReplyCheck)
        .where(ReplyCheck.tenant_id == scope.tenant.id, ReplyCheck.ticket_id == ticket_id, ReplyCheck.confirmed != "")
        .order_by(ReplyCheck.at.desc(), ReplyCheck.id.desc())
        .limit(1)
    )
    return Overridden(row.by, row.at, row.confirmed) if row else None


def stretches(text: str, spans: Spans) -> tuple[Stretch, ...]:
    """Return a text in order, what is marked apart from what is not."""
    parts: list[Stretch] = []
    at = 0
    for start, end in spans:
        parts += [(text[at:start], False), (text[start:end], True)]
        at = end
    return tuple(part for part in (*parts, (text[at:], False)) if part[0])
