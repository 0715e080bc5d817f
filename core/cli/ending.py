"""`huiying tenant suspend`, `resume`, `close` and `delete`: the end of a tenant, step by step."""

from datetime import UTC, datetime
from pathlib import Path

import click

from core.cli.administering import BY
from core.cli.context import as_owner, installed, say_json
from core.cli.entitled import for_the_machine
from core.journey import ending
from core.journey.people import acting
from core.tenancy.security_log import COMMAND_LINE, By

SLUG = click.argument("slug", metavar="短名")
REASON = click.option("--reason", required=True, metavar="理由", help="为什么，写进安全日志")
AS_JSON = click.option("--json", "as_json", is_flag=True, help="最后一行输出一个 JSON 对象")


@click.command("suspend")
@for_the_machine
@SLUG
@REASON
def suspend(slug: str, reason: str) -> None:
    """停用一个租户:不能登录,不接收诉求,后台任务停下;数据都在。时限照走。"""
    now = datetime.now(UTC)
    with installed() as installation:
        installation.run(slug, lambda scope: ending.suspend(scope, By(COMMAND_LINE, reason=reason), now=now))
    click.echo(f"租户 {slug} 已停用，两秒内生效。用 huiying tenant resume {slug} 恢复。")


@click.command("resume")
@for_the_machine
@SLUG
@REASON
def resume(slug: str, reason: str) -> None:
    """恢复一个停用或注销的租户;期间到期的提醒和任务随即补办。"""
    now = datetime.now(UTC)
    with installed() as installation:
        installation.run(slug, lambda scope: ending.resume(scope, By(COMMAND_LINE, reason=reason), now=now))
    click.echo(f"租户 {slug} 已恢复。")


@click.command("close")
@SLUG
@click.argument("file", metavar="文件", type=click.Path(dir_okay=False, path_type=Path))
@BY
@REASON
@AS_JSON
def close(slug: str, file: Path, login: str, reason: str, *, as_json: bool) -> None:
    """注销一个租户:停用,把全部数据导出到文件;满 30 天后可由另一人删除。"""
    now = datetime.now(UTC)
    with as_owner() as owner_url, installed() as installation:
        actor = installation.run(slug, lambda scope: acting(scope, login))
        closed = ending.close(installation, slug, file, actor, reason=reason, owner_url=owner_url, now=now)
        until = closed.deletable_from.astimezone(installation.tenant(slug).zone)
    if as_json:
        say_json({"rows": closed.rows, "sha256": closed.sha256, "deletable_from": closed.deletable_from})
        return
    click.echo(f"租户 {slug} 已注销，{closed.rows} 行已导出到 {closed.file}（SHA-256 {closed.sha256}）。")
    click.echo(f"{until:%Y-%m-%d %H:%M} 以后可由另一位系统管理员删除；在此之前可以恢复。")


@click.command("delete")
@SLUG
@BY
@REASON
@click.option("--confirm", required=True, metavar="短名", help="再写一遍要删除的短名")
@AS_JSON
def delete(slug: str, login: str, reason: str, confirm: str, *, as_json: bool) -> None:
    """删除一个注销满 30 天的租户的全部数据和附件。不能撤销。"""
    if confirm != slug:
        raise click.UsageError(f"--confirm 写的不是 {slug}，没有删除")
    now = datetime.now(UTC)
    with as_owner() as owner_url, installed() as installation:
        actor = installation.run(slug, lambda scope: acting(scope, login))
        gone = ending.delete(installation, slug, actor, reason=reason, owner_url=owner_url, now=now)
    if as_json:
        say_json({"tables": gone.tables, "rows": gone.rows, "files": gone.files})
        return
    click.echo(f"租户 {slug} 已删除：{gone.tables} 张表 {gone.rows} 行，{gone.files} 个附件。备份里的内容随备份到期。")


ENDING = (suspend, resume, close, delete)
