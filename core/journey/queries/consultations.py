"""Consultations 会商 on whose a ticket is: why they were opened, who said what, how far up, and what was decided."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from core.routing.consultations import AUTHORITY_LABELS, BECAUSE_LABELS, LADDER, answering_unit
from core.routing.models import Consultation, ConsultationStep, Opinion
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.units.queries import directory

STATE_LABELS = {"open": "会商中", "decided": "已裁决", "dropped": "已终止"}
STEP_LABELS = {
    "opened": "发起会商",
    "referred": "提请上级",
    "acting": "先办后议",
    "meeting": "召集会议",
    "minutes": "会议结果",
    "decided": "裁决",
    "dropped": "终止",
}
TOLD_APART = ("opened", "decided")
"""Steps that the record shows in places of their own."""


@dataclass(frozen=True, slots=True)
class OpinionLine:
    """What a unit said."""

    unit_id: int
    unit: str
    text: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class StepLine:
    """A step: what it is called, before which authority, with which unit, in which words, by whom."""

    kind: str
    label: str
    authority: str
    unit: str
    text: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Rung:
    """A step of the ladder of authorities, and the unit that answers for it; `is_reached` = it was asked."""

    label: str
    unit: str
    is_reached: bool
    is_present: bool


@dataclass(frozen=True, slots=True)
class Meeting:
    """The meeting called last; `note` empty = nothing is written of it yet."""

    at: datetime
    place: str
    units: tuple[str, ...]
    note: str


@dataclass(frozen=True, slots=True)
class ConsultationLine:
    """One consultation; `designated` names the unit that must handle the ticket once it is decided.

    `answering_id` is the unit that answers for the authority that has it, `acting` the one that handles it meanwhile.
    """

    id: int
    question: str
    because: str
    opened_by: str
    opened_at: datetime
    authority: str
    is_with_establishment: bool
    is_highest: bool
    is_open: bool
    state_label: str
    answering_id: int | None
    ladder: tuple[Rung, ...]
    acting: str | None
    meeting: Meeting | None
    steps: tuple[StepLine, ...]
    opinions: tuple[OpinionLine, ...]
    designated: str | None
    partners: tuple[str, ...]
    decision: str
    decided_by: str
    decided_at: datetime | None
    rule_revision: int | None
    rule_note: str


def consultations_of(scope: Scope, ticket: Ticket) -> tuple[ConsultationLine, ...]:
    """Return the consultations on a ticket, the newest first."""
    rows = scope.session.scalars(
        select(Consultation)
        .where(Consultation.tenant_id == scope.tenant.id, Consultation.ticket_id == ticket.id)
        .order_by(Consultation.opened_at.desc(), Consultation.id.desc())
    ).all()
    ids = [row.id for row in rows]
    opinions, steps = (_opinions(scope, ids), _steps(scope, ids)) if rows else ({}, {})
    return tuple(_line(scope, row, opinions.get(row.id, ()), steps.get(row.id, ())) for row in rows)


def _line(
    scope: Scope, row: Consultation, opinions: Sequence[OpinionLine], steps: Sequence[StepLine]
) -> ConsultationLine:
    units = directory(scope)
    answering = answering_unit(scope, row.authority)
    return ConsultationLine(
        id=row.id,
        question=row.question,
        because=BECAUSE_LABELS[row.opened_because],
        opened_by=row.opened_by,
        opened_at=row.opened_at,
        authority=AUTHORITY_LABELS[row.authority],
        is_with_establishment=row.authority == "establishment",
        is_highest=row.authority == LADDER[-1],
        is_open=row.state == "open",
        state_label=STATE_LABELS[row.state],
        answering_id=answering.id if answering else None,
        ladder=_ladder(scope, row),
        acting=units.name_of(row.acting_unit_id) if row.acting_unit_id else None,
        meeting=_meeting(scope, row),
        steps=tuple(step for step in steps if step.kind not in TOLD_APART),
        opinions=tuple(opinions),
        designated=units.name_of(row.unit_id) if row.unit_id else None,
        partners=_names(scope, row.co_units),
        decision=row.decision,
        decided_by=row.decided_by or "",
        decided_at=row.decided_at,
        rule_revision=row.rule_revision,
        rule_note=row.rule_note,
    )


def _ladder(scope: Scope, row: Consultation) -> tuple[Rung, ...]:
    place = LADDER.index(row.authority)
    answering = {authority: answering_unit(scope, authority) for authority in LADDER}
    return tuple(
        Rung(AUTHORITY_LABELS[authority], unit.name if unit else "", number <= place, number == place)
        for number, (authority, unit) in enumerate(answering.items())
    )


def _meeting(scope: Scope, row: Consultation) -> Meeting | None:
    if row.meeting_at is None:
        return None
    return Meeting(row.meeting_at, row.meeting_place, _names(scope, row.meeting_units), row.meeting_note)


def _names(scope: Scope, codes: Sequence[str]) -> tuple[str, ...]:
    units = directory(scope)
    return tuple(unit.name if (unit := units.find_unit(code)) else "已停用的单位" for code in codes)


def _steps(scope: Scope, consultation_ids: Sequence[int]) -> dict[int, list[StepLine]]:
    rows = scope.session.scalars(
        select(ConsultationStep)
        .where(ConsultationStep.tenant_id == scope.tenant.id, ConsultationStep.consultation_id.in_(consultation_ids))
        .order_by(ConsultationStep.at, ConsultationStep.id)
    )
    taken: dict[int, list[StepLine]] = {}
    for row in rows:
        unit = directory(scope).name_of(row.unit_id) if row.unit_id else ""
        line = StepLine(
            row.kind, STEP_LABELS[row.kind], AUTHORITY_LABELS[row.authority], unit, row.text, row.by, row.at
        )
        taken.setdefault(row.consultation_id, []).append(line)
    return taken


def _opinions(scope: Scope, consultation_ids: Sequence[int]) -> dict[int, list[OpinionLine]]:
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
