"""The page behind an invitation or a reset: whoever holds the link sets the password, once."""

from flask import Blueprint, flash, redirect, render_template, request, session
from flask.typing import ResponseReturnValue

from core.journey.entrusting import LinkUnusable, look_at_link, set_password_by_link
from core.kit.saying import said
from core.people.passwords import PasswordTooWeak
from core.tenancy.scope import UnknownTenant
from core.web.refusals import status_of
from core.web.visit import clock, in_tenant, open_to_all

set_password = Blueprint("set_password", __name__)
NO_LINK = "这个链接已经用过、过期或不完整。请向系统管理员要一个新的。"


@set_password.get("/set-password/<tenant>/<token>")
@open_to_all
def set_password_page(tenant: str, token: str) -> ResponseReturnValue:
    """Ask for a password. Looking does not use the link up: mail servers look too."""
    return _shown(tenant, token)


@set_password.post("/set-password/<tenant>/<token>")
@open_to_all
def set_password_now(tenant: str, token: str) -> ResponseReturnValue:
    """Set the password and lead to the sign-in page, where a second factor is asked for as ever."""
    password = request.form.get("new", "")
    if password != request.form.get("again", ""):
        return _shown(tenant, token, problem="两次填写的新密码不一样。请重新填写。", status=422)
    try:
        link = in_tenant(
            tenant,
            lambda scope: set_password_by_link(scope, token, password, address=request.remote_addr or "", now=clock()),
        )
    except PasswordTooWeak as refusal:
        return _shown(tenant, token, problem=refusal.message, status=status_of(refusal))
    except (LinkUnusable, UnknownTenant):
        return _no_link()
    session.clear()
    flash(said("已设置密码。请用账号 {login}@{tenant} 登录。", login=link.login, tenant=tenant), "ok")
    return redirect("/sign-in", 303)


def _shown(tenant: str, token: str, *, problem: str | None = None, status: int = 200) -> ResponseReturnValue:
    try:
        link = in_tenant(tenant, lambda scope: look_at_link(scope, token, now=clock()))
    except (LinkUnusable, UnknownTenant):
        return _no_link()
    page = render_template("account/set_password.html", link=link, tenant_slug=tenant, problem=problem)
    return page, status


def _no_link() -> ResponseReturnValue:
    return render_template("account/no_link.html", words=NO_LINK), 404
