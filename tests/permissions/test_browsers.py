"""What browsers are told with every answer, what they are believed, and that looking changes nothing."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import create_engine, text
from werkzeug.test import TestResponse

from core.kit.db import as_psycopg
from core.tenancy.scope import Installation
from core.web.headers import ALWAYS, READING
from tests.permissions.bodies import Bodies
from tests.permissions.operations import Operation, operations
from tests.permissions.places import REVOKED, STRANGER, Persona, Place, make_place
from tests.tenancy.filling import tables_of_tenants

POLICY = "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
STRICT = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "no-store",
}
OWN_DEVICE = {
    r"/center/new": "camera=(), geolocation=(self), microphone=()",
    r"/public/[^/]+/report(?:/\w+)?": "camera=(), geolocation=(self), microphone=(self)",
}
"""The forms that offer where the device itself is, and to record what somebody says; no other page has either permission."""
HOUR = re.compile(rb"\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:[+-]\d\d:\d\d)?")
"""When something was asked, which public pages say of their figures."""
UPLOADED = ("/files/",)
"""Addresses of files that somebody handed in: their answers say stricter things of themselves (tests/files)."""
NOTED = {
    ("staff_session", "seen_at"): "that somebody is still at work, to the minute",
    ("api_token", "last_used_at"): "that a token is in use, to the hour",
    ("second_factor", "offered"): "the key that a page offers to a phone; it holds once a code of it was given",
}
"""Columns that looking at something may change, and what they say."""
COUNTED = ("tally",)
"""Tables that count how often somebody came."""


class Markup(HTMLParser):
    """Collects what a page would run or draw although no policy of ours lets it."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._in = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self._in = tag
        if tag == "style" or (tag == "script" and not (given.get("src") or "").startswith("/static/")):
            self.found.append(f"<{tag}>")
        self.found += [f"{tag} {name}" for name in given if name == "style" or name.startswith(("on", "hx-on"))]
        for name in ("href", "src", "action", "formaction", "xlink:href"):
            if (given.get(name) or "").strip().lower().startswith(("javascript:", "data:", "http:", "//")):
                self.found.append(f"{tag} {name}={given[name]}")
        if tag in ("base", "iframe", "object", "embed"):
            self.found.append(f"<{tag}>")

    def handle_data(self, data: str) -> None:
        if self._in == "script" and data.strip():
            self.found.append("words in a script")

    def handle_endtag(self, _tag: str) -> None:
        self._in = ""


def faults_of(answer: TestResponse) -> list[str]:
    """Return what an answer lacks of strict headers, and what its page has that no policy lets it have."""
    wrong = [
        f"{name}: {answer.headers.get(name)}"
        for name, value in STRICT.items()
        if answer.headers.get(name) != value
        and not (name == "Cache-Control" and is_for_everybody(answer))
        and not (name == "Permissions-Policy" and answer.headers.get(name) == own_device(answer.request.path))
    ]
    if "Server" in answer.headers or "X-Powered-By" in answer.headers:
        wrong.append("names its server")
    wrong += [each for each in answer.headers.getlist("Set-Cookie") if not is_strict(each)]
    if answer.mimetype == "text/html":
        markup = Markup()
        markup.feed(answer.get_data(as_text=True))
        wrong += markup.found
    return wrong


def own_device(path: str) -> str | None:
    """Return what the page at this path may ask the device for."""
    return next((policy for pattern, policy in OWN_DEVICE.items() if re.fullmatch(pattern, path)), None)


def is_for_everybody(answer: TestResponse) -> bool:
    """Tell whether it is a page without sign-in that was only looked at, of which copies differ by a cookie's language."""
    kept = answer.headers.get("Cache-Control") == "public, max-age=60"
    return (
        kept
        and answer.request.method in READING
        and answer.request.path.startswith("/public")
        and "Cookie" in answer.vary
        and not answer.headers.getlist("Set-Cookie")
    )


def is_strict(cookie: str) -> bool:
    parts = {part.strip().lower() for part in cookie.split(";")[1:]}
    return {"httponly", "samesite=lax"} <= parts and not any(part.startswith("domain") for part in parts)


@dataclass(frozen=True)
class Looked:
    """Every address looked at by everybody: the answers, and what became different meanwhile."""

    answers: list[tuple[str, TestResponse]]
    changes: list[str]


@pytest.fixture(scope="module")
def place(installation: Installation, app: Flask) -> Place:
    """A district for these tests alone: commands that need no body are carried out here."""
    return make_place(installation, app, more=0)


@pytest.fixture(scope="module")
def looked(app: Flask, place: Place, addresses: tuple[str, str]) -> Looked:
    before = rows_of(place, addresses[1])
    answers = list(asked(place, [each for each in operations(app) if each.method in READING], Bodies(app)))
    return Looked(answers, changes(before, rows_of(place, addresses[1])))


def asked(place: Place, wanted: list[Operation], bodies: Bodies) -> Iterator[tuple[str, TestResponse]]:
    """Yield what each of the place's people is answered, to commands with a body that is none, and without a token."""
    for operation in wanted:
        path = operation.at(**place.values(operation))
        for who in people_of(place, operation):
            body = bodies.bad(operation)
            answer = who.client.open(path, method=operation.method, headers=dict(who.headers), **body)
            yield f"{operation} by {who.name}", answer


def people_of(place: Place, operation: Operation) -> Iterator[Persona]:
    yield from (place.systems if operation.is_api else place.staff).values()


def test_every_answer_carries_the_same_strict_headers_and_no_page_runs_anything_of_its_own(
    app: Flask, place: Place, looked: Looked
) -> None:
    commands = [each for each in operations(app) if each.method not in READING]
    answers = [*looked.answers, *asked(place, commands, Bodies(app))]
    wrong = {
        name: faults
        for name, answer in answers
        if not any(each in name for each in UPLOADED) and (faults := faults_of(answer))
    }

    assert wrong == {}
    kept: dict[str, set[bytes]] = {}
    for _, answer in looked.answers:
        if is_for_everybody(answer):
            kept.setdefault(answer.request.path, set()).add(HOUR.sub(b"", answer.get_data()))
    assert kept
    assert [path for path, copies in kept.items() if len(copies) > 1] == [], "the same for all, and telling of nobody"
    assert {200, 303, 400, 401, 403, 404, 422} <= {answer.status_code for _, answer in answers}
    assert ALWAYS.items() <= STRICT.items()


def test_looking_changes_nothing(looked: Looked) -> None:
    assert looked.changes == []
    assert [name for name, answer in looked.answers if answer.status_code >= 500 and answer.status_code != 503] == []
    assert sum(answer.status_code == 200 for _, answer in looked.answers) > 100


def rows_of(place: Place, owner: str) -> dict[str, dict[tuple[object, ...], Mapping[str, Any]]]:
    """Return all rows of the place's tenant by table and primary key, without what is named in `NOTED`."""
    engine = create_engine(as_psycopg(owner))
    tables = tables_of_tenants(engine)
    engine.dispose()
    found: dict[str, dict[tuple[object, ...], Mapping[str, Any]]] = {}
    with place.installation.scope(place.slug) as scope:
        for table in tables:
            if table.name in COUNTED:
                continue
            named = f'"{table.schema}"."{table.name}"' if table.schema else f'"{table.name}"'
            rows = scope.session.execute(text(f"SELECT * FROM {named}")).mappings()
            keys = [column.name for column in table.primary_key]
            found[named] = {
                tuple(str(row[key]) for key in keys): {
                    name: value for name, value in row.items() if (table.name, name) not in NOTED
                }
                for row in rows
            }
    return found


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """Return what came, went and became different, in words."""
    found = []
    for table, rows in after.items():
        then = before[table]
        found += [f"{table} has a new row {rows[key]}" for key in rows.keys() - then.keys()]
        found += [f"{table} lost {key}" for key in then.keys() - rows.keys()]
        for key in rows.keys() & then.keys():
            found += [f"{table}.{name} changed" for name in rows[key] if rows[key][name] != then[key][name]]
    return found


FOREIGN: dict[str, dict[str, str]] = {
    "the browser says another site": {"Sec-Fetch-Site": "cross-site"},
    "the browser says another host of the same site": {"Sec-Fetch-Site": "same-site"},
    "the browser says another site, and the origin ours": {
        "Sec-Fetch-Site": "cross-site",
        "Origin": "http://localhost",
    },
    "another origin": {"Origin": "https://evil.example"},
    "an origin that begins like ours": {"Origin": "http://localhost.evil.example"},
    "our host at another port": {"Origin": "http://localhost:8443"},
    "an origin that is nowhere": {"Origin": "null"},
}


WAYS: dict[str, dict[str, str]] = {
    "application/x-www-form-urlencoded": {},
    "multipart/form-data": {"csrf_token": "forged"},
    "text/plain": {},
}
"""What a page of another site can send without asking, and the token that it puts in."""


def test_no_other_site_can_have_anything_carried_out(app: Flask, place: Place, addresses: tuple[str, str]) -> None:
    """Each with a good body, the right token of the form and the cookie of whoever may do it."""
    bodies = Bodies(app)
    writing = [each for each in operations(app) if each.method not in READING]
    before = rows_of(place, addresses[1])
    wrong = []
    for operation in writing:
        path = operation.at(**place.values(operation))
        for who in entitled(place, operation):
            for what, headers in FOREIGN.items():
                body = bodies.good(operation)
                if "data" in body and not operation.is_api:
                    body = {"data": body["data"] | {"csrf_token": who.form_token}}
                sent = {**who.headers, **headers}
                status = who.client.open(path, method=operation.method, headers=sent, **body).status_code
                if status != 403:
                    wrong.append(f"{operation} by {who.name}, {what}: {status}")

    assert wrong == []
    assert changes(before, rows_of(place, addresses[1])) == []


UNFORGEABLE = ("/in/", "/wechat/", "/public/", "/language", "/type")
"""Beginnings of addresses that ask nobody who they are: there is no sign-in that another site could make use of."""


def test_without_the_token_of_our_form_no_form_does_anything(
    app: Flask, place: Place, addresses: tuple[str, str]
) -> None:
    """Sent by a browser that says nothing of where it comes from, in each of the ways in which a page can send."""
    bodies = Bodies(app)
    pages = [
        each for each in operations(app) if each.is_write and not each.is_api and not each.rule.startswith(UNFORGEABLE)
    ]
    before = rows_of(place, addresses[1])
    wrong = []
    for operation in pages:
        path = operation.at(**place.values(operation))
        for who in entitled(place, operation):
            for kind, token in WAYS.items():
                data = bodies.good(operation)["data"] | token
                sent: Any = "&".join(f"{k}={v}" for k, v in data.items()) if kind == "text/plain" else data
                answer = who.client.open(path, method=operation.method, data=sent, content_type=kind)
                if answer.status_code != 400:
                    wrong.append(f"{operation} by {who.name}, {kind}: {answer.status_code}")

    assert wrong == []
    assert changes(before, rows_of(place, addresses[1])) == []


def test_the_api_is_not_entered_by_a_cookie_nor_by_what_a_page_of_another_site_can_send(
    app: Flask, place: Place, addresses: tuple[str, str]
) -> None:
    bodies = Bodies(app)
    before = rows_of(place, addresses[1])
    wrong = []
    for operation in operations(app):
        if not (operation.is_api and operation.is_write):
            continue
        path = operation.at(**place.values(operation))
        for name in ("administrator", "operator", "clerk"):
            status = place.staff[name].client.open(path, method=operation.method, **bodies.good(operation)).status_code
            if status != 401:
                wrong.append(f"{operation} with the cookie of {name}: {status}")
        body = bodies.good(operation)
        if "json" in body:
            for who in entitled(place, operation):
                answer = who.client.open(
                    path,
                    method=operation.method,
                    headers=dict(who.headers),
                    data=str(body["json"]),
                    content_type="text/plain",
                )
                if answer.status_code not in (400, 404, 415, 422):
                    wrong.append(f"{operation} by {who.name} as plain text: {answer.status_code}")

    assert wrong == []
    assert changes(before, rows_of(place, addresses[1])) == []


def entitled(place: Place, operation: Operation) -> Iterator[Persona]:
    """Return one who is let into the operation, as far as that can be told from here: whoever has what it needs."""
    for who in people_of(place, operation):
        if operation.needs == "anybody":
            yield place.staff[STRANGER]
            return
        if who.name in (STRANGER, REVOKED):
            continue
        needs = operation.needs
        if isinstance(needs, str) and not hasattr(needs, "value"):
            yield who
            return
        if who.permissions & (needs if isinstance(needs, frozenset) else {needs}):
            yield who
            return
