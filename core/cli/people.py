"""`huiying user` and `huiying token`: who may sign in, and which systems may call."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeVar

import click

from core.cli.context import installed, say_json
from core.cli.entitled import for_the_machine
from core.cli.entrusting import ENTRUSTING
from core.journey import people
from core.people.roles import ROLES
from core.tenancy.scope import Scope

T = TypeVar("T")
TENANT = click.option("--tenant", required=True, metavar="租户", help="租户短名")
AS_JSON = click.option("--json", "as_json", is_flag=True, help="最后一行输出一个 JSON 对象")
ROLE_NAMES = "、".join(f"{role.name}（{role.label}）" for role in ROLES.values())


@click.group(name="user")
def user() -> None:
    """账号:谁可以登录,做什么。"""


@user.command(name="add")
@for_the_machine
@click.argument("login", metavar="登录名")
@TENANT
@click.option("--name", required=True, metavar="姓名", help="工单上显示的姓名")
@click.option("--role", "roles", multiple=True, required=True, metavar="角色", help=f"可重复：{ROLE_NAMES}")
@click.option("--unit", metavar="单位代码", help="所属承办单位；承办和纪检监察必填")
@click.option("--ask-password", is_flag=True, help="键入密码；不加则自动生成，只显示一次")
@AS_JSON
def add(
    login: str, tenant: str, name: str, roles: tuple[str, ...], unit: str | None, *, ask_password: bool, as_json: bool
) -> None:
    """开设账号。"""
    typed, now = _typed(ask_password), datetime.now(UTC)
    password = _in(
        tenant,
        lambda scope: people.add_account(
            scope, login=login, name=name, roles=roles, unit=unit, password=typed, now=now
        ),
    )
    _say_password(login, None if typed else password, f"已开设账号 {login}。", as_json=as_json)


@user.command(name="list")
@for_the_machine
@TENANT
@AS_JSON
def list_users(tenant: str, *, as_json: bool) -> None:
    """列出账号。"""
    lines = _in(tenant, people.list_accounts)
    if as_json:
        say_json(
            [
                {
                    "login": each.login,
                    "name": each.name,
                    "roles": each.roles,
                    "unit": each.unit,
                    "active": each.active,
                    "second_factor": each.has_second_factor,
                    "standing": each.standing,
                }
                for each in lines
            ]
        )
        return
    for line in lines:
        roles = "、".join(ROLES[role].label if role in ROLES else role for role in line.roles) or "无角色"
        unit = f"  {line.unit}" if line.unit else ""
        marks = [line.standing, "已绑定动态口令" if line.has_second_factor else "", "" if line.active else "已停用"]
        click.echo("  ".join([f"{line.login}  {line.name}  {roles}{unit}", *filter(None, marks)]))
    if not lines:
        click.echo("还没有账号。用 huiying user add 开设。")


@user.command(name="password")
@for_the_machine
@click.argument("login", metavar="登录名")
@TENANT
@click.option("--ask-password", is_flag=True, help="键入密码；不加则自动生成，只显示一次")
@AS_JSON
def password(login: str, tenant: str, *, ask_password: bool, as_json: bool) -> None:
    """更换密码;这个账号的登录随即全部失效。"""
    typed, now = _typed(ask_password), datetime.now(UTC)
    given = _in(tenant, lambda scope: people.change_password(scope, login, password=typed, now=now))
    _say_password(login, None if typed else given, f"已更换 {login} 的密码，原有登录全部失效。", as_json=as_json)


@user.command(name="close")
@for_the_machine
@click.argument("login", metavar="登录名")
@TENANT
def close(login: str, tenant: str) -> None:
    """停用账号:不能再登录,办过的事留着。"""
    now = datetime.now(UTC)
    _in(tenant, lambda scope: people.remove_account(scope, login, now=now))
    click.echo(f"已停用账号 {login}。")


@user.command(name="reopen")
@for_the_machine
@click.argument("login", metavar="登录名")
@TENANT
def reopen(login: str, tenant: str) -> None:
    """恢复停用的账号:原来的角色照旧。"""
    now = datetime.now(UTC)
    _in(tenant, lambda scope: people.return_account(scope, login, now=now))
    click.echo(f"已恢复账号 {login}。")


for command in ENTRUSTING:
    user.add_command(command)


@click.group(name="token")
def token() -> None:
    """令牌:哪些系统可以调用接口。"""


@token.command(name="issue")
@for_the_machine
@click.argument("label", metavar="名称")
@TENANT
@click.option("--role", metavar="角色", help=f"系统以什么角色办理，不加则只能提交和查询诉求：{ROLE_NAMES}")
@click.option("--unit", metavar="单位代码", help="系统代哪个承办单位办理；承办和纪检监察必填")
@click.option(
    "--days", type=click.IntRange(min=1, max=3650), metavar="天数", help="多少天后失效；不加则一直有效，直到吊销"
)
@AS_JSON
def issue(label: str, tenant: str, role: str | None, unit: str | None, days: int | None, *, as_json: bool) -> None:
    """发放令牌,只显示一次。"""
    now = datetime.now(UTC)
    issued = _in(tenant, lambda scope: people.issue_token(scope, label, role=role, unit=unit, days=days, now=now))
    if as_json:
        say_json({"label": label, "role": role, "unit": unit, "token": issued})
        return
    click.echo(f"已发放令牌「{label}」。请现在抄下，以后无法再看到：")
    click.echo(issued)


@token.command(name="list")
@for_the_machine
@TENANT
@AS_JSON
def list_tokens(tenant: str, *, as_json: bool) -> None:
    """列出令牌。"""
    lines = _in(tenant, people.list_tokens)
    if as_json:
        say_json(
            [
                {
                    "label": each.label,
                    "role": each.role or None,
                    "unit": each.unit or None,
                    "issued": each.created_at,
                    "revoked": each.revoked_at,
                    "expires": each.expires_at,
                    "used": each.last_used_at,
                }
                for each in lines
            ]
        )
        return
    for line in lines:
        role = ROLES[line.role].label if line.role in ROLES else line.role or "只提交和查询"
        unit = f"  {line.unit}" if line.unit else ""
        click.echo(f"{line.created_at:%Y-%m-%d}  {line.label}  {role}{unit}  {_standing(line)}{_used(line)}")
    if not lines:
        click.echo("还没有令牌。用 huiying token issue 发放。")


@token.command(name="revoke")
@for_the_machine
@click.argument("label", metavar="名称")
@TENANT
def revoke(label: str, tenant: str) -> None:
    """吊销令牌,立即失效。"""
    now = datetime.now(UTC)
    _in(tenant, lambda scope: people.revoke_token(scope, label, now=now))
    click.echo(f"已吊销令牌「{label}」。")


def _in(tenant: str, work: Callable[[Scope], T]) -> T:
    with installed() as installation:
        return installation.run(tenant, work)


def _standing(line: people.SystemLine) -> str:
    if line.revoked_at:
        return "已吊销"
    if line.expires_at is None:
        return "有效"
    is_over = line.expires_at <= datetime.now(UTC)
    return f"{'已过期，' if is_over else ''}有效至 {line.expires_at:%Y-%m-%d}"


def _used(line: people.SystemLine) -> str:
    return f"  最近使用 {line.last_used_at:%Y-%m-%d}" if line.last_used_at else ""


def _typed(ask: bool) -> str | None:
    return click.prompt("密码", hide_input=True, confirmation_prompt=True) if ask else None


def _say_password(login: str, generated: str | None, done: str, *, as_json: bool) -> None:
    """Say what was done, and a password that was made here: this once, and nowhere else."""
    if as_json:
        say_json({"login": login, "password": generated})
        return
    click.echo(done)
    if generated:
        click.echo(f"密码（只显示这一次）：{generated}")
