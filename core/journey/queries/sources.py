"""The registry of sources as people look through it: what came by each, which are silent, and names that nobody knows yet."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import func, select

from core.intake.channels import channels_of
from core.intake.sources.queries import KnownSource, source_book
from core.intake.sources.words import CLOSED, SOURCE_KINDS, SOURCE_STATES
from core.tenancy.scope import Scope
from core.tickets.models import Ticket


@dataclass(frozen=True, slots=True)
class SourceLine:
    """A source with what came by it. A silent one has had no message for longer than its row allows: `silent_for` days,
    None where there never was one.
    """

    code: str
    name: str
    aliases: Sequence[str]
    kind: str
    owner: str
    channel: str
    state: str
    since: date | None
    last_at: datetime | None
    in_month: int
    in_all: int
    silent_for: int | None
    is_silent: bool
    note: str


@dataclass(frozen=True, slots=True)
class UnknownSource:
    """A name that stands on tickets and is nobody's yet: to be added to the registry, or made an alias there."""

    name: str
    last_at: datetime
    in_all: int


@dataclass(frozen=True, slots=True)
class Registry:
    """All sources, the silent ones first, and the names that nobody knows, the most frequent first."""

    lines: Sequence[SourceLine]
    unknown: Sequence[UnknownSource]


@dataclass(frozen=True, slots=True)
class _Row:
    source: str
    last_at: datetime
    in_month: int
    in_all: int


@dataclass(slots=True)
class _Came:
    last_at: datetime
    in_month: int
    in_all: int


def registry(scope: Scope, *, now: datetime, words: str = "", kind: str = "", state: str = "") -> Registry:
    """Return the sources of this kind and state whose code, name, alias or owner has these words, with what came by each.

    A message counts under its source also if it came under an alias that was nobody's at the time.
    """
    book, came = source_book(scope), dict[str, _Came]()
    for row in _counted(scope, now=now):
        code = book.code_of(row.source)
        one = came.setdefault(code, _Came(row.last_at, 0, 0))
        one.last_at = max(one.last_at, row.last_at)
        one.in_month += row.in_month
        one.in_all += row.in_all
    labels = {channel.id: channel.label for channel in channels_of(scope).values()}
    today = now.astimezone(scope.tenant.zone).date()
    lines = [
        _line(each, came.pop(each.code, None), labels.get(each.channel, each.channel), today, scope)
        for each in book.sources
    ]
    wanted = words.casefold()
    lines = [
        line
        for line in lines
        if (not kind or line.kind == SOURCE_KINDS.get(kind))
        and (not state or line.state == SOURCE_STATES.get(state))
        and any(wanted in word.casefold() for word in (line.code, line.name, line.owner, *line.aliases))
    ]
    unknown = [UnknownSource(name, one.last_at, one.in_all) for name, one in came.items()]
    return Registry(
        sorted(lines, key=lambda line: (not line.is_silent, -line.in_month, line.code)),
        sorted(unknown, key=lambda each: (-each.in_all, each.name)),
    )


def _counted(scope: Scope, *, now: datetime) -> Sequence[_Row]:
    first = now.astimezone(scope.tenant.zone).date().replace(day=1)
    month = datetime.combine(first, time(), scope.tenant.zone)
    counted = (
        select(
            Ticket.source,
            func.max(Ticket.submitted_at).label("last_at"),
            func.count().filter(Ticket.submitted_at >= month).label("in_month"),
            func.count().label("in_all"),
        )
        .where(Ticket.tenant_id == scope.tenant.id, Ticket.source != "")
        .group_by(Ticket.source)
    )
    return [_Row(*row) for row in scope.session.execute(counted)]


def _line(source: KnownSource, came: _Came | None, channel: str, today: date, scope: Scope) -> SourceLine:
    last = came.last_at.astimezone(scope.tenant.zone).date() if came else None
    silent_for = (today - last).days if last else None
    is_silent = source.state != CLOSED and (last is None or today - last > timedelta(days=source.silent_days))
    return SourceLine(
        code=source.code,
        name=source.name,
        aliases=source.aliases,
        kind=SOURCE_KINDS[source.kind],
        owner=source.owner,
        channel=channel,
        state=SOURCE_STATES[source.state],
        since=source.since,
        last_at=came.last_at if came else None,
        in_month=came.in_month if came else 0,
        in_all=came.in_all if came else 0,
        silent_for=silent_for if is_silent else None,
        is_silent=is_silent,
        note=source.note,
    )
