"""Signing in and out, and the start page."""

from contextlib import suppress
from urllib.parse import urlencode

from flask import Blueprint, g, make_response, redirect, render_template, request, session
from flask.typing import ResponseReturnValue

from core.journey.identity import list_providers
from core.journey.saved_lists import start_of
from core.journey.sign_in import (
    NotSignedIn,
    SignedIn,
    StepNeeded,
    needs_proof,
    refuse_stranger,
    resume,
    sign_in,
    sign_out,
)
from core.people.roles import ROLES, Permission, permissions_of
from core.people.rules import Staff
from core.tenancy.ending import TenantSuspended
from core.tenancy.scope import Scope, UnknownTenant
from core.web.input import own_path
from core.web.proof import is_proved, new_challenge
from core.web.step_cookie import end_step_in_browser, set_step
from core.web.visit import (
    clock,
    end_session_in_browser,
    in_tenant,
    open_to_all,
    session_in_cookie,
    set_session,
    to_sign_in,
)

account = Blueprint("account", __name__)
PROBLEMS = {
    "wrong": "账号或密码不对，请核对后再试。账号写成「登录名@区县代号」。",
    "wrong-code": "这个码不对，或已经用过。请等手机上出现下一个六位数再试。",
    "throttled": "失败次数太多，为防止有人猜密码，请 15 分钟后再试。一天里失败满 20 次的，次日再试，或请安全管理员解锁。",
    "not-linked": "这个统一身份没有关联本区的账号。请先用账号和密码登录，在“我的账号”里关联。",
    "too-late": "这一步已经过时，请重新登录。",
    "proof-needed": "这个地址登录失败较多，这一次没有核对密码。请重新填写密码，完成下面的校验后再登录。",
}
SIGN_IN = "sign-in"
"""What a proof of work is for that is asked here."""
STEPS = {"code": "/sign-in/code", "bind": "/sign-in/bind"}


@account.get("/")
@open_to_all
def start() -> ResponseReturnValue:
    """Send the visitor to the page their first role starts from."""
    carried = session_in_cookie()
    if carried is None:
        return to_sign_in()
    slug, token = carried
    try:
        staff, start_list = in_tenant(slug, lambda scope: _starting(scope, token))
    except UnknownTenant:
        staff, start_list = None, None
    if staff is None:
        return to_sign_in()
    return redirect(f"/desk?list={start_list}" if start_list else home_of(staff.roles), 303)


def _starting(scope: Scope, token: str) -> tuple[Staff | None, int | None]:
    """Return who is signed in, and the saved list with which they start, if they chose one."""
    staff = resume(scope, token, now=clock())
    sees = staff is not None and Permission.SEE_TICKETS in permissions_of(staff.roles)
    return staff, start_of(scope, staff.account_id) if staff and sees else None


@account.get("/sign-in")
@open_to_all
def sign_in_page() -> ResponseReturnValue:
    """Ask for account and password."""
    following = own_path(request.args.get("next"))
    offers = _offers(request.args.get("at", ""))
    return render_template("account/sign_in.html", login="", problem=None, following=following, offers=offers)


@account.post("/sign-in")
@open_to_all
def sign_in_now() -> ResponseReturnValue:
    """Start a session, or say that account or password is wrong (never which)."""
    login, _, slug = request.form.get("login", "").strip().rpartition("@")
    outcome = _sign_in(slug.lower(), login, request.form.get("password", ""))
    following = own_path(request.form.get("next"))
    if isinstance(outcome, NotSignedIn):
        return asked_again(outcome, login=request.form.get("login", ""), following=following)
    return let_in(outcome, slug=slug.lower(), following=following)


@account.post("/sign-out")
@open_to_all
def sign_out_now() -> ResponseReturnValue:
    """End the session for good."""
    carried = session_in_cookie()
    kept_entries = False
    if carried is not None:
        slug, token = carried
        with suppress(UnknownTenant, TenantSuspended):
            kept_entries = in_tenant(slug, lambda scope: _signed_out(scope, token))
    session.clear()
    response = redirect("/sign-in", 303)
    if kept_entries:
        response.headers["Clear-Site-Data"] = '"storage"'
    end_session_in_browser(response)
    return response


def _signed_out(scope: Scope, token: str) -> bool:
    """End the session; return whether its device may keep what was taken in without network, which is to go with it."""
    staff = resume(scope, token, now=clock())
    sign_out(scope, token, now=clock())
    return staff is not None and Permission.TAKE_IN in permissions_of(staff.roles)


def home_of(roles: tuple[str, ...]) -> str:
    """Return the page that somebody with these roles starts from: that of the first role in the table."""
    return next((role.home for role in ROLES.values() if role.name in roles), "/sign-in")


def asked_again(outcome: NotSignedIn, *, login: str = "", following: str = "/") -> ResponseReturnValue:
    """Ask for account and password once more, saying why."""
    page = render_template(
        "account/sign_in.html",
        login=login,
        problem=PROBLEMS[outcome.reason],
        following=following,
        challenge=g.get("challenge"),
    )
    response = make_response(page, status_of_failure(outcome))
    end_step_in_browser(response)
    return response


def problem_page(problem: NotSignedIn | str, *, status: int) -> ResponseReturnValue:
    """Show the sign-in page with what went wrong."""
    words = PROBLEMS[problem.reason] if isinstance(problem, NotSignedIn) else problem
    return render_template("account/sign_in.html", login="", problem=words, following="/", offers=_offers("")), status


def let_in(outcome: SignedIn | StepNeeded, *, slug: str, following: str) -> ResponseReturnValue:
    """Give the browser its session and lead on, or lead to the second step first."""
    if isinstance(outcome, StepNeeded):
        response = redirect(f"{STEPS[outcome.step]}?{urlencode({'next': following})}", 303)
        set_step(response, slug, outcome.token)
        return response
    session.clear()
    response = redirect(following, 303)
    set_session(response, slug, outcome.token)
    end_step_in_browser(response)
    return response


def status_of_failure(outcome: NotSignedIn) -> int:
    """Return the HTTP status of a sign-in that failed."""
    return 429 if outcome.reason == "throttled" else 422


def _offers(slug: str) -> list[tuple[str, str]]:
    """Return the providers by which staff of a tenant may sign in, as words and path; none where no tenant is named."""
    if not slug or not slug.isprintable():
        return []
    try:
        found = in_tenant(slug, list_providers)
    except UnknownTenant:
        return []
    return [(each.label, f"/sign-in/oidc/{slug}/{each.name}") for each in found]


def _sign_in(slug: str, login: str, password: str) -> SignedIn | StepNeeded | NotSignedIn:
    address, now = request.remote_addr or "", clock()
    if not f"{slug}{login}".isprintable():
        return refuse_stranger(password)

    def work(scope: Scope) -> SignedIn | StepNeeded | NotSignedIn:
        outcome: SignedIn | StepNeeded | NotSignedIn = NotSignedIn("proof-needed")
        if not needs_proof(scope, address=address, now=now) or is_proved(scope, SIGN_IN, now=now):
            outcome = sign_in(scope, login=login, password=password, address=address, now=now)
        if isinstance(outcome, NotSignedIn) and needs_proof(scope, address=address, now=now):
            g.challenge = new_challenge(scope, SIGN_IN, now=now)
        return outcome

    try:
        return in_tenant(slug, work)
    except UnknownTenant:
        return refuse_stranger(password)
