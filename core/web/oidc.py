"""Signing in by an identity provider, and linking an identity to the own account: pages around `oidc_protocol`."""

import hmac
from dataclasses import asdict
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from core.journey.identity import link_own, may_link, provider_named, sign_in_by_identity, unlink_own
from core.journey.sign_in import NotSignedIn, resume
from core.kit.errors import Refused
from core.kit.saying import said, word
from core.people.identities import NoSuchProvider, Provider
from core.people.roles import Permission
from core.tenancy.scope import Scope, UnknownTenant
from core.web.account import let_in, problem_page
from core.web.input import own_path, text
from core.web.oidc_protocol import Asked, NotVouchedFor, endpoints_of, new_question, question_to, subject_of
from core.web.own_account import PAGE, proof_failed, proof_in_form
from core.web.refusals import status_of
from core.web.visit import Answer, Done, Visit, allows, clock, in_tenant, open_to_all, session_in_cookie

oidc = Blueprint("oidc", __name__)
QUESTION = "oidc"
"""In Flask's cookie, which is signed: what this browser has asked of which provider, and what for."""
PROVED = "oidc_proved"
GOOD_SECONDS = 600


@oidc.get("/sign-in/oidc/<tenant>/<provider>")
@open_to_all
def go_to_provider(tenant: str, provider: str) -> ResponseReturnValue:
    """Send the browser to the provider, to come back signed in."""
    try:
        known = in_tenant(tenant, lambda scope: provider_named(scope, provider))
    except (NoSuchProvider, UnknownTenant):
        return problem_page("没有这个登录入口。请用账号和密码登录。", status=404)
    try:
        return _ask(known, tenant, following=own_path(request.args.get("next")), account_id=None)
    except Refused as refusal:
        return problem_page(refusal.message, status=status_of(refusal))


@oidc.get("/sign-in/oidc/callback")
@open_to_all
def come_back() -> ResponseReturnValue:
    """Let in whom the provider vouches for, or link the identity, as this browser had asked."""
    asked = session.pop(QUESTION, None)
    try:
        tenant, provider, subject = _answered(asked)
        if asked["account"] is not None:
            return _link(tenant, asked["account"], provider, subject)
        outcome = in_tenant(
            tenant,
            lambda scope: sign_in_by_identity(
                scope, issuer=provider.issuer, subject=subject, address=request.remote_addr or "", now=clock()
            ),
        )
    except Refused as refusal:
        return problem_page(refusal.message, status=status_of(refusal))
    if isinstance(outcome, NotSignedIn):
        return problem_page(outcome, status=403)
    return let_in(outcome, slug=tenant, following=asked["next"])


@oidc.post("/account/identities/prove")
@allows(Permission.OWN_ACCOUNT)
def prove_before_linking(visit: Visit) -> Answer:
    """Ask for a proof, then show the way to the provider: a form may lead nowhere outside."""
    failed = may_link(visit.scope, visit.staff, proof_in_form(), now=visit.now)
    if failed:
        return proof_failed(visit, failed)
    provider = provider_named(visit.scope, text("provider", longest=64))
    session[PROVED] = {"account": visit.staff.account_id, "at": int(visit.now.timestamp())}
    return render_template("account/own_identity.html", provider=provider)


@oidc.get("/account/identities/<provider>")
@allows(Permission.OWN_ACCOUNT)
def go_and_link(visit: Visit, provider: str) -> Answer:
    """Send the browser to the provider, to come back with an identity to link."""
    known, proved = provider_named(visit.scope, provider), session.pop(PROVED, None) or {}
    is_fresh = int(visit.now.timestamp()) - proved.get("at", 0) < GOOD_SECONDS
    if proved.get("account") != visit.staff.account_id or not is_fresh:
        return redirect(PAGE, 303)
    return _ask(known, visit.scope.tenant.slug, following=PAGE, account_id=visit.staff.account_id)


@oidc.post("/account/identities/unlink")
@allows(Permission.OWN_ACCOUNT)
def unlink_now(visit: Visit) -> Answer:
    """Let an identity sign in to the account no more, after a proof."""
    which = text("identity", longest=20)
    number = int(which) if which.isascii() and which.isdecimal() and len(which) <= 18 else 0
    outcome = unlink_own(visit.scope, visit.staff, number, proof_in_form(), now=visit.now)
    return proof_failed(visit, outcome) if isinstance(outcome, NotSignedIn) else Done("已解除关联。", PAGE)


def _ask(provider: Provider, tenant: str, *, following: str, account_id: int | None) -> ResponseReturnValue:
    endpoints, asked = endpoints_of(provider), new_question()
    session[QUESTION] = {
        "tenant": tenant,
        "provider": provider.name,
        "next": following,
        "account": account_id,
        "at": int(clock().timestamp()),
        **asdict(asked),
    }
    return redirect(question_to(provider, endpoints, asked, redirect_uri=_back_here()), 303)


def _answered(asked: dict[str, Any] | None) -> tuple[str, Provider, str]:
    """Return tenant, provider and subject of the answer to what this browser has asked, and to nothing else."""
    if asked is None or not hmac.compare_digest(request.args.get("state", ""), asked["state"]):
        raise NotVouchedFor("这次登录不是从这个浏览器开始的，或已经办完。请重新登录。")
    if int(clock().timestamp()) - asked["at"] >= GOOD_SECONDS:
        raise NotVouchedFor("登录用时太久，已经失效。请重新登录。")
    tenant, name = asked["tenant"], asked["provider"]
    provider = in_tenant(tenant, lambda scope: provider_named(scope, name))
    if request.args.get("iss", provider.issuer) != provider.issuer:
        raise NotVouchedFor("应答来自另一个统一身份认证。请重新登录。")
    code = request.args.get("code")
    if not code:
        raise NotVouchedFor("统一身份认证没有同意这次登录。请重新登录，或用密码登录。")
    question = Asked(asked["state"], asked["nonce"], asked["verifier"])
    return (
        tenant,
        provider,
        subject_of(provider, endpoints_of(provider), question, code=code, redirect_uri=_back_here(), now=clock()),
    )


def _link(tenant: str, account_id: int, provider: Provider, subject: str) -> ResponseReturnValue:
    carried = session_in_cookie()

    def work(scope: Scope) -> bool:
        staff = resume(scope, carried[1], now=clock()) if carried and carried[0] == tenant else None
        if staff is None or staff.account_id != account_id:
            return False
        address = request.remote_addr or ""
        link_own(scope, staff, issuer=provider.issuer, subject=subject, address=address, now=clock())
        return True

    if not in_tenant(tenant, work):
        raise NotVouchedFor("关联时您已退出登录。请登录后重新关联。")
    flash(said("已关联{label}，以后可以用它登录。", label=word(provider.label)), "ok")
    return redirect(PAGE, 303)


def _back_here() -> str:
    return url_for("oidc.come_back", _external=True)
