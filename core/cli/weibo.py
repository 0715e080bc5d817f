"""`huiying weibo`: look at the tenant's account on Weibo now, and say what was found."""

from dataclasses import asdict
from datetime import UTC, datetime

import click

from core.cli.administering import AS_JSON, TENANT
from core.cli.context import installed, say_json
from core.cli.entitled import for_the_machine
from core.jobs.weibo.look import get_account
from core.jobs.weibo.look import look as look_at


@click.group(name="weibo")
def weibo() -> None:
    """微博账号：立即查看一次 @ 和评论。"""


@weibo.command(name="look")
@for_the_machine
@TENANT
@AS_JSON
def look(tenant: str, *, as_json: bool) -> None:
    """立即查看一次；平时由时钟进程按设置查看，每条只登记一次。"""
    with installed() as installation:
        account = get_account(installation, tenant)
        looked = look_at(installation, tenant, account, now=lambda: datetime.now(UTC))
    if as_json:
        say_json(asdict(looked))
        return
    more = "，还有更早的没有读完，会接着读" if looked.has_more else ""
    click.echo(f"新的 @ {looked.mentions} 条，诉求人的评论 {looked.comments} 条{more}。")
