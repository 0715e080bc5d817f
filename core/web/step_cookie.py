"""The cookie of a sign-in between its two steps: sent to the sign-in pages alone, and good for nothing else."""

from flask import request
from werkzeug.wrappers import Response

COOKIE = "huiying_step"
PATH = "/sign-in"
SECONDS = 600


def step_in_cookie() -> tuple[str, str] | None:
    """Return tenant and token of a sign-in that waits for its second step."""
    slug, _, token = request.cookies.get(_name(), "").partition(":")
    return (slug, token) if slug and token and f"{slug}{token}".isprintable() else None


def set_step(response: Response, slug: str, token: str) -> None:
    """Give the browser what it needs for the second step, for ten minutes."""
    response.set_cookie(
        _name(),
        f"{slug}:{token}",
        max_age=SECONDS,
        path=PATH,
        httponly=True,
        samesite="Lax",
        secure=request.is_secure,
    )


def end_step_in_browser(response: Response) -> None:
    """Have the browser forget a second step that is over."""
    if _name() in request.cookies:
        response.delete_cookie(_name(), path=PATH, httponly=True, samesite="Lax", secure=request.is_secure)


def _name() -> str:
    """Return what the cookie is called; one that holds for some pages alone cannot be bound to the host by its name."""
    return f"__Secure-{COOKIE}" if request.is_secure else COOKIE
