"""How the visitor wants the pages: what their account says, and on pages before the sign-in what this browser last had."""

from dataclasses import replace

from flask import g, request
from werkzeug.wrappers import Response

from core.people.preferences import AS_MADE, CHOICES, Preferences

REMEMBERED = ("theme", "type", "language")
"""What the browser keeps too, as cookies of these names: the sign-in page looks like the others then. About nobody."""
SECONDS = 365 * 24 * 3600


def wishes() -> Preferences:
    """Return how this page is wanted."""
    chosen: Preferences | None = g.get("preferences")
    return chosen or _in_browser()


def remember_wishes(response: Response, chosen: Preferences) -> None:
    """Have the browser keep what it needs before anybody has signed in."""
    for name in REMEMBERED:
        keep_in_browser(response, name, getattr(chosen, name))


def keep_in_browser(response: Response, name: str, value: str) -> None:
    """Have the browser keep one choice; as pages are made, there is nothing to keep."""
    if value == CHOICES[name][0]:
        response.delete_cookie(name, httponly=True, samesite="Lax", secure=request.is_secure)
    else:
        response.set_cookie(name, value, max_age=SECONDS, httponly=True, samesite="Lax", secure=request.is_secure)


def _in_browser() -> Preferences:
    theme, size, language = (request.cookies.get(name, "") for name in REMEMBERED)
    return replace(
        AS_MADE,
        theme=theme if theme in CHOICES["theme"] else AS_MADE.theme,
        type=size if size in CHOICES["type"] else AS_MADE.type,
        language=language if language in CHOICES["language"] else AS_MADE.language,
    )
