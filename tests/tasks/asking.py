"""Asking for deeds on many tickets, doing them as a worker does, and looking at what became of them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, TypeVar

from sqlalchemy import select

from core.intake.rules import Appeal
from core.jobs.kinds import job_kinds
from core.journey.accept import accept
from core.journey.acting import actor_of
from core.journey.bulk import DEEDS, Selection, ask_for_deed
from core.journey.queries.lanes import Filters
from core.people.models import Account
from core.people.queries import find_staff_of
from core.tasks.models import Task, TaskLine
from core.tenancy.scope import Installation, Scope
from core.tickets.models import Ticket
from core.tickets.timeline import Actor
from tests.builders import OPERATOR, make_district, set_undo
from tests.jobs.making import drain
from tests.web.making import make_account

T = TypeVar("T")
LATER = timedelta(seconds=30)
"""When a held deed can no longer be taken back."""


@dataclass
class Desk:
    """A district, its people by login, and tickets that wait for dispatch."""

    installation: Installation
    slug: str

    def run(self, work: Callable[[Scope], T]) -> T:
        return self.installation.run(self.slug, work)

    def actor(self, login: str) -> Actor:
        """Return somebody as pages see them."""

        def found(scope: Scope) -> Actor:
            account_id = scope.session.scalar(
                select(Account.id).where(Account.tenant_id == scope.tenant.id, Account.login == login)
            )
            assert account_id is not None
            staff = find_staff_of(scope, account_id, now=datetime.now(UTC))
            assert staff is not None
            return actor_of(scope, staff)

        return self.run(found)

    def take_in(self, count: int, *, text: str = "道路坑洼，出行不便", now: datetime | None = None) -> list[str]:
        """Take in appeals and return their numbers."""
        at = now or datetime.now(UTC)

        def work(scope: Scope) -> list[str]:
            return [
                accept(scope, Appeal(channel="desk", text=text), actor=OPERATOR, now=at).serial_no for _ in range(count)
            ]

        return self.run(work)

    def ask(
        self,
        deed: str,
        *serials: str,
        login: str = "zuoxi",
        request: str = "once",
        moment: datetime | None = None,
        **arguments: Any,
    ) -> Task:
        """Ask for a deed on these tickets, or on all that wait for dispatch."""
        now = datetime.now(UTC)
        place: Literal["desk", "unit"] = "unit" if login == "chengban" else "desk"
        chosen = Selection(moment or now, place, lane="dispatch", filters=Filters(), serials=serials)
        actor = self.actor(login)
        return self.run(
            lambda scope: ask_for_deed(
                scope, DEEDS[deed], chosen, arguments, actor=actor, request=request, href="/desk", now=now
            )[0]
        )

    def work(self, now: datetime | None = None) -> None:
        """Do what is due, as a worker does."""
        begun, real = now or datetime.now(UTC) + LATER, datetime.now(UTC)
        drain(self.installation, job_kinds({}, self.installation), now=lambda: begun + (datetime.now(UTC) - real))

    def task(self, task_id: int) -> Task:
        return self.run(lambda scope: scope.session.get_one(Task, (scope.tenant.id, task_id)))

    def lines(self, task_id: int) -> list[TaskLine]:
        return self.run(
            lambda scope: list(
                scope.session.scalars(
                    select(TaskLine)
                    .where(TaskLine.tenant_id == scope.tenant.id, TaskLine.task_id == task_id)
                    .order_by(TaskLine.number)
                )
            )
        )

    def states(self, serials: Sequence[str]) -> list[str]:
        """Return the states of tickets in the order of their numbers."""
        rows = self.run(
            lambda scope: dict(
                scope.session.execute(select(Ticket.serial_no, Ticket.state).where(Ticket.serial_no.in_(serials))).all()
            )
        )
        return [rows[serial] for serial in serials]


def make_desk(installation: Installation) -> Desk:
    """Make a district with an operator 坐席, a second one, a supervisor, an administrator, and a clerk of roads."""
    slug = make_district(
        installation,
        duties=[
            {"code": "road", "keywords": ["坑洼"]},
            {"code": "park", "lead": "parks", "subcategory": "园林", "keywords": ["枯树"]},
        ],
    )
    with installation.scope(slug) as scope:
        set_undo(scope, 10)
    installation.forget()
    for login, roles, unit in (
        ("zuoxi", ["operator"], None),
        ("tongshi", ["operator"], None),
        ("duban", ["supervisor"], None),
        ("guanli", ["administrator"], None),
        ("chengban", ["clerk"], "roads"),
    ):
        make_account(installation, slug, login, roles, name=login, unit=unit)
    return Desk(installation, slug)
