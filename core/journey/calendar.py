"""A new notice of rest days 放假安排 comes in: it is put into the calendar, and the due times that it changes move."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from sqlalchemy import update

from core.kit.errors import Refused
from core.kit.saying import said
from core.sla.recalculation import Recalculation, forecast, recalculate, tickets_affected
from core.tenancy.models import Tenant
from core.tenancy.scope import Installation, Scope
from core.workdays.declaration import parse_notices
from core.workdays.queries import current_calendar
from core.workdays.rules import Timetable
from core.workdays.service import publish
from core.workdays.specification import CalendarSpec, Notice

BATCH = 100
"""Tickets moved in one transaction: their rows are locked that long."""
Progress = Callable[[int, int], None]
"""Told how many tickets are done, and of how many."""


class NotNational(Refused):
    """The district's calendar does not follow the State Council's notices."""

    code = "calendar-not-national"


@dataclass(frozen=True, slots=True)
class Imported:
    """What bringing in notices came to: the calendar's version, whether it is a new one, and the due times that moved."""

    years: tuple[int, ...]
    version: int
    is_new: bool
    recalculation: Recalculation


def preview_notices(
    installation: Installation, slug: str, text: str, *, now: datetime, progress: Progress | None = None
) -> Imported:
    """Return what bringing in the notices of a file would do; nothing is changed.

    Raises `UnknownTenant`, `CalendarUnusable`, `NotNational`, `NoCalendar`.
    """
    notices = parse_notices(text)
    with installation.scope(slug) as scope:
        known = current_calendar(scope)
        spec = _with(scope, notices)
        timetable = Timetable(spec)
        timetable.next_stretch(now)
        is_new = spec != known.timetable.spec
        ids = tickets_affected(scope, timetable, version_id=None, now=now) if is_new else []
    total, done = Recalculation(), 0
    for batch in _batches(ids):
        total.add(installation.run(slug, partial(forecast, ticket_ids=batch, timetable=timetable, now=now)))
        done = _tell(progress, done + len(batch), len(ids))
    total.shifts.sort()
    return Imported(_years(notices), known.number + is_new, is_new, total)


def import_notices(
    installation: Installation, slug: str, text: str, *, now: datetime, progress: Progress | None = None
) -> Imported:
    """Bring the notices of a file into the district's calendar and move the due times that they change.

    The same file again changes nothing, and goes on where an interrupted run stopped. Raises as `preview_notices`.
    """
    notices = parse_notices(text)
    with installation.scope(slug) as scope:
        publication = publish(scope, current_calendar(scope).name, _with(scope, notices), now=now)
        if publication.is_new:
            scope.session.execute(update(Tenant).where(Tenant.id == scope.tenant.id).values(epoch=Tenant.epoch + 1))
    installation.forget()
    total = move_clocks(installation, slug, now=now, progress=progress)
    return Imported(_years(notices), publication.number, publication.is_new, total)


def move_clocks(
    installation: Installation, slug: str, *, now: datetime, progress: Progress | None = None
) -> Recalculation:
    """Let every clock that goes by an older version of the calendar go by the one in force, where that changes it.

    Batch by batch, each in a transaction of its own: nobody waits for all of them, and an interrupted run goes on.
    """
    with installation.scope(slug) as scope:
        calendar = current_calendar(scope)
        ids = tickets_affected(scope, calendar.timetable, version_id=calendar.version_id, now=now)
    total, done = Recalculation(), 0
    for batch in _batches(ids):
        total.add(installation.run(slug, partial(recalculate, ticket_ids=batch, now=now)))
        done = _tell(progress, done + len(batch), len(ids))
    total.shifts.sort()
    return total


def _with(scope: Scope, notices: tuple[Notice, ...]) -> CalendarSpec:
    spec = current_calendar(scope).timetable.spec
    if not spec.follows_national:
        raise NotNational(
            said("{name}的日历不随国务院放假安排，没有可以更新的。请改写 workdays.toml。", name=scope.tenant.name)
        )
    return spec.with_imported(notices)


def _years(notices: tuple[Notice, ...]) -> tuple[int, ...]:
    return tuple(sorted(notice.year for notice in notices))


def _batches(ids: list[int]) -> list[list[int]]:
    return [ids[begin : begin + BATCH] for begin in range(0, len(ids), BATCH)]


def _tell(progress: Progress | None, done: int, of: int) -> int:
    if progress is not None:
        progress(done, of)
    return done
