"""What becomes of a letter, step by step, through the product's own journeys.

A life is told as a generator: it yields the instant of its next step, and takes the step when it is asked to go on. So
many lives can be lived in the order of time (`tenants.present`). How long people take differs from letter to letter,
and is the same on every run.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zlib import crc32

from sqlalchemy import select

from core.intake.rules import Appeal
from core.journey import conclude, desk, handle
from core.journey.accept import accept
from core.sla.models import Clock
from core.tenancy.scope import Scope
from core.tickets.contact import Contact
from core.tickets.states import WAITING_FOR_DISPATCH
from core.tickets.timeline import Actor
from core.units.queries import directory
from core.workdays.queries import timetable
from tenants.letter import REFUSED, Letter
from tenants.marks import Marks
from tenants.themes import WHO

MINUTE, HOUR = 60, 3600
BY_PHONE = 0.4
"""Part of the residents who are asked by phone; the others rate by themselves."""


@dataclass(frozen=True, slots=True)
class People:
    """Who acts in a district: names at the desk, in review, and of the clerks by their unit's code."""

    operator: str
    reviewer: str
    clerks: Mapping[str, str]


@dataclass
class Life:
    """A letter under way. `at` is the instant of the step that was taken last, or that comes next."""

    scope: Scope
    marks: Marks
    letter: Letter
    people: People
    external_id: str
    at: datetime
    """At first, when the letter came."""
    ticket_id: int = 0
    serial_no: str = ""
    waits_for_desk: bool = True
    unit: str = ""
    clocks: dict[str, Clock] = field(default_factory=dict)

    def steps(self) -> Iterator[datetime]:
        """Yield the instant of each step, and take it when asked to go on; the last one leaves the letter as it stands."""
        yield from _accept(self)
        for chapter in CHAPTERS[self.letter.stands]:
            yield from chapter(self)

    @property
    def operator(self) -> Actor:
        return Actor("staff", self.people.operator)

    @property
    def clerk(self) -> Actor:
        """Who acts for the unit: its clerk, or the unit by its name."""
        name = self.people.clerks.get(self.unit) or directory(self.scope).get_unit(self.unit).name
        return Actor("staff", name)

    @property
    def unit_id(self) -> int:
        return directory(self.scope).get_unit(self.unit).id

    @property
    def never_sleeps(self) -> bool:
        """Whether time runs day and night for whoever has the letter in hand."""
        return "on_site" in self.clocks or self.clocks["reply"].mode == "wall"

    def chance(self, of: str) -> float:
        """Return a number from 0 to 1, always the same for the same letter and thing."""
        return crc32(f"{self.external_id}/{of}".encode()) / 2**32

    def between(self, least: float, most: float, *, of: str) -> timedelta:
        """Return how many seconds something takes with this letter."""
        return timedelta(seconds=round(least + (most - least) * self.chance(of)))

    def wait(self, least: float, most: float, *, of: str) -> datetime:
        """Let time pass by the wall clock, and return the instant."""
        self.at += self.between(least, most, of=of)
        return self.at

    def work(self, least: float, most: float, *, of: str) -> datetime:
        """Let working time pass, and return the instant."""
        self.at = timetable(self.scope).add(self.at, self.between(least, most, of=of))
        return self.at

    def answer(self) -> datetime:
        """Let the time pass in which the unit finds its answer: part of what it has, or more when the letter is late."""
        clock, hours, part = self.clocks["reply"], timetable(self.scope), self.chance("reply")
        by_wall = clock.mode == "wall"
        if self.letter.late or self.at >= clock.due_at:
            self.at = max(self.at, clock.due_at)
            return (self.wait if by_wall else self.work)(2 * HOUR, 10 * HOUR, of="reply")
        if by_wall:
            at = self.at + (clock.due_at - self.at) * (0.05 + 0.25 * part)
        else:
            at = hours.add(self.at, hours.between(self.at, clock.due_at) * (0.3 + 0.4 * part))
        self.at = at.replace(microsecond=0)
        return self.at


def _accept(life: Life) -> Iterator[datetime]:
    yield life.at
    letter = life.letter
    appeal = Appeal(
        channel=letter.channel,
        text=letter.text,
        title=letter.title,
        place=letter.place,
        mailbox=letter.mailbox,
        contact=Contact(letter.who, letter.phone),
        external_id=life.external_id,
        nature=letter.nature,
        matter=letter.matter or None,
        urgency=letter.urgency,
        complexity=letter.complexity,
        affected_count=letter.affected,
    )
    accepted = accept(life.scope, appeal, actor=life.operator, now=life.at)
    life.serial_no, life.ticket_id = accepted.serial_no, accepted.ticket_id
    life.waits_for_desk = accepted.state in WAITING_FOR_DISPATCH
    life.marks.clocks_started()


def _answer(life: Life) -> Iterator[datetime]:
    yield life.wait(3 * MINUTE, 15 * MINUTE, of="answer")
    desk.answer_directly(
        life.scope,
        life.serial_no,
        text=_worded(life),
        disposition=life.letter.disposition,
        actor=life.operator,
        now=life.at,
    )


def _send_out(life: Life) -> Iterator[datetime]:
    """The desk dispatches, unless a rule of the district already did."""
    units, letter = directory(life.scope), life.letter
    duty = units.find_duty(letter.matter)
    life.unit = letter.unit or (duty.lead if duty else units.desk.code)
    if life.waits_for_desk:
        yield life.wait(2 * MINUTE, 25 * MINUTE, of="dispatch")
        co = duty.co if duty and not letter.unit else ()
        desk.dispatch(life.scope, life.serial_no, lead=life.unit, co=co, actor=life.operator, now=life.at)
        life.marks.clocks_started()
    running = select(Clock).where(
        Clock.tenant_id == life.scope.tenant.id, Clock.ticket_id == life.ticket_id, Clock.state == "running"
    )
    life.clocks = {clock.name: clock for clock in life.scope.session.scalars(running)}


def _sign(life: Life) -> Iterator[datetime]:
    if life.never_sleeps:
        yield life.wait(3 * MINUTE, 14 * MINUTE, of="sign")
    else:
        yield life.work(10 * MINUTE, 150 * MINUTE, of="sign")
    handle.sign(life.scope, life.serial_no, unit_id=life.unit_id, actor=life.clerk, now=life.at)
    if "on_site" in life.clocks:
        yield life.wait(9 * MINUTE, 30 * MINUTE, of="on_site")
        what = "到达现场查看"
        handle.arrive(life.scope, life.serial_no, unit_id=life.unit_id, what=what, actor=life.clerk, now=life.at)
    if life.letter.note:
        yield life.work(20 * MINUTE, 90 * MINUTE, of="note")
        handle.note(life.scope, life.serial_no, what=life.letter.note, actor=life.clerk, now=life.at)


def _give_back(life: Life) -> Iterator[datetime]:
    yield life.work(20 * MINUTE, 150 * MINUTE, of="return")
    why = life.letter.why
    handle.give_back(life.scope, life.serial_no, unit_id=life.unit_id, reason=why, actor=life.clerk, now=life.at)


def _reply(life: Life) -> Iterator[datetime]:
    yield life.answer()
    handle.reply(
        life.scope,
        life.serial_no,
        unit_id=life.unit_id,
        text=_worded(life),
        disposition=life.letter.disposition,
        actor=life.clerk,
        now=life.at,
    )


def _pass(life: Life) -> Iterator[datetime]:
    yield life.work(15 * MINUTE, 2 * HOUR, of="review")
    reviewer = Actor("staff", life.people.reviewer)
    conclude.pass_reply(life.scope, life.serial_no, actor=reviewer, now=life.at)


def _ask(life: Life) -> Iterator[datetime]:
    """The desk calls and the resident rates, or they rate by themselves, or do not want to."""
    yield life.work(1 * HOUR, 8 * HOUR, of="follow-up")
    is_refused = life.letter.rating == REFUSED
    if is_refused or life.chance("phone") < BY_PHONE:
        outcome = "refused" if is_refused else "reached"
        conclude.follow_up(life.scope, life.serial_no, outcome=outcome, actor=life.operator, now=life.at)
        if is_refused:
            return
        yield life.wait(MINUTE, 4 * MINUTE, of="rating")
    satisfaction, _, resolved = life.letter.rating.partition("/")
    conclude.rate(
        life.scope,
        life.serial_no,
        resolved=resolved,
        satisfaction=satisfaction,
        comment=life.letter.comment,
        now=life.at,
    )


def _redo(life: Life) -> Iterator[datetime]:
    yield life.wait(10 * MINUTE, HOUR, of="redo")
    conclude.redo(life.scope, life.serial_no, reason=life.letter.why, actor=life.operator, now=life.at)
    life.marks.clocks_started()


def _worded(life: Life) -> str:
    return life.letter.reply.replace(WHO, life.letter.who)


Chapter = Callable[[Life], Iterator[datetime]]
_CONCLUDED: tuple[Chapter, ...] = (_send_out, _sign, _reply, _pass)
CHAPTERS: Mapping[str, tuple[Chapter, ...]] = {
    "waiting": (),
    "answered": (_answer,),
    "to_sign": (_send_out,),
    "returned": (_send_out, _give_back),
    "in_hand": (_send_out, _sign),
    "review": (_send_out, _sign, _reply),
    "concluded": _CONCLUDED,
    "rated": (*_CONCLUDED, _ask),
    "redone": (*_CONCLUDED, _ask, _redo),
}
"""What happens to a letter after it was accepted, by where it stands today."""
