"""What was found, done, cleared and looked at again on a ticket, as its pages show it; the newest first."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import and_, select

from core.handling.findings import MEASURE_LABELS, VERIFICATION_LABELS
from core.handling.models import Enforcement, Tracking, Verification
from core.handling.tracking import STATE_LABELS as TRACKING_LABELS
from core.intake.clearances.models import OPEN, Clearance, ClearanceVersion
from core.intake.clearances.service import BECAUSE_LABELS, STATE_LABELS
from core.kit.saying import joined, said
from core.routing.models import Assignment
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.units.queries import directory


@dataclass(frozen=True, slots=True)
class Wording:
    """Words that stood in a ticket before they were written anew."""

    title: str
    text: str
    place: str
    replaced_by: str
    replaced_at: datetime


@dataclass(frozen=True, slots=True)
class ClearanceLine:
    """A clearance: why, who wrote, where it stands, what the approver said, and the words before."""

    state: str
    because: str
    written_by: str
    written_by_id: int | None
    revised_by_id: int | None
    written_at: datetime
    words: str
    decided_by: str
    decided_at: datetime | None
    versions: tuple[Wording, ...]

    @property
    def state_label(self) -> str:
        return STATE_LABELS[self.state]

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def is_pending(self) -> bool:
        return self.state == "pending"


@dataclass(frozen=True, slots=True)
class FindingLine:
    """What a unit found, or did: the code in words, its own words, and what belongs to it."""

    unit: str
    label: str
    words: str
    more: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class TrackingLine:
    """A day for looking again, and what was found."""

    state: str
    due_on: date
    why: str
    set_by: str
    set_at: datetime
    found: str
    looked_by: str
    looked_at: datetime | None

    @property
    def state_label(self) -> str:
        return TRACKING_LABELS[self.state]

    @property
    def is_open(self) -> bool:
        return self.state == "open"


def clearances_of(scope: Scope, ticket: Ticket) -> tuple[ClearanceLine, ...]:
    """Return the clearances of a ticket with the words that stood before."""
    rows = scope.session.execute(
        select(Clearance, ClearanceVersion)
        .outerjoin(
            ClearanceVersion,
            and_(ClearanceVersion.tenant_id == Clearance.tenant_id, ClearanceVersion.clearance_id == Clearance.id),
        )
        .where(Clearance.tenant_id == scope.tenant.id, Clearance.ticket_id == ticket.id)
        .order_by(Clearance.id.desc(), ClearanceVersion.number)
    ).all()
    clearances = {clearance.id: clearance for clearance, _ in rows}
    versions: dict[int, list[Wording]] = {}
    for clearance, version in rows:
        before = versions.setdefault(clearance.id, [])
        if version is not None:
            before.append(Wording(version.title, version.text, version.place, version.replaced_by, version.replaced_at))
    return tuple(
        ClearanceLine(
            state=each.state,
            because=BECAUSE_LABELS[each.because],
            written_by=each.written_by,
            written_by_id=each.written_by_id,
            revised_by_id=each.revised_by_id,
            written_at=each.written_at,
            words=each.words,
            decided_by=each.decided_by,
            decided_at=each.decided_at,
            versions=tuple(versions[each.id]),
        )
        for each in clearances.values()
    )


def verifications_of(scope: Scope, ticket: Ticket) -> tuple[FindingLine, ...]:
    """Return what units found of whether the appeal is true."""
    rows = scope.session.execute(
        select(Verification, Assignment.unit_id)
        .join(
            Assignment,
            and_(Assignment.tenant_id == Verification.tenant_id, Assignment.id == Verification.assignment_id),
        )
        .where(Verification.tenant_id == scope.tenant.id, Verification.ticket_id == ticket.id)
        .order_by(Verification.at.desc(), Verification.id.desc())
    )
    units = directory(scope)
    return tuple(
        FindingLine(
            units.name_of(unit_id),
            VERIFICATION_LABELS[each.result],
            each.found,
            "现场核实" if each.on_site else "",
            each.by,
            each.at,
        )
        for each, unit_id in rows
    )


def verified_by(scope: Scope, ticket_id: int) -> str:
    """Return the newest word on whether the appeal is true; empty = nobody has said."""
    result = scope.session.scalar(
        select(Verification.result)
        .where(Verification.tenant_id == scope.tenant.id, Verification.ticket_id == ticket_id)
        .order_by(Verification.at.desc(), Verification.id.desc())
        .limit(1)
    )
    return VERIFICATION_LABELS[result] if result else ""


def enforcements_of(scope: Scope, ticket: Ticket) -> tuple[FindingLine, ...]:
    """Return what enforcement came to."""
    rows = scope.session.execute(
        select(Enforcement, Assignment.unit_id)
        .join(
            Assignment, and_(Assignment.tenant_id == Enforcement.tenant_id, Assignment.id == Enforcement.assignment_id)
        )
        .where(Enforcement.tenant_id == scope.tenant.id, Enforcement.ticket_id == ticket.id)
        .order_by(Enforcement.at.desc(), Enforcement.id.desc())
    )
    units = directory(scope)
    return tuple(
        FindingLine(
            units.name_of(unit_id),
            MEASURE_LABELS[each.measure],
            each.words,
            joined(
                "，", filter(None, (said("{amount:,} 元", amount=each.amount) if each.amount else "", each.document))
            ),
            each.by,
            each.at,
        )
        for each, unit_id in rows
    )


def trackings_of(scope: Scope, ticket: Ticket) -> tuple[TrackingLine, ...]:
    """Return the days on which somebody looked, or is to look, again."""
    rows = scope.session.scalars(
        select(Tracking)
        .where(Tracking.tenant_id == scope.tenant.id, Tracking.ticket_id == ticket.id)
        .order_by(Tracking.set_at.desc(), Tracking.id.desc())
    )
    return tuple(
        TrackingLine(
            each.state,
            each.due_on,
            each.why,
            each.set_by,
            each.set_at,
            each.found,
            each.looked_by,
            each.looked_at,
        )
        for each in rows
    )
