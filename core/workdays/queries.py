"""Reading working calendars: the one in force, and the one that an old clock was started with."""

from dataclasses import dataclass

from sqlalchemy import select

from core.kit.errors import Refused
from core.kit.saying import said
from core.tenancy.scope import Scope
from core.workdays.models import WorkCalendar, WorkCalendarVersion
from core.workdays.rules import Timetable
from core.workdays.stored import from_document


class NoCalendar(Refused):
    """The tenant has no working calendar, or none with this version."""

    code = "no-calendar"


@dataclass(frozen=True, slots=True)
class CalendarInForce:
    """A version of the tenant's calendar, ready for counting."""

    version_id: int
    number: int
    name: str
    timetable: Timetable


def current_calendar(scope: Scope) -> CalendarInForce:
    """Return the tenant's calendar as it stands, read once per process and epoch. Raises `NoCalendar`."""
    return scope.remember("calendar", lambda: _load(scope, None))


def calendar_of_version(scope: Scope, version_id: int) -> CalendarInForce:
    """Return the calendar as it stood in a version, read once per process and epoch. Raises `NoCalendar`."""
    return scope.remember(f"calendar/{version_id}", lambda: _load(scope, version_id))


def timetable(scope: Scope) -> Timetable:
    """Return the timetable of the tenant's calendar as it stands. Raises `NoCalendar`."""
    return current_calendar(scope).timetable


def _load(scope: Scope, version_id: int | None) -> CalendarInForce:
    wanted = (
        WorkCalendarVersion.number == WorkCalendar.current_version
        if version_id is None
        else WorkCalendarVersion.id == version_id
    )
    found = scope.session.execute(
        select(WorkCalendar.name, WorkCalendarVersion)
        .join(
            WorkCalendarVersion,
            (WorkCalendarVersion.tenant_id == WorkCalendar.tenant_id)
            & (WorkCalendarVersion.calendar_id == WorkCalendar.id),
        )
        .where(WorkCalendar.tenant_id == scope.tenant.id, wanted)
    ).one_or_none()
    if found is None:
        raise NoCalendar(
            said("{name}还没有这个工作日历，时限无法计算。请先运行 huiying tenant apply。", name=scope.tenant.name)
        )
    name, version = found
    return CalendarInForce(version.id, version.number, name, Timetable(from_document(version.specification)))
