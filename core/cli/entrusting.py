"""`huiying user invite`, `reset`, `roles`, `sessions`, `sign-out`, `totp-off`, `unlock`, `break-glass`: into whose hands accounts are."""

import os
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeVar

import click

from core.cli.administering import AS_JSON, TENANT
from core.cli.context import installed, say_json
from core.cli.entitled import for_the_machine
from core.journey import entrusting
from core.journey.people import put_unit
from core.people.links import MadeLink
from core.people.roles import ROLES, STEWARDS
from core.tenancy.scope import Scope
from core.tenancy.security_log import COMMAND_LINE, By

T = TypeVar("T")
LOGIN = click.argument("login", metavar="登录名")
ROLE_NAMES = "、".join(f"{role.name}（{role.label}）" for role in ROLES.values())
ROLE = click.option("--role", "roles", multiple=True, required=True, metavar="角色", help=f"可重复：{ROLE_NAMES}")
REASON = click.option("--reason", default="", metavar="理由", help="为什么，写进安全日志")
STEWARD = click.Choice(STEWARDS)
MOST_HOURS = 24


@click.command(name="invite")
@for_the_machine
@LOGIN
@TENANT
@click.option("--name", required=True, metavar="姓名", help="工单上显示的姓名")
@ROLE
@click.option("--unit", metavar="单位代码", help="所属承办单位；承办和纪检监察必填")
@AS_JSON
def invite(login: str, tenant: str, name: str, roles: tuple[str, ...], unit: str | None, *, as_json: bool) -> None:
    """开设账号,给出一次性链接,由本人设置密码。"""
    now = datetime.now(UTC)
    link = _in(tenant, lambda scope: entrusting.invite(scope, login=login, name=name, roles=roles, unit=unit, now=now))
    _say_link(f"已开设账号 {login}。请把链接交给本人，七天内打开一次，设置密码：", tenant, link, as_json=as_json)


@click.command(name="reset")
@for_the_machine
@LOGIN
@TENANT
@AS_JSON
def reset(login: str, tenant: str, *, as_json: bool) -> None:
    """给出一次性链接,由本人重设密码;设置之前原密码照旧。"""
    now = datetime.now(UTC)
    link = _in(tenant, lambda scope: entrusting.send_reset(scope, login, now=now))
    _say_link(f"请把链接交给 {login} 本人，24 小时内打开一次，重设密码：", tenant, link, as_json=as_json)


@click.command(name="roles")
@for_the_machine
@LOGIN
@TENANT
@ROLE
@REASON
@click.option("--together", is_flag=True, help="准许一人兼任本应分开的管理角色，须写明理由")
def roles(login: str, tenant: str, roles: tuple[str, ...], reason: str, *, together: bool) -> None:
    """改为只有这些角色;有变化时,这个账号的登录随即全部失效。三员的角色只能在这里任免。"""
    now, by = datetime.now(UTC), By(COMMAND_LINE, reason=reason.strip())
    _in(tenant, lambda scope: entrusting.put_roles(scope, login, roles, now=now, together=together, by=by))
    click.echo(f"账号 {login} 的角色现在是：{'、'.join(ROLES[role].label for role in roles)}。")


@click.command(name="move")
@for_the_machine
@LOGIN
@TENANT
@click.option("--unit", metavar="单位代码", help="调到哪个单位；不写则不再属于任何单位")
@REASON
def move(login: str, tenant: str, unit: str | None, reason: str) -> None:
    """调到另一个单位;登录随即失效,在办工单留给原单位的其他人。"""
    now, by = datetime.now(UTC), By(COMMAND_LINE, reason=reason.strip())
    _in(tenant, lambda scope: put_unit(scope, login, unit, now=now, by=by))
    click.echo(f"账号 {login} 已调整所属单位，原有登录全部失效。")


@click.command(name="sessions")
@for_the_machine
@LOGIN
@TENANT
@AS_JSON
def sessions(login: str, tenant: str, *, as_json: bool) -> None:
    """列出这个账号正在登录的地方。"""
    now = datetime.now(UTC)
    lines = _in(tenant, lambda scope: entrusting.list_sessions(scope, login, now=now))
    if as_json:
        say_json([{"since": each.started_at, "seen": each.seen_at, "address": each.address} for each in lines])
        return
    for each in lines:
        click.echo(
            f"{each.started_at:%Y-%m-%d %H:%M} 登录  {each.seen_at:%H:%M} 最近使用  来自 {each.address or '不详'}"
        )
    if not lines:
        click.echo(f"账号 {login} 现在没有登录。")


@click.command(name="sign-out")
@for_the_machine
@LOGIN
@TENANT
def sign_out(login: str, tenant: str) -> None:
    """结束这个账号的全部登录,立即生效。"""
    now = datetime.now(UTC)
    ended = _in(tenant, lambda scope: entrusting.sign_out_everywhere(scope, login, now=now))
    click.echo(f"已结束 {login} 的 {ended} 处登录。" if ended else f"账号 {login} 现在没有登录。")


@click.command(name="totp-off")
@for_the_machine
@LOGIN
@TENANT
def totp_off(login: str, tenant: str) -> None:
    """解除动态口令,用于手机丢失且恢复码用完;本人下次登录时须重新绑定的,会被带到绑定页。"""
    now = datetime.now(UTC)
    _in(tenant, lambda scope: entrusting.take_second_factor(scope, login, now=now))
    click.echo(f"已解除 {login} 的动态口令，原有登录全部失效。")


@click.command(name="unlock")
@for_the_machine
@LOGIN
@TENANT
def unlock(login: str, tenant: str) -> None:
    """清除登录失败的计数,本人可以立即再试。"""
    now = datetime.now(UTC)
    _in(tenant, lambda scope: entrusting.unlock(scope, login, now=now))
    click.echo(f"已为 {login} 解锁。")


@click.command(name="break-glass")
@for_the_machine
@TENANT
@click.option("--reason", required=True, metavar="理由", help="为什么启用，写进安全日志")
@click.option(
    "--hours", type=click.IntRange(1, MOST_HOURS), default=4, show_default=True, metavar="小时", help="有效几小时"
)
@click.option("--role", type=STEWARD, default=STEWARDS[0], show_default=True, metavar="角色", help="三员中的哪一个")
@AS_JSON
def break_glass(tenant: str, reason: str, hours: int, role: str, *, as_json: bool) -> None:
    """启用应急账号:几小时内有系统管理员(或三员中另一个)的权限,用于没有管理员能登录的时候。

    写入安全日志;有效期间,三员的每一页都会提示。
    """
    now = datetime.now(UTC)
    opened = _in(tenant, lambda scope: entrusting.open_emergency(scope, reason=reason, hours=hours, role=role, now=now))
    if as_json:
        say_json({"login": opened.login, "password": opened.password, "until": opened.until})
        return
    click.echo(f"已启用应急账号 {opened.login}@{tenant}，{hours} 小时后失效。理由已写入安全日志：{reason}")
    click.echo(f"密码（只显示这一次）：{opened.password}")


ENTRUSTING = (invite, reset, roles, move, sessions, sign_out, totp_off, unlock, break_glass)


def site_address() -> str:
    """Return where staff reach the pages: the first of the hosts that were named, else this machine."""
    host = os.environ.get("HUIYING_HOSTS", "").split(",")[0].strip()
    return f"https://{host}" if host else f"http://127.0.0.1:{os.environ.get('PORT', '8000')}"


def _say_link(words: str, tenant: str, link: MadeLink, *, as_json: bool) -> None:
    address = f"{site_address()}/set-password/{tenant}/{link.token}"
    if as_json:
        say_json({"link": address, "expires": link.expires_at})
        return
    click.echo(words)
    click.echo(address)


def _in(tenant: str, work: Callable[[Scope], T]) -> T:
    with installed() as installation:
        return installation.run(tenant, work)
