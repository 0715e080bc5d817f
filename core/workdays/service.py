"""Publishing working calendars: a change is a new version, the old ones stay."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from core.tenancy.scope import Scope
from core.workdays.models import WorkCalendar, WorkCalendarVersion
from core.workdays.rules import Timetable
from core.workdays.specification import CalendarSpec
from core.workdays.stored import fingerprint, to_document


@dataclass(frozen=True, slots=True)
class Publication:
    """What publishing came to: the version now in force, and whether it is a new one."""

    version_id: int
    number: int
    is_new: bool


def publish(scope: Scope, name: str, spec: CalendarSpec, *, now: datetime) -> Publication:
    """Put a calendar in force for the tenant, as a new version if it says anything new.

    A tenant has one calendar; another `name` renames it. Clocks keep the version they were started with until
    they are recomputed. The caller raises the tenant's epoch, so that every process reads the version anew.
    Raises `CalendarUnusable` when no working time follows `now`.
    """
    Timetable(spec).next_stretch(now)
    document = to_document(spec)
    sha256 = fingerprint(document)
    calendar = scope.session.scalar(
        select(WorkCalendar)
        .where(WorkCalendar.tenant_id == scope.tenant.id)
        .order_by(WorkCalendar.id)
        .limit(1)
        .with_for_update()
    )
    if calendar is None:
        calendar = WorkCalendar(tenant_id=scope.tenant.id, id=scope.new_id(), name=name, current_version=0)
        scope.session.add(calendar)
    calendar.name = name
    scope.session.flush()
    current = _find_version(scope, calendar, calendar.current_version)
    if current is not None and current.sha256 == sha256:
        return Publication(current.id, current.number, is_new=False)
    version = WorkCalendarVersion(
        tenant_id=scope.tenant.id,
        id=scope.new_id(),
        calendar_id=calendar.id,
        number=calendar.current_version + 1,
        specification=document,
        sha256=sha256,
        published_at=now,
    )
    calendar.current_version = version.number
    scope.session.add(version)
    scope.session.flush()
    return Publication(version.id, version.number, is_new=True)


def _find_version(scope: Scope, calendar: WorkCalendar, number: int) -> WorkCalendarVersion | None:
    return scope.session.scalar(
        select(WorkCalendarVersion).where(
            WorkCalendarVersion.tenant_id == scope.tenant.id,
            WorkCalendarVersion.calendar_id == calendar.id,
            WorkCalendarVersion.number == number,
        )
    )
