"""What the endpoints for administrators have in common: the roster that they speak of, and how refusals are described."""

from collections.abc import Callable
from typing import Any

from core.hooks.roster import Roster
from core.web.api.describing import Blueprint
from core.web.api.keys import TOKEN
from core.web.api.schemas import ProblemSchema
from core.web.visit import installation

NUMBER = f"<int(max={2**31 - 1}):number>"
"""A revision's number in an address."""
View = Callable[..., Any]


def roster() -> Roster:
    """Return the features that are installed here."""
    return installation().roster


def described(blueprint: Blueprint, **documented: Any) -> Callable[[View], View]:
    """Describe that a token is needed, and the refusals that each of these endpoints has."""

    def describe(view: View) -> View:
        told: View = blueprint.doc(**TOKEN, **documented)(view)
        for status in (403, 404, 409, 422):
            told = blueprint.alt_response(status, schema=ProblemSchema)(told)
        return told

    return describe
