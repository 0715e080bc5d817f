"""Texts that are markup, in every text that there is, on every page before everybody: they are shown, and nothing else."""

from contextlib import suppress
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, Dialog
from sqlalchemy import Engine, String, create_engine, text, update
from sqlalchemy.exc import IntegrityError

from core.kit.db import Base, as_psycopg
from core.people.models import Account
from core.tenancy.queries import feature_rows
from core.tenancy.revisions import set_state
from core.tenancy.scope import Installation
from core.web.visit import COOKIE
from tests.attacks.markup import MARK, corpus, texts, told_as_markup
from tests.attacks.requests import Attempts, asker
from tests.permissions.operations import operations
from tests.permissions.places import REVOKED, Place, make_place
from tests.web.browser import served, watched

FREE = {
    "actor_name",
    "address",
    "answer",
    "answered_by",
    "appellant",
    "asked_by",
    "author",
    "by",
    "cause",
    "central",
    "clause",
    "closed_by",
    "comment",
    "decided_by",
    "decision",
    "decision_note",
    "demand",
    "effect",
    "ended_by",
    "entered_by",
    "evidence",
    "failure",
    "feedback",
    "feedback_by",
    "filed_by",
    "finding",
    "grounds",
    "guide",
    "initials",
    "issued_by",
    "label",
    "leader",
    "legal_basis",
    "mail",
    "mailbox",
    "meeting_note",
    "meeting_place",
    "message",
    "name",
    "note",
    "opened_because",
    "opened_by",
    "person_reason",
    "phone",
    "place",
    "question",
    "reason",
    "recorded_by",
    "refers_to",
    "requested_by",
    "review_note",
    "reviewed_by",
    "rule_note",
    "seconded_by",
    "set_by",
    "shown",
    "source",
    "standard",
    "subcategory",
    "subject",
    "submitted_by",
    "summary",
    "text",
    "title",
    "words",
}
"""Columns that hold what people or systems wrote, wherever they are."""
CODES = {"identity_provider", "tenant_secret", "ticket_file", "identity", "sla_clock", "adjudication"}
"""Tables in which columns of these names are keys."""


@pytest.fixture(scope="module")
def spoilt(installation: Installation, app: Flask, addresses: tuple[str, str]) -> Place:
    """A district in which everybody has typed markup wherever they can, and everything else that was written is markup too."""
    place, more = make_place(installation, app, more=1), texts()
    attempts, made = Attempts(app, place, lambda: next(more)), []
    for operation in (each for each in operations(app) if each.is_write or not each.is_api):
        for attempt in attempts.on(operation, each=False):
            answer = attempt.send(asker(operation, place))
            if answer.mimetype == "text/html" and (found := told_as_markup(answer.get_data(as_text=True))):
                made.append(f"{attempt}: {found}")
    assert made == []
    engine = create_engine(as_psycopg(addresses[1]))
    written = _write_everywhere(engine, installation.tenant(place.slug).id)
    engine.dispose()
    installation.forget()
    assert len(written) > 30, written
    _begin_again(installation, place)
    return place


def _begin_again(installation: Installation, place: Place) -> None:
    """Switch on what was switched off, and sign in who was signed out: else there is little to be seen."""
    with installation.scope(place.slug) as scope:
        for feature in feature_rows(scope):
            if feature.state != "on":
                set_state(scope, feature.feature, "on", reason="")
        scope.session.execute(
            update(Account)
            .where(Account.tenant_id == scope.tenant.id, Account.id.in_(place.accounts.values()))
            .values(active=True, valid_until=None)
        )
    installation.forget()
    place.staff |= {name: place.signed_in(name) for name in place.staff if name in place.accounts and name != REVOKED}


def _write_everywhere(engine: Engine, tenant_id: int) -> list[str]:
    """Add one of the texts to what stands in every column of free text of a district; return the columns."""
    written, everything = [], [each.replace("\x00", "") for each in corpus()]
    for table in Base.metadata.sorted_tables:
        if "tenant_id" not in table.columns or table.name in CODES:
            continue
        for column in table.columns:
            if not isinstance(column.type, String) or column.name not in FREE or column.foreign_keys:
                continue
            with (
                engine.connect() as connection,
                suppress(IntegrityError),
            ):  # words of a list are checked by the database
                connection.execute(text(f"SET LOCAL app.tenant = '{tenant_id}'"))
                changed = connection.execute(
                    text(
                        f'UPDATE "{table.name}" SET "{column.name}" = "{column.name}" || '
                        f"(CAST(:texts AS text[]))[1 + abs(hashtext(ctid::text || '{column.name}')) % {len(everything)}] "
                        f'WHERE "{column.name}" IS NOT NULL'
                    ),
                    {"texts": everything},
                )
                connection.commit()
                written += [f"{table.name}.{column.name}"] if changed.rowcount else []
    return written


def test_on_no_page_is_what_was_typed_more_than_text(app: Flask, spoilt: Place) -> None:
    made, seen = [], 0
    for operation in operations(app):
        if operation.is_write or operation.is_api:
            continue
        for serial_no in spoilt.has["ticket"] if "serial_no" in operation.parameters else [""]:
            for name in spoilt.staff:
                values = spoilt.values(operation) | ({"serial_no": serial_no} if serial_no else {})
                answer = spoilt.staff[name].client.get(operation.at(**values))
                assert answer.status_code < 500 or "<provider>" in operation.rule, (operation, name)
                if answer.mimetype != "text/html":
                    continue
                page = answer.get_data(as_text=True)
                seen += MARK in page
                made += [f"{operation} for {name}: {each}" for each in told_as_markup(page)]

    assert made == []
    assert seen > 20


@pytest.mark.parametrize(
    "page",
    [
        f"<p>{text}</p>"
        for text in ("<zx9q>", "<img src=x onerror=zx9q()>", "<a href=' java\nscript:zx9q()'>", "<i onzx9q=1>")
    ]
    + ["<script>zx9q()</script>"],
)
def test_markup_that_is_none_of_ours_is_found(page: str) -> None:
    assert len(told_as_markup(page)) == 1


def test_there_are_many_of_them_and_all_are_different() -> None:
    made = corpus()

    assert len(made) == len(set(made)) > 500
    assert all(MARK in each.lower() for each in made)


def test_in_a_real_browser_nothing_of_it_runs(app: Flask, spoilt: Place, browser: Browser) -> None:
    ran: list[Any] = []
    ticket = spoilt.has["ticket"][0]

    def told(dialog: Dialog) -> None:
        ran.append(dialog.message)
        dialog.dismiss()

    with served(app) as address:
        for name, paths in {
            "operator": [
                "/desk?lane=all",
                f"/t/{ticket}",
                "/desk/new",
                f"/desk/inbound/{spoilt.has['inbound item'][0]}",
            ],
            "clerk": ["/unit", f"/unit/{ticket}"],
            "administrator": ["/account", f"/x/{spoilt.has['plugin'][0]}/{spoilt.has['page'][0]}"],
            "leader": ["/leader", f"/t/{ticket}"],
        }.items():
            with watched(browser, address) as window:
                window.page.expose_function(MARK, lambda *given: ran.append(given))
                window.page.on("dialog", told)
                cookie = spoilt.staff[name].client.get_cookie(COOKIE)
                assert cookie is not None
                window.page.context.add_cookies([{"name": COOKIE, "value": cookie.value, "url": address}])
                for path in paths:
                    window.open(path)
                    assert window.page.url == f"{address}{path}"
                    window.page.wait_for_timeout(50)
                assert (name, window.complaints, window.strangers) == (name, [], [])
    assert ran == []
