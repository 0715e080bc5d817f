"""The second step of a sign-in: the code from the phone, or binding the phone first."""

from collections.abc import Callable
from typing import TypeVar

import segno
from flask import Blueprint, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from core.journey.sign_in import Bound, NotSignedIn, asks_for, bind_at_sign_in, give_code, offer_at_sign_in
from core.tenancy.scope import Scope, UnknownTenant
from core.web.account import PROBLEMS, STEPS, asked_again, let_in, status_of_failure
from core.web.input import own_path
from core.web.step_cookie import end_step_in_browser, step_in_cookie
from core.web.visit import clock, in_tenant, open_to_all, set_session

second_step = Blueprint("second_step", __name__)
T = TypeVar("T")
LONGEST_CODE = 64
TOO_LATE = NotSignedIn("too-late")


@second_step.get("/sign-in/code")
@open_to_all
def code_page() -> ResponseReturnValue:
    """Ask for the code."""
    step = _in_step(lambda scope, token: asks_for(scope, token, now=clock()))
    if step != "code":
        return redirect(STEPS["bind"], 303) if step else asked_again(TOO_LATE)
    return render_template("account/code.html", problem=None, following=_following())


@second_step.post("/sign-in/code")
@open_to_all
def give_code_now() -> ResponseReturnValue:
    """Start the session, or say that the code is wrong."""
    code, following = _code(), _following()
    outcome = _in_step(
        lambda scope, token: give_code(scope, token, code=code, address=request.remote_addr or "", now=clock())
    )
    if outcome is None or outcome == TOO_LATE:
        return asked_again(TOO_LATE, following=following)
    if isinstance(outcome, NotSignedIn):
        page = render_template("account/code.html", problem=PROBLEMS[outcome.reason], following=following)
        return page, status_of_failure(outcome)
    return let_in(outcome, slug=_slug(), following=following)


@second_step.get("/sign-in/bind")
@open_to_all
def bind_page() -> ResponseReturnValue:
    """Show what a phone takes in, to somebody whose role does not get in without."""
    return _show_offer(problem=None, status=200)


@second_step.post("/sign-in/bind")
@open_to_all
def bind_now() -> ResponseReturnValue:
    """Let the phone hold, start the session, and show the recovery codes this once."""
    code, following = _code(), _following()
    outcome = _in_step(
        lambda scope, token: bind_at_sign_in(scope, token, code=code, address=request.remote_addr or "", now=clock())
    )
    if isinstance(outcome, Bound):
        page = render_template("account/recovery_codes.html", codes=outcome.codes, following=following)
        response = make_response(page)
        set_session(response, _slug(), outcome.token)
        end_step_in_browser(response)
        return response
    if outcome is None or outcome == TOO_LATE:
        return asked_again(TOO_LATE, following=following)
    return _show_offer(problem=PROBLEMS[outcome.reason], status=status_of_failure(outcome))


def qr_code(address: str, *, is_sized: bool = True) -> Markup:
    """Return a QR code as a drawing in the page, dark on light in either theme, for every camera.

    Without a size of its own it is as wide as the page makes it.
    """
    drawn = segno.make(address, error="m").svg_inline(
        scale=4, border=3, dark="#000", light="#fff", svgclass="qr", omitsize=not is_sized
    )
    return Markup(drawn)  # noqa: S704 -- drawn by us: it holds paths, and nothing of the address as text  # nosec B704


def _show_offer(*, problem: str | None, status: int) -> ResponseReturnValue:
    offer = _in_step(lambda scope, token: offer_at_sign_in(scope, token, now=clock()))
    if offer is None:
        return asked_again(TOO_LATE, following=_following())
    page = render_template(
        "account/bind.html", offer=offer, drawn=qr_code(offer.address), problem=problem, following=_following()
    )
    return page, status


def _in_step(work: Callable[[Scope, str], T]) -> T | None:
    """Do something for whoever is at the second step, in their tenant's transaction; None when nobody is."""
    carried = step_in_cookie()
    if carried is None:
        return None
    slug, token = carried
    try:
        return in_tenant(slug, lambda scope: work(scope, token))
    except UnknownTenant:
        return None


def _slug() -> str:
    carried = step_in_cookie()
    assert carried is not None, "asked only when the step was found by it"
    return carried[0]


def _code() -> str:
    return request.form.get("code", "")[:LONGEST_CODE]


def _following() -> str:
    return own_path(request.values.get("next"))
