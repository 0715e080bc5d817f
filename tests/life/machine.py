"""Random lives: people of two districts give random commands to several tickets while time passes, on the real database.

After each step every invariant is checked. What is refused must have changed nothing; what is done must be told in the
timeline; the same command id again must change nothing and answer as the first time.
"""

import importlib
import pkgutil
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import func, select

import core.journey
from core.escalation.models import Instruction, Letter, Supervision
from core.evaluation.models import Dispute, Rating
from core.journey.accept import accept, register
from core.journey.command import COMMANDS
from core.journey.supervise import supervise
from core.kit.db import Base
from core.kit.errors import Refused
from core.routing.models import Assignment
from core.sla.models import Clock
from core.tenancy.scope import Installation, Scope
from core.tickets.models import Ticket
from core.tickets.queries import NoSuchTicket
from core.tickets.timeline import Actor, Order
from tests.builders import OPERATOR, beijing, make_appeal, make_district
from tests.life.invariants import Remembered, check
from tests.life.orders import arguments
from tests.life.people import cast_of
from tests.life.places import places_of

T = TypeVar("T")
AT_ONCE = 4
RECORDS: tuple[Any, ...] = (Instruction, Supervision, Letter, Dispute, Rating, Assignment, Clock)
STEPS = (timedelta(minutes=1), timedelta(hours=2), timedelta(hours=20), timedelta(days=2), timedelta(days=7))
WHO = {
    "accept": ("operator", "second operator"),
    "dispatch": ("operator", "second operator"),
    "review": ("reviewer", "second reviewer"),
    "approve": ("reviewer", "second reviewer"),
    "follow-up": ("operator", "second operator"),
    "handle": ("clerk of roads", "clerk of parks", "clerk of roads-north"),
    "supervise": ("supervisor",),
    "instruct": ("leader", "supervisor"),
    "adjudicate": ("supervisor",),
    "speak": ("resident",),
}
"""Who usually gives a command that needs a permission."""

for module in pkgutil.iter_modules(core.journey.__path__):
    importlib.import_module(f"core.journey.{module.name}")  # each brings its commands


class Life(RuleBasedStateMachine):
    """Two districts, each with its tickets; one clock for both."""

    installation: Installation

    def __init__(self) -> None:
        super().__init__()
        self.now = beijing("2026-02-10 10:00")
        self.serials: dict[str, list[str]] = {}
        self.cast: dict[str, dict[str, Actor]] = {}
        self.remembered: dict[str, Remembered] = {}
        self.touched: set[str] = set()
        self.given = 0
        self.done: Counter[str] = Counter()

    @initialize()
    def open_two_districts(self) -> None:
        for _ in range(2):
            slug = make_district(
                self.installation,
                units=[("roads-north", "道路管理处北片", "section")],
                parents={"roads-north": "roads"},
                duties=[{"code": "road", "keywords": ["坑洼"]}],
            )
            self.serials[slug], self.remembered[slug] = [], Remembered()
            self.cast[slug] = cast_of(self.installation, slug)

    def run_in(self, slug: str, work: Callable[[Scope], T]) -> T:
        self.touched.add(slug)
        return self.installation.run(slug, work)

    @precondition(lambda self: sum(map(len, self.serials.values())) < AT_ONCE)
    @rule(at_once=st.integers(min_value=0, max_value=3), data=st.data())
    def take_in(self, at_once: int, data: st.DataObject) -> None:
        slug = data.draw(st.sampled_from(list(self.serials)))
        into = register if at_once == 0 else accept
        told = self.run_in(slug, lambda scope: into(scope, make_appeal(), actor=OPERATOR, now=self.now))
        self.serials[slug].append(told.serial_no)

    @precondition(lambda self: any(self.serials.values()))
    @rule(data=st.data(), is_fitting=st.integers(min_value=0, max_value=9))
    def command(self, data: st.DataObject, is_fitting: int) -> None:
        """Somebody gives some command; mostly one that fits, by somebody who may."""
        slug = data.draw(st.sampled_from([slug for slug, numbers in self.serials.items() if numbers]))
        serial_no = data.draw(st.sampled_from(self.serials[slug]))
        names = self.fitting(slug, serial_no) if is_fitting else sorted(COMMANDS)
        name = data.draw(st.sampled_from(names))
        usual = WHO.get(str(COMMANDS[name].permission), ("operator",))
        who = data.draw(st.sampled_from(usual if is_fitting else sorted(self.cast[slug])))
        wanted = arguments(self.now, self.records(slug), self.serials[slug])[name]
        given = {argument: data.draw(strategy) for argument, strategy in wanted.items()}
        self.give(slug, serial_no, name, self.cast[slug][who], given, again=data.draw(st.integers(0, 5)) == 0)

    @precondition(lambda self: any(self.serials.values()))
    @rule(data=st.data())
    def command_on_a_ticket_of_the_other_district(self, data: st.DataObject) -> None:
        home, away = self.serials
        numbers = self.serials[away]
        if numbers:
            order = Order(OPERATOR, self.now)
            serial_no = data.draw(st.sampled_from(numbers))
            with pytest.raises(NoSuchTicket):
                self.run_in(home, lambda scope: COMMANDS["remark"](scope, serial_no, order, what="越区"))

    @rule(step=st.sampled_from(STEPS), is_watched=st.booleans())
    def time_passes(self, step: timedelta, is_watched: bool) -> None:
        self.now += step
        if is_watched:
            self.watch()

    @rule()
    def watch(self) -> None:
        """The clock process comes by."""
        for slug in self.serials:
            while self.run_in(slug, lambda scope: supervise(scope, now=self.now, limit=100)):
                pass

    @invariant()
    def every_invariant_holds(self) -> None:
        for slug in self.touched:
            with self.installation.scope(slug) as scope:
                check(scope, self.remembered[slug])
                self.serials[slug] = list(scope.session.scalars(select(Ticket.serial_no).order_by(Ticket.id)))
        self.touched.clear()

    def give(self, slug: str, serial_no: str, name: str, actor: Actor, given: dict[str, Any], *, again: bool) -> None:
        self.given += 1
        version, rows = self.standing(slug, serial_no)
        order = Order(actor, self.now, version, f"{serial_no}/{self.given}")
        refusal: Refused | None = None
        try:
            ticket = self.run_in(slug, lambda scope: COMMANDS[name](scope, serial_no, order, **given))
        except Refused as caught:
            refusal = caught
        if refusal is not None:
            assert refusal.message.endswith("。"), f"{name}: not a sentence: {refusal.message}"
            assert self.standing(slug, serial_no) == (version, rows), f"{name} was refused and changed something"
            return
        self.done[name] += 1
        assert ticket.version > version, f"{name} was done without a word in the timeline"
        if again:
            before = self.standing(slug, serial_no)
            repeated = self.run_in(slug, lambda scope: COMMANDS[name](scope, serial_no, order, **given))
            assert repeated.version == ticket.version, f"{name} was done twice"
            assert self.standing(slug, serial_no) == before, f"{name} was done twice"

    def fitting(self, slug: str, serial_no: str) -> list[str]:
        """Return the commands that are not out of place in the ticket's state."""
        with self.installation.scope(slug) as scope:
            state = scope.session.scalar(select(Ticket.state).where(Ticket.serial_no == serial_no))
        return places_of(str(state), sorted(COMMANDS))

    def records(self, slug: str) -> dict[str, list[int]]:
        """Return ids of the records that commands name."""
        with self.installation.scope(slug) as scope:
            return {model.__tablename__: list(scope.session.scalars(select(model.id))) for model in RECORDS}

    def standing(self, slug: str, serial_no: str) -> tuple[int, dict[str, int]]:
        """Return the ticket's version and how many rows the district has in each table."""
        tables = [table for table in Base.metadata.sorted_tables if "tenant_id" in table.columns]
        counts = select(
            *(select(func.count()).select_from(table).scalar_subquery().label(table.name) for table in tables)
        )
        with self.installation.scope(slug) as scope:
            version = scope.session.scalar(select(Ticket.version).where(Ticket.serial_no == serial_no))
            assert version is not None
            return version, dict(scope.session.execute(counts).one()._mapping)
