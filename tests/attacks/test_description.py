"""Whatever fits the API's description, and whatever does not, is answered as the description says."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask

from core.tenancy.scope import Installation
from core.web import create_app
from core.web.visit import open_to_all
from tests.attacks.fuzz import DESCRIPTION, Fuzz, add_tickets
from tests.permissions.operations import operations
from tests.permissions.places import Place

TIMES = 2
"""Of each operation each way; more by hand, see the module of the fuzzing."""


@pytest.fixture(scope="session")
def fuzzed(places: tuple[Place, Place]) -> Fuzz:
    here, _ = places
    add_tickets(here)
    fuzz = Fuzz(here)
    fuzz.run(TIMES)
    return fuzz


def test_every_answer_is_one_that_is_described(fuzzed: Fuzz, record_property: Callable[[str, object], None]) -> None:
    size = f"{fuzzed.operations} operations, {fuzzed.statuses.total()} requests"
    record_property("fuzzed", size)
    assert fuzzed.wrong == {}
    assert set(range(200, 205)) & set(fuzzed.statuses), "nothing was let in"


def test_the_description_has_every_operation_of_the_api(app: Flask, fuzzed: Fuzz) -> None:
    of_the_api = [each for each in operations(app) if each.is_api and each.rule != DESCRIPTION]

    assert fuzzed.operations == len(of_the_api)


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        (({"serial_no": 1}, 200), "200: Response violates schema"),
        (("<p>", 200), "200: Undocumented Content-Type"),
        (({}, 500), "500: Server error"),
    ],
)
def test_an_answer_that_is_not_as_described_is_found(
    places: tuple[Place, Place], installation: Installation, answer: Any, found: str
) -> None:
    app, label = create_app(installation), "GET /api/v1/tickets/{serial_no}"
    app.view_functions["tickets.show_ticket"] = open_to_all(lambda **_: answer)
    fuzz = Fuzz(replace(places[0], app=app))

    fuzz.run(1, only=label)

    assert f"{label} positive {found}" in fuzz.wrong
