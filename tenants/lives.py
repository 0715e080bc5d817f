"""What becomes of a letter, step by step, through the product's own journeys.

A life is told as a generator: it yields the instant of its next step, and takes the step when it is asked to go on. So
many lives can be lived in the order of time (`tenants.present`). How long people take differs from letter to letter,
and is the same on every run.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from zlib import crc32

from sqlalchemy import select

from core.escalation.models import Instruction
from core.evaluation.subjects import missed_reply_clocks
from core.intake.channels import channels_of
from core.intake.joining import parts_of
from core.intake.rules import Appeal
from core.intake.sources.queries import source_book
from core.journey import conclude, desk, explain, give_back, handle, join, joint, press, tell, time, void
from core.journey.accept import accept
from core.journey.center import AT_COUNTER, MEDIUM, Said, keep_as_entry
from core.journey.guarding import Objected
from core.routing.rules_in_force import rules_of
from core.sla.models import Clock
from core.tenancy.scope import Scope
from core.tickets.contact import Contact
from core.tickets.models import Ticket
from core.tickets.states import WAITING_FOR_DISPATCH
from core.tickets.timeline import RESIDENT, Actor, Order
from core.units.queries import directory
from core.workdays.queries import timetable
from tenants.cast import CONFIRMED, Cast
from tenants.house import people_in
from tenants.letter import REFUSED, Letter
from tenants.marks import Marks
from tenants.themes import WHO

MINUTE, HOUR = 60, 3600
BY_PHONE = 0.4
"""Part of the residents who are asked by phone; the others rate by themselves."""
CONTACTED = 0.15
"""Part of the residents whom the unit calls before it answers."""
JOINT = 0.2
"""Part of the letters that the desk gives to co-units too, where the duty list names some."""
SENT_BECAUSE = "核实事项和地点后派单"
WAIVED = 0.1
"""Part of the co-units without whose answer the desk does in the end."""
EXPLAINED = 0.75
"""Part of the dissatisfied whom the desk asks why."""
CAUSES = ("unsolved", "no_contact", "unsolved", "late", "several_units", "untrue", "attitude", "passed_on", "policy")
"""Why people are dissatisfied, as often as each stands here."""
STATED, FOUND = 0.8, 0.6
"""Part of the late answers of which the unit says why they were, and part of those on which the desk has found."""
LONGEST_PAUSE = 15
"""Working days for which a unit may wait for what it lacks."""


@dataclass
class Life:
    """A letter under way. `at` is the instant of the step that was taken last, or that comes next."""

    scope: Scope
    marks: Marks
    letter: Letter
    cast: Cast
    external_id: str
    at: datetime
    """At first, when the letter came."""
    others: Mapping[str, "Life"] = field(default_factory=dict)
    """All letters of the district by their titles."""
    ticket_id: int = 0
    serial_no: str = ""
    waits_for_desk: bool = True
    unit: str = ""
    co: tuple[str, ...] = ()
    clocks: dict[str, Clock] = field(default_factory=dict)

    def steps(self) -> Iterator[datetime]:
        """Yield the instant of each step, and take it when asked to go on; the last one leaves the letter as it stands."""
        yield from _accept(self)
        for chapter in CHAPTERS[self.letter.stands]:
            yield from chapter(self)

    @property
    def by_desk(self) -> Order:
        return Order(self.cast.at_desk(), self.at)

    @property
    def by_reviewer(self) -> Order:
        return Order(self.cast.in_review(), self.at)

    @property
    def by_unit(self) -> Order:
        return self.by(self.unit)

    def by(self, unit: str) -> Order:
        return Order(self.cast.of_unit(self.scope, unit), self.at)

    @property
    def never_sleeps(self) -> bool:
        """Whether time runs day and night for whoever has the letter in hand."""
        return "on_site" in self.clocks or self.clocks["reply"].mode == "wall"

    def look_at_clocks(self) -> None:
        """Look at the clocks that run now; there are others than before."""
        running = (
            select(Clock)
            .where(Clock.tenant_id == self.scope.tenant.id, Clock.ticket_id == self.ticket_id, Clock.state == "running")
            .order_by(Clock.due_at.desc())
        )
        self.clocks = {clock.name: clock for clock in self.scope.session.scalars(running)}
        self.marks.clocks_started()

    @property
    def due_at(self) -> datetime:
        """When the answer is due: by the resident's limit, or the unit's own where it has one."""
        dues = [self.clocks[name].due_at for name in ("reply", "handle") if name in self.clocks]
        return min(due for due in dues if due is not None)

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

    def on_the_way(self, until: datetime, part: float) -> datetime:
        """Return the instant at which so great a part of the time until then has passed, as the unit's time runs."""
        if self.never_sleeps:
            return (self.at + (until - self.at) * part).replace(microsecond=0)
        hours = timetable(self.scope)
        return hours.add(self.at, hours.between(self.at, until) * part).replace(microsecond=0)

    def answer_at(self) -> datetime:
        """Return when the unit has its answer: after part of the time it has, or more when the letter is late."""
        hours, reply, part = timetable(self.scope), self.clocks["reply"], self.chance("reply")
        by_wall = reply.mode == "wall"
        if self.letter.late or self.at >= self.due_at:
            over = self.between(2 * HOUR, 10 * HOUR, of="reply")
            begun = max(self.at, reply.due_at or self.at) if self.letter.late else self.at
            return begun + over if by_wall else hours.add(begun, over)
        if by_wall:
            return (self.at + (self.due_at - self.at) * (0.05 + 0.25 * part)).replace(microsecond=0)
        return hours.add(self.at, hours.between(self.at, self.due_at) * (0.3 + 0.4 * part)).replace(microsecond=0)


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
        appellant=letter.appellant,
        source=_source_of(life.scope, letter),
    )
    worker = _worker_for(life.scope, letter)
    taker = replace(worker, permissions=AT_COUNTER) if worker else life.cast.at_desk()
    accepted = accept(life.scope, appeal, actor=taker, now=life.at)
    if worker:
        said = Said(letter.text, "counter", "self", life.external_id, no_phone=not letter.phone, phone=letter.phone)
        keep_as_entry(life.scope, said, accepted, "", actor=worker, now=life.at)
    life.serial_no, life.ticket_id = accepted.serial_no, accepted.ticket_id
    life.waits_for_desk = accepted.state in WAITING_FOR_DISPATCH
    life.marks.clocks_started()


def _worker_for(scope: Scope, letter: Letter) -> Actor | None:
    """Return who of a community centre wrote a letter down at the counter; None where the desk did."""
    if channels_of(scope)[letter.channel].medium != MEDIUM:
        return None
    return next(iter(people_in(scope, "community-worker")), None)


def _source_of(scope: Scope, letter: Letter) -> str:
    """Return by which of the sources of its channel a letter came, in turn; empty where the registry has none."""
    listed = [each.code for each in source_book(scope).in_use if each.channel == letter.channel]
    return listed[letter.number % len(listed)] if listed else ""


def _answer(life: Life) -> Iterator[datetime]:
    yield life.wait(3 * MINUTE, 15 * MINUTE, of="answer")
    said, disposition = _worded(life), life.letter.disposition
    yield from _told(
        life,
        lambda: desk.answer_directly(
            life.scope, life.serial_no, life.by_desk, text=said, disposition=disposition, confirmed=CONFIRMED
        ),
    )


def _attach(life: Life) -> Iterator[datetime]:
    yield life.wait(4 * MINUTE, 20 * MINUTE, of="attach")
    master = life.others[life.letter.to].serial_no
    join.attach(life.scope, life.serial_no, life.by_desk, master=master, reason=life.letter.why)


def _split(life: Life) -> Iterator[datetime]:
    """The desk splits it, and dispatches the parts that no rule of the district dispatched."""
    yield life.wait(6 * MINUTE, 30 * MINUTE, of="split")
    scope, letter = life.scope, life.letter
    whole = join.split(scope, life.serial_no, life.by_desk, texts=letter.parts, matters=letter.matters)
    life.marks.clocks_started()
    waiting = [part for part in parts_of(scope, whole) if part.state in WAITING_FOR_DISPATCH]
    for part in waiting:
        yield life.wait(MINUTE, 6 * MINUTE, of=part.text)
        duty = directory(scope).get_duty(part.matter or "")
        desk.dispatch(scope, part.serial_no, life.by_desk, lead=duty.lead, reason="按职责清单")
        life.marks.clocks_started()


def _void(life: Life) -> Iterator[datetime]:
    yield life.wait(3 * MINUTE, 20 * MINUTE, of="void")
    void.void(life.scope, life.serial_no, life.by_desk, reason=life.letter.why)


def _go_astray(life: Life) -> Iterator[datetime]:
    """The desk first sends it to a unit that gives it back; a rule of the district knows better.

    Nothing of the kind where a single return already calls for a consultation.
    """
    if not life.letter.astray or not life.waits_for_desk or rules_of(life.scope).max_returns < 2:
        return
    life.unit = life.letter.astray
    yield life.wait(2 * MINUTE, 25 * MINUTE, of="astray")
    desk.dispatch(life.scope, life.serial_no, life.by_desk, lead=life.unit, reason="按来件所说的地点判断")
    life.look_at_clocks()
    yield from _ask_return(life)
    yield from _take_back(life)


def _send_out(life: Life) -> Iterator[datetime]:
    """The desk dispatches, unless a rule of the district already did."""
    units, letter = directory(life.scope), life.letter
    duty = units.find_duty(letter.matter)
    life.unit = letter.unit or (duty.lead if duty else units.desk.code)
    life.co = duty.co if duty and not letter.unit else ()
    if life.waits_for_desk:
        life.co = life.co if life.chance("joint") < JOINT else ()
        yield life.wait(2 * MINUTE, 25 * MINUTE, of="dispatch")
        desk.dispatch(life.scope, life.serial_no, life.by_desk, lead=life.unit, co=life.co, reason=SENT_BECAUSE)
    life.look_at_clocks()


def _sign(life: Life) -> Iterator[datetime]:
    if life.never_sleeps:
        yield life.wait(3 * MINUTE, 14 * MINUTE, of="sign")
    else:
        yield life.work(10 * MINUTE, 150 * MINUTE, of="sign")
    handle.sign(life.scope, life.serial_no, life.by_unit)
    if "on_site" in life.clocks:
        yield life.wait(9 * MINUTE, 30 * MINUTE, of="on_site")
        handle.arrive(life.scope, life.serial_no, life.by_unit, what="到达现场查看")
    for unit in life.co:
        yield (life.wait if life.never_sleeps else life.work)(2 * MINUTE, 40 * MINUTE, of=f"sign/{unit}")
        handle.sign(life.scope, life.serial_no, life.by(unit))
    if life.chance("contact") < CONTACTED:
        yield life.work(5 * MINUTE, 60 * MINUTE, of="contacted")
        handle.contact(life.scope, life.serial_no, life.by_unit, reached=True, what="核实地点和情况")
    if life.letter.note:
        yield life.work(20 * MINUTE, 90 * MINUTE, of="note")
        handle.note(life.scope, life.serial_no, life.by_unit, what=life.letter.note)


def _ask_return(life: Life) -> Iterator[datetime]:
    yield life.work(20 * MINUTE, 150 * MINUTE, of="return")
    reason, why = life.letter.return_reason, life.letter.why
    give_back.request_return(
        life.scope, life.serial_no, life.by_unit, reason_code=reason, evidence=why, proposed_unit=_whose(life)
    )


def _whose(life: Life) -> str:
    """Return whose the unit that has the ticket says it is: what the letter or the duty list says, else the desk's."""
    units, letter = directory(life.scope), life.letter
    duty = units.find_duty(letter.matter)
    named = (letter.unit, *((duty.lead, *duty.co) if duty else ()), units.desk.code)
    return next(code for code in named if code not in ("", None, life.unit))


def _take_back(life: Life) -> Iterator[datetime]:
    yield life.wait(5 * MINUTE, 40 * MINUTE, of="take back")
    give_back.approve_return(life.scope, life.serial_no, life.by_desk)
    life.marks.clocks_started()


def _ask_extension(life: Life) -> Iterator[datetime]:
    life.at = life.on_the_way(life.due_at, 0.3 + 0.3 * life.chance("extension"))
    yield life.at
    days, why = life.letter.extended, life.letter.why
    time.request_extension(life.scope, life.serial_no, life.by_unit, days=days, reason=why)


def _extend(life: Life) -> Iterator[datetime]:
    """The unit asks for more days and gets them; a limit in hours is not extended."""
    if not life.letter.extended or life.never_sleeps:
        return
    yield from _ask_extension(life)
    yield life.work(10 * MINUTE, 90 * MINUTE, of="extended")
    time.decide_extension(life.scope, life.serial_no, life.by_reviewer, approved=True)
    life.marks.clocks_started()


def _pause(life: Life) -> Iterator[datetime]:
    yield life.work(30 * MINUTE, 2 * HOUR, of="pause")
    reason, why = life.letter.pause_reason, life.letter.why
    time.request_pause(life.scope, life.serial_no, life.by_unit, reason_code=reason, evidence=why, days=LONGEST_PAUSE)
    yield life.work(10 * MINUTE, 90 * MINUTE, of="paused")
    time.decide_pause(life.scope, life.serial_no, life.by_reviewer, approved=True)
    life.marks.clocks_started()


def _reply(life: Life) -> Iterator[datetime]:
    """The co-units answer to the unit that leads, or are let off; then it answers."""
    answered = life.answer_at()
    for unit in life.co:
        life.at = life.on_the_way(answered, 0.5)
        yield life.at
        if life.chance(f"waive/{unit}") < WAIVED:
            why = "主办单位已能独立答复"
            joint.waive(life.scope, life.serial_no, life.by_desk, unit=unit, reason=why)
        else:
            said = "已按职责分工办理，情况反馈主办单位汇总答复"
            joint.contribute(life.scope, life.serial_no, life.by(unit), text=said)
    life.at = answered
    yield life.at
    yield from _hand_in(life, _worded(life))


def _pass(life: Life) -> Iterator[datetime]:
    yield life.work(15 * MINUTE, 2 * HOUR, of="review")
    yield from _told(
        life, lambda: conclude.pass_reply(life.scope, life.serial_no, life.by_reviewer, confirmed=CONFIRMED)
    )


def _told(life: Life, conclude_it: Callable[[], object]) -> Iterator[datetime]:
    """Conclude; where its district wants a proof that the resident was told and no message will be one, the desk calls first."""
    try:
        conclude_it()
    except Objected:
        tell.tell_at_desk(life.scope, life.serial_no, life.by_desk, way="phone", arrived=True, what=_worded(life))
        yield life.wait(MINUTE, 4 * MINUTE, of="told")
        conclude_it()


def _instruct(life: Life) -> Iterator[datetime]:
    """A leader has read of it, and whoever supervises keeps what they said."""
    said = life.letter.instructed
    if said is None:
        return
    yield life.wait(10 * MINUTE, 40 * MINUTE, of="instructed")
    order = Order(life.cast.supervising(), life.at)
    press.instruct(life.scope, life.serial_no, order, leader=said.leader, level=said.level, text=said.text)


def _report(life: Life) -> Iterator[datetime]:
    """The unit reports to the leader who gave the instruction, or has not yet."""
    said = life.letter.instructed
    if said is None or not said.report:
        return
    yield life.work(20 * MINUTE, 2 * HOUR, of="reported")
    given = select(Instruction.id).where(
        Instruction.tenant_id == life.scope.tenant.id, Instruction.ticket_id == life.ticket_id
    )
    instruction_id = life.scope.session.scalars(given).one()
    press.report_instruction(life.scope, life.serial_no, life.by_unit, instruction_id=instruction_id, text=said.report)


def _explain(life: Life) -> Iterator[datetime]:
    """The unit says why its answer was late, and the desk finds whether that is so."""
    cause, evidence = life.letter.late_because
    if not cause or life.chance("stated") >= STATED:
        return
    ticket = life.scope.session.get_one(Ticket, (life.scope.tenant.id, life.ticket_id))
    missed = missed_reply_clocks(life.scope, ticket)
    if not missed:
        return
    yield life.work(1 * HOUR, 6 * HOUR, of="stated")
    clock_id, by = missed[0].id, life.by_unit
    explain.state_overdue_cause(life.scope, life.serial_no, by, clock_id=clock_id, cause=cause, evidence=evidence)
    if life.chance("found") < FOUND:
        yield life.work(1 * HOUR, 6 * HOUR, of="found")
        order = Order(life.cast.supervising(), life.at)
        explain.find_overdue_cause(life.scope, life.serial_no, order, clock_id=clock_id, cause=cause)


def _ask(life: Life) -> Iterator[datetime]:
    """The desk calls and the resident rates, or they rate by themselves, or do not want to."""
    yield life.work(1 * HOUR, 8 * HOUR, of="follow-up")
    is_refused = life.letter.rating == REFUSED
    if is_refused or life.chance("phone") < BY_PHONE:
        outcome = "refused" if is_refused else "reached"
        conclude.follow_up(life.scope, life.serial_no, life.by_desk, outcome=outcome)
        if is_refused:
            return
        yield life.wait(MINUTE, 4 * MINUTE, of="rating")
    _rate(life, life.letter.rating, comment=life.letter.comment)
    if life.letter.rating.startswith("dissatisfied/") and life.chance("why") < EXPLAINED:
        yield life.wait(MINUTE, 5 * MINUTE, of="why")
        cause = CAUSES[int(life.chance("cause") * len(CAUSES))]
        explain.ask_cause(life.scope, life.serial_no, life.by_desk, cause=cause)


def _redo(life: Life) -> Iterator[datetime]:
    yield life.wait(10 * MINUTE, HOUR, of="redo")
    conclude.redo(life.scope, life.serial_no, life.by_desk, reason=life.letter.why)
    life.marks.clocks_started()


def _do_again(life: Life) -> Iterator[datetime]:
    """The same unit does it once more, and then the resident is content."""
    if not life.letter.redone:
        return
    yield life.wait(10 * MINUTE, HOUR, of="redo")
    conclude.redo(life.scope, life.serial_no, life.by_desk, reason=life.letter.why, same_unit=True)
    life.look_at_clocks()
    life.at = life.answer_at()
    yield life.at
    yield from _hand_in(life, life.letter.redone.replace(WHO, life.letter.who))
    yield from _pass(life)
    yield life.work(1 * HOUR, 8 * HOUR, of="again")
    _rate(life, "satisfied/yes")


def _hand_in(life: Life, text: str) -> Iterator[datetime]:
    """The unit answers; where its district wants the resident told first, it calls them and answers then."""
    disposition = life.letter.disposition
    try:
        handle.reply(life.scope, life.serial_no, life.by_unit, text=text, disposition=disposition, confirmed=CONFIRMED)
    except Objected:
        handle.contact(life.scope, life.serial_no, life.by_unit, reached=True, what="反馈办理情况")
        yield life.wait(MINUTE, 4 * MINUTE, of="told")
        handle.reply(life.scope, life.serial_no, life.by_unit, text=text, disposition=disposition, confirmed=CONFIRMED)


def _rate(life: Life, rating: str, *, comment: str = "") -> None:
    satisfaction, _, resolved = rating.partition("/")
    order = Order(RESIDENT, life.at)
    conclude.rate(life.scope, life.serial_no, order, resolved=resolved, satisfaction=satisfaction, comment=comment)


def _worded(life: Life) -> str:
    return life.letter.reply.replace(WHO, life.letter.who)


Chapter = Callable[[Life], Iterator[datetime]]
_IN_HAND: tuple[Chapter, ...] = (_go_astray, _send_out, _sign, _instruct, _extend)
_CONCLUDED: tuple[Chapter, ...] = (*_IN_HAND, _reply, _pass, _report)
CHAPTERS: Mapping[str, tuple[Chapter, ...]] = {
    "waiting": (),
    "attached": (_attach,),
    "split": (_split,),
    "voided": (_void,),
    "answered": (_answer,),
    "to_sign": (_send_out,),
    "return_asked": (_send_out, _ask_return),
    "returned": (_send_out, _ask_return, _take_back),
    "in_hand": _IN_HAND,
    "extension_asked": (_send_out, _sign, _ask_extension),
    "paused": (_send_out, _sign, _pause),
    "review": (*_IN_HAND, _reply),
    "concluded": _CONCLUDED,
    "rated": (*_CONCLUDED, _ask, _do_again, _explain),
    "redone": (*_CONCLUDED, _ask, _redo),
}
"""What happens to a letter after it was accepted, by where it stands today."""
