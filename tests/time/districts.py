"""A district whose limits a test writes down, and a ticket walked through it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from core.hooks.values import Budget, ClockName, HandlingRules, Mark, TicketView, TimeLimit
from core.journey import time
from core.routing.models import Assignment
from core.sla.models import Clock, ClockEvent, ClockPause, Timer
from core.sla.queries import ClockAccount, accounts_of
from core.tickets.models import Ticket
from tests.builders import BEIJING, REVIEWER, make_district, make_feature, make_installation
from tests.journey.walking import Walk

Limits = Mapping[ClockName, Budget]
HOURS = 3600


def days(count: int) -> Budget:
    """Return so many working days, the first not counted."""
    return Budget("wd_eod", count)


def working_hours(count: float) -> Budget:
    """Return so many working hours."""
    return Budget("ws", round(count * HOURS))


def wall_hours(count: float) -> Budget:
    """Return so many hours by the clock on the wall."""
    return Budget("wall", round(count * HOURS))


@dataclass
class Timed(Walk):
    """A walk that looks at clocks."""

    def ask_extension(self, at: str, *, days: int, reason: str = "须专家鉴定", **how: Any) -> Ticket:
        how = {"actor": self.lead_clerk(), **how}
        return self.do(time.request_extension, at, days=days, reason=reason, **how)

    def decide_extension(self, at: str, *, approved: bool = True, **how: Any) -> Ticket:
        return self.do(time.decide_extension, at, approved=approved, **{"actor": REVIEWER, **how})

    def extend(self, at: str, *, days: int) -> Ticket:
        """The lead unit asks for more days, and gets them at once."""
        self.ask_extension(at, days=days)
        return self.decide_extension(at)

    def ask_pause(self, at: str, *, days: int = 5, reason_code: str = "awaiting_resident", **how: Any) -> Ticket:
        how = {"actor": self.lead_clerk(), "evidence": "已短信请诉求人补充材料", **how}
        return self.do(time.request_pause, at, days=days, reason_code=reason_code, **how)

    def decide_pause(self, at: str, *, approved: bool = True, **how: Any) -> Ticket:
        return self.do(time.decide_pause, at, approved=approved, **{"actor": REVIEWER, **how})

    def pause(self, at: str, *, days: int = 5, **how: Any) -> Ticket:
        """The lead unit asks for a pause, and gets it at once."""
        self.ask_pause(at, days=days, **how)
        return self.decide_pause(at)

    def resume(self, at: str, **how: Any) -> Ticket:
        return self.do(time.resume, at, **{"actor": self.lead_clerk(), **how})

    def clock(self, name: str, unit: str = "") -> Clock:
        """Return the newest clock of this name, of this unit where several have one."""
        clocks = [clock for clock in self.clocks() if clock.name == name]
        if unit:
            own = {row.id for row in self.assignments() if row.unit_id == self.unit_id(unit)}
            clocks = [clock for clock in clocks if clock.subject_id in own]
        return clocks[-1]

    def due(self, name: str, unit: str = "") -> str:
        """Return when that clock is due, in local time; empty while it is paused."""
        return local(self.clock(name, unit).due_at)

    def timers(self, name: str, unit: str = "") -> dict[str, str]:
        """Return what waits to be fired on that clock, and when."""
        clock = self.clock(name, unit)
        rows = self.run(lambda scope: scope.session.scalars(select(Timer).where(Timer.clock_id == clock.id)).all())
        return {row.mark: local(row.fire_at) for row in rows}

    def events(self, name: str, unit: str = "") -> list[tuple[str, int, str]]:
        """Return the marks of that clock that were reached: which, under which arm, and when."""
        clock = self.clock(name, unit)
        rows = self.run(
            lambda scope: scope.session.scalars(
                select(ClockEvent).where(ClockEvent.clock_id == clock.id).order_by(ClockEvent.at)
            ).all()
        )
        return [(row.mark, row.arm, local(row.at)) for row in rows]

    def pauses(self, name: str, unit: str = "") -> list[tuple[str, str, str]]:
        """Return the pauses on that clock's record: of which kind, from when, until when."""
        clock = self.clock(name, unit)
        rows = self.run(
            lambda scope: scope.session.scalars(
                select(ClockPause).where(ClockPause.clock_id == clock.id).order_by(ClockPause.started_at)
            ).all()
        )
        return [(row.kind, local(row.started_at), local(row.ended_at)) for row in rows]

    def accounts(self) -> list[ClockAccount]:
        """Return the account of each clock of the ticket."""
        return self.run(lambda scope: accounts_of(scope, self.ticket().id))

    def disagreeing(self) -> list[str]:
        """Return the clocks whose stored due time is not what follows from their record."""
        return [f"{account.name} {account.state}" for account in self.accounts() if not account.agrees]

    def assignment(self, unit: str) -> Assignment:
        """Return the unit's newest assignment."""
        return [row for row in self.assignments() if row.unit_id == self.unit_id(unit)][-1]

    def summaries(self, kind: str) -> list[str]:
        """Return what the timeline says in entries of a kind."""
        return [entry.summary for entry in self.entries() if entry.kind == kind]


def local(instant: datetime | None) -> str:
    """Say an instant in Beijing's time."""
    return f"{instant.astimezone(BEIJING):%Y-%m-%d %H:%M}" if instant else ""


def limits_feature(limits: Limits | Callable[[TicketView], Limits]) -> Callable[[TicketView], list[TimeLimit]]:
    """Return an answer to `time_limits`: these limits, or those that a function gives for a ticket."""

    def time_limits(ticket: TicketView) -> list[TimeLimit]:
        wanted = limits(ticket) if callable(limits) else limits
        return [TimeLimit(name, budget, f"limits/{name}", "测试时限") for name, budget in wanted.items()]

    return time_limits


def timed_district(
    database_url: str,
    limits: Limits | Callable[[TicketView], Limits],
    *,
    rules: HandlingRules | None = None,
    marks: Sequence[Mark] = (),
    **district: Any,
) -> Timed:
    """Make a district with these limits (or those that a function gives for a ticket), rules and marks."""

    answers: dict[str, Callable[..., Any]] = {"time_limits": limits_feature(limits)}
    if rules is not None:
        answers["handling_rules"] = lambda: [rules]
    if marks:
        answers["clock_marks"] = lambda: list(marks)
    installation = make_installation(database_url, features=[make_feature("limits", **answers)])
    return Timed(installation, make_district(installation, features={"limits": {}}, **district))
