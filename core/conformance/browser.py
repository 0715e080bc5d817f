"""Somebody at a browser, for the pages of a plugin: signs in, opens a page, sends its form."""

import re
import secrets
from collections.abc import Mapping, Sequence
from html.parser import HTMLParser

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from core.conformance.walk import LONG_AGO, District
from core.people.roles import ROLES, Permission, roles_granting
from core.people.service import open_account

HIDDEN = ("csrf_token", "command_id")


class Visitor:
    """A browser with its cookies."""

    def __init__(self, app: Flask) -> None:
        self._client: FlaskClient = app.test_client()

    def get(self, path: str) -> TestResponse:
        """Open a page."""
        return self._client.get(path)

    def post(self, path: str, fields: Mapping[str, Sequence[str]]) -> TestResponse:
        """Send a form with these fields and no others."""
        return self._client.post(path, data=fields)

    def submit(self, path: str, fields: Mapping[str, Sequence[str]]) -> TestResponse:
        """Send the form of a page with these fields, and with what the page hides in it."""
        page = self.get(path).get_data(as_text=True)
        hidden = {name: re.findall(f'name="{name}" value="([^"]*)"', page)[:1] for name in HIDDEN}
        return self.post(path, {**fields, **hidden})

    def sign_in(self, login: str, password: str) -> None:
        """Sign in on the sign-in page."""
        self.submit("/sign-in", {"login": [login], "password": [password]})


def visitor_who_may(app: Flask, district: District, permission: Permission) -> Visitor:
    """Return somebody signed in with a role that brings the permission."""
    return _signed_in(app, district, roles_granting(permission)[0].name)


def visitor_who_may_not(app: Flask, district: District, permission: Permission) -> Visitor:
    """Return somebody signed in with a role that does not bring the permission."""
    return _signed_in(app, district, next(role.name for role in ROLES.values() if permission not in role.permissions))


def scripts_in(page: str) -> list[str]:
    """Return what of a page would be run although it stands in the page itself: scripts, and what elements do on events."""
    reader = _Scripts(convert_charrefs=True)
    reader.feed(page)
    reader.close()
    return reader.found


class _Scripts(HTMLParser):
    def __init__(self, *, convert_charrefs: bool) -> None:
        super().__init__(convert_charrefs=convert_charrefs)
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "script" and not (given.get("src") or "").startswith("/static/"):
            self.found.append(f"<{tag}>")
        self.found += [f"<{tag} {name}>" for name in given if name.startswith("on")]


def _signed_in(app: Flask, district: District, role: str) -> Visitor:
    login, password = f"{role}-{secrets.token_hex(3)}", secrets.token_urlsafe(16)
    with district.installation.scope(district.slug) as scope:
        unit_id = district.unit_id(scope, "roads")
        open_account(
            scope,
            login=login,
            name=role,
            password=password,
            roles=[role],
            unit_id=unit_id,
            is_demonstration=True,
            now=LONG_AGO,
        )
    visitor = Visitor(app)
    visitor.sign_in(f"{login}@{district.slug}", password)
    return visitor
