"""A past ticket played again 看一件真实工单会怎么走: what was done at which time, what rules that hold would do, and what a draft would.

Nothing is written and nobody is told. What people did stays as it was.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select

from core.escalation.labels import LETTER_LABELS, SUPERVISION_LABELS
from core.escalation.service import STEP_LABELS
from core.hooks.values import Light
from core.journey.asked_rules import Asked
from core.journey.dry_run.commands import label_of
from core.journey.dry_run.outcome import Outcome
from core.journey.dry_run.past import Past, Place
from core.journey.dry_run.reading import pasts_of, place_of
from core.journey.dry_run.replay import replay
from core.kit.errors import Refused
from core.kit.saying import said, word
from core.routing.models import Assignment
from core.sla.labels import CLOCK_LABELS
from core.sla.limits import OVERDUE, UNPRESSED
from core.sla.models import Clock, ClockEvent
from core.tenancy.scope import Scope
from core.tickets.models import Ticket, TicketEvent
from core.tickets.queries import get_ticket_id
from core.units.queries import directory

SIDES = ("really", "held", "drafted")
STEP_WORDS: Mapping[str, str] = {**STEP_LABELS, **SUPERVISION_LABELS, **LETTER_LABELS}
MOST_OFFERED = 8
OF_CASE = "case/"
"""Begins the cause of what a case of accountability led to."""
Key = tuple[str, ...]


class NotAccepted(Refused):
    """A ticket that was never accepted has no clocks to play."""

    code = "not-accepted"


@dataclass(slots=True)
class Moment:
    """Something that happened, or would: in words, and when by each side that has it (`really`, `held`, `drafted`).

    `kind` is `deed` (somebody did it), `clock`, `mark` or `act`; `light` is that of a mark.
    """

    kind: str
    words: str
    light: Light | str
    times: dict[str, datetime] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)

    @property
    def at(self) -> datetime:
        """The earliest time of any side."""
        return min(self.times.values())

    @property
    def differs(self) -> bool:
        """Whether sides that are shown have it at different times, or not at all."""
        return self.kind != "deed" and len(set(self.times.values())) > 1


@dataclass(frozen=True, slots=True)
class Course:
    """A clock by one side: when it began and was due, its marks by time."""

    side: str
    name: str
    start: datetime
    due: datetime
    marks: tuple[tuple[datetime, str, str], ...]


@dataclass(frozen=True)
class Played:
    """A ticket's course: its moments in order, and the resident's clock by each side."""

    serial_no: str
    sides: tuple[str, ...]
    moments: Sequence[Moment]
    courses: Sequence[Course]
    unit: str
    failures: tuple[str, ...]


def play(scope: Scope, serial_no: str, held: Asked, drafted: Asked | None, *, now: datetime) -> Played:
    """Play a ticket by the rules that hold, and by a draft. Raises `NoSuchTicket`, `NotAccepted`."""
    ticket = scope.session.get_one(Ticket, (scope.tenant.id, get_ticket_id(scope, serial_no)))
    if ticket.accepted_at is None:
        raise NotAccepted(said("工单 {serial_no} 还没有受理，没有时限可以演示。请另选一件。", serial_no=serial_no))
    past, place = pasts_of(scope, [ticket])[0], place_of(scope, today=now)
    outcomes = {"held": replay(past, held.book, place)}
    if drafted is not None:
        outcomes["drafted"] = replay(past, drafted.book, place)
    lights = {mark.mark: mark.light for each in outcomes.values() for clock in each.clocks for mark in clock.marks}
    moments: dict[Key, Moment] = {}
    courses = [*_real(scope, ticket, past, moments, lights)]
    for side, outcome in outcomes.items():
        courses += _tried(side, outcome, place, moments)
    for entry in past.entries:
        _note(moments, ("deed", f"{entry.seq}"), "deed", word(label_of(entry)), "", "really", entry.at)
    return Played(
        serial_no=ticket.serial_no,
        sides=("really", *outcomes),
        moments=sorted(moments.values(), key=lambda each: (each.at, each.kind != "deed")),
        courses=courses,
        unit=past.really.unit,
        failures=tuple(dict.fromkeys(words for outcome in outcomes.values() for words in outcome.failures.values())),
    )


def worth_playing(scope: Scope) -> list[tuple[str, bool]]:
    """Return the numbers of tickets that are worth a look, each with whether a limit of it was missed: those first."""
    late = (
        select(Ticket.serial_no)
        .join(Clock, (Clock.tenant_id == Ticket.tenant_id) & (Clock.ticket_id == Ticket.id))
        .where(Ticket.tenant_id == scope.tenant.id, Clock.name == "reply", Clock.overdue_at.is_not(None))
        .order_by(Clock.due_at.desc(), Clock.id.desc())
        .limit(MOST_OFFERED)
    )
    newest = (
        select(Ticket.serial_no)
        .where(Ticket.tenant_id == scope.tenant.id, Ticket.accepted_at.is_not(None))
        .order_by(Ticket.accepted_at.desc(), Ticket.id.desc())
        .limit(MOST_OFFERED)
    )
    missed = dict.fromkeys(scope.session.scalars(late), True)
    others = dict.fromkeys(scope.session.scalars(newest), False)
    return list({**missed, **others, **missed}.items())[:MOST_OFFERED]


def _real(
    scope: Scope, ticket: Ticket, past: Past, moments: dict[Key, Moment], lights: Mapping[str, Light]
) -> Iterable[Course]:
    """Note what clocks and rules really did, and yield the resident's clocks.

    Of a mark that was reached only its name is kept; which light it lit is known of those that rules still set.
    """
    clocks = scope.session.scalars(
        select(Clock)
        .where(
            Clock.tenant_id == scope.tenant.id,
            Clock.ticket_id == ticket.id,
            Clock.subject.in_(("ticket", "assignment")),
            Clock.state != "superseded",
            Clock.name != "progress",
        )
        .order_by(Clock.started_at, Clock.id)
    ).all()
    reached = scope.session.scalars(
        select(ClockEvent)
        .where(ClockEvent.tenant_id == scope.tenant.id, ClockEvent.clock_id.in_([clock.id for clock in clocks]))
        .order_by(ClockEvent.at)
    ).all()
    for clock in clocks:
        of = clock.subject_id if clock.subject == "assignment" else 0
        name = _clock_words(scope, clock.name, past.assignments.get(of))
        _note(
            moments,
            _clock_key(clock.name, of, clock.cycle_no, clock.started_at),
            "clock",
            said("{name}时限起算", name=name),
            "",
            "really",
            clock.started_at,
            clock.reason,
        )
        marks, times = [], Counter[str]()
        for event in (each for each in reached if each.clock_id == clock.id and clock.name not in UNPRESSED):
            light = "red" if event.mark == OVERDUE else lights.get(event.mark, "yellow")
            key = _clock_key(clock.name, of, clock.cycle_no, clock.started_at)
            words = _mark_words(name, light)
            _note(moments, _mark_key(key, event.mark, times), "mark", words, light, "really", event.at)
            marks.append((event.at, light, words))
        if clock.name == "reply" and clock.due_at is not None:
            yield Course("really", clock.name, clock.started_at, clock.due_at, tuple(marks))
    acts = Counter[Key]()
    for entry in scope.session.scalars(
        select(TicketEvent)
        .where(
            TicketEvent.tenant_id == scope.tenant.id,
            TicketEvent.ticket_id == ticket.id,
            TicketEvent.kind == "escalate",
        )
        .order_by(TicketEvent.seq)
    ):
        kind, to = str(entry.detail.get("kind", "")), str(entry.detail.get("to", ""))
        if not kind or str(entry.detail.get("cause", "")).startswith(OF_CASE):
            continue  # what followed from a case that was opened, as a try does not open any
        level = str(entry.detail.get("level", ""))
        words = _act_words(scope, level or kind, to)
        _note(moments, _act_key(kind, to, acts), "act", words, "", "really", entry.at)


def _tried(side: str, outcome: Outcome, place: Place, moments: dict[Key, Moment]) -> Iterable[Course]:
    """Note what one set of rules would do, and yield the resident's clocks by it."""
    for clock in outcome.clocks:
        unit = place.units.find_unit(clock.unit) if clock.unit else None
        name = said("{unit}{clock}", unit=unit.name if unit else clock.unit, clock=word(CLOCK_LABELS[clock.name]))
        key = _clock_key(clock.name, clock.assignment_id, clock.cycle_no, clock.started_at)
        _note(moments, key, "clock", said("{name}时限起算", name=name), "", side, clock.started_at, clock.ground.reason)
        times = Counter[str]()
        for mark in clock.marks:
            words = _mark_words(name, mark.light)
            _note(
                moments, _mark_key(key, mark.mark, times), "mark", words, mark.light, side, mark.at, mark.ground.reason
            )
        if clock.name == "reply" and clock.due_at is not None:
            marks = tuple((mark.at, mark.light, _mark_words(name, mark.light)) for mark in clock.marks)
            yield Course(side, clock.name, clock.started_at, clock.due_at, marks)
    acts = Counter[Key]()
    for act in outcome.acts:
        unit = place.units.find_unit(act.unit)
        words = said(
            "{what} → {unit}", what=word(STEP_WORDS[act.level or act.kind]), unit=unit.name if unit else act.unit
        )
        _note(moments, _act_key(act.kind, act.unit, acts), "act", words, "", side, act.at, act.ground.reason)


def _note(
    moments: dict[Key, Moment], key: Key, kind: str, words: str, light: str, side: str, at: datetime, reason: str = ""
) -> None:
    moment = moments.setdefault(key, Moment(kind, words, light))
    moment.times.setdefault(side, at)
    if reason:
        moment.reasons[side] = reason


def _clock_key(name: str, assignment_id: int, cycle_no: int, started_at: datetime) -> Key:
    """Return what names the same clock by each side: those of a unit by the work it got, the ticket's by its cycle."""
    return ("clock", name, f"{assignment_id}", f"{cycle_no}", "" if name == "reply" else started_at.isoformat())


def _mark_key(clock: Key, mark: str, times: Counter[str]) -> Key:
    """Return what names the same mark by each side: the first, second … time that the clock reached it."""
    times[mark] += 1
    return ("mark", *clock[1:], mark, f"{times[mark]}")


def _act_key(kind: str, to: str, acts: Counter[Key]) -> Key:
    """Return what names the same act by each side: the first, second … of its kind to a unit."""
    acts[kind, to] += 1
    return ("act", kind, to, f"{acts[kind, to]}")


def _clock_words(scope: Scope, name: str, assignment: Assignment | None) -> str:
    unit = directory(scope).name_of(assignment.unit_id) if assignment else ""
    return said("{unit}{clock}", unit=unit, clock=word(CLOCK_LABELS[name]))


def _mark_words(name: str, light: str) -> str:
    told = {"yellow": "变黄", "red": "超期，变红"}.get(light, "提示")
    return said("{name}时限{told}", name=name, told=word(told))


def _act_words(scope: Scope, kind: str, to: str) -> str:
    unit = directory(scope).find_unit(to)
    return said("{what} → {unit}", what=word(STEP_WORDS.get(kind, kind)), unit=unit.name if unit else to)
