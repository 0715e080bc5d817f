"""Making staff, and visiting the pages as they do."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from core.journey import conclude, desk, handle
from core.journey.accept import register
from core.journey.command import Carried
from core.people.service import open_account
from core.routing.service import UNEXPLAINED
from core.tenancy.scope import Installation, Scope
from core.tickets.models import TicketEvent
from core.tickets.queries import get_ticket_id
from core.tickets.timeline import Actor, Order
from core.units.models import Unit
from core.units.queries import directory
from tests.builders import CLERK_ID, OPERATOR, REVIEWER, make_actor, make_appeal, make_ticket

T = TypeVar("T")
PASSWORD = "一句只有测试才知道的长话"


def make_account(
    installation: Installation, slug: str, login: str, roles: Sequence[str], *, name: str = "", unit: str | None = None
) -> str:
    """Make an account and return how it signs in; `unit` is a unit's code."""
    with installation.scope(slug) as scope:
        unit_id = None
        if unit:
            unit_id = scope.session.scalar(select(Unit.id).where(Unit.tenant_id == scope.tenant.id, Unit.code == unit))
        open_account(
            scope,
            login=login,
            name=name or login,
            password=PASSWORD,
            roles=roles,
            unit_id=unit_id,
            is_demonstration=True,  # no phone is at hand; what binds one is told in test_second_step
            now=datetime.now(UTC),
        )
    return f"{login}@{slug}"


def put_below(installation: Installation, slug: str, code: str, *, above: str) -> None:
    """Make one unit part of another."""
    with installation.scope(slug) as scope:
        units = {
            unit.code: unit for unit in scope.session.scalars(select(Unit).where(Unit.tenant_id == scope.tenant.id))
        }
        units[code].parent_id = units[above].id
    installation.forget()


@dataclass
class Life:
    """One ticket of a district, brought by commands to where a test begins, minute after minute up to the present."""

    installation: Installation
    slug: str
    serial_no: str = ""

    def take_in(self, *, text: str = "道路坑洼，出行不便", **appeal: Any) -> "Life":
        """Take in an appeal; it waits for dispatch."""
        self.serial_no = make_ticket(self.installation, self.slug, text=text, now=datetime.now(UTC), **appeal).serial_no
        return self

    def register(self) -> "Life":
        """Register an appeal that nobody has accepted yet."""
        appeal = make_appeal(text="道路坑洼")
        registered = self.run(lambda scope: register(scope, appeal, actor=OPERATOR, now=datetime.now(UTC)))
        self.serial_no = registered.serial_no
        return self

    def do(self, command: Carried[Any], actor: Actor, **how: Any) -> "Life":
        """Give a command on the ticket."""
        self.run(lambda scope: command(scope, self.serial_no, Order(actor, datetime.now(UTC)), **how))
        return self

    def handled(self, lead: str = "roads", **how: Any) -> "Life":
        """Dispatch the ticket; its unit signs."""
        self.do(desk.dispatch, OPERATOR, lead=lead, **{"reason": UNEXPLAINED, **how})
        return self.do(handle.sign, self.clerk(lead))

    def concluded(self, disposition: str = "resolved") -> "Life":
        """Have it answered by its unit, and the answer passed."""
        self.do(handle.reply, self.clerk("roads"), text="已修补", disposition=disposition)
        return self.do(conclude.pass_reply, REVIEWER)

    def clerk(self, code: str) -> Actor:
        """Return a clerk of a unit, who has no account."""
        unit_id = self.run(lambda scope: directory(scope).get_unit(code).id)
        return make_actor("经办人丙", "clerk", id=CLERK_ID, unit_id=unit_id)

    def only(self, table: Any) -> Any:
        """Return the one row of a table that belongs to the ticket."""
        return self.run(
            lambda scope: scope.session.scalars(select(table).where(table.ticket_id == self._id(scope))).one()
        )

    def entries(self) -> list[TicketEvent]:
        """Return the ticket's timeline in order."""
        return self.run(
            lambda scope: list(
                scope.session.scalars(
                    select(TicketEvent).where(TicketEvent.ticket_id == self._id(scope)).order_by(TicketEvent.seq)
                )
            )
        )

    def run(self, work: Callable[[Scope], T]) -> T:
        return self.installation.run(self.slug, work)

    def _id(self, scope: Scope) -> int:
        return get_ticket_id(scope, self.serial_no)


class Visitor:
    """Somebody at a browser: keeps cookies, and sends the form token that the page before carried."""

    def __init__(self, app: Flask) -> None:
        self.client: FlaskClient = app.test_client()
        self.page = ""

    def get(self, path: str, **headers: str) -> TestResponse:
        """Open a page."""
        response = self.client.get(path, headers={name.replace("_", "-"): value for name, value in headers.items()})
        self.page = response.get_data(as_text=True)
        return response

    def post(self, path: str, *, hx: bool = False, **fields: Any) -> TestResponse:
        """Send a form with the hidden fields of the page it stands on."""
        hidden = {name: self.hidden(name) for name in ("csrf_token", "command_id", "version") if self.hidden(name)}
        response = self.client.post(path, data=hidden | fields, headers={"HX-Request": "true"} if hx else {})
        if response.status_code != 303:
            self.page = response.get_data(as_text=True)
        return response

    def hidden(self, name: str) -> str:
        """Return the value of a hidden field of the page."""
        found = re.search(rf'name="{name}" value="([^"]*)"', self.page)
        return found[1] if found else ""

    def sign_in(self, login: str, password: str = PASSWORD) -> TestResponse:
        """Sign in on the sign-in page."""
        self.get("/sign-in")
        return self.post("/sign-in", login=login, password=password)
