"""Asking those to wait who come too often 限流: 429, in words, with the seconds after which it may be tried again."""

from functools import partial

from flask import Flask, current_app, request, session

from core.journey.holding_back import hold_back_call, hold_back_stranger
from core.kit.errors import Refused
from core.kit.saying import said
from core.tenancy.rates import TooOften
from core.tenancy.scope import UnknownTenant
from core.web.step_cookie import step_in_cookie
from core.web.visit import clock, installation

PUSHED = frozenset({"inbound", "wechat"})
"""Blueprints of what other systems push: who is vouched for may come as often as there is something to tell, and pushes
that nobody vouches for are counted where that is found out."""


class TooManyRequests(Refused):
    """There were more requests within a minute than the tenant allows."""

    code = "too-many-requests"

    def __init__(self, found: TooOften) -> None:
        super().__init__(
            said(
                "{what}太多，超过了本区的限流，这一次没有执行。请 {seconds} 秒后再试。",
                what=found.what,
                seconds=found.seconds,
            )
        )
        self.seconds = found.seconds


def admit_call(slug: str, token: str) -> None:
    """Count a call of another system. Raises `TooManyRequests`, `UnknownTenant`."""
    address = request.remote_addr or ""
    _refuse(installation().run(slug, partial(hold_back_call, token=token, address=address, now=clock())))


def admit_stranger() -> None:
    """Count a request to a page that is open to all, in the tenant that it names. Raises `TooManyRequests`."""
    view = current_app.view_functions.get(request.endpoint or "")
    if getattr(view, "permission", "") is not None or request.blueprint in PUSHED:
        return
    slug = _named_tenant()
    if not slug or not slug.isprintable():
        return
    try:
        found = installation().run(slug, partial(hold_back_stranger, address=request.remote_addr or "", now=clock()))
    except UnknownTenant:
        return
    _refuse(found)


def init_app(app: Flask) -> None:
    """Have requests to pages that are open to all counted."""
    app.before_request(admit_stranger)


def _named_tenant() -> str:
    """Return the short name of the tenant for which something would be looked up, "" when there is none."""
    match request.endpoint:
        case "account.sign_in_now":
            return request.form.get("login", "").strip().rpartition("@")[2].lower()
        case "account.sign_in_page":
            return request.args.get("at", "")
        case "oidc.come_back":
            return str((session.get("oidc") or {}).get("tenant", ""))
    if request.blueprint == "second_step":
        return (step_in_cookie() or ("", ""))[0]
    return str((request.view_args or {}).get("tenant", ""))


def _refuse(found: TooOften | None) -> None:
    if found is not None:
        raise TooManyRequests(found)
