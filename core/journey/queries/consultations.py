"""Consultations 会商 on whose a ticket is, with the opinions of units and what was decided."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from core.journey.consult import AUTHORITY_LABELS, LADDER
from core.routing.models import Consultation, Opinion
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.units.queries import directory


@dataclass(frozen=True, slots=True)
class OpinionLine:
    """What a unit said."""

    unit_id: int
    unit: str
    text: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ConsultationLine:
    """One consultation; `designated` names the unit that must handle the ticket once it is decided."""

    id: int
    question: str
    opened_by: str
    opened_at: datetime
    authority: str
    is_highest: bool
    is_open: bool
    opinions: tuple[OpinionLine, ...]
    designated: str | None
    decision: str
    decided_by: str
    decided_at: datetime | None


def consultations_of(scope: Scope, ticket: Ticket) -> tuple[ConsultationLine, ...]:
    """Return the consultations on a ticket, the newest first."""
    units = directory(scope)
    rows = scope.session.scalars(
        select(Consultation)
        .where(Consultation.tenant_id == scope.tenant.id, Consultation.ticket_id == ticket.id)
        .order_by(Consultation.opened_at.desc(), Consultation.id.desc())
    ).all()
    opinions = _opinions(scope, [row.id for row in rows]) if rows else {}
    return tuple(
        ConsultationLine(
            id=row.id,
            question=row.question,
            opened_by=row.opened_by,
            opened_at=row.opened_at,
            authority=AUTHORITY_LABELS[row.authority],
            is_highest=row.authority == LADDER[-1],
            is_open=row.state == "open",
            opinions=tuple(opinions.get(row.id, ())),
            designated=units.name_of(row.unit_id) if row.unit_id else None,
            decision=row.decision,
            decided_by=row.decided_by or "",
            decided_at=row.decided_at,
        )
        for row in rows
    )


def _opinions(scope: Scope, consultation_ids: list[int]) -> dict[int, list[OpinionLine]]:
    rows = scope.session.scalars(
        select(Opinion)
        .where(Opinion.tenant_id == scope.tenant.id, Opinion.consultation_id.in_(consultation_ids))
        .order_by(Opinion.at, Opinion.id)
    )
    said: dict[int, list[OpinionLine]] = {}
    for row in rows:
        line = OpinionLine(row.unit_id, directory(scope).name_of(row.unit_id), row.text, row.by, row.at)
        said.setdefault(row.consultation_id, []).append(line)
    return said
