"""Reading reminder letters: the lists, one with all that came of it, and how they do."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, and_, exists, func, or_, select

from core.escalation.letters import number_of
from core.escalation.models import Letter, LetterReceipt
from core.kit.errors import Refused
from core.routing.models import Assignment
from core.statistics.reminders.models import Reminder
from core.statistics.reminders.rules import REASON_LABELS, Figure, direction
from core.statistics.reminders.wording import (
    DIRECTION_WORDS,
    STATE_LABELS,
    VERDICT_LABELS,
    amount_of,
    definition_of,
    rules_from,
    what_of,
)
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.units.queries import directory

SHOWN = 200


class NoSuchReminder(Refused):
    """There is no such reminder letter, or it is not the unit's."""

    code = "no-such-reminder"


@dataclass(frozen=True, slots=True)
class FigureLine:
    """A figure of a letter in words: of what, how many, before, and afterwards where it has been counted again."""

    what: str
    now: str
    before: str
    due: int
    after: str


@dataclass(frozen=True, slots=True)
class ReminderLine:
    """A letter as lists show it."""

    id: int
    reason_label: str
    unit: str
    unit_id: int
    state: str
    state_label: str
    number: str
    drafted_at: datetime
    issued_at: datetime | None
    acknowledge_by: datetime | None
    received_at: datetime | None
    received_by: str
    answer_by: datetime | None
    answered_at: datetime | None
    effect_at: datetime | None
    verdict_label: str
    ticket_count: int

    def is_unacknowledged(self, now: datetime) -> bool:
        return self.received_at is None and self.acknowledge_by is not None and self.acknowledge_by < now

    def is_unanswered(self, now: datetime) -> bool:
        return self.answered_at is None and self.answer_by is not None and self.answer_by < now


@dataclass(frozen=True, slots=True)
class ReminderShown:
    """One letter with its figures, the tickets behind them, and all that came of it."""

    line: ReminderLine
    reminder: Reminder
    definition: str
    figures: Sequence[FigureLine]
    direction: str
    tickets: Sequence[tuple[str, str]]
    """Number and title of each ticket that is listed; without the title where the unit that asks never had a share in it."""


@dataclass(frozen=True, slots=True)
class Record:
    """How letters have done: issued, acknowledged in time, answered in time, and with an effect, of those that could be."""

    issued: int
    acknowledged: int
    acknowledge_due: int
    answered: int
    answer_due: int
    effective: int
    judged: int


def reminder_lines(scope: Scope, *, states: Sequence[str] = (), unit_id: int | None = None) -> list[ReminderLine]:
    """List the letters in these states, or all, of a unit if named, those drafted last first."""
    conditions = [Reminder.tenant_id == scope.tenant.id]
    if states:
        conditions.append(Reminder.state.in_(states))
    if unit_id is not None:
        conditions += [Reminder.unit_id == unit_id, Reminder.letter_id.is_not(None)]
    rows = scope.session.execute(
        _with_letter().where(*conditions).order_by(Reminder.drafted_at.desc(), Reminder.id.desc()).limit(SHOWN)
    )
    return [_line(scope, *row) for row in rows]


def show_reminder(scope: Scope, reminder_id: int, *, unit_id: int | None = None) -> ReminderShown:
    """Return one letter; with `unit_id` only one that was issued to this unit. Raises `NoSuchReminder`."""
    row = scope.session.execute(
        _with_letter().where(Reminder.tenant_id == scope.tenant.id, Reminder.id == reminder_id)
    ).one_or_none()
    if row is None or (unit_id is not None and (row[0].unit_id != unit_id or row[1] is None)):
        raise NoSuchReminder("没有这一份提醒函。请从提醒函的列表中打开。")
    reminder: Reminder = row[0]
    figures, effect = ([Figure.of(each) for each in kept] for kept in (reminder.figures, reminder.effect))
    lines = [
        FigureLine(
            what_of(scope, each),
            amount_of(each.numerator, each.denominator),
            amount_of(each.numerator_before, each.denominator_before),
            each.due,
            amount_of(effect[place].numerator, effect[place].denominator) if effect else "",
        )
        for place, each in enumerate(figures)
    ]
    wanted = select(Ticket.serial_no, Ticket.title).where(
        Ticket.tenant_id == scope.tenant.id, Ticket.serial_no.in_(reminder.tickets)
    )
    if unit_id is not None:  # what came again may be another unit's now
        had_share = (Assignment.ticket_id == Ticket.id) & (Assignment.unit_id == unit_id)
        wanted = wanted.where(exists().where(Assignment.tenant_id == Ticket.tenant_id, had_share))
    titles = dict(scope.session.execute(wanted).all())
    return ReminderShown(
        _line(scope, *row),
        reminder,
        definition_of(figures[0].kind, rules_from(reminder.rules)),
        lines,
        DIRECTION_WORDS[direction(figures, effect)] if effect else "",
        [(serial_no, titles.get(serial_no, "")) for serial_no in reminder.tickets],
    )


def open_reminders(scope: Scope, *, now: datetime) -> int:
    """Count the letters that wait for whoever supervises: to be signed, not acknowledged or answered, to be judged."""
    waiting = or_(
        Reminder.state == "draft",
        Reminder.escalated_at.is_not(None) & (Reminder.state == "issued"),
        and_(Reminder.state == "issued", Reminder.answer_by < now),
        and_(Reminder.state.in_(("issued", "answered")), Reminder.effect_at.is_not(None)),
    )
    asked = select(func.count()).where(Reminder.tenant_id == scope.tenant.id, waiting)
    return scope.session.scalar(asked) or 0


def has_reminders(scope: Scope) -> bool:
    """Tell whether there ever was one."""
    return scope.session.scalar(select(Reminder.id).where(Reminder.tenant_id == scope.tenant.id).limit(1)) is not None


def record_of(scope: Scope, *, now: datetime) -> Record:
    """Return how the letters have done so far."""
    rows = [
        _line(scope, *row)
        for row in scope.session.execute(
            _with_letter().where(Reminder.tenant_id == scope.tenant.id, Reminder.letter_id.is_not(None))
        )
    ]
    acknowledged = [each for each in rows if each.received_at or each.is_unacknowledged(now)]
    answered = [each for each in rows if each.answered_at or each.is_unanswered(now)]
    judged = [each for each in rows if each.verdict_label]
    return Record(
        issued=len(rows),
        acknowledged=sum(_in_time(each.received_at, each.acknowledge_by) for each in acknowledged),
        acknowledge_due=len(acknowledged),
        answered=sum(_in_time(each.answered_at, each.answer_by) for each in answered),
        answer_due=len(answered),
        effective=sum(each.verdict_label in (VERDICT_LABELS["effective"], VERDICT_LABELS["partly"]) for each in judged),
        judged=len(judged),
    )


def _in_time(done: datetime | None, by: datetime | None) -> bool:
    return done is not None and by is not None and done <= by


def _with_letter() -> Select[Reminder, Letter, LetterReceipt]:
    return (
        select(Reminder, Letter, LetterReceipt)
        .outerjoin(Letter, and_(Letter.tenant_id == Reminder.tenant_id, Letter.id == Reminder.letter_id))
        .outerjoin(
            LetterReceipt, and_(LetterReceipt.tenant_id == Letter.tenant_id, LetterReceipt.letter_id == Letter.id)
        )
    )


def _line(scope: Scope, reminder: Reminder, letter: Letter | None, receipt: LetterReceipt | None) -> ReminderLine:
    reason = Figure.of(reminder.figures[0]).kind
    return ReminderLine(
        id=reminder.id,
        reason_label=REASON_LABELS[reason],
        unit=directory(scope).name_of(reminder.unit_id),
        unit_id=reminder.unit_id,
        state=reminder.state,
        state_label=STATE_LABELS[reminder.state],
        number=number_of(letter) if letter else "",
        drafted_at=reminder.drafted_at,
        issued_at=letter.issued_at if letter else None,
        acknowledge_by=reminder.acknowledge_by,
        received_at=receipt.at if receipt else None,
        received_by=receipt.by if receipt else "",
        answer_by=reminder.answer_by,
        answered_at=reminder.answered_at,
        effect_at=reminder.effect_at,
        verdict_label=VERDICT_LABELS.get(reminder.verdict, ""),
        ticket_count=reminder.ticket_count,
    )
