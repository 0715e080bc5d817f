"""Reading the security log page by page: which events, and whether each is as it was written."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select

from core.tenancy.models import SecurityEvent
from core.tenancy.scope import Scope
from core.tenancy.security_log import is_genuine
from core.tickets.models import Seal

A_PAGE = 100


@dataclass(frozen=True, slots=True)
class LogWish:
    """Which events are asked for: from `since` on, before `until`; `word` stands in who did it or to whom.

    `before` is the id of the event after which the page goes on, None = from the newest.
    """

    since: datetime
    until: datetime
    kind: str = ""
    word: str = ""
    before: int | None = None


@dataclass(frozen=True, slots=True)
class LogLine:
    """An event, and whether it carries the mark that the product gave it."""

    event: SecurityEvent
    is_genuine: bool


@dataclass(frozen=True, slots=True)
class LogPage:
    """Events, the newest first; `following` is where the next page goes on, None = there is none."""

    lines: Sequence[LogLine]
    following: int | None


def log_page(scope: Scope, wish: LogWish) -> LogPage:
    """Return a page of the security log."""
    query = select(SecurityEvent).where(
        SecurityEvent.tenant_id == scope.tenant.id, SecurityEvent.at >= wish.since, SecurityEvent.at < wish.until
    )
    if wish.kind:
        query = query.where(SecurityEvent.kind == wish.kind)
    if wish.word:
        query = query.where(
            or_(
                SecurityEvent.actor.contains(wish.word, autoescape=True),
                SecurityEvent.subject.contains(wish.word, autoescape=True),
            )
        )
    if wish.before is not None:
        mark = (
            select(SecurityEvent.at)
            .where(SecurityEvent.tenant_id == scope.tenant.id, SecurityEvent.id == wish.before)
            .scalar_subquery()
        )
        query = query.where(or_(SecurityEvent.at < mark, (SecurityEvent.at == mark) & (SecurityEvent.id < wish.before)))
    newest_first = query.order_by(SecurityEvent.at.desc(), SecurityEvent.id.desc()).limit(A_PAGE + 1)
    events = scope.session.scalars(newest_first).all()
    lines = [LogLine(event, is_genuine(event, scope.keys)) for event in events[:A_PAGE]]
    return LogPage(lines, events[A_PAGE - 1].id if len(events) > A_PAGE else None)


def last_sealed(scope: Scope) -> datetime | None:
    """Return when the records were sealed last, None = never."""
    return scope.session.scalar(
        select(Seal.sealed_at).where(Seal.tenant_id == scope.tenant.id).order_by(Seal.number.desc()).limit(1)
    )
