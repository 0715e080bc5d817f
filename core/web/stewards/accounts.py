"""Accounts: opened and given links by the administrator of the system, given rights by the administrator of security."""

from typing import NamedTuple

from flask import Blueprint, g, render_template, request

from core.journey import stewardship
from core.journey.people import list_accounts
from core.kit.saying import said
from core.people.links import MadeLink
from core.people.roles import ROLES, Permission
from core.tenancy.security_log import KIND_LABELS, By
from core.units.queries import directory
from core.web.input import required, text, texts
from core.web.refusals import status_of, words_of
from core.web.visit import Answer, Done, Visit, allows

pages = Blueprint("accounts_pages", __name__)
LIST = "/accounts"
SHOWN = 200
"""Accounts on one page; more are found by name, login or unit."""
EITHER = frozenset({Permission.ADMINISTER, Permission.ENTRUST})


class Given(NamedTuple):
    """A link that was just made: for whom it is, and what it does."""

    login: str
    words: str
    address: str


@pages.get("/accounts")
@allows(EITHER)
def show_accounts(visit: Visit) -> Answer:
    """List the accounts; after a refusal with what was typed and why it was refused."""
    wanted = " ".join(request.args.get("q", "")[:60].split()).lower()
    found = [
        line
        for line in list_accounts(visit.scope)
        if not wanted or any(wanted in part.lower() for part in (line.login, line.name, line.unit))
    ]
    refusal = g.get("refusal")
    page = render_template(
        "stewards/accounts.html",
        lines=found[:SHOWN],
        total=len(found),
        wanted=wanted,
        labels=_labels(),
        units=directory(visit.scope).units,
        refusal=words_of(refusal) if refusal else None,
        typed=request.form,
        for_unit=request.args.get("unit", ""),
    )
    return (page, status_of(refusal)) if refusal else page


@pages.post("/accounts")
@allows(Permission.ADMINISTER, again=show_accounts)
def invite_somebody(visit: Visit) -> Answer:
    """Open an account without roles, and show the link this once."""
    login = required("login", ask="请填写登录名。", longest=32)
    name = required("name", ask="请填写姓名，工单上显示的就是它。", longest=50)
    unit = text("unit", longest=64) or None
    link = stewardship.invite(visit.scope, login=login, name=name, unit=unit, by=by(visit), now=visit.now)
    words = "七天内打开一次，设置密码。账号还没有角色，请安全管理员授予。"
    return _given(visit, Given(login.lower(), words, _address_of(visit, link)))


@pages.get("/accounts/<login>")
@allows(EITHER)
def show_account(visit: Visit, login: str) -> Answer:
    """Show one account; after a refusal with why it was refused."""
    refusal = g.get("refusal")
    page = render_template(
        "stewards/account.html",
        account=stewardship.show_account(visit.scope, login, by=by(visit), now=visit.now),
        labels=_labels(),
        grantable=[ROLES[name] for name in stewardship.grantable()],
        units=directory(visit.scope).units,
        kinds={str(kind): label for kind, label in KIND_LABELS.items()},
        refusal=words_of(refusal) if refusal else None,
    )
    return (page, status_of(refusal)) if refusal else page


@pages.post("/accounts/<login>/reset")
@allows(Permission.ADMINISTER, again=show_account)
def send_reset(visit: Visit, login: str) -> Answer:
    """Show a link by which the holder sets another password, this once."""
    link = stewardship.send_reset(visit.scope, login, by=by(visit), now=visit.now)
    return _given(visit, Given(login, "24 小时内打开一次，重设密码；之前原密码照旧。", _address_of(visit, link)))


@pages.post("/accounts/<login>/roles")
@allows(Permission.ENTRUST, again=show_account)
def put_roles(visit: Visit, login: str) -> Answer:
    """Give and take roles."""
    stewardship.grant(visit.scope, login, texts("role", longest=40), by=by(visit), now=visit.now)
    return Done(said("已调整 {login} 的角色，原有登录全部失效", login=login), _page_of(login))


@pages.post("/accounts/<login>/unit")
@allows(Permission.ENTRUST, again=show_account)
def move_account(visit: Visit, login: str) -> Answer:
    """Let somebody work for another unit."""
    stewardship.move(visit.scope, login, text("unit", longest=64) or None, by=by(visit), now=visit.now)
    return Done(said("已调整 {login} 的所属单位，在办工单留给原单位", login=login), _page_of(login))


@pages.post("/accounts/<login>/close")
@allows(Permission.ENTRUST, again=show_account)
def close_account(visit: Visit, login: str) -> Answer:
    """Close an account; it is signed out at once."""
    stewardship.close(visit.scope, login, by=by(visit), now=visit.now)
    return Done(said("已停用账号 {login}，办过的事留着", login=login), _page_of(login))


@pages.post("/accounts/<login>/reopen")
@allows(Permission.ENTRUST, again=show_account)
def reopen_account(visit: Visit, login: str) -> Answer:
    """Open a closed account again."""
    stewardship.reopen(visit.scope, login, by=by(visit), now=visit.now)
    return Done(said("已恢复账号 {login}", login=login), _page_of(login))


@pages.post("/accounts/<login>/sign-out")
@allows(Permission.ENTRUST, again=show_account)
def sign_out(visit: Visit, login: str) -> Answer:
    """End all sessions of somebody."""
    ended = stewardship.sign_out(visit.scope, login, by=by(visit), now=visit.now)
    return Done(
        said("已结束 {login} 的 {ended} 处登录", login=login, ended=ended)
        if ended
        else said("账号 {login} 现在没有登录", login=login),
        _page_of(login),
    )


@pages.post("/accounts/<login>/second-factor-off")
@allows(Permission.ENTRUST, again=show_account)
def take_second_factor(visit: Visit, login: str) -> Answer:
    """Take away a second factor that was lost."""
    stewardship.take_second_factor(visit.scope, login, by=by(visit), now=visit.now)
    return Done(said("已解除 {login} 的动态口令，原有登录全部失效", login=login), _page_of(login))


@pages.post("/accounts/<login>/unlock")
@allows(Permission.ENTRUST, again=show_account)
def unlock(visit: Visit, login: str) -> Answer:
    """Let somebody try to sign in again at once."""
    stewardship.unlock(visit.scope, login, by=by(visit), now=visit.now)
    return Done(said("已为 {login} 解锁", login=login), _page_of(login))


def by(visit: Visit) -> By:
    """Return who acts, from where, and the reason in the form."""
    return By(visit.actor.name, visit.staff.account_id, request.remote_addr or "", text("reason", longest=200))


def _given(visit: Visit, given: Given) -> Answer:
    return render_template("stewards/link.html", given=given)


def _address_of(visit: Visit, link: MadeLink) -> str:
    return f"{request.host_url}set-password/{visit.scope.tenant.slug}/{link.token}"


def _page_of(login: str) -> str:
    return f"{LIST}/{login.strip().lower()}"


def _labels() -> dict[str, str]:
    return {role.name: role.label for role in ROLES.values()}
