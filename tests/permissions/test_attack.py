"""Everything that one district's people do, done again with the other's ids: answered as if there were no such thing."""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask
from sqlalchemy import Engine, Table, create_engine, select, text
from werkzeug.test import TestResponse

from core.jobs.kinds import job_kinds
from core.journey.command import COMMANDS
from core.kit.db import as_psycopg
from core.kit.outbox import Job
from core.people.roles import ROLES
from core.tenancy.scope import Installation
from core.tickets.models import Message, Ticket, TicketEvent
from core.web.api.arguments import arguments_of
from core.web.visit import COOKIE
from tests.permissions.answers import told_by
from tests.permissions.course import Course, Request
from tests.permissions.places import FEATURE, NO_ROLE, Persona, Place, make_place
from tests.tenancy.filling import tables_of_tenants

CHANGING = re.compile(
    r'name="(?:csrf_token|command_id|moment)" value="[^"]*"|编号 <b>\w+|"number": "[0-9A-F]{6}"|Content-Length: \d+|'
    r"Set-Cookie: [^\r\n]*|ETag: [^\r\n]*|data-left=.-?\d+|剩 [\d天时分 ]+|数据截至 \d\d:\d\d:\d\d"
)
"""What differs between two answers to the same question."""
IDS = {
    "master": "ticket",
    "unit": "unit",
    "lead": "unit",
    "co": "unit",
    "units": "unit",
    "authority": "unit",
    "proposed_unit": "unit",
    "other_unit": "unit",
    "panel": "panel",
    "person": "login",
    "matter": "matter",
    "matters": "matter",
}
"""Arguments of commands that name something of the tenant; those that end in `_id` do as well."""
COUNTED = ("revision", "duty list", "calendar draft")
"""What each district counts for itself."""
Digest = Mapping[str, str]


class Ledger:
    """The rows of a district, told in one line for each table."""

    def __init__(self, installation: Installation, tables: list[Table]) -> None:
        self._installation = installation
        self._tables = tables

    def of(self, place: Place) -> Digest:
        """Return a digest of every table, as the application's role sees it in that district."""
        tenant_id = self._installation.tenant(place.slug).id
        digest = "SELECT coalesce(md5(string_agg(row, chr(10) ORDER BY row)), '') FROM (SELECT t::text AS row FROM {} AS t) AS rows"
        with self._installation.database.transaction(tenant_id) as session:
            return {table.fullname: session.scalar(text(digest.format(table.fullname))) or "" for table in self._tables}


class Attack:
    """Lets a place's people work, and before each request sends it with what the other place used at that point."""

    def __init__(self, place: Place, other: Place, recorded: list[Request]) -> None:
        self._place = place
        self._other = other
        self._recorded = iter(recorded)
        # What each district counts for itself is here as well, and tells nothing of the other.
        self._counted = {str(number) for kind in COUNTED for number in place.has[kind]}
        self.sent: list[Request] = []
        """What was to be done, to be replayed in its turn."""
        self.replayed = 0
        self.differing: list[str] = []
        self.leaks: list[str] = []

    def send(self, request: Request) -> TestResponse:
        """Attack, then do what was to be done: it must still be possible."""
        self.sent.append(request)
        theirs = next(self._recorded)
        assert (theirs.method, theirs.path) == (request.method, request.path)
        mine, others = request.values(), theirs.values()
        for place, value in mine.items():
            if others[place] != value and others[place] not in self._counted:
                self.compare(request, place, others[place])
        if len(mine) > 1:
            everything = request
            for place, value in others.items():
                everything = everything.with_value(place, value)
            self._look(everything, self._send(everything), *others.values())
        return request.send(asker(self._place, request))

    def compare(self, request: Request, place: tuple[str, ...], theirs: str) -> None:
        """Ask with the other district's id and with one that nobody has: the answers must not differ."""
        for _ in range(2):  # a minute may pass between the two
            told = []
            for value in (theirs, nobodys(theirs)):
                asked = request.with_value(place, value)
                answer = self._send(asked)
                told.append((answer.status_code, _normal(answer, value)))
                if value == theirs:
                    self._look(asked, answer, theirs)
            if told[0] == told[1]:
                return
        where = _first_difference(told[0][1], told[1][1])
        self.differing.append(f"{where}: {request} with {place} = {theirs}: {told[0][0]} instead of {told[1][0]}")

    def _look(self, request: Request, answer: TestResponse, *echoed: str) -> None:
        told = told_by(answer)
        for value in echoed:
            told = _without(told, value)
        if self._other.mark in told or answer.status_code >= 500:
            self.leaks.append(f"{request}: {answer.status_code}")

    def _send(self, request: Request) -> TestResponse:
        self.replayed += 1
        return request.send(asker(self._place, request))


def asker(place: Place, request: Request) -> Persona:
    """Return who sends it."""
    return (place.systems if request.is_api else place.staff)[request.who]


def nobodys(value: str) -> str:
    """Return an id of the same kind that nothing has."""
    if value.isdecimal():
        return str(
            int(value) + (1_000_000_007 if len(value) > 6 else 1_000_007)
        )  # no page shows such a number by chance
    return value[:-4] + ("0000" if not value.endswith("0000") else "1111")


def _normal(answer: TestResponse, value: str) -> str:
    return _without(CHANGING.sub("", told_by(answer)), value)


def _first_difference(one: str, other: str) -> str:
    at = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    return f"{one[max(0, at - 40) : at + 40]!r}, not {other[max(0, at - 40) : at + 40]!r}"


def _without(told: str, value: str) -> str:
    """Leave out what was asked with, as an answer may repeat it."""
    return re.sub(rf"(?<!\w)(?:{re.escape(value)}|{re.escape(quote(value))})(?!\w)", "∎", told)


def recorded(place: Place) -> list[Request]:
    """Let a place's people work undisturbed, and return what they sent."""
    sent: list[Request] = []

    def send(request: Request) -> TestResponse:
        sent.append(request)
        return request.send(asker(place, request))

    Course(place, send).run()
    return sent


@pytest.fixture(scope="module")
def owner(addresses: tuple[str, str]) -> Iterator[Engine]:
    engine = create_engine(as_psycopg(addresses[1]))
    yield engine
    engine.dispose()


@pytest.fixture(scope="module")
def ledger(installation: Installation, owner: Engine) -> Ledger:
    return Ledger(installation, tables_of_tenants(owner))


@pytest.fixture(scope="module")
def worked(installation: Installation, app: Flask) -> tuple[Place, list[Request]]:
    """A district in which the whole course of work was done."""
    place = make_place(installation, app, more=1)
    return place, recorded(place)


@pytest.fixture(scope="module")
def victim(worked: tuple[Place, list[Request]]) -> Place:
    return worked[0]


@pytest.fixture(scope="module")
def attacker(installation: Installation, app: Flask) -> Place:
    """A district whose people try the other's ids."""
    return make_place(installation, app, more=0)


def test_what_people_do_with_ids_of_the_other_district_is_answered_as_if_there_were_none(
    installation: Installation,
    app: Flask,
    worked: tuple[Place, list[Request]],
    attacker: Place,
    ledger: Ledger,
    record_property: Callable[[str, object], None],
) -> None:
    (victim, requests), third = worked, make_place(installation, app, more=1)
    before = ledger.of(victim)
    attack = Attack(attacker, victim, requests)
    Course(attacker, attack.send).run()
    after, and_back = ledger.of(victim), ledger.of(attacker)
    back = Attack(third, attacker, attack.sent)
    Course(third, back.send).run()

    size = f"{len(requests)} recorded requests, {attack.replayed + back.replayed} sent with what others have"
    record_property("attack_replay", size)
    print(f"\nattack replay: {size}")  # noqa: T201 -- the figure that the run is asked for
    assert [*attack.leaks, *back.leaks] == []
    assert [*attack.differing, *back.differing] == []
    assert (after, ledger.of(attacker)) == (before, and_back)


def test_the_attack_finds_an_answer_that_differs(victim: Place, attacker: Place) -> None:
    attack = Attack(attacker, victim, [])
    mine, matter = str(attacker.has["ticket"][0]), str(attacker.has["matter"][0])

    attack.compare(Request("leader", "GET", "/t/{0}", (mine,)), ("path", "0"), mine)
    narrowed = Request("operator", "GET", "/desk", query={"lane": "all", "matter": matter})
    attack.compare(narrowed, ("query", "matter"), matter)

    assert len(attack.differing) == 2


def test_every_id_that_a_command_takes_is_as_good_as_none_when_it_is_the_others(
    victim: Place, attacker: Place, ledger: Ledger
) -> None:
    attack, before = Attack(attacker, victim, []), ledger.of(victim)
    mine, theirs = (dict(place.has) for place in (attacker, victim))
    tried = 0
    for command in COMMANDS.values():
        who = next((role.name for role in ROLES.values() if command.permission in role.permissions), None)
        fields = arguments_of(command).fields
        for name in [each for each in fields if each in IDS or each.endswith("_id")]:
            if who is None:
                continue
            value = str(theirs[IDS[name]][0]) if name in IDS else str(_any_record(victim))
            is_list, is_number = name in ("co", "units", "matters"), name.endswith("_id")
            for told in _answers(
                attack, attacker, who, command.name, fields, name, value, is_list, is_number, str(mine["ticket"][0])
            ):
                tried += 1
                assert told[0] == told[1], (command.name, name)
    assert tried > 20
    assert attack.leaks == []
    assert ledger.of(victim) == before


def _answers(
    attack: Attack,
    place: Place,
    who: str,
    command: str,
    fields: Mapping[str, Any],
    name: str,
    value: str,
    is_list: bool,
    is_number: bool,
    serial_no: str,
) -> Iterator[tuple[tuple[int, str], tuple[int, str]]]:
    """Give a command twice, with the other's id and with nobody's, and yield both answers."""
    told = []
    for given in (value, nobodys(value)):
        body = {each: _filled(field) for each, field in fields.items() if field.required}
        body[name] = [given] if is_list else int(given) if is_number else given
        request = Request(
            who, "POST", f"/api/v1/tickets/{{0}}/commands/{command}", (serial_no,), json=body, is_api=True
        )
        answer = request.send(place.systems[who])
        assert answer.status_code >= 400, (command, name)
        told.append((answer.status_code, _normal(answer, given)))
        attack._look(request, answer, given)
    yield told[0], told[1]


def _filled(field: Any) -> Any:
    choices = getattr(field, "choices", None)
    if choices:
        return choices[0]
    return {"YesNo": True, "Count": 1, "Moment": "2030-03-12T10:00:00+08:00", "Listed": ["一", "二"]}.get(
        type(field).__name__, "内容"
    )


def _any_record(place: Place) -> int:
    with place.installation.scope(place.slug) as scope:
        return scope.session.scalars(select(Message.id).where(Message.tenant_id == scope.tenant.id).limit(1)).one()


def test_a_key_that_the_other_district_used_is_free_here(victim: Place, attacker: Place) -> None:
    answers = []
    for place in (victim, attacker):
        request = Request(NO_ROLE, "POST", "/api/v1/tickets", json={"text": "路灯不亮"}, key="one key", is_api=True)
        answers.append(request.send(place.systems[NO_ROLE]))

    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].get_json()["serial_no"] != answers[1].get_json()["serial_no"]


def test_sessions_and_tokens_open_nothing_under_the_name_of_the_other_district(
    app: Flask, victim: Place, attacker: Place
) -> None:
    cookie = victim.staff["administrator"].client.get_cookie(COOKIE)
    assert cookie is not None
    client = app.test_client()
    client.set_cookie(COOKIE, f"{attacker.slug}:{cookie.value.partition(':')[2]}")
    token = victim.systems["administrator"].headers["Authorization"].replace(victim.slug, attacker.slug)

    page, call = client.get("/desk"), client.get("/api/v1/features", headers={"Authorization": token})

    assert (page.status_code, page.location.startswith("/sign-in")) == (303, True)
    assert (call.status_code, call.get_json()["code"]) == (401, "token-unusable")


@pytest.mark.parametrize("words", ["mark", "ticket", "unit", "matter"])
def test_a_search_for_what_the_other_district_has_finds_as_little_as_one_for_nothing(
    victim: Place, attacker: Place, words: str
) -> None:
    wanted = victim.mark if words == "mark" else str(victim.has[words][0])
    attack = Attack(attacker, victim, [])

    for name in ("q", "at", "unit", "matter", "area", "after"):
        request = Request("operator", "GET", "/desk", query={"lane": "all", name: wanted})
        attack.compare(request, ("query", name), wanted)

    assert (attack.differing, attack.leaks) == ([], [])


def test_a_list_that_the_other_district_has_seen_is_not_unchanged_here(victim: Place, attacker: Place) -> None:
    headers = {"HX-Request": "true", "HX-Target": "list"}
    theirs = victim.staff["leader"].client.get("/desk?lane=all", headers=headers)
    assert theirs.headers["ETag"]

    mine = attacker.staff["leader"].client.get(
        "/desk?lane=all", headers={**headers, "If-None-Match": theirs.headers["ETag"]}
    )

    assert mine.status_code == 200
    assert victim.mark not in told_by(mine)


@pytest.mark.parametrize(
    "path", ["../keys.json", "..%2f..%2fkeys.json", "%2e%2e/%2e%2e/keys.json", "vendor/../../wsgi.py"]
)
def test_a_file_name_leads_to_no_other_folder(app: Flask, path: str) -> None:
    assert app.test_client().get(f"/static/{path}").status_code == 404


def test_an_export_is_called_after_ones_own_district(victim: Place, attacker: Place) -> None:
    request = Request("administrator", "GET", "/api/v1/duty-lists/{0}/export", (str(attacker.has["duty list"][0]),))
    answer = request.send(attacker.systems["administrator"])

    assert attacker.slug in answer.headers["Content-Disposition"]
    assert victim.mark not in told_by(answer)


def test_jobs_that_name_what_the_other_district_has_do_nothing(
    installation: Installation, victim: Place, attacker: Place, ledger: Ledger
) -> None:
    kinds, payloads = job_kinds({}, installation), payloads_of(victim)
    missing = set(kinds) - set(payloads)
    assert missing == set(), f"say in `payloads_of` what a job of kind {missing} of the other district names"
    before, said = (ledger.of(victim), ledger.of(attacker)), []

    for kind, given in payloads.items():
        for payload in given:
            try:
                with installation.scope(attacker.slug) as scope:
                    kinds[kind].do(scope, payload, datetime.now(UTC))
            except Exception as refusal:
                said.append(str(refusal))

    assert [words for words in said if victim.mark in words] == []
    assert (ledger.of(victim), ledger.of(attacker)) == before


def payloads_of(place: Place) -> dict[str, list[dict[str, Any]]]:
    """Return what jobs of a district name, by kind: those that were written, and those that could have been."""
    found: dict[str, list[dict[str, Any]]] = {}
    with place.installation.scope(place.slug) as scope:
        tenant = Ticket.tenant_id == scope.tenant.id
        for job in scope.session.scalars(select(Job).where(Job.tenant_id == scope.tenant.id)):
            found.setdefault(job.kind, []).append(dict(job.payload))
        event = scope.session.execute(
            select(TicketEvent.ticket_id, TicketEvent.seq)
            .join(Ticket, Ticket.id == TicketEvent.ticket_id)
            .where(tenant)
        ).first()
        assert event is not None
    number = place.has["revision"][0]
    revision = {"feature": FEATURE, "number": number}
    possible: dict[str, dict[str, Any]] = {
        "feature-event": {"feature": FEATURE, "ticket_id": event.ticket_id, "seq": event.seq},
        "feature-job": {"feature": FEATURE, "name": "none", "day": "2030-03-12"},
        "task": {"task": int(str(place.has["task"][0]))},
        "inbound": {"item_id": int(str(place.has["inbound item"][0]))},
        "errand-due": {"errand_id": _any_record(place)},
        "held-deed": {"deed": place.has["held deed"][0]},
        "routing-rule-draft": {"consultation": 1},
        "bulletin": {"month": "2099-01"},
        "figure-sending": {"sending_id": int(str(place.has["sending of figures"][0]))},
        "deliver": {"message_id": _any_record(place)},
        "phone-code": {"code_id": _any_record(place)},
        "try-way-out": {"test": _any_record(place)},
        "rights-answer": {"request_id": _any_record(place)},
        "scan-file": {"file_id": int(str(place.has["file"][0]))},
        "refer": {"reference": f"{place.slug}/1"},
        "referral-news": {"reference": f"{place.slug}/1"},
        "wechat-media": {"item_id": int(str(place.has["inbound item"][0])), "ticket_id": event.ticket_id},
        "weibo-picture": {
            "item_id": int(str(place.has["inbound item"][0])),
            "number": 0,
            "ticket_id": event.ticket_id,
        },
        "settings-planned": {**revision, "plan": 1},
        "settings-preset": {**revision, "district": place.slug},
        "feature-enabling": {**revision, "begun": "2030-03-12T10:00:00+08:00"},
    }
    return {kind: [payload] for kind, payload in possible.items()} | found
