"""`huiying privacy`: what was done with residents' personal data."""

from datetime import datetime

import click

from core.cli.context import installed, say_json
from core.cli.entitled import for_the_machine
from core.cli.tables import table
from core.tickets.reveals import PURPOSE_LABELS, reveals

TENANT = click.option("--tenant", required=True, metavar="租户", help="租户短名")
AS_JSON = click.option("--json", "as_json", is_flag=True, help="最后一行输出一个 JSON 对象")


@click.group(name="privacy")
def privacy() -> None:
    """个人信息：谁查看过联系方式。"""


@privacy.command(name="reveals")
@for_the_machine
@TENANT
@click.option(
    "--since", type=click.DateTime(["%Y-%m-%d"]), metavar="日期", help="只列这一天（当地）以来的，如 2026-03-12"
)
@AS_JSON
@for_the_machine
def list_reveals(tenant: str, since: datetime | None, *, as_json: bool) -> None:
    """列出谁查看过哪件工单的联系方式，最近的在前。"""
    with installed() as installation, installation.scope(tenant) as scope:
        zone = scope.tenant.zone
        found = reveals(scope, since=since.replace(tzinfo=zone) if since else None)
    if as_json:
        say_json(
            [
                {
                    "at": each.at,
                    "actor": each.actor_name,
                    "actor_kind": each.actor_kind,
                    "actor_id": each.actor_id,
                    "serial_no": serial_no,
                    "purpose": each.purpose,
                    "words": each.words,
                    "shown": each.shown.split(","),
                }
                for each, serial_no in found
            ]
        )
        return
    rows = [
        (
            f"{each.at.astimezone(zone):%Y-%m-%d %H:%M:%S}",
            each.actor_name,
            serial_no,
            PURPOSE_LABELS.get(each.purpose, each.purpose),
            each.words,
        )
        for each, serial_no in found
    ]
    click.echo("\n".join(table(("时间", "谁", "工单", "用途", "事由"), rows)) if rows else "没有人查看过联系方式。")
