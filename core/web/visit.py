"""A visit: one request of somebody signed in, in one transaction of their tenant, with a permission it must have."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any, Literal, TypeVar
from urllib.parse import quote, urlsplit

from flask import Response, current_app, flash, g, redirect, request
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response as BaseResponse

from core.journey.acting import actor_of, seat_of, unit_name_of
from core.journey.reach import refuse_beyond_reach
from core.journey.sign_in import resume
from core.kit.errors import Refused
from core.kit.saying import said, word
from core.people.access import Needs, asked_of, may
from core.people.preferences import find_preferences
from core.people.roles import NotPermitted, Permission, permissions_of
from core.people.rules import Staff
from core.tenancy.ending import refuse_suspended
from core.tenancy.scope import Installation, Scope, UnknownTenant
from core.tickets.timeline import Actor
from core.web.drafts.showing import keep_refused, settle
from core.web.headers import host_bound
from core.web.input import own_path
from core.web.refusals import remember_words
from core.web.trespasses import keep_if_trespass, remember_actor

COOKIE = "huiying_staff"
Route = TypeVar("Route", bound=Callable[..., Any])
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody signed in, in their tenant's transaction, at a moment."""

    scope: Scope
    staff: Staff
    now: datetime

    @property
    def permissions(self) -> frozenset[Permission]:
        return permissions_of(self.staff.roles)

    @property
    def seat(self) -> str:
        """The visitor's roles as the house calls them."""
        return seat_of(self.staff)

    @property
    def unit_name(self) -> str | None:
        return unit_name_of(self.scope, self.staff)

    @property
    def actor(self) -> Actor:
        """The visitor as the timeline names them."""
        return actor_of(self.scope, self.staff)


@dataclass(frozen=True, slots=True)
class Done:
    """A command was carried out: what to tell, and where to go on. Told only after the transaction is committed.

    Nothing is told of a deed that is held: the page finds it where it stands.
    """

    said: str
    to: str
    tone: Literal["ok", "soon"] = "ok"


class SessionOver(Refused):
    """Nobody is signed in any more on the page that asks."""

    code = "session-over"


Answer = ResponseReturnValue | Done
View = Callable[..., Answer]
Guarded = Callable[..., ResponseReturnValue]
PermissionOf = Callable[[Scope, Mapping[str, Any]], Permission]
"""Finds the permission of a page by the tenant and the parts of the address; aborts with 404 where there is no page."""


def allows(permission: Needs | PermissionOf, *, again: Guarded | None = None) -> Callable[[View], Guarded]:
    """Open a page to those who have the permission, in one transaction of their tenant.

    Which permission that is may depend on the tenant and the parts of the address. The view gets a `Visit` first. When it raises a refusal, nothing is written; then the page `again` shows the
    form once more, with the refusal and what was typed, or the refusal is shown as an error.
    """

    def guard(view: View) -> Guarded:
        @wraps(view)
        def guarded(**parts: Any) -> ResponseReturnValue:
            try:
                answer = _visit(view, permission, parts)
            except Refused as refusal:
                _keep_typed()
                if again is None or isinstance(refusal, NotPermitted):
                    raise
                g.refusal = refusal
                return again(**parts)
            if isinstance(answer, Done):
                if answer.said:
                    flash(answer.said, answer.tone)
                return redirect(answer.to, 303)
            return answer

        guarded.permission = permission  # type: ignore[attr-defined]
        return guarded

    return guard


def open_to_all(view: Route) -> Route:
    """Mark a page that needs no sign-in."""
    view.permission = None  # type: ignore[attr-defined]
    return view


def installation() -> Installation:
    """Return the installation that this application serves."""
    found: Installation = current_app.extensions["huiying"]
    return found


def in_tenant(slug: str, work: Callable[[Scope], T]) -> T:
    """Do `work` in one transaction of the tenant. Raises `UnknownTenant`, `TenantSuspended`, and what the work refuses.

    Under the host name of one tenant there is no other.
    """
    served = installation()
    if g.get("host_tenant", slug) != slug:
        raise UnknownTenant(said("这个网址属于别的租户，这里没有 {slug}。请用自己的网址。", slug=slug))
    refuse_suspended(served.tenant(slug))
    return served.run(slug, work)


def clock() -> datetime:
    """Read the time as the database has it, once per request: everything below is told it."""
    if "now" not in g:
        g.now = installation().database.clock.now()
    now: datetime = g.now
    return now


def session_in_cookie() -> tuple[str, str] | None:
    """Return tenant and token from the cookie. The token opens sessions of that tenant only, so neither can be forged."""
    slug, _, token = request.cookies.get(host_bound(COOKIE), "").partition(":")
    return (slug, token) if slug and token and slug.isprintable() else None


def set_session(response: BaseResponse, slug: str, token: str) -> None:
    """Give the browser its session, out of reach of scripts and other sites."""
    response.set_cookie(host_bound(COOKIE), f"{slug}:{token}", httponly=True, samesite="Lax", secure=request.is_secure)


def end_session_in_browser(response: BaseResponse) -> None:
    """Have the browser forget its session."""
    response.delete_cookie(host_bound(COOKIE), httponly=True, samesite="Lax", secure=request.is_secure)


def _visit(view: View, permission: Needs | PermissionOf, parts: dict[str, Any]) -> Answer:
    carried = session_in_cookie()
    if carried is None:
        return to_sign_in()
    slug, token = carried

    def work(scope: Scope) -> Answer:
        staff = resume(scope, token, now=clock(), wakes=not is_poll())
        if staff is None:
            return to_sign_in()
        g.visit = visit = Visit(scope, staff, clock())
        g.preferences = find_preferences(scope, staff.account_id)
        try:
            needed = permission if isinstance(permission, Permission | frozenset) else permission(scope, parts)
            if not may(visit.permissions, needed):
                raise _not_permitted(needed)
            if "serial_no" in parts:
                refuse_beyond_reach(scope, needed, parts["serial_no"], actor=visit.actor)
            answer: Answer = settle(view(visit, **parts), scope, staff.account_id, now=visit.now)
            return answer
        except Refused as refusal:
            remember_words(refusal)  # its rows can no longer be read when the transaction has ended
            remember_actor(visit.actor)
            raise

    try:
        return in_tenant(slug, work)
    except UnknownTenant:
        return to_sign_in()
    except Refused as refusal:
        keep_if_trespass(installation(), slug, refusal)
        raise


def _keep_typed() -> None:
    """Keep as a draft what somebody signed in has sent in vain: no word is lost, whatever was refused."""
    visit: Visit | None = g.get("visit")
    if visit is not None and request.form.get("draft"):
        in_tenant(visit.scope.tenant.slug, lambda scope: keep_refused(scope, visit.staff.account_id, now=visit.now))


def is_poll() -> bool:
    """Tell whether the page asks of its own accord what is new: nobody is at work by that."""
    return "X-Poll" in request.headers


def is_sent_by_script() -> bool:
    """Tell whether a script sends the request for its page, and shows what is answered in it."""
    return "HX-Request" in request.headers or "X-Send" in request.headers or is_poll()


def to_sign_in() -> Response:
    """Send the visitor to the sign-in page, and back to here afterwards; a script is told to ask for it on the spot.

    Who sent what they wrote is shown their words: there is no account yet whose draft they could be.
    """
    if is_sent_by_script() or (request.method == "POST" and request.form.get("draft")):
        raise SessionOver("登录已过期，这一次没有办理。请重新登录后再提交。")
    back = request.full_path.rstrip("?") if request.method == "GET" else _page_before()
    response = redirect(f"/sign-in?next={quote(back)}" if back != "/" else "/sign-in", 303)
    assert isinstance(response, Response)
    return response


def _page_before() -> str:
    """Return the page of this site on which a form was sent: whoever has signed in finds it, and the draft, there."""
    before = urlsplit(request.referrer or "")
    path = f"{before.path}?{before.query}" if before.query else before.path
    return own_path(path) if before.netloc == request.host else "/"


def _not_permitted(permission: Needs) -> NotPermitted:
    return NotPermitted(
        said(
            "这一页由{asked}使用，您的账号没有这项权限。需要时请联系安全管理员开通。", asked=word(asked_of(permission))
        )
    )
