"""Random lives: people of two districts give random commands to several tickets while time passes, on the real database.

After each step every invariant is checked. What is refused must have changed nothing; what is done must be told in the
timeline; the same command id again must change nothing and answer as the first time. The number of a life is all its chance:
lived again, the same happens, whatever was run before it.
"""

import importlib
import pkgutil
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from random import Random
from typing import Any, ClassVar, TypeVar

import pytest
from sqlalchemy import func, select

import core.journey
from core.coordination.models import Errand, Meeting
from core.disclosure.models import Exposure
from core.escalation.accountability.models import AccountabilityCase
from core.escalation.models import Instruction, Letter, Supervision
from core.evaluation.models import Dispute, Rating
from core.journey.accept import accept, register
from core.journey.center import Said, keep_as_entry
from core.journey.command import COMMANDS
from core.journey.supervise import supervise
from core.kit.db import Base
from core.kit.errors import Refused
from core.routing.models import Assignment
from core.routing.states import ACTIVE
from core.sla.models import Clock
from core.tenancy.scope import Installation, Scope
from core.tickets.models import Ticket
from core.tickets.queries import NoSuchTicket
from core.tickets.timeline import Actor, Order
from tests.builders import OPERATOR, beijing, make_appeal, make_district
from tests.life.invariants import Remembered, check
from tests.life.orders import arguments
from tests.life.people import cast_of, hire
from tests.life.places import moving, places_of
from tests.life.waiting import called_for

T = TypeVar("T")
AT_ONCE = 4
LAST = 20
"""How many lines are told of a life that breaks an invariant."""
AT_CENTER = 0.4
"""How often a community centre took in what comes in."""
BY_ANY_UNIT = ("give_opinion",)
RECORDS: tuple[Any, ...] = (
    AccountabilityCase,
    Instruction,
    Supervision,
    Letter,
    Dispute,
    Rating,
    Assignment,
    Clock,
    Meeting,
    Errand,
    Exposure,
)
STEPS = (timedelta(minutes=1), timedelta(minutes=20), timedelta(hours=3), timedelta(hours=20), timedelta(days=5))
PACES = (timedelta(), timedelta(minutes=5), timedelta(hours=1))
WHO = {
    "accept": ("operator", "second operator"),
    "dispatch": ("operator", "second operator"),
    "review": ("reviewer", "second reviewer"),
    "approve": ("reviewer", "second reviewer"),
    "follow-up": ("operator", "second operator"),
    "handle": ("clerk of roads", "clerk of parks", "clerk of roads-north"),
    "supervise": ("supervisor", "second supervisor"),
    "instruct": ("leader", "supervisor"),
    "adjudicate": ("supervisor",),
    "speak": ("resident",),
    "take-in": ("worker",),
    "discipline": ("officer", "second officer"),
    "administer": ("administrator",),
}
"""Who usually gives a command that needs a permission."""

for module in pkgutil.iter_modules(core.journey.__path__):
    importlib.import_module(f"core.journey.{module.name}")  # each brings its commands


class Life:
    """Two districts, each with its tickets; one clock for both."""

    done: ClassVar[Counter[str]] = Counter()
    """How often each command was carried out, in all lives of this process."""
    refused: ClassVar[Counter[str]] = Counter()

    def __init__(self, installation: Installation, number: int) -> None:
        self.installation = installation
        self.number = number
        self.rng = Random(number)
        self.now = beijing("2026-02-10 10:00")
        self.serials: dict[str, list[str]] = {}
        self.cast: dict[str, dict[str, Actor]] = {}
        self.remembered: dict[str, Remembered] = {}
        self.touched: dict[str, None] = {}
        self.given = 0
        self.told: list[str] = []
        """What was done, line by line."""

    def live(self, steps: int) -> None:
        """Live so many steps; what a broken invariant raises tells which life it was, and its last steps."""
        try:
            self.open_two_districts()
            for _ in range(steps):
                self.rng.choice(self.deeds())()
                self.every_invariant_holds()
        except Exception as error:
            error.add_note("\n".join((f"life {self.number}, the last that was done:", *self.told[-LAST:])))
            raise

    def deeds(self) -> list[Callable[[], None]]:
        """Return what may come next, the more often the likelier."""
        more = [self.take_in] if sum(map(len, self.serials.values())) < AT_ONCE else []
        return [
            *more,
            *[self.carry_on] * 3,
            *[self.command] * 2,
            *[self.time_passes] * 2,
            self.watch,
            self.command_on_a_ticket_of_the_other_district,
        ]

    def open_two_districts(self) -> None:
        enabled: tuple[dict[str, dict[str, Any]], ...] = (
            {"life.limits": {}},
            {"life.limits": {}, "life.lenient": {}},
        )
        for features in enabled:
            slug = make_district(
                self.installation,
                features=features,
                units=[("roads-north", "道路管理处北片", "section")],
                parents={"roads-north": "roads"},
                duties=[{"code": "road", "keywords": ["坑洼"]}],
            )
            self.serials[slug], self.remembered[slug] = [], Remembered()
            self.cast[slug] = cast_of(self.installation, slug)
            hire(self.installation, slug, on_duty="life.lenient" in features)
            told = self.run_in(slug, lambda scope: accept(scope, make_appeal(), actor=OPERATOR, now=self.now))
            self.serials[slug].append(told.serial_no)
        self.every_invariant_holds()

    def run_in(self, slug: str, work: Callable[[Scope], T]) -> T:
        self.touched[slug] = None
        return self.installation.run(slug, work)

    def take_in(self) -> None:
        rng = self.rng
        slug = rng.choice(list(self.serials))
        into = rng.choice((register, accept, accept, partial(accept, for_clearance=True)))
        told = self.run_in(slug, lambda scope: into(scope, make_appeal(), actor=OPERATOR, now=self.now))
        self.serials[slug].append(told.serial_no)
        self.told.append(f"{self.now:%m-%d %H:%M} {told.serial_no} taken in")
        if rng.random() < AT_CENTER:
            said = Said("路面坑洼", "counter", "self", told.serial_no, no_phone=True, told=True)
            worker = self.cast[slug]["worker"]
            self.run_in(slug, lambda scope: keep_as_entry(scope, said, told, "", actor=worker, now=self.now))

    def carry_on(self) -> None:
        """Somebody who may gives a command that takes the ticket somewhere from where it stands; a few in a row."""
        rng = self.rng
        slug, serial_no = self.any_ticket(rng)
        for _ in range(rng.randrange(1, 8)):
            self.now += rng.choice(PACES)
            names = moving(self.state_of(slug, serial_no), rng)
            if rng.random() < 0.5:
                names = self.called_for(slug, serial_no) or names
            self.give_one(slug, serial_no, rng, names, is_fitting=True)
            self.every_invariant_holds()

    def command(self) -> None:
        """Somebody gives some command; mostly one that is not out of place, by somebody who may."""
        rng = self.rng
        slug, serial_no = self.any_ticket(rng)
        is_fitting = rng.random() < 0.8
        names = places_of(self.state_of(slug, serial_no), sorted(COMMANDS)) if is_fitting else sorted(COMMANDS)
        self.give_one(slug, serial_no, rng, names, is_fitting=is_fitting)

    def command_on_a_ticket_of_the_other_district(self) -> None:
        slug, serial_no = self.any_ticket(self.rng)
        away = next(other for other in self.serials if other != slug)
        with pytest.raises(NoSuchTicket):
            self.run_in(
                away, lambda scope: COMMANDS["remark"](scope, serial_no, Order(OPERATOR, self.now), what="越区")
            )

    def time_passes(self) -> None:
        """Time passes; mostly the clock process comes by then."""
        step = self.rng.choice(STEPS)
        self.now += step
        self.told.append(f"{self.now:%m-%d %H:%M} {step} later")
        if self.rng.random() < 0.5:
            self.watch()

    def watch(self) -> None:
        """The clock process comes by."""
        for slug in self.serials:
            while self.run_in(slug, lambda scope: supervise(scope, now=self.now, limit=100)):
                pass

    def every_invariant_holds(self) -> None:
        for slug in self.touched:
            with self.installation.scope(slug) as scope:
                check(scope, self.remembered[slug])
                self.serials[slug] = list(scope.session.scalars(select(Ticket.serial_no).order_by(Ticket.id)))
        self.touched.clear()

    def give_one(self, slug: str, serial_no: str, rng: Random, names: list[str], *, is_fitting: bool) -> None:
        name = rng.choice(names)
        usual = WHO.get(str(COMMANDS[name].permission), ("operator",))
        if is_fitting and name not in BY_ANY_UNIT and rng.random() < 0.8:
            usual = self.holders(slug, serial_no, usual)
        actor = self.cast[slug][rng.choice(usual if is_fitting else sorted(self.cast[slug]))]
        given = arguments(rng, self.now, self.records(slug, serial_no), self.serials[slug])[name]
        self.give(slug, serial_no, name, actor, given, again=rng.random() < 0.2)

    def give(self, slug: str, serial_no: str, name: str, actor: Actor, given: dict[str, Any], *, again: bool) -> None:
        self.given += 1
        self.told.append(f"{self.now:%m-%d %H:%M} {serial_no} {name} {given} by {actor.name}")
        version, rows = self.standing(slug, serial_no)
        order = Order(actor, self.now, version, f"{serial_no}/{self.given}")
        refusal: Refused | None = None
        try:
            ticket = self.run_in(slug, lambda scope: COMMANDS[name](scope, serial_no, order, **given))
        except Refused as caught:
            refusal = caught
        if refusal is not None:
            self.refused[refusal.code] += 1
            self.told[-1] += f": {refusal.code}"
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

    def any_ticket(self, rng: Random) -> tuple[str, str]:
        slug = rng.choice([slug for slug, numbers in self.serials.items() if numbers])
        return slug, rng.choice(self.serials[slug])

    def state_of(self, slug: str, serial_no: str) -> str:
        with self.installation.scope(slug) as scope:
            return str(scope.session.scalar(select(Ticket.state).where(Ticket.serial_no == serial_no)))

    def called_for(self, slug: str, serial_no: str) -> list[str]:
        with self.installation.scope(slug) as scope:
            ticket_id = scope.session.scalars(select(Ticket.id).where(Ticket.serial_no == serial_no)).one()
            return called_for(scope, ticket_id)

    def holders(self, slug: str, serial_no: str, usual: tuple[str, ...]) -> tuple[str, ...]:
        """Of clerks, return those whose units have the ticket in hand; everybody else is as good as another."""
        held = select(Assignment.unit_id).join(Ticket, Ticket.id == Assignment.ticket_id)
        held = held.where(Ticket.serial_no == serial_no, Assignment.state.in_((*ACTIVE, "done")))
        with self.installation.scope(slug) as scope:
            units = set(scope.session.scalars(held))
        holding = tuple(name for name in usual if self.cast[slug][name].unit_id in units)
        return holding or usual

    def records(self, slug: str, serial_no: str) -> dict[str, list[int]]:
        """Return ids of the ticket's records that commands name."""
        with self.installation.scope(slug) as scope:
            ticket_id = scope.session.scalar(select(Ticket.id).where(Ticket.serial_no == serial_no))
            return {
                model.__tablename__: list(
                    scope.session.scalars(select(model.id).where(model.ticket_id == ticket_id).order_by(model.id))
                )
                for model in RECORDS
            }

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
