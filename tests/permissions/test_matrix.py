"""Every operation, asked for by everybody of two districts, answers as docs/permissions.md says."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from core.journey.files import EVERYWHERE
from core.people.access import Reach, may, reach
from core.people.roles import Permission
from tests.permissions.answers import told_by
from tests.permissions.bodies import Bodies
from tests.permissions.operations import Operation, operations
from tests.permissions.places import NO_ROLE, PAGE_PERMISSION, REVOKED, STRANGER, Persona, Place

SIGN_IN = "/sign-in"
LINK = "token"
"""The parameter that opens something to whoever holds it."""
ALWAYS = {
    "GET /city": (404, "a district has no districts"),
    "GET /city/cells": (404, "a district has no districts"),
    "GET /city/definitions": (404, "a district has no districts"),
    "GET /city/districts": (404, "a district has no districts"),
    "GET /city/explore": (404, "a district has no districts"),
    "GET /city/instructions": (404, "a district has no districts"),
    "GET /city/matters": (404, "a district has no districts"),
    "GET /city/quality": (404, "a district has no districts"),
    "GET /city/screens": (404, "a district has no districts"),
    "GET /city/views": (404, "a district has no districts"),
    "GET /city/units": (404, "a district has no districts"),
    "GET /city/warnings": (404, "a district has no districts"),
    "GET /city/<page>/file/<form>": (404, "a district has no districts"),
    "GET /city/month": (404, "a district has no districts"),
    "GET /city/month/file/<form>": (404, "a district has no districts"),
    "GET /city/tickets": (404, "a district has no districts"),
    "POST /api/v1/features/<feature>/push": (404, "a district presets nothing"),
    "GET /admin/presets": (404, "a district presets nothing"),
    "POST /admin/features/<feature>/presets/push": (404, "a district presets nothing"),
    "POST /city/month/pack": (404, "a district has no districts"),
    "POST /city/screens": (404, "a district has no districts"),
    "POST /city/screens/<screen>/end": (404, "a district has no districts"),
    "POST /city/views": (404, "a district has no districts"),
    "POST /city/views/remove": (404, "a district has no districts"),
    "POST /city/tickets": (404, "a district has no districts"),
    "POST /api/v1/tickets/<serial_no>/commands/<command>": (404, "there is no such command"),
}
"""Operations that answer all who may the same here, and why."""
OWN_NAMES = {
    "PUT /api/v1/features/<feature>/secrets/<name>",
    "POST /admin/features/<feature>/secrets/<name>",
}
"""Operations whose address holds a name that every district may use for what is its own."""
OF_ONE = frozenset({"task", "list_no", "held"})
"""What belongs to one person, the operator of each place: administrators may look how it stands, for others it is not there."""
OF_HEADS = {"POST /unit/people/duty"}
"""What of a unit its head and administrators do; the clerks of the places are no heads."""
OF_A_UNIT = {"POST /knowledge/<article>/revise"}
"""Operations on what belongs to a unit beside tickets; here to the one that has a share in the ticket."""
LETTERS_OF_UNITS = "/unit/letters/"
"""Letters to a unit: of those to another one a unit is told as of none at all."""
LINE_OF_UNIT = "GET /unit/performance/<number>/lines/<line>"
"""A line of a unit's sheet, of which another is told as of none at all, as it is of a case against the unit."""
LOOK_UPS = frozenset(
    f"GET /api/v1/tickets/<serial_no>{what}" for what in ("", "/files", "/files/<file>", "/files/<file>/preview")
)
"""What any system may ask for that sees the ticket, by its role or as who handed it in."""
ADD_FILES = "POST /api/v1/tickets/<serial_no>/files"
FOR_EVERYBODY = "/public/"
"""Pages that know nobody: who is signed in is seen by none of them, so one of the house and a stranger ask for all."""
CALM = (*range(500), 503)
"""What an answer may be that anybody gets; 503 is said of something outside that does not answer."""
REFUSED = (401, 403, 404)


@dataclass(frozen=True)
class Asked:
    """One question and its answer."""

    operation: Operation
    who: str
    what: str
    answer: TestResponse

    def __str__(self) -> str:
        words = self.answer.get_data(as_text=True)[:160] if (self.answer.mimetype or "").endswith("json") else ""
        return f"{self.operation} by {self.who}, {self.what}: {self.answer.status_code} {words}"


class Walk:
    """Asks in the name of the people of one place, and remembers what was not answered as it should be."""

    def __init__(self, place: Place, other: Place, bodies: Bodies) -> None:
        self._place = place
        self._other = other
        self._bodies = bodies
        self.asked = 0
        self._let_in: set[tuple[str, bool, bool]] = set()
        self.wrong: list[str] = []
        self.leaks: list[str] = []

    def take(self, operation: Operation, who: Persona) -> None:
        """Ask for one operation as somebody, with a good body and a bad one, with one's own things and with others'."""
        own = operation.at(**self._place.values(operation))
        good, bad = self._bodies.good(operation), self._bodies.bad(operation)
        expected = expected_of(operation, who)
        if expected == "anything":
            self._ask(operation, who, own, bad, "bad body", lambda answer: answer.status_code in CALM)
            if LINK in operation.parameters:
                theirs = operation.at(**self._place.values(operation) | {LINK: self._other.has["link"][0]})
                self._ask(
                    operation, who, theirs, good, "the other district's", lambda answer: answer.status_code == 404
                )
        elif isinstance(expected, int):
            body, what = (good, "good body") if self._place.has["revision"][0] == 1 else (bad, "bad body")
            self._ask(operation, who, own, body, what, lambda answer: refused(answer, expected))
        else:
            self._ask(operation, who, own, bad, "bad body", opened)
            # For the other district's things one asks for all who are let in here by the same reach: of the house, by a
            # share in the ticket, as who entered it.
            alike = (str(operation), who.has_share, who.has_entry)
            foreign = None if alike in self._let_in else self._place.foreign(operation, self._other)
            self._let_in.add(alike)
            if foreign is not None and str(operation) not in OWN_NAMES:
                path = operation.at(**foreign)
                self._ask(operation, who, path, good, "the other district's", lambda answer: answer.status_code == 404)

    def _ask(
        self,
        operation: Operation,
        who: Persona,
        path: str,
        body: dict[str, Any],
        what: str,
        is_right: Callable[[TestResponse], bool],
    ) -> None:
        self.asked += 1
        if "data" in body and not operation.is_api:
            body = {"data": body["data"] | {"csrf_token": who.form_token}}
        answer = who.client.open(path, method=operation.method, headers=dict(who.headers), **body)
        told = str(Asked(operation, who.name, what, answer))
        if not is_right(answer):
            self.wrong.append(told)
        if self._other.mark in told_by(answer):
            self.leaks.append(told)


def expected_of(operation: Operation, who: Persona) -> int | str:
    """Return the status with which somebody is refused, `open` where they are not, or `anything` where nobody is."""
    if operation.needs == "anybody":
        return "anything"
    if who.name in (STRANGER, REVOKED):
        return 401 if operation.is_api else 303
    if str(operation) in ALWAYS:
        needs = operation.needs
        return ALWAYS[str(operation)][0] if not isinstance(needs, Permission) or may(who.permissions, needs) else 403
    if operation.needs == "api-token":
        sees = Permission.SEE_TICKETS in who.permissions or who.has_share or who.has_entry
        if str(operation) == ADD_FILES and sees:
            adds = not EVERYWHERE.isdisjoint(who.permissions) or who.has_share or who.has_entry
            return "open" if adds else 403
        return 404 if str(operation) in {*LOOK_UPS, ADD_FILES} and not sees else "open"
    needs = PAGE_PERMISSION if operation.needs == "its page" else operation.needs
    assert not isinstance(needs, str) or isinstance(needs, Permission)
    reaches = reach(who.permissions, needs)
    is_of_one = (
        operation.rule.startswith(LETTERS_OF_UNITS)
        or "case_code" in operation.parameters
        or str(operation) == LINE_OF_UNIT
    )
    if reaches is Reach.SHARE and is_of_one and not who.has_share:
        return 404
    is_shared = "serial_no" in operation.parameters or str(operation) in OF_A_UNIT
    if reaches is None or (reaches is Reach.SHARE and is_shared and not who.has_share):
        return 403
    if reaches is Reach.ENTERED and "serial_no" in operation.parameters and not who.has_entry:
        return 403
    if str(operation) in OF_HEADS and Permission.ADMINISTER not in who.permissions:
        return 403
    if not OF_ONE.isdisjoint(operation.parameters) and who.name != "operator":
        looks_after = Permission.ADMINISTER in who.permissions and operation.rule.endswith(("task>", "/cancel"))
        return "open" if looks_after and "/import/" not in operation.rule else 404
    return "open"


def opened(answer: TestResponse) -> bool:
    """Tell whether somebody was let in, whatever became of what they asked for."""
    status = answer.status_code
    return status < 500 and status not in REFUSED and not (status == 303 and answer.location.startswith(SIGN_IN))


def refused(answer: TestResponse, status: int) -> bool:
    """Tell whether somebody was refused with this status; signed out that is the way to the sign-in page."""
    return answer.status_code == status and (status != 303 or answer.location.startswith(SIGN_IN))


def ends_sessions(operation: Operation) -> bool:
    """Tell whether it is about sessions or accounts, so that whoever asks for it may be signed in no more."""
    return operation.is_write and operation.needs in ("anybody", Permission.OWN_ACCOUNT)


def askers(operation: Operation, place: Place) -> Iterator[Persona]:
    """Return everybody who may come along; for what may end a session, each with a new one."""
    if operation.is_api:
        yield from place.systems.values()
        return
    if operation.rule.startswith(FOR_EVERYBODY):
        yield from (place.staff[STRANGER], place.staff["operator"])
        return
    for name, who in place.staff.items():
        if ends_sessions(operation):
            yield place.stranger() if name == STRANGER else place.signed_in(name)
        else:
            yield who


def one_of_each(operation: Operation, place: Place) -> Iterator[Persona]:
    """Return of those who are answered alike the first: what the other district may not see is the same for all of them."""
    yield from {expected_of(operation, who): who for who in reversed([*askers(operation, place)])}.values()


@pytest.mark.timeout(1200)  # one walk of thousands of questions: sessions end only at its end
def test_every_operation_answers_everybody_as_the_matrix_says(
    app: Flask, places: tuple[Place, Place], record_property: Callable[[str, object], None]
) -> None:
    found, bodies = sorted(operations(app), key=ends_sessions), Bodies(app)
    here, there = places
    walks = Walk(here, there, bodies), Walk(there, here, bodies)

    for operation in found:
        for who in askers(operation, here):
            walks[0].take(operation, who)
        for who in one_of_each(operation, there):
            walks[1].take(operation, who)

    asked = sum(walk.asked for walk in walks)
    roles = len(here.staff), len(here.systems)
    size = f"{len(found)} operations × {roles[0]} people or {roles[1]} systems, {asked} questions in two districts"
    record_property("permission_matrix", size)
    print(f"\npermission matrix: {size}")  # noqa: T201 -- the figure that the run is asked for
    assert [*walks[0].leaks, *walks[1].leaks] == []
    assert [*walks[0].wrong, *walks[1].wrong] == []


def test_the_walk_finds_a_route_that_is_open_to_the_wrong_ones(app: Flask, places: tuple[Place, Place]) -> None:
    here, there = places
    page = next(each for each in operations(app) if str(each) == "GET /desk/new")
    walk = Walk(here, there, Bodies(app))

    for declared in (Permission.ADMINISTER, Permission.ACCEPT):
        walk.take(replace(page, needs=declared), here.signed_in("operator"))

    assert [each.split(",")[0] for each in walk.wrong] == ["GET /desk/new by operator"]


def test_a_system_without_a_role_looks_up_what_it_handed_in_and_nothing_else(places: tuple[Place, Place]) -> None:
    here, _ = places
    system = here.systems[NO_ROLE]
    handed_in = system.client.post("/api/v1/tickets", json={"text": "路灯不亮"}, headers=dict(system.headers))

    paths = [f"/api/v1/tickets/{number}" for number in (handed_in.get_json()["serial_no"], here.has["ticket"][0])]
    answers = [system.client.get(path, headers=dict(system.headers)) for path in paths]

    assert [answer.status_code for answer in answers] == [200, 404]
    assert answers[1].get_json()["code"] == "no-such-ticket"
