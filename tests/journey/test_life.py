"""The life of tickets at random, on the real database, beside a model small enough to be believed."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select

from core.hooks.values import Budget
from core.journey import conclude, desk, handle
from core.journey.accept import accept
from core.journey.supervise import supervise
from core.kit.errors import Refused
from core.routing.models import Assignment
from core.sla.models import Clock, Timer
from core.sla.rules import mark_at, reckon
from core.sla.service import DEFAULT_YELLOW
from core.tenancy.scope import Installation, Scope
from core.tickets.models import Ticket, TicketEvent
from core.tickets.states import ANSWERED, OPEN, State
from core.tickets.timeline import first_broken_entry
from core.workdays.queries import current_calendar
from core.workdays.rules import Timetable
from tests.builders import CLERK, OPERATOR, REVIEWER, beijing, make_appeal, make_district

FIVE_WORKDAYS = Budget("wd_eod", 5)
UNITS = ("roads", "parks")
AT_ONCE = 3
WAITING = (State.ACCEPTED, State.TO_DISPATCH)
WITH_UNIT = (State.DISPATCHED, State.IN_PROGRESS)
CONCLUDED = (State.CONCLUDED, State.FOLLOWING_UP, State.EVALUATED)
pick = st.integers(min_value=0, max_value=AT_ONCE - 1)


@dataclass
class ModelClock:
    """A reply clock: when it began and is due, which marks are still to be told, and how it ended."""

    cycle: int
    started: datetime
    due: datetime
    marks: dict[str, datetime]
    state: str = "running"
    light: str = "green"
    stopped: datetime | None = None

    def stop(self, at: datetime) -> None:
        self.state, self.stopped = ("met" if at <= self.due else "breached"), at
        self.marks = {mark: reached for mark, reached in self.marks.items() if reached <= at}


@dataclass
class ModelTicket:
    """A ticket as its reader would describe it, counting its timeline."""

    serial_no: str
    state: State
    version: int
    clocks: list[ModelClock]
    lead: str | None = None
    cycle: int = 1
    bounces: int = 0
    handed_in: datetime | None = None
    rated: set[int] = field(default_factory=set)
    done: set[str] = field(default_factory=set)

    @property
    def running(self) -> ModelClock | None:
        return next((clock for clock in self.clocks if clock.state == "running"), None)

    def conclude(self, at: datetime) -> None:
        assert self.running
        self.running.stop(at)
        self.state, self.version = State.CONCLUDED, self.version + 2


class Life(RuleBasedStateMachine):
    """Every rule does one thing to a ticket and to its model: where the model says no, the product must refuse."""

    installation: Installation

    def __init__(self) -> None:
        super().__init__()
        self.now = beijing("2026-03-12 10:00")
        self.tickets: list[ModelTicket] = []

    @initialize()
    def open_a_district(self) -> None:
        self.slug = make_district(self.installation)
        self.timetable: Timetable = self.run(lambda scope: current_calendar(scope).timetable)

    def run(self, work: Callable[[Scope], Any]) -> Any:
        return self.installation.run(self.slug, work)

    def one(self, which: int) -> ModelTicket:
        return self.tickets[which % len(self.tickets)]

    def attempt(self, ticket: ModelTicket, allowed: bool, journey: Callable[..., Ticket], **how: Any) -> bool:
        """Do it, and tell whether it was done; what the model does not allow must be refused."""
        if not allowed:
            with pytest.raises(Refused):
                self.run(lambda scope: journey(scope, ticket.serial_no, now=self.now, **how))
            return False
        self.run(lambda scope: journey(scope, ticket.serial_no, now=self.now, **how))
        return True

    def new_clock(self, cycle: int, started: datetime) -> ModelClock:
        due = reckon(self.timetable, FIVE_WORKDAYS, started).due
        yellow = mark_at(self.timetable, DEFAULT_YELLOW, FIVE_WORKDAYS, start=started, due=due)
        return ModelClock(cycle, started, due, {"yellow": yellow, "overdue": due})

    @rule(
        step=st.sampled_from([timedelta(minutes=1), timedelta(hours=5), timedelta(days=1), timedelta(days=6)]),
        is_watched=st.booleans(),
    )
    def time_passes(self, step: timedelta, is_watched: bool) -> None:
        self.now += step
        if is_watched:
            self.supervise()

    @precondition(lambda self: len(self.tickets) < AT_ONCE)
    @rule()
    def take_in(self) -> None:
        accepted = self.run(lambda scope: accept(scope, make_appeal(), actor=OPERATOR, now=self.now))
        clock = self.new_clock(1, self.now)
        self.tickets.append(ModelTicket(accepted.serial_no, State.ACCEPTED, 4, [clock]))

    @precondition(lambda self: self.tickets)
    @rule(which=pick, lead=st.sampled_from(UNITS))
    def dispatch(self, which: int, lead: str) -> None:
        ticket = self.one(which)
        others = [unit for unit in UNITS if unit != lead]
        if self.attempt(ticket, ticket.state in WAITING, desk.dispatch, lead=lead, co=others, actor=OPERATOR):
            ticket.state, ticket.lead, ticket.version = State.DISPATCHED, lead, ticket.version + 1

    @precondition(lambda self: self.tickets)
    @rule(which=pick)
    def click_dispatch_again(self, which: int) -> None:
        """The command id stands for one command on one ticket: carried out once, and then never refused."""
        ticket = self.one(which)
        command = f"{ticket.serial_no}/again"
        allowed = ticket.state in WAITING or command in ticket.done
        if self.attempt(ticket, allowed, desk.dispatch, lead="roads", actor=OPERATOR, command_id=command):
            if command not in ticket.done:
                ticket.state, ticket.lead, ticket.version = State.DISPATCHED, "roads", ticket.version + 1
            ticket.done.add(command)

    @precondition(lambda self: self.tickets)
    @rule(which=pick)
    def answer_at_the_desk(self, which: int) -> None:
        ticket = self.one(which)
        if self.attempt(ticket, ticket.state in WAITING, desk.answer_directly, text="请稍候", actor=OPERATOR):
            ticket.conclude(self.now)

    @precondition(lambda self: self.tickets)
    @rule(which=pick)
    def correct(self, which: int) -> None:
        ticket = self.one(which)
        how = {"nature": "complaint", "matter": None, "complexity": "simple", "actor": OPERATOR}
        if self.attempt(ticket, ticket.state in WAITING, desk.correct, **how):
            replaced = ticket.running
            assert replaced
            replaced.state, replaced.marks = "cancelled", {}
            ticket.clocks.append(self.new_clock(ticket.cycle, replaced.started))
            ticket.version += 2

    @precondition(lambda self: self.tickets)
    @rule(which=pick)
    def sign(self, which: int) -> None:
        ticket = self.one(which)
        if self.attempt(ticket, ticket.state == State.DISPATCHED, handle.sign, unit_id=None, actor=CLERK):
            ticket.state, ticket.version = State.IN_PROGRESS, ticket.version + 1

    @precondition(lambda self: self.tickets)
    @rule(which=pick)
    def give_back(self, which: int) -> None:
        ticket = self.one(which)
        how = {"unit_id": None, "reason": "误派", "actor": CLERK}
        if self.attempt(ticket, ticket.state in WITH_UNIT, handle.give_back, **how):
            ticket.state, ticket.lead, ticket.version = State.TO_DISPATCH, None, ticket.version + 1
            ticket.bounces += 1

    @precondition(lambda self: self.tickets)
    @rule(which=pick)
    def reply(self, which: int) -> None:
        ticket = self.one(which)
        how = {"unit_id": None, "text": "已修补", "disposition": "resolved", "actor": CLERK}
        if self.attempt(ticket, ticket.state == State.IN_PROGRESS, handle.reply, **how):
            ticket.state, ticket.handed_in, ticket.version = State.SUBMITTED, self.now, ticket.version + 1

    @precondition(lambda self: self.tickets)
    @rule(which=pick)
    def return_reply(self, which: int) -> None:
        ticket = self.one(which)
        how = {"note": "请补充", "actor": REVIEWER}
        if self.attempt(ticket, ticket.state == State.SUBMITTED, conclude.return_reply, **how):
            ticket.state, ticket.version = State.IN_PROGRESS, ticket.version + 1

    @precondition(lambda self: self.tickets)
    @rule(which=pick)
    def pass_reply(self, which: int) -> None:
        ticket = self.one(which)
        if self.attempt(ticket, ticket.state == State.SUBMITTED, conclude.pass_reply, actor=REVIEWER):
            assert ticket.handed_in
            ticket.conclude(ticket.handed_in)

    @precondition(lambda self: self.tickets)
    @rule(which=pick, outcome=st.sampled_from(["reached", "unreachable", "refused"]))
    def follow_up(self, which: int, outcome: str) -> None:
        ticket = self.one(which)
        how = {"outcome": outcome, "actor": OPERATOR}
        if self.attempt(ticket, ticket.state == State.CONCLUDED, conclude.follow_up, **how):
            ticket.version += 1
            if outcome == "reached":
                ticket.state = State.FOLLOWING_UP

    @precondition(lambda self: self.tickets)
    @rule(which=pick)
    def rate(self, which: int) -> None:
        ticket = self.one(which)
        allowed = ticket.state in (State.CONCLUDED, State.FOLLOWING_UP)
        if self.attempt(ticket, allowed, conclude.rate, resolved="no", satisfaction="dissatisfied"):
            ticket.state, ticket.version = State.EVALUATED, ticket.version + 1
            ticket.rated.add(ticket.cycle)

    @precondition(lambda self: self.tickets)
    @rule(which=pick)
    def redo(self, which: int) -> None:
        ticket = self.one(which)
        if self.attempt(ticket, ticket.state in CONCLUDED, conclude.redo, reason="未修好", actor=OPERATOR):
            ticket.state, ticket.lead, ticket.version = State.TO_DISPATCH, None, ticket.version + 2
            ticket.cycle += 1
            ticket.clocks.append(self.new_clock(ticket.cycle, self.now))

    @precondition(lambda self: self.tickets)
    @rule(which=pick)
    def carry_on(self, which: int) -> None:
        """Do what would come next, so that many walks get far."""
        state = self.one(which).state
        if state in WAITING:
            self.dispatch(which, "roads")
        elif state == State.DISPATCHED:
            self.sign(which)
        elif state == State.IN_PROGRESS:
            self.reply(which)
        elif state == State.SUBMITTED:
            self.pass_reply(which)
        elif state == State.CONCLUDED:
            self.follow_up(which, "reached")
        elif state == State.FOLLOWING_UP:
            self.rate(which)
        else:
            self.redo(which)

    @rule()
    def supervise(self) -> None:
        fired = self.run(lambda scope: supervise(scope, now=self.now, limit=100))

        expected = []
        for ticket in self.tickets:
            for clock in ticket.clocks:
                for mark, reached in list(clock.marks.items()):
                    if reached <= self.now and ticket.state != State.SUBMITTED:
                        expected.append((reached, ticket.serial_no, mark))
                        clock.light = "red" if mark == "overdue" else "yellow"
                        del clock.marks[mark]
                        ticket.version += 2
        assert sorted((mark.at, mark.serial_no, mark.mark) for mark in fired) == sorted(expected)

    @invariant()
    def the_product_agrees_with_the_model(self) -> None:
        if self.tickets:
            self.run(self._compare)

    def _compare(self, scope: Scope) -> None:
        rows = {row.serial_no: row for row in scope.session.scalars(select(Ticket))}
        assert set(rows) == {ticket.serial_no for ticket in self.tickets}
        clocks = _by_ticket(scope, Clock, Clock.id)
        entries = _by_ticket(scope, TicketEvent, TicketEvent.seq)
        assignments = _by_ticket(scope, Assignment, Assignment.id)
        timers: dict[int, dict[str, datetime]] = {}
        for timer in scope.session.scalars(select(Timer)):
            timers.setdefault(timer.clock_id, {})[timer.mark] = timer.fire_at
        for ticket in self.tickets:
            row = rows[ticket.serial_no]
            self._compare_ticket(ticket, row)
            assert first_broken_entry(row, entries[row.id]) is None
            assert [
                (each.cycle_no, each.started_at, each.due_at, each.state, each.stopped_at) for each in clocks[row.id]
            ] == [(each.cycle, each.started, each.due, each.state, each.stopped) for each in ticket.clocks]
            assert [timers.get(each.id, {}) for each in clocks[row.id]] == [each.marks for each in ticket.clocks]
            leads = [each for each in assignments.get(row.id, ()) if each.role == "lead" and each.ended_at is None]
            assert len(leads) == (1 if ticket.state in (*WITH_UNIT, State.SUBMITTED) else 0)

    def _compare_ticket(self, ticket: ModelTicket, row: Ticket) -> None:
        running = ticket.running
        assert (running is not None) == (ticket.state in OPEN)
        assert (row.state, row.version, row.cycle_no, row.bounce_count) == (
            ticket.state,
            ticket.version,
            ticket.cycle,
            ticket.bounces,
        )
        assert (row.light, row.next_due_at) == ((running.light, running.due) if running else ("green", None))
        assert (row.replied_at is not None) == (row.concluded_at is not None) == (ticket.state in ANSWERED)
        assert (row.lead_unit_id is not None) == (ticket.lead is not None)


def _by_ticket(scope: Scope, model: Any, order: Any) -> dict[int, list[Any]]:
    rows: dict[int, list[Any]] = {}
    for row in scope.session.scalars(select(model).order_by(order)):
        rows.setdefault(row.ticket_id, []).append(row)
    return rows


def test_tickets_live_as_the_model_says(installation: Installation) -> None:
    Life.installation = installation

    # A failing life is told as it was found: making it shorter would take minutes on a real database.
    told_at_once = settings(
        max_examples=40, stateful_step_count=40, deadline=None, derandomize=True, phases=[Phase.generate]
    )
    run_state_machine_as_test(Life, settings=told_at_once)
