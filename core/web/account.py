"""Signing in and out, the start page, and the visitor's choice of light or dark."""

from contextlib import suppress

from flask import Blueprint, redirect, render_template, request, session
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response as BaseResponse

from core.journey.sign_in import NotSignedIn, SignedIn, refuse_stranger, resume, sign_in, sign_out
from core.people.roles import ROLES
from core.tenancy.scope import UnknownTenant
from core.web.input import own_path
from core.web.visit import COOKIE, clock, installation, open_to_all, session_in_cookie, set_session, to_sign_in

account = Blueprint("account", __name__)
PROBLEMS = {
    "wrong": "账号或密码不对，请核对后再试。账号写成「登录名@区县代号」。",
    "throttled": "失败次数太多，为防止有人猜密码，请 15 分钟后再试。",
}
THEME = "theme"
THEME_SECONDS = 365 * 24 * 3600


@account.get("/")
@open_to_all
def start() -> ResponseReturnValue:
    """Send the visitor to the page their first role starts from."""
    carried = session_in_cookie()
    if carried is None:
        return to_sign_in()
    slug, token = carried
    try:
        staff = installation().run(slug, lambda scope: resume(scope, token, now=clock()))
    except UnknownTenant:
        staff = None
    if staff is None:
        return to_sign_in()
    return redirect(home_of(staff.roles), 303)


@account.get("/sign-in")
@open_to_all
def sign_in_page() -> ResponseReturnValue:
    """Ask for account and password."""
    return render_template("account/sign_in.html", login="", problem=None, following=own_path(request.args.get("next")))


@account.post("/sign-in")
@open_to_all
def sign_in_now() -> ResponseReturnValue:
    """Start a session, or say that account or password is wrong (never which)."""
    login, _, slug = request.form.get("login", "").strip().rpartition("@")
    outcome = _sign_in(slug.lower(), login, request.form.get("password", ""))
    following = own_path(request.form.get("next"))
    if isinstance(outcome, NotSignedIn):
        page = render_template(
            "account/sign_in.html",
            login=request.form.get("login", ""),
            problem=PROBLEMS[outcome.reason],
            following=following,
        )
        return page, 429 if outcome.reason == "throttled" else 422
    session.clear()
    response = redirect(following, 303)
    set_session(response, slug.lower(), outcome.token)
    return response


@account.post("/sign-out")
@open_to_all
def sign_out_now() -> ResponseReturnValue:
    """End the session for good."""
    carried = session_in_cookie()
    if carried is not None:
        slug, token = carried
        with suppress(UnknownTenant):
            installation().run(slug, lambda scope: sign_out(scope, token, now=clock()))
    session.clear()
    response = redirect("/sign-in", 303)
    response.delete_cookie(COOKIE)
    return response


@account.post("/theme")
@open_to_all
def choose_theme() -> ResponseReturnValue:
    """Keep the choice of light or dark in this browser."""
    response: BaseResponse = redirect(own_path(request.form.get("next")), 303)
    theme = request.form.get("theme")
    if theme in ("light", "dark"):
        response.set_cookie(THEME, theme, max_age=THEME_SECONDS, samesite="Lax", secure=request.is_secure)
    return response


def home_of(roles: tuple[str, ...]) -> str:
    """Return the page that somebody with these roles starts from: that of the first role in the table."""
    return next((role.home for role in ROLES.values() if role.name in roles), "/sign-in")


def _sign_in(slug: str, login: str, password: str) -> SignedIn | NotSignedIn:
    address, now = request.remote_addr or "", clock()
    if not f"{slug}{login}".isprintable():
        return refuse_stranger(password)
    try:
        return installation().run(
            slug, lambda scope: sign_in(scope, login=login, password=password, address=address, now=now)
        )
    except UnknownTenant:
        return refuse_stranger(password)
