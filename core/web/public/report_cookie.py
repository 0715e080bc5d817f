"""The cookie that knows the key of a report that was begun on this device: sent to its own pages alone, and gone with it."""

from flask import Response, g, request

from core.residents.drafts.service import KEPT, KEY

COOKIE = "huiying_report"


def key_in_cookie() -> str:
    """Return the key that this browser keeps, empty = none."""
    key = request.cookies.get(_name(), "")
    return key if KEY.fullmatch(key) else ""


def remember_report(response: Response, key: str) -> Response:
    """Have the browser keep the key, as long as the draft is kept."""
    response.set_cookie(
        _name(),
        key,
        max_age=int(KEPT.total_seconds()),
        path=_path(),
        httponly=True,
        samesite="Lax",
        secure=request.is_secure,
    )
    return response


def forget_report(response: Response) -> Response:
    """Have the browser forget the key: the report was sent or deleted."""
    if _name() in request.cookies:
        response.delete_cookie(_name(), path=_path(), httponly=True, samesite="Lax", secure=request.is_secure)
    return response


def _name() -> str:
    """Return what the cookie is called; one that holds for some pages alone cannot be bound to the host by its name."""
    return f"__Secure-{COOKIE}" if request.is_secure else COOKIE


def _path() -> str:
    return f"{g.open_at}/report"
