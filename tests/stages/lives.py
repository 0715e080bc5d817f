"""Lives of tickets for counting: each step through the journeys in a transaction of its own, and a naive count of it all."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select

from core.evaluation.models import Rating
from core.journey import conclude, desk, handle
from core.journey.accept import accept
from core.journey.supervise import supervise
from core.kit.errors import Refused
from core.routing.models import Assignment
from core.sla.models import Clock
from core.statistics.counting import CELLS, COUNTED, HOURS
from core.tenancy.scope import Installation, Scope
from core.tickets.models import Ticket
from tests.builders import CLERK, OPERATOR, REVIEWER, beijing, make_appeal

Cell = tuple[str, date, str, str, str, int, str]
"""Aspect, day, channel, medium, nature, unit, matter: the key of a cell."""

STEPS: dict[str, Callable[..., Ticket]] = {
    "dispatch": lambda scope, no, now: desk.dispatch(scope, no, lead="roads", actor=OPERATOR, now=now),
    "dispatch elsewhere": lambda scope, no, now: desk.dispatch(scope, no, lead="parks", actor=OPERATOR, now=now),
    "answer": lambda scope, no, now: desk.answer_directly(scope, no, text="请致电路政热线", actor=OPERATOR, now=now),
    "correct": lambda scope, no, now: desk.correct(
        scope, no, nature="complaint", matter="lamp", complexity="simple", actor=OPERATOR, now=now
    ),
    "sign": lambda scope, no, now: handle.sign(scope, no, unit_id=None, actor=CLERK, now=now),
    "give back": lambda scope, no, now: handle.give_back(scope, no, unit_id=None, reason="不属", actor=CLERK, now=now),
    "reply": lambda scope, no, now: handle.reply(
        scope, no, unit_id=None, text="已修补", disposition="resolved", actor=CLERK, now=now
    ),
    "return reply": lambda scope, no, now: conclude.return_reply(scope, no, note="请附照片", actor=REVIEWER, now=now),
    "pass reply": lambda scope, no, now: conclude.pass_reply(scope, no, actor=REVIEWER, now=now),
    "rate well": lambda scope, no, now: conclude.rate(scope, no, resolved="yes", satisfaction="basically", now=now),
    "rate badly": lambda scope, no, now: conclude.rate(scope, no, resolved="no", satisfaction="dissatisfied", now=now),
    "redo": lambda scope, no, now: conclude.redo(scope, no, reason="又坏了", actor=OPERATOR, now=now),
}
DUTIES = (
    {"code": "road", "keywords": ["坑洼"]},
    {"code": "lamp", "category": "公共设施", "subcategory": "路灯", "keywords": ["路灯"]},
)


@dataclass
class Life:
    """A district whose time passes step by step."""

    installation: Installation
    slug: str
    now: datetime = field(default_factory=lambda: beijing("2026-02-26 21:00"))
    tickets: list[str] = field(default_factory=list)

    def take_in(self, text: str = "道路坑洼，出行不便", **appeal: Any) -> str:
        """Accept an appeal and return its serial number."""
        wanted = make_appeal(text=text, **appeal)
        accepted = self.installation.run(self.slug, lambda scope: accept(scope, wanted, actor=OPERATOR, now=self.now))
        self.tickets.append(accepted.serial_no)
        return accepted.serial_no

    def step(self, what: str, serial_no: str | None = None) -> bool:
        """Take a step with a ticket (the newest, if none is named) and tell whether it was allowed."""
        serial_no = serial_no or self.tickets[-1]

        def work(scope: Scope) -> None:
            STEPS[what](scope, serial_no, now=self.now)

        try:
            self.installation.run(self.slug, work)
        except Refused:
            return False
        return True

    def walk(self, *steps: str, hours: float = 1) -> None:
        """Take allowed steps with the newest ticket, each some hours after the one before."""
        for step in steps:
            self.wait(hours)
            assert self.step(step), step

    def wait(self, hours: float) -> None:
        """Let time pass, and have what falls due meanwhile acted on."""
        self.now += timedelta(hours=hours)
        while self.installation.run(self.slug, lambda scope: supervise(scope, now=self.now)):
            pass


def cells(scope: Scope) -> dict[Cell, dict[str, int]]:
    """Return what the cube says: by key, the counts that are not nothing."""
    keys = [CELLS.c[name] for name in ("aspect", "day", "channel", "medium", "nature", "unit_id", "matter")]
    rows = scope.session.execute(select(*keys, *(CELLS.c[name] for name in COUNTED)))
    return {tuple(row[:7]): {name: n for name, n in zip(COUNTED, row[7:], strict=True) if n} for row in rows}


def hours(scope: Scope) -> dict[tuple[str, date, int], int]:
    """Return what the cube says of durations."""
    rows = scope.session.execute(select(HOURS.c.measure, HOURS.c.day, HOURS.c.hours, HOURS.c.n))
    return {(measure, day, hour): n for measure, day, hour, n in rows}


def naive_cells(scope: Scope) -> dict[Cell, dict[str, int]]:
    """Count every ticket by hand, one after the other."""
    sums: dict[Cell, Counter[str]] = {}
    for day, measure, ticket, unit, seconds in happenings(scope):
        for key in (
            ("all", day, "", "", "", 0, ""),
            ("way", day, ticket.channel, ticket.medium, ticket.nature, 0, ""),
            ("unit", day, "", "", "", unit or 0, ""),
            ("matter", day, "", "", "", 0, ticket.matter or ""),
        ):
            counted = sums.setdefault(key, Counter())
            counted[measure] += 1
            if seconds is not None:
                counted[f"{measure}_seconds"] += seconds
    return {key: dict(+counted) for key, counted in sums.items()}


def naive_hours(scope: Scope) -> dict[tuple[str, date, int], int]:
    """Count every duration by hand."""
    sums: Counter[tuple[str, date, int]] = Counter()
    for day, measure, _, _, seconds in happenings(scope):
        if seconds is not None:
            sums[measure, day, seconds // 3600] += 1
    return dict(sums)


def happenings(scope: Scope) -> list[tuple[date, str, Ticket, int | None, int | None]]:
    """Return everything that counts: its day, measure, ticket, unit, and the seconds it took."""
    found: list[tuple[date, str, Ticket, int | None, int | None]] = []
    tickets = {ticket.id: ticket for ticket in scope.session.scalars(select(Ticket))}
    assignments = list(scope.session.scalars(select(Assignment).where(Assignment.role == "lead")))

    def add(at: datetime | None, measure: str, ticket: Ticket, unit: int | None, seconds: int | None = None) -> None:
        if at is not None:
            found.append((at.astimezone(scope.tenant.zone).date(), measure, ticket, unit, seconds))

    def unit_of(ticket: Ticket, cycle_no: int) -> int | None:
        if cycle_no == ticket.cycle_no:
            return ticket.lead_unit_id
        done = [
            each.unit_id
            for each in assignments
            if (each.ticket_id, each.cycle_no, each.state) == (ticket.id, cycle_no, "done")
        ]
        return done[0] if done else None

    for ticket in tickets.values():
        unit = ticket.lead_unit_id
        add(ticket.accepted_at, "accepted", ticket, unit)
        if ticket.replied_at is not None:
            seconds = round((ticket.replied_at - ticket.submitted_at).total_seconds())
            add(ticket.replied_at, "replied", ticket, unit, seconds)
            add(ticket.accepted_at, "replied_of_accepted", ticket, unit, seconds)
        if ticket.concluded_at is not None and ticket.accepted_at is not None:
            add(ticket.concluded_at, "concluded", ticket, unit)
            if ticket.concluded_at - ticket.accepted_at <= timedelta(days=1):
                add(ticket.concluded_at, "concluded_within_a_day", ticket, unit)
    for assignment in assignments:
        ticket = tickets[assignment.ticket_id]
        add(assignment.assigned_at, "dispatched", ticket, assignment.unit_id)
        if assignment.state == "returned":
            add(assignment.ended_at, "returned", ticket, assignment.unit_id)
    for clock in scope.session.scalars(select(Clock).where(Clock.name == "reply", Clock.state != "cancelled")):
        ticket = tickets[clock.ticket_id]
        unit = unit_of(ticket, clock.cycle_no)
        if clock.stopped_at is not None or clock.overdue_at is not None:
            met = clock.stopped_at is not None and clock.stopped_at <= clock.due_at
            add(clock.due_at, "due", ticket, unit)
            add(clock.due_at, "on_time" if met else "overdue", ticket, unit)
    for rating in scope.session.scalars(select(Rating)):
        ticket = tickets[rating.ticket_id]
        unit = unit_of(ticket, rating.cycle_no)
        add(rating.at, "rated", ticket, unit)
        add(rating.at, "answered_resolved", ticket, unit)
        if rating.resolved == "yes":
            add(rating.at, "resolved", ticket, unit)
        add(rating.at, "dissatisfied" if rating.satisfaction == "dissatisfied" else "satisfied", ticket, unit)
    return found
