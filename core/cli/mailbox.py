"""`huiying mailbox`: leaders' mailboxes from a file, looked through, and counted."""

from dataclasses import asdict
from pathlib import Path

import click

from core.cli.administering import AS_JSON, BY, REASON, TENANT, done_by, looked_at
from core.cli.context import installed, say_json
from core.cli.entitled import for_the_machine
from core.cli.tables import table
from core.journey.lists import order_of
from core.journey.mailboxes import DEED, find_mailboxes, import_mailboxes
from core.journey.queries.ways import accepted_by_mailbox
from core.kit.lists import ListPut
from core.units.mailboxes.levels import MAILBOX_LEVELS

MONTH = click.option("--month", required=True, metavar="年-月", help="如 2017-03")


@click.group(name="mailbox")
def mailbox() -> None:
    """领导信箱名册：各级领导信箱归谁、由谁办理、受理哪些类型和区域。"""


@mailbox.command(name="import")
@click.argument("file", type=click.Path(path_type=Path), metavar="文件")
@TENANT
@BY
@click.option("--agreed-by", required=True, metavar="登录名", help="同意的另一位系统管理员：信箱归谁，谁就看得到来信")
@REASON
@AS_JSON
def import_(file: Path, tenant: str, login: str, agreed_by: str, reason: str, *, as_json: bool) -> None:
    """用文件里的名册换下现在的名册：文件里没有的信箱停用（不删除），有一行不对就都不改。"""
    with installed() as installation:
        put = done_by(
            installation,
            tenant,
            login,
            lambda scope, actor, now: import_mailboxes(
                scope, file, order_of(scope, actor, reason=reason, deed=DEED, now=now, agreed_by=agreed_by)
            ),
        )
    tell_put(put, "领导信箱", as_json=as_json)


@mailbox.command(name="list")
@for_the_machine
@TENANT
@click.option("--matter", default="", metavar="类型", help="诉求类型")
@click.option("--area", default="", metavar="区域", help="区域名称")
@click.option("--words", default="", metavar="词", help="信箱、职务或单位名称里的词")
@click.option("--most", type=click.IntRange(1, 10_000), default=50, show_default=True, help="最多列几个")
@AS_JSON
def list_(tenant: str, matter: str, area: str, words: str, most: int, *, as_json: bool) -> None:
    """列出在用的信箱，最合适的在前；不公开的也列出。"""
    with installed() as installation:
        found = looked_at(
            installation,
            tenant,
            lambda scope, _actor: find_mailboxes(
                scope, matter=matter, area=area, words=words, most=most, only_public=False
            ),
        )
    if as_json:
        say_json({"mailboxes": [asdict(each) for each in found]})
        return
    rows = [
        [
            each.name,
            MAILBOX_LEVELS[each.level],
            each.leader,
            each.owner_name,
            each.handler or "按规则",
            "、".join(each.matters) or "不限",
            "、".join(each.areas) or "不限",
            "公开" if each.is_public else "不公开",
        ]
        for each in found
    ]
    head = ["信箱", "层级", "职务", "所属单位", "承办单位", "类型", "区域", "公开"]
    click.echo("\n".join(table(head, rows)) if rows else "没有这样的信箱。")


@mailbox.command(name="count")
@for_the_machine
@TENANT
@MONTH
@AS_JSON
def count(tenant: str, month: str, *, as_json: bool) -> None:
    """一个月里各领导信箱受理了多少件。"""
    with installed() as installation:
        found = accepted_by_mailbox(installation, tenant, month)
    if as_json:
        say_json({"month": month, "mailboxes": [asdict(each) for each in found]})
        return
    rows = [[each.way or each.name, each.name if each.way else "", f"{each.n:,}"] for each in found]
    click.echo("\n".join(table(["信箱", "所属单位", "受理"], rows, right=[2])) if rows else "这个月没有受理诉求。")


def tell_put(put: ListPut, what: str, *, as_json: bool) -> None:
    """Say what putting a list came to."""
    if as_json:
        say_json(asdict(put))
    elif not put.is_change:
        click.echo(f"{what}名册与现在的一样（{put.same:,} 条），没有改动。")
    else:
        click.echo(
            f"已换上{what}名册：新增 {put.opened:,}，更改 {put.changed:,}，停用 {put.closed:,}，不变 {put.same:,}。"
        )
