"""Whatever happens to a ticket, in whatever order: its due times follow from the ledger, and units end before residents."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, Phase, assume, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from core.hooks.values import Budget, BudgetMode, HandlingRules, TicketView
from core.journey import desk
from core.kit.errors import Refused
from core.sla.ledger import Cap, Extension, Pause, Tightening
from core.sla.live import LIVE
from core.sla.models import Clock, ClockEvent, Timer
from core.sla.rules import reckon
from core.sla.service import tighten
from core.tenancy.scope import Installation, Scope
from core.tickets.service import lock_ticket
from core.tickets.timeline import Order
from core.workdays.shipped import shipped_timetable
from tests.builders import BEIJING, SUPERVISOR, beijing, make_actor, make_district, make_feature, make_installation
from tests.time.districts import Limits, Timed, days, limits_feature, wall_hours

OFFICES = shipped_timetable("GZ")
BOTH = make_actor("值班长", "operator", "supervisor", id=8)
instants = st.datetimes(datetime(2025, 1, 1), datetime(2026, 6, 1)).map(  # noqa: DTZ001 -- made aware on the next line
    lambda naive: naive.replace(second=0, microsecond=0, tzinfo=BEIJING)
)
day_modes = st.sampled_from(["wd_eod", "wd_same"]).flatmap(
    lambda mode: st.integers(0, 25).map(lambda count: Budget(mode, count))
)
budgets = day_modes | st.integers(0, 60).map(lambda hours: Budget("ws", hours * 3600))
spans = st.tuples(instants, st.integers(0, 40 * 24 * 60)).map(
    lambda span: Pause(span[0], span[0] + timedelta(minutes=span[1]))
)


@given(budgets, instants, spans)
@example(
    Budget("ws", 14 * 3600),
    beijing("2025-09-29 09:00"),
    Pause(beijing("2025-09-29 19:00"), beijing("2025-09-30 08:00")),
)
def test_a_pause_outside_hours_has_no_effect(budget: Budget, start: datetime, pause: Pause) -> None:
    assume(not OFFICES.between(pause.start, pause.end))

    assert reckon(OFFICES, budget, start, pauses=[pause]).due == reckon(OFFICES, budget, start).due


@given(budgets, instants, spans)
def test_a_pause_costs_exactly_the_working_time_it_took(budget: Budget, start: datetime, pause: Pause) -> None:
    before = reckon(OFFICES, budget, start)
    assume(start <= pause.start <= before.due)

    after = reckon(OFFICES, budget, start, pauses=[pause])

    assert OFFICES.between(before.due, after.due) == OFFICES.between(pause.start, pause.end)


@given(budgets, instants, st.integers(1, 20), instants, instants)
def test_extensions_only_lengthen_deadlines_only_shorten_and_a_cap_holds(
    budget: Budget, start: datetime, count: int, at: datetime, until: datetime
) -> None:
    due = reckon(OFFICES, budget, start).due

    assert reckon(OFFICES, budget, start, adjustments=[Extension(at, count)]).due > due
    assert reckon(OFFICES, budget, start, adjustments=[Tightening(at, until)]).due == min(due, until)
    capped = reckon(OFFICES, budget, start, adjustments=[Extension(at, count)], cap=Cap(until, "答复时限"))
    assert until <= start or capped.due <= until


@pytest.mark.parametrize("mode", ["wall", "ws", "wd_eod", "wd_same", "natural"])
@given(start=instants, pauses=st.lists(spans, max_size=4))
def test_pauses_count_once_however_they_are_cut_and_ordered(
    mode: BudgetMode, start: datetime, pauses: list[Pause]
) -> None:
    budget = Budget(mode, 5 if mode in ("wd_eod", "wd_same", "natural") else 35 * 3600)
    halves = [
        part
        for pause in pauses
        for middle in [pause.start + (pause.end - pause.start) / 2]
        for part in (Pause(middle, pause.end), Pause(pause.start, middle))
    ]

    assert reckon(OFFICES, budget, start, pauses=halves).due == reckon(OFFICES, budget, start, pauses=pauses).due


def _limits(ticket: TicketView) -> Limits:
    if ticket.urgency == "urgent":
        return {"reply": wall_hours(60), "handle": days(2), "on_site": wall_hours(2)}
    return {"reply": days(8 if ticket.cycle_no == 1 else 3), "handle": days(5), "first_contact": days(1)}


@pytest.fixture(scope="module")
def installation(database_url: str) -> Installation:
    rules = HandlingRules(extension_times=9, extension_days=60, pause_days=60)
    feature = make_feature("limits", time_limits=limits_feature(_limits), handling_rules=lambda: [rules])
    return make_installation(database_url, features=[feature])


DEEDS = (
    "wait an hour",
    "wait a day",
    "wait a week",
    "supervise",
    "ask for days",
    "grant days",
    "deny days",
    "ask to pause",
    "let pause",
    "resume",
    "tighten",
    "raise",
    "lower",
    "redirect",
    "sign",
    "submit",
    "send back",
    "pass",
    "redo",
)


class Life:
    """One ticket to which things happen; what is refused does not happen."""

    def __init__(self, installation: Installation) -> None:
        self.walk = Timed(installation, make_district(installation, features={"limits": {}}))
        self.now = beijing("2025-09-22 10:00")
        self.walk.take_in(self.at)
        self.walk.dispatch(self.at, co=["parks"])

    @property
    def at(self) -> str:
        return f"{self.now.astimezone(BEIJING):%Y-%m-%d %H:%M}"

    def do(self, deed: str, number: int) -> None:
        waits = {"wait an hour": timedelta(hours=1), "wait a day": timedelta(days=1), "wait a week": timedelta(days=7)}
        if deed in waits:
            self.now += waits[deed] * number
            return
        with suppress(Refused):
            self._deeds()[deed](number)

    def _deeds(self) -> dict[str, Callable[[int], object]]:
        walk, at = self.walk, self.at
        return {
            "supervise": lambda _: walk.supervise(at),
            "ask for days": lambda number: walk.ask_extension(at, days=number),
            "grant days": lambda _: walk.decide_extension(at),
            "deny days": lambda _: walk.decide_extension(at, approved=False, note="不必"),
            "ask to pause": lambda number: walk.ask_pause(at, days=number),
            "let pause": lambda _: walk.decide_pause(at),
            "resume": lambda _: walk.resume(at),
            "tighten": self._tighten,
            "raise": lambda _: walk.do(desk.change_urgency, at, actor=BOTH, urgency="urgent", reason="紧急"),
            "lower": lambda _: walk.do(desk.change_urgency, at, actor=BOTH, urgency="normal", reason="缓和"),
            "redirect": lambda number: walk.redirect(at, lead="parks" if number % 2 else "roads"),
            "sign": lambda _: walk.sign(at),
            "submit": self._submit,
            "send back": lambda _: walk.return_reply(at),
            "pass": lambda _: walk.pass_reply(at),
            "redo": lambda _: walk.redo(at),
        }

    def _submit(self, _: int) -> None:
        for code in ("parks", "roads"):
            with suppress(Refused):
                self.walk.contribute(code, self.at)
        self.walk.reply(self.at)

    def _tighten(self, number: int) -> None:
        def work(scope: Scope) -> None:
            ticket = lock_ticket(scope, self.walk.serial_no)
            order, until = Order(SUPERVISOR, self.now), self.now + timedelta(hours=5 * number)
            tighten(scope, ticket, until, order, cause=f"instruction/{self.at}", reason="批示")

        self.walk.run(work)

    def check(self) -> None:
        assert self.walk.disagreeing() == []
        self.walk.run(self._check)

    def _check(self, scope: Scope) -> None:
        clocks = {clock.id: clock for clock in scope.session.scalars(select(Clock)) if clock.tenant_id}
        timers, events = scope.session.scalars(select(Timer)).all(), scope.session.scalars(select(ClockEvent)).all()
        live = [clock for clock in clocks.values() if clock.state in LIVE]
        for clock in live:
            waiting = [timer for timer in timers if timer.clock_id == clock.id]
            assert len({(timer.mark, timer.arm) for timer in waiting}) == len(waiting), "a mark waits twice"
            if clock.state == "paused":
                assert [timer.kind for timer in waiting] in (["resume"], []), "time stands still"
                continue
            ends = [timer.fire_at for timer in waiting if timer.mark == "overdue"]
            assert ends == ([] if clock.overdue_at else [clock.due_at]), "the end of a limit is set exactly once"
            above = clocks.get(clock.capped_by_id or 0)
            if above is not None and above.state == "running":
                assert clock.due_at is not None
                assert above.due_at is not None
                assert clock.due_at <= above.due_at, "a unit ends after the resident"
        for clock in clocks.values():
            if clock.state not in LIVE:
                assert clock.state == "superseded" or clock.due_at is not None
                ahead = [timer for timer in timers if timer.clock_id == clock.id and timer.fire_at > self.now]
                assert ahead == [], f"{clock.name} {clock.state} has timers ahead"
        told = [(event.clock_id, event.mark, event.arm) for event in events]
        assert len([each for each in told if each[1] == "overdue"]) == len(
            {each[0] for each in told if each[1] == "overdue"}
        )


@settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(st.tuples(st.sampled_from(DEEDS), st.integers(1, 4)), min_size=8, max_size=30))
@example(
    [
        ("sign", 1),
        ("ask to pause", 3),
        ("let pause", 1),
        ("wait a day", 1),
        ("raise", 1),
        ("wait a week", 1),
        ("supervise", 1),
    ]
)
@example([("sign", 1), ("submit", 1), ("wait a week", 1), ("send back", 1), ("supervise", 1), ("supervise", 1)])
def test_after_anything_the_stored_due_times_are_what_the_ledger_says(
    installation: Installation, deeds: list[tuple[str, int]]
) -> None:
    life = Life(installation)
    for deed, number in deeds:
        life.do(deed, number)
        life.check()
