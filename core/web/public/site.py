"""Pages without sign-in 公开页面 under `/public/<tenant>/…`: one blueprint, one frame, and what holds of all of them.

A page is looked at by anybody, so it says nothing of who looks: it sets no cookie, nothing but its language and size of type
depend on one (`core.web.language.switching` sets them when somebody chooses, and `?elder=1` in an address chooses large type),
and for a minute anybody between may keep it. A form is sent by nobody in particular: there is no session to forge, and the browser's own
word on other sites is asked in `core.web.headers`. Requests are counted by address for the tenant that is named
(`core.tenancy.rates`, stranger_per_minute), before the page is asked.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import wraps
from typing import Any

from flask import Blueprint, Response, current_app, g, render_template, request
from flask.typing import ResponseReturnValue

from core.kit.errors import Refused
from core.residents.face import Face, dialled, face_of
from core.tenancy.ending import TenantSuspended
from core.tenancy.scope import Scope, UnknownTenant
from core.web.headers import READING, may_be_kept
from core.web.refusals import remember_words
from core.web.visit import clock, in_tenant, open_to_all
from core.web.wishes import keep_in_browser, wishes

public = Blueprint("public", __name__, url_prefix="/public/<tenant>")
KEPT_SECONDS = 60
"""How long a browser or somebody between may keep a page that was only looked at."""
TYPES = {"1": "large", "0": "standard"}
"""What `?elder=` in an address chooses: for links out of an account, a poster or a code to be scanned."""
UNKNOWN = "没有这个区县的公开页面。地址可能写错了，请核对后再试。"


@dataclass(frozen=True, slots=True)
class Entry:
    """What the index offers: where it leads below `/public/<tenant>`, and whether the tenant has it."""

    label: str
    path: str
    summary: str
    is_there: Callable[[Scope], bool]


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody who has not signed in, in the transaction of the tenant they named, at a moment."""

    scope: Scope
    now: datetime

    @property
    def face(self) -> Face:
        """What the tenant's pages show of itself."""
        return face_of(self.scope)


View = Callable[..., ResponseReturnValue]


def public_page(view: View) -> View:
    """Open a page to all, in one transaction of the tenant that the address names; the view gets a `Guest` first.

    A tenant that does not exist is answered 404 in words, one that is suspended 503. Of what is only looked at and went
    well, copies may be kept for a minute; of anything else nowhere.
    """

    @open_to_all
    @wraps(view)
    def opened(tenant: str, **parts: Any) -> ResponseReturnValue:
        chosen = TYPES.get(request.args.get("elder", ""))
        if chosen:
            g.preferences = replace(wishes(), type=chosen)

        def work(scope: Scope) -> Response:
            g.public_tenant = scope.tenant
            if "host_tenant" not in g:
                g.open_at = f"/public/{scope.tenant.slug}"
            g.public_face = face_of(scope)
            g.public_notice = g.public_face.notice_at(clock().astimezone(scope.tenant.zone))
            try:
                return current_app.make_response(view(Guest(scope, clock()), **parts))
            except Refused as refusal:
                remember_words(refusal)  # its rows can no longer be read when the transaction has ended
                raise

        try:
            answer = in_tenant(tenant, work)
        except UnknownTenant:
            return said("没有找到", UNKNOWN), 404
        except TenantSuspended as refusal:
            return said("暂停服务", refusal.message), 503
        if chosen:
            keep_in_browser(answer, "type", chosen)
            g.may_be_kept = False
            return answer
        if (
            request.method in READING
            and answer.status_code == 200
            and not g.get("not_kept")
            and not g.get("may_be_kept")
        ):
            may_be_kept(answer, seconds=KEPT_SECONDS)
        return answer

    return opened


def not_kept() -> None:
    """Have no copy kept of this answer: it is meant for one person."""
    g.not_kept = True


def said(heading: str, words: str) -> str:
    """Return a page that says one thing."""
    return render_template("public/said.html", heading=heading, words=words)


@public.app_template_filter("dialled")
def as_dialled(number: str) -> str:
    """Filter: write a telephone number as a link dials it."""
    return dialled(number)
