"""How units come together over a ticket: meetings, class-wide checks, errands, special reports, policies that came of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, select

from core.coordination.labels import ERRAND_LABELS, MEETING_LABELS
from core.coordination.meetings import guest_words
from core.coordination.models import ClassCheck, Errand, Meeting, MeetingTicket, Policy, SpecialReport
from core.coordination.special_reports import title_of
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.units.queries import directory


@dataclass(frozen=True, slots=True)
class ErrandLine:
    """What one unit is to do, by when, and what it answered. `meeting_id` and `check_id` say of what it is a part."""

    id: int
    kind: str
    label: str
    unit_id: int
    unit: str
    what: str
    given_by: str
    given_at: datetime
    due_at: datetime | None
    meeting_id: int | None
    check_id: int | None
    answer: str
    found: int | None
    mended: int | None
    answered_by: str
    answered_at: datetime | None

    @property
    def is_open(self) -> bool:
        return self.answered_at is None

    def is_late(self, now: datetime) -> bool:
        """Tell whether it is, or was, not answered in time."""
        return self.due_at is not None and (self.answered_at or now) > self.due_at


@dataclass(frozen=True, slots=True)
class MeetingLine:
    """A meeting over the ticket; `others` are the numbers of the tickets beside it, `is_own` = this one called it."""

    id: int
    label: str
    subject: str
    meets_at: datetime
    place: str
    units: tuple[str, ...]
    guests: str
    called_by: str
    called_at: datetime
    outcome: str
    held_by: str
    held_at: datetime | None
    is_own: bool
    others: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CheckLine:
    """A class-wide check, and how far its units have come."""

    id: int
    alike: str
    areas: str
    due_at: datetime
    ordered_by: str
    ordered_at: datetime
    closed_at: datetime | None
    instruction_id: int | None
    units: int
    answered: int
    found: int
    mended: int

    @property
    def is_open(self) -> bool:
        return self.closed_at is None


@dataclass(frozen=True, slots=True)
class ReportLine:
    """A special report; without a number it waits to be signed."""

    id: int
    title: str
    text: str
    written_by: str
    written_by_id: int | None
    written_at: datetime
    cosigned_by: str
    cosigned_at: datetime | None


@dataclass(frozen=True, slots=True)
class PolicyLine:
    """A policy that came of the ticket."""

    unit: str
    title: str
    analysis: str
    measure: str
    document_no: str
    by: str
    at: datetime


def errands_of(scope: Scope, ticket: Ticket) -> tuple[ErrandLine, ...]:
    """Return the errands about a ticket, in the order in which they were given."""
    rows = scope.session.scalars(
        select(Errand)
        .where(Errand.tenant_id == scope.tenant.id, Errand.ticket_id == ticket.id)
        .order_by(Errand.given_at, Errand.id)
    )
    return tuple(errand_line(scope, row) for row in rows)


def errand_line(scope: Scope, row: Errand) -> ErrandLine:
    """Return an errand as pages show it."""
    return ErrandLine(
        id=row.id,
        kind=row.kind,
        label=ERRAND_LABELS[row.kind],
        unit_id=row.unit_id,
        unit=directory(scope).name_of(row.unit_id),
        what=row.what,
        given_by=row.given_by,
        given_at=row.given_at,
        due_at=row.due_at,
        meeting_id=row.meeting_id,
        check_id=row.check_id,
        answer=row.answer,
        found=row.found,
        mended=row.mended,
        answered_by=row.answered_by or "",
        answered_at=row.answered_at,
    )


def meetings_of(scope: Scope, ticket: Ticket) -> tuple[MeetingLine, ...]:
    """Return the meetings over a ticket, also those that another one called, the newest first."""
    rows = scope.session.scalars(
        select(Meeting)
        .join(MeetingTicket, and_(MeetingTicket.tenant_id == Meeting.tenant_id, MeetingTicket.meeting_id == Meeting.id))
        .where(Meeting.tenant_id == scope.tenant.id, MeetingTicket.ticket_id == ticket.id)
        .order_by(Meeting.called_at.desc(), Meeting.id.desc())
    ).all()
    beside = _others(scope, ticket, [row.id for row in rows]) if rows else {}
    units = directory(scope)
    return tuple(
        MeetingLine(
            id=row.id,
            label=MEETING_LABELS[row.kind],
            subject=row.subject,
            meets_at=row.meets_at,
            place=row.place,
            units=tuple(unit.name if (unit := units.find_unit(code)) else "已停用的单位" for code in row.units),
            guests=guest_words(row.guests),
            called_by=row.called_by,
            called_at=row.called_at,
            outcome=row.outcome,
            held_by=row.held_by or "",
            held_at=row.held_at,
            is_own=row.ticket_id == ticket.id,
            others=tuple(beside.get(row.id, ())),
        )
        for row in rows
    )


def checks_of(scope: Scope, ticket: Ticket, errands: Sequence[ErrandLine]) -> tuple[CheckLine, ...]:
    """Return the class-wide checks that a ticket led to, the newest first; `errands` are all of the ticket."""
    if not any(each.check_id for each in errands):
        return ()
    rows = scope.session.scalars(
        select(ClassCheck)
        .where(ClassCheck.tenant_id == scope.tenant.id, ClassCheck.ticket_id == ticket.id)
        .order_by(ClassCheck.ordered_at.desc(), ClassCheck.id.desc())
    )
    lines = []
    for row in rows:
        own = [each for each in errands if each.check_id == row.id]
        lines.append(
            CheckLine(
                id=row.id,
                alike=row.alike,
                areas=row.areas,
                due_at=row.due_at,
                ordered_by=row.ordered_by,
                ordered_at=row.ordered_at,
                closed_at=row.closed_at,
                instruction_id=row.instruction_id,
                units=len(own),
                answered=sum(not each.is_open for each in own),
                found=sum(each.found or 0 for each in own),
                mended=sum(each.mended or 0 for each in own),
            )
        )
    return tuple(lines)


def reports_of(scope: Scope, ticket: Ticket) -> tuple[ReportLine, ...]:
    """Return the special reports 专报 on a ticket, the newest first."""
    rows = scope.session.scalars(
        select(SpecialReport)
        .where(SpecialReport.tenant_id == scope.tenant.id, SpecialReport.ticket_id == ticket.id)
        .order_by(SpecialReport.id.desc())
    )
    return tuple(
        ReportLine(
            id=row.id,
            title=title_of(row),
            text=row.text,
            written_by=row.written_by,
            written_by_id=row.written_by_id,
            written_at=row.written_at,
            cosigned_by=row.cosigned_by or "",
            cosigned_at=row.cosigned_at,
        )
        for row in rows
    )


def policies_of(scope: Scope, ticket: Ticket) -> tuple[PolicyLine, ...]:
    """Return the policies that came of a ticket, the newest first."""
    rows = scope.session.scalars(
        select(Policy)
        .where(Policy.tenant_id == scope.tenant.id, Policy.ticket_id == ticket.id)
        .order_by(Policy.at.desc(), Policy.id.desc())
    )
    units = directory(scope)
    return tuple(
        PolicyLine(
            unit=units.name_of(row.unit_id),
            title=row.title,
            analysis=row.analysis,
            measure=row.measure,
            document_no=row.document_no,
            by=row.by,
            at=row.at,
        )
        for row in rows
    )


def open_errands_of_unit(scope: Scope, unit_id: int, *, limit: int = 100) -> tuple[tuple[str, str, ErrandLine], ...]:
    """Return what a unit has not answered yet, each with number and title of its ticket; the nearest due first."""
    rows = scope.session.execute(
        select(Errand, Ticket.serial_no, Ticket.title)
        .join(Ticket, and_(Ticket.tenant_id == Errand.tenant_id, Ticket.id == Errand.ticket_id))
        .where(Errand.tenant_id == scope.tenant.id, Errand.unit_id == unit_id, Errand.answered_at.is_(None))
        .order_by(Errand.due_at.nulls_last(), Errand.id)
        .limit(limit)
    )
    return tuple((row.serial_no, row.title, errand_line(scope, row.Errand)) for row in rows)


def _others(scope: Scope, ticket: Ticket, meeting_ids: Sequence[int]) -> dict[int, list[str]]:
    rows = scope.session.execute(
        select(MeetingTicket.meeting_id, Ticket.serial_no)
        .join(Ticket, and_(Ticket.tenant_id == MeetingTicket.tenant_id, Ticket.id == MeetingTicket.ticket_id))
        .where(
            MeetingTicket.tenant_id == scope.tenant.id,
            MeetingTicket.meeting_id.in_(meeting_ids),
            MeetingTicket.ticket_id != ticket.id,
        )
        .order_by(Ticket.id)
    )
    beside: dict[int, list[str]] = {}
    for meeting_id, serial_no in rows:
        beside.setdefault(meeting_id, []).append(serial_no)
    return beside
