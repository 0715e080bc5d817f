"""Making staff, and visiting the pages as they do."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from core.people.service import open_account
from core.tenancy.scope import Installation
from core.units.models import Unit

PASSWORD = "一句只有测试知道的话"


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
            now=datetime.now(UTC),
        )
    return f"{login}@{slug}"


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
