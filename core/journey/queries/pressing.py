"""What presses on a ticket: instructions of leaders, supervisions, letters and cases of accountability, with the answers."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, select

from core.escalation.accountability.labels import ENDED, OUTCOME_LABELS, STATE_LABELS, STEP_LABELS
from core.escalation.accountability.models import AccountabilityCase, AccountabilityStep
from core.escalation.labels import LEVEL_LABELS, SOURCE_LABELS, SUPERVISION_LABELS
from core.escalation.letters import number_of
from core.escalation.models import Instruction, Letter, LetterReceipt, Supervision
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.units.queries import directory

SUPERVISION_STATES = {"open": "待答复", "answered": "已答复，待销号", "closed": "已销号"}
TONES = {"blue": "info", "yellow": "soon", "red": "over"}


@dataclass(frozen=True, slots=True)
class InstructionLine:
    """What a leader wrote on the ticket, and what was reported on it; `to` is the unit it is addressed to, if one is."""

    id: int
    leader: str
    level: str
    text: str
    given_at: datetime
    recorded_by: str
    unit_id: int | None
    to: str
    deadline: datetime | None
    feedback: str
    feedback_by: str
    feedback_at: datetime | None

    @property
    def is_reported(self) -> bool:
        return self.feedback_at is not None


@dataclass(frozen=True, slots=True)
class SupervisionLine:
    """A supervision sheet: its colour in words and as a tone, what it demands, and what came of it."""

    id: int
    unit_id: int
    unit: str
    level: str
    label: str
    tone: str
    source: str
    demand: str
    issued_by: str
    issued_at: datetime
    state: str
    state_label: str
    answer: str
    answered_by: str
    answered_by_id: int | None
    answered_at: datetime | None
    closed_by: str
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class LetterLine:
    """A numbered letter to a unit, and whether it was acknowledged."""

    id: int
    number: str
    unit_id: int
    unit: str
    text: str
    issued_at: datetime
    receipt_by: str
    receipt_at: datetime | None


@dataclass(frozen=True, slots=True)
class CaseStepLine:
    """A step of a case of accountability: what was done, in words, by whom."""

    label: str
    code: str
    text: str
    reason: str
    by: str
    by_id: int | None
    at: datetime


@dataclass(frozen=True, slots=True)
class AccountabilityLine:
    """A case of accountability: where it stands, in whose hands it is, and its steps, the oldest first."""

    id: int
    label: str
    unit_id: int
    unit: str
    authority: str
    authority_unit_id: int | None
    officer: str
    officer_id: int | None
    text: str
    opened_at: datetime
    state: str
    state_label: str
    grounds: tuple[str, ...]
    rung: str
    outcome: str
    outcome_label: str
    decided_by_id: int | None
    appeal_until: datetime | None
    is_silent: bool
    is_open: bool
    recused: frozenset[int]
    steps: tuple[CaseStepLine, ...]


def instructions_of(scope: Scope, ticket: Ticket) -> tuple[InstructionLine, ...]:
    """Return the instructions 批示 on a ticket, the newest first."""
    units = directory(scope)
    rows = scope.session.scalars(
        select(Instruction)
        .where(Instruction.tenant_id == scope.tenant.id, Instruction.ticket_id == ticket.id)
        .order_by(Instruction.given_at.desc(), Instruction.id.desc())
    )
    return tuple(
        InstructionLine(
            id=row.id,
            leader=row.leader,
            level=LEVEL_LABELS[row.level],
            text=row.text,
            given_at=row.given_at,
            recorded_by=row.recorded_by,
            unit_id=row.unit_id,
            to=units.name_of(row.unit_id) if row.unit_id else "",
            deadline=row.deadline,
            feedback=row.feedback,
            feedback_by=row.feedback_by or "",
            feedback_at=row.feedback_at,
        )
        for row in rows
    )


def supervisions_of(scope: Scope, ticket: Ticket) -> tuple[SupervisionLine, ...]:
    """Return the supervisions 督办 of units for a ticket, the newest first."""
    units = directory(scope)
    rows = scope.session.scalars(
        select(Supervision)
        .where(Supervision.tenant_id == scope.tenant.id, Supervision.ticket_id == ticket.id)
        .order_by(Supervision.issued_at.desc(), Supervision.id.desc())
    )
    return tuple(
        SupervisionLine(
            id=row.id,
            unit_id=row.unit_id,
            unit=units.name_of(row.unit_id),
            level=row.level,
            label=SUPERVISION_LABELS[row.level],
            tone=TONES[row.level],
            source=SOURCE_LABELS[row.source],
            demand=row.demand,
            issued_by=row.issued_by,
            issued_at=row.issued_at,
            state=row.state,
            state_label=SUPERVISION_STATES[row.state],
            answer=row.answer,
            answered_by=row.answered_by or "",
            answered_by_id=row.answered_by_id,
            answered_at=row.answered_at,
            closed_by=row.closed_by or "",
            closed_at=row.closed_at,
        )
        for row in rows
    )


def letters_of(scope: Scope, ticket: Ticket) -> tuple[LetterLine, ...]:
    """Return the letters 函件 about a ticket with their receipts, the newest first."""
    units = directory(scope)
    rows = scope.session.execute(
        select(Letter, LetterReceipt)
        .outerjoin(
            LetterReceipt, and_(LetterReceipt.tenant_id == Letter.tenant_id, LetterReceipt.letter_id == Letter.id)
        )
        .where(Letter.tenant_id == scope.tenant.id, Letter.ticket_id == ticket.id)
        .order_by(Letter.issued_at.desc(), Letter.id.desc())
    )
    return tuple(
        LetterLine(
            id=letter.id,
            number=number_of(letter),
            unit_id=letter.unit_id,
            unit=units.name_of(letter.unit_id),
            text=letter.text,
            issued_at=letter.issued_at,
            receipt_by=receipt.by if receipt else "",
            receipt_at=receipt.at if receipt else None,
        )
        for letter, receipt in rows
    )


def accountability_of(scope: Scope, ticket: Ticket) -> tuple[AccountabilityLine, ...]:
    """Return the cases of accountability 问责 that a ticket led to, the newest first."""
    units = directory(scope)
    rows = scope.session.scalars(
        select(AccountabilityCase)
        .where(AccountabilityCase.tenant_id == scope.tenant.id, AccountabilityCase.ticket_id == ticket.id)
        .order_by(AccountabilityCase.opened_at.desc(), AccountabilityCase.id.desc())
    )
    steps: dict[int, list[AccountabilityStep]] = {}
    for step in scope.session.scalars(
        select(AccountabilityStep)
        .where(AccountabilityStep.tenant_id == scope.tenant.id, AccountabilityStep.ticket_id == ticket.id)
        .order_by(AccountabilityStep.case_id, AccountabilityStep.number)
    ):
        steps.setdefault(step.case_id, []).append(step)
    return tuple(
        AccountabilityLine(
            id=row.id,
            label=row.label,
            unit_id=row.unit_id,
            unit=units.name_of(row.unit_id),
            authority=units.name_of(row.authority_unit_id) if row.authority_unit_id else "待指定机关",
            authority_unit_id=row.authority_unit_id,
            officer=row.officer,
            officer_id=row.officer_id,
            text=row.text,
            opened_at=row.opened_at,
            state=row.state,
            state_label=STATE_LABELS[row.state],
            grounds=tuple(str(each["reason"]) for each in row.proposed),
            rung=row.rung,
            outcome=row.outcome,
            outcome_label=OUTCOME_LABELS.get(row.outcome, ""),
            decided_by_id=row.decided_by_id,
            appeal_until=row.appeal_until,
            is_silent=row.silent_since is not None,
            is_open=row.state not in ENDED,
            recused=frozenset(
                each.by_id for each in steps.get(row.id, ()) if each.kind == "recused" and each.by_id is not None
            ),
            steps=tuple(
                CaseStepLine(STEP_LABELS[each.kind], each.code, each.text, each.reason, each.by, each.by_id, each.at)
                for each in steps.get(row.id, ())
            ),
        )
        for row in rows
    )
