"""A district whose park unit has people, one of them its head, and a duty roster where a test sets one."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

import pytest
from sqlalchemy import select

from core.journey.rosters import Duty, note_absence, put_head, put_roster
from core.people.service import open_account
from core.routing.models import Assignment
from core.tenancy.scope import Installation
from core.tickets.timeline import Actor
from tests.builders import beijing, make_actor, make_district, make_installation
from tests.journey.walking import Walk

ADMINISTRATOR = make_actor("管理员", "administrator", id=9)
PEOPLE = {"ada": "安达", "bob": "鲍勃", "eve": "伊芙"}
AT = beijing("2026-03-12 09:00")
THURSDAY = date(2026, 3, 12)


@dataclass
class Team:
    """A district and the people of its park unit: ada, bob and eve."""

    installation: Installation
    slug: str
    ids: dict[str, int] = field(default_factory=dict)

    def hire(self, login: str, name: str, *, unit: str = "parks", role: str = "clerk") -> int:
        walk = Walk(self.installation, self.slug)
        unit_id = walk.unit_id(unit)
        self.ids[login] = walk.run(
            lambda scope: (
                open_account(
                    scope,
                    login=login,
                    name=name,
                    password="示范用的长长密码，一二三",
                    roles=[role],
                    now=AT,
                    unit_id=unit_id,
                ).id
            )
        )
        return self.ids[login]

    def on_duty(self, *logins: str, unit: str = "parks") -> None:
        self.set_roster([Duty(login) for login in logins], unit=unit)

    def set_roster(self, duties: Sequence[Duty], *, unit: str = "parks") -> None:
        self.installation.run(self.slug, lambda scope: put_roster(scope, unit, duties, actor=ADMINISTRATOR))
        self.installation.forget()

    def head(self, login: str | None, *, unit: str = "parks") -> None:
        self.installation.run(self.slug, lambda scope: put_head(scope, unit, login, actor=ADMINISTRATOR))
        self.installation.forget()

    def away(self, login: str, first: date = THURSDAY, last: date | None = None, at: str = "2026-03-12 12:00") -> int:
        return self.installation.run(
            self.slug,
            lambda scope: note_absence(
                scope, login, first=first, last=last, reason="年假", actor=ADMINISTRATOR, now=beijing(at)
            ),
        )

    def ticket(self, at: str = "2026-03-12 10:00") -> Walk:
        """Take in a ticket that nobody has yet."""
        walk = Walk(self.installation, self.slug)
        walk.take_in(at)
        return walk

    def given(self, at: str = "2026-03-12 10:00", *, lead: str = "parks", co: Sequence[str] = ()) -> Walk:
        """Take in a ticket and dispatch it."""
        walk = self.ticket(at)
        walk.dispatch(at, lead=lead, co=co)
        return walk

    def clerk(self, login: str, *, unit: str = "parks") -> Actor:
        unit_id = Walk(self.installation, self.slug).unit_id(unit)
        return make_actor(PEOPLE.get(login, login), "clerk", id=self.ids[login], unit_id=unit_id)

    def takers(self, walk: Walk) -> list[str | None]:
        """Return the logins of those who have the ticket, in the order of its assignments."""
        logins = {id: login for login, id in self.ids.items()}
        return [logins[each.person_id] if each.person_id else None for each in walk.assignments()]

    def loads(self) -> dict[str, int]:
        """Count who has how many tickets."""
        logins = {id: login for login, id in self.ids.items()}
        held = self.installation.run(
            self.slug,
            lambda scope: list(
                scope.session.scalars(select(Assignment.person_id).where(Assignment.person_id.is_not(None)))
            ),
        )
        return {login: held.count(id) for id, login in logins.items() if id in held}

    def told(self, walk: Walk) -> list[str]:
        """Return what the timeline says about who has the ticket."""
        return [entry.summary for entry in walk.entries() if entry.kind == "given_to_person"]


@pytest.fixture(scope="session")
def installation(database_url: str) -> Iterator[Installation]:
    installation = make_installation(database_url)
    yield installation
    installation.database.engine.dispose()


@pytest.fixture
def team(installation: Installation) -> Team:
    slug = make_district(installation, units=[("crew", "绿化班", "section")], parents={"crew": "parks"})
    team = Team(installation, slug)
    for login, name in PEOPLE.items():
        team.hire(login, name)
    return team
