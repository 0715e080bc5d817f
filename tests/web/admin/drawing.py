"""Visiting the pages that draw a district's rules: as an administrator, with a draft, reading their tables."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from itertools import count
from typing import Any

from flask import Flask

from core.journey.settings.drafting import Wish, draft
from core.tenancy.scope import Installation
from tests.builders import make_actor
from tests.web.making import Visitor, make_account

numbers = count()


def administrator(installation: Installation, app: Flask, slug: str) -> Visitor:
    visitor = Visitor(app)
    login = make_account(installation, slug, f"admin{next(numbers)}", ["administrator"])
    assert visitor.sign_in(login).status_code == 303
    return visitor


def drafted(installation: Installation, slug: str, feature: str, changes: Mapping[str, Any]) -> str:
    """Draft other settings; return what an address says to show them."""
    actor, wish = make_actor("管理员甲", "administrator", id=999), Wish(changes=changes)
    with installation.scope(slug) as scope:
        now = datetime.now(UTC)
        number = draft(scope, installation.roster, feature, wish, reason="试一试", actor=actor, now=now).number
    return f"feature={feature}&draft={number}"


def rows_of(page: str, after: str) -> list[list[str]]:
    """Return the texts of the cells of the first table behind some words."""
    body = page[page.index(after) :]
    body = body[body.index("<tbody>") : body.index("</tbody>")]
    return [
        [
            " ".join(re.sub(r"<[^>]+>", " ", cell).split())
            for cell in re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row, re.S)
        ]
        for row in re.findall(r"<tr[^>]*>(.*?)</tr>", body, re.S)
    ]
