"""`huiying calls`: call records that the telephone system exports as a file."""

from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import click

from core.cli.context import installed, say_json
from core.cli.entitled import for_the_machine
from core.intake.channels import DESK
from core.journey.call_records import MOST_CALLS, receive_calls
from core.journey.call_table import read_call_table
from core.people.roles import Permission
from core.tickets.timeline import Actor

EXPORTED = Actor("agent", "电话系统（文件）", permissions=frozenset({Permission.ACCEPT}))


@click.group(name="calls")
def calls() -> None:
    """来电记录：把电话系统导出的话单收进来，由受理席逐条处理。"""


@calls.command(name="import")
@for_the_machine
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--tenant", required=True, metavar="租户", help="租户短名")
@click.option("--channel", default=DESK.id, show_default=True, metavar="渠道", help="没有写明渠道的来电算作哪个渠道")
@click.option("--json", "as_json", is_flag=True, help="最后一行输出一个 JSON 对象")
def import_calls(file: Path, tenant: str, channel: str, *, as_json: bool) -> None:
    """导入话单:CSV 或 Excel 文件,每行一通来电;同一通话编号只收一次,可以重复导入。"""
    created = existing = 0
    with installed() as installation:
        told = read_call_table(file, channel=channel, zone=installation.tenant(tenant).zone)
        for start in range(0, len(told), MOST_CALLS):
            batch = told[start : start + MOST_CALLS]
            keep = partial(receive_calls, calls=batch, actor=EXPORTED, now=datetime.now(UTC))
            kept = installation.run(tenant, keep)
            created, existing = created + kept.created, existing + kept.existing
    if as_json:
        say_json({"read": len(told), "created": created, "existing": existing})
    else:
        click.echo(f"{tenant}：读入 {len(told):,} 通来电，新收 {created:,} 通，先前已有 {existing:,} 通。")
