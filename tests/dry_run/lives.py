"""Random lives of tickets in districts as they are shipped, each step through the real journeys."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random

from sqlalchemy import select

from core.intake.rules import Appeal
from core.journey.accept import accept, register
from core.journey.command import COMMANDS
from core.journey.supervise import supervise
from core.kit.errors import Refused
from core.people.roles import permissions_of
from core.routing.models import Assignment
from core.routing.states import ACTIVE
from core.tenancy.scope import Installation, Scope
from core.tickets.models import Ticket
from core.tickets.timeline import RESIDENT, Actor, Order
from core.units.queries import directory
from tenants.apply import apply_profile
from tenants.letter import Letter
from tenants.letters import shipped_letters
from tenants.profile import Profile, shipped_profiles
from tests.builders import LEADER, OPERATOR, REVIEWER, SUPERVISOR, beijing, make_actor
from tests.life.machine import RECORDS
from tests.life.orders import arguments
from tests.life.places import moving

PROFILES = {profile.slug: profile for profile in shipped_profiles() if profile.kind == "district"}
LETTERS = shipped_letters(tuple(shipped_profiles()))
AFTERTHOUGHTS = ("correct", "change_urgency")
"""Commands that say otherwise what a ticket is about: a try takes what is known today as known from the beginning."""
PACES = (timedelta(minutes=3), timedelta(minutes=40), timedelta(hours=3), timedelta(days=1, hours=2), timedelta(days=3))
PAIRS = (
    ("request_extension", "decide_extension"),
    ("request_pause", "decide_pause"),
    ("request_pause", "decide_pause", "resume"),
    ("request_return", "approve_return", "dispatch"),
    ("contact", "contact", "reply", "pass_reply"),
    ("reply", "return_reply"),
    ("sub_dispatch", "contribute"),
    ("instruct",),
    ("redo", "dispatch", "sign"),
)
"""Commands that mostly come to something one after the other."""
PEOPLE = {
    "accept": OPERATOR,
    "dispatch": OPERATOR,
    "review": REVIEWER,
    "approve": REVIEWER,
    "follow-up": make_actor("坐席戊", "operator", id=11),
    "supervise": SUPERVISOR,
    "adjudicate": SUPERVISOR,
    "instruct": LEADER,
    "speak": RESIDENT,
}


def open_district(installation: Installation, profile: Profile) -> str:
    """Make a tenant as this profile ships it, under a name of its own; return its slug."""
    mark = secrets.token_hex(3)
    slug = f"{profile.slug}-{mark}"
    wanted = replace(profile, slug=slug, serial_prefix=f"D{mark.upper()}")
    apply_profile(installation, wanted, now=beijing("2026-01-04 08:00"))
    installation.forget()
    return slug


@dataclass
class Lives:
    """A district whose tickets live, by chance and in turn."""

    installation: Installation
    slug: str
    letters: Sequence[Letter]
    rng: Random
    now: datetime = field(default_factory=lambda: beijing("2026-03-02 09:10"))
    serials: list[str] = field(default_factory=list)
    has_channels: bool = True

    def live(self, *, tickets: int, steps: int) -> None:
        """Take in so many tickets, and give each about so many commands while time passes for all."""
        for _ in range(tickets):
            self._take_in()
            self._pass(self.rng.choice(PACES[:2]))
        for _ in range(tickets * steps):
            serial_no = self.rng.choice(self.serials)
            for name in self.rng.choice(((None,), (None,), (None, None), *PAIRS)):
                self._give_one(serial_no, name)
                self._pass(self.rng.choice(PACES[: self.rng.choice((1, 2, 2, 3, 5))]) / tickets)

    def _take_in(self) -> None:
        letter = self.rng.choice(self.letters)
        appeal = Appeal(
            channel=letter.channel if self.has_channels else "desk",
            title=letter.title,
            text=letter.text,
            place=letter.place,
            mailbox=letter.mailbox,
            matter=letter.matter or None if self.has_channels and self.rng.random() < 0.7 else None,
            nature=letter.nature,
            affected_count=self.rng.choice((1, 1, 1, 3, 40)),
            urgency=self.rng.choice((None, None, None, None, "urgent", "normal")),
        )
        into = register if self.rng.random() < 0.2 else accept
        told = self._run(lambda scope: into(scope, appeal, actor=OPERATOR, now=self.now))
        self.serials.append(told.serial_no)

    def _give_one(self, serial_no: str, name: str | None) -> None:
        """Give this command, or one that fits where the ticket stands; what is refused is not done."""
        with self.installation.scope(self.slug) as scope:
            ticket = scope.session.scalars(select(Ticket).where(Ticket.serial_no == serial_no)).one()
            fitting = [each for each in moving(ticket.state, self.rng) if each not in AFTERTHOUGHTS]
            name = name or self.rng.choice(fitting)
            actor = self._actor(scope, ticket, name)
            given = arguments(self.rng, self.now, _records(scope, ticket), self.serials)[name]
            for key in given.keys() & {"lead", "unit", "co"}:
                given[key] = self._units(scope, many=key == "co") if given[key] is not None else None
        try:
            self._run(lambda scope: COMMANDS[name](scope, serial_no, Order(actor, self.now), **given))
        except Refused:
            return
        with self.installation.scope(self.slug) as scope:
            self.serials = list(scope.session.scalars(select(Ticket.serial_no).order_by(Ticket.id)))

    def _actor(self, scope: Scope, ticket: Ticket, name: str) -> Actor:
        permission = str(COMMANDS[name].permission)
        if permission != "handle":
            return PEOPLE.get(permission, OPERATOR)
        held = select(Assignment.unit_id).where(
            Assignment.ticket_id == ticket.id, Assignment.state.in_((*ACTIVE, "done"))
        )
        units = list(scope.session.scalars(held)) or [scope.session.scalars(select(Assignment.unit_id)).first()]
        return Actor("staff", "经办人", 20, self.rng.choice(units), permissions_of(["clerk"]))

    def _units(self, scope: Scope, *, many: bool) -> str | list[str]:
        codes = [unit.code for unit in directory(scope).units if not unit.refers_to and unit.kind != "dispatch_desk"]
        return self.rng.sample(codes, self.rng.randrange(3)) if many else self.rng.choice(codes)

    def _pass(self, pace: timedelta) -> None:
        """Let time pass, the clock process coming by before anybody does anything."""
        self.now += pace
        while self._run(lambda scope: supervise(scope, now=self.now, limit=200)):
            pass

    def _run(self, work):  # type: ignore[no-untyped-def]
        return self.installation.run(self.slug, work)


def _records(scope: Scope, ticket: Ticket) -> dict[str, list[int]]:
    return {
        model.__tablename__: list(scope.session.scalars(select(model.id).where(model.ticket_id == ticket.id)))
        for model in RECORDS
    }
