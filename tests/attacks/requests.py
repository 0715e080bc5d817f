"""Requests to every operation with something of an attacker's in each place where a request can carry a text."""

import inspect
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from core.people.roles import Permission
from tests.permissions.bodies import Bodies, act_of
from tests.permissions.operations import PARAMETER, Operation
from tests.permissions.places import Persona, Place
from tests.permissions.test_matrix import expected_of

READ = re.compile(r"(?:args\.get\(|args\[|\btexts?\(|required\(|form\.get\(|getlist\()\s*\"([a-z_]+)\"")
"""How views of ours name the fields and parameters that they read."""
HEADERS = (
    "Idempotency-Key",
    "User-Agent",
    "X-Forwarded-For",
    "HX-Target",
    "Referer",
    "Accept-Language",
    "If-None-Match",
)
NOT_LET_IN = (303, 401, 403)
Text = Callable[[], str]
"""Gives the next text to send."""


@dataclass(frozen=True)
class Attempt:
    """One request: where it carries something of the attacker's, and how it is sent."""

    operation: Operation
    where: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: Mapping[str, Any]

    def send(self, who: Persona) -> TestResponse:
        """Send it in somebody's session, or with a system's token."""
        body = dict(self.body)
        if "data" in body and not self.operation.is_api:
            body["data"] = {**body["data"], "csrf_token": who.form_token}
        return who.client.open(
            self.path,
            method=self.operation.method,
            query_string=dict(self.query),
            headers={**self.headers, **who.headers},
            **body,
        )

    def __str__(self) -> str:
        return f"{self.operation} with {self.where}"


class Attempts:
    """Makes the requests of an attack on the operations of a place."""

    def __init__(self, app: Flask, place: Place, text: Text) -> None:
        self._app = app
        self._place = place
        self._text = text
        self._bodies = Bodies(app)
        self._spec: Mapping[str, Any] = app.test_client().get("/api/v1/openapi.json").get_json()

    def on(self, operation: Operation, *, each: bool = True) -> Iterator[Attempt]:
        """Yield a request for everything at once, and where wanted one for each place where a text can be."""
        values = self._place.values(operation)
        own, body = operation.at(**values), self._bodies.good(operation)
        queries = {name: self._text() for name in self._queries(operation)}
        headers = {name: _header(self._text()) for name in HEADERS}
        yield Attempt(operation, "everything", own, queries, headers, self._whole(operation, body))
        for name in operation.parameters:
            path = operation.at(**{**values, name: _in_path(self._text())})
            yield Attempt(operation, f"path {name}", path, {}, {}, self._bodies.good(operation))
        if not each:
            return
        for name in queries if operation.is_api else ():
            yield Attempt(operation, f"query {name}", own, {name: self._text()}, {}, self._bodies.good(operation))
        for kind in ("json", "data"):
            for name in self._alone(operation, body, kind):
                changed = self._bodies.good(operation)
                changed[kind] = {**changed[kind], name: _within(changed[kind].get(name), self._text)}
                yield Attempt(operation, f"{kind} {name}", own, {}, {}, changed)

    def _alone(self, operation: Operation, body: Mapping[str, Any], kind: str) -> list[str]:
        """Return the fields that are tried one by one: of a form those that are its own."""
        act = act_of(operation)
        if operation.is_api or act is None:
            return self._fields(operation, body, kind)
        return [field.name for field in act.fields] + [act.record] * bool(act.record) if kind in body else []

    def _whole(self, operation: Operation, body: dict[str, Any]) -> dict[str, Any]:
        if "json" in body:
            names = self._fields(operation, body, "json")
            return {"json": {**body["json"], **{name: _within(body["json"].get(name), self._text) for name in names}}}
        if "data" in body:
            names = self._fields(operation, body, "data")
            told = {**body["data"], **{name: _within(body["data"].get(name), self._text) for name in names}}
            if "file" in body["data"]:
                told["file"] = (BytesIO(f"事项,主办\n{self._text()},{self._text()}\n".encode()), self._text())
            return {"data": told}
        return body

    def _fields(self, operation: Operation, body: Mapping[str, Any], kind: str) -> list[str]:
        """Return the names of the body's fields, those of files and of what makes a form valid left out."""
        if kind not in body:
            return []
        known = set(body[kind])
        if operation.is_api:
            known |= set(self._described(operation))
        elif act_of(operation) is None:
            known = self._read_by(operation)
        return sorted(known - {"csrf_token", "file", "version"})

    def _described(self, operation: Operation) -> Mapping[str, Any]:
        path = PARAMETER.sub(lambda found: f"{{{found[1]}}}", operation.rule)
        told = self._spec["paths"][path][operation.method.lower()]
        for content in told.get("requestBody", {}).get("content", {}).values():
            schema = content["schema"]
            if "$ref" in schema:
                schema = self._spec["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
            found: Mapping[str, Any] = schema.get("properties", {})
            return found
        return {}

    def _queries(self, operation: Operation) -> set[str]:
        if not operation.is_api:
            return self._read_by(operation)
        path = PARAMETER.sub(lambda found: f"{{{found[1]}}}", operation.rule)
        told = self._spec["paths"].get(path, {}).get(operation.method.lower(), {})
        return {each["name"] for each in told.get("parameters", ()) if each.get("in") == "query"}

    def _read_by(self, operation: Operation) -> set[str]:
        """Return the names that the module of the view reads from addresses and forms."""
        for rule in self._app.url_map.iter_rules():
            if rule.rule == operation.rule and operation.method in (rule.methods or ()):
                module = inspect.unwrap(self._app.view_functions[rule.endpoint]).__module__
                return set(READ.findall(inspect.getsource(sys.modules[module])))
        return set()


def asker(operation: Operation, place: Place) -> Persona:
    """Return somebody who may ask for an operation if anybody may, with a session of their own where it may end one."""
    everybody = place.systems if operation.is_api else place.staff
    let_in = [name for name, who in everybody.items() if expected_of(operation, who) not in NOT_LET_IN]
    name = (let_in or list(everybody))[0]
    ends = operation.is_write and operation.needs in ("anybody", Permission.OWN_ACCOUNT)
    return place.signed_in(name) if ends and not operation.is_api else everybody[name]


def _within(value: Any, text: Text) -> Any:
    """Return what is like the value, with the text in it."""
    if isinstance(value, dict):
        return {name: _within(each, text) for name, each in value.items()} | {text(): text()}
    if isinstance(value, list):
        return [_within(each, text) for each in value] or [text()]
    return text()


def _in_path(text: str) -> str:
    return text.replace("%", "%25").replace("?", "%3F").replace("#", "%23").replace("/", "%2F")


def _header(text: str) -> str:
    return re.sub(r"[^\x20-\x7e]", "", text)
