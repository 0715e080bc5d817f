"""`huiying hotline`: the hotlines that were merged into one number, and what came by each old number."""

from dataclasses import asdict
from pathlib import Path

import click

from core.cli.administering import AS_JSON, BY, REASON, TENANT, done_by
from core.cli.context import installed, say_json
from core.cli.entitled import for_the_machine
from core.cli.mailbox import MONTH, tell_put
from core.cli.tables import table
from core.journey.hotlines import DEED, import_hotlines
from core.journey.lists import order_of
from core.journey.queries.ways import accepted_by_old_number


@click.group(name="hotline")
def hotline() -> None:
    """并入热线：并入统一号码的各条热线，原号码留在工单上。"""


@hotline.command(name="import")
@click.argument("file", type=click.Path(path_type=Path), metavar="文件")
@TENANT
@BY
@REASON
@AS_JSON
def import_(file: Path, tenant: str, login: str, reason: str, *, as_json: bool) -> None:
    """用文件里的名册换下现在的名册：文件里没有的停用（不删除），有一行不对就都不改。"""
    with installed() as installation:
        put = done_by(
            installation,
            tenant,
            login,
            lambda scope, actor, now: import_hotlines(
                scope, file, order_of(scope, actor, reason=reason, deed=DEED, now=now)
            ),
        )
    tell_put(put, "并入热线", as_json=as_json)


@hotline.command(name="count")
@for_the_machine
@TENANT
@MONTH
@AS_JSON
def count(tenant: str, month: str, *, as_json: bool) -> None:
    """一个月里从各原号码来的诉求受理了多少件；没有人打的也列出。"""
    with installed() as installation:
        found = accepted_by_old_number(installation, tenant, month)
    if as_json:
        say_json({"month": month, "hotlines": [asdict(each) for each in found]})
        return
    rows = [[each.way or "—", each.name or "不在名册", f"{each.n:,}"] for each in found]
    click.echo(
        "\n".join(table(["原号码", "热线", "受理"], rows, right=[2])) if rows else "还没有并入热线，也没有受理诉求。"
    )
