"""`huiying unfinished`: what is not finished, by holder and age, and its tickets."""

from datetime import UTC, datetime
from pathlib import Path

import click

from core.cli.context import installed, say_json
from core.cli.entitled import for_the_machine
from core.cli.tables import table
from core.documents.excel import to_excel
from core.journey.queries.unfinished import (
    BANDS,
    WHAT_LABELS,
    Wanted,
    is_in,
    unfinished_counts,
    unfinished_tickets,
)
from core.journey.unfinished_document import unfinished_document
from core.units.queries import directory


@click.command(name="unfinished")
@for_the_machine
@click.option("--tenant", required=True, metavar="区", help="租户短名，如 sandbox")
@click.option("--unit", default="", metavar="单位", help="只看一个单位，写单位代码")
@click.option("--list", "what", default="", metavar="单子", help=f"列出其中一类的工单：{'、'.join(WHAT_LABELS)}")
@click.option("--xlsx", type=click.Path(path_type=Path, dir_okay=False), metavar="文件", help="写成 Excel 文件")
@click.option("--json", "as_json", is_flag=True, help="最后一行输出一个 JSON 对象")
def unfinished(tenant: str, unit: str, what: str, xlsx: Path | None, *, as_json: bool) -> None:
    """未了结的工单（防烂尾）：没有办完的、退回搁置的、承诺没有兑现的、答复了没有告知的，按在谁手里和天数。"""
    now = datetime.now(UTC)
    with installed() as installation, installation.scope(tenant) as scope:
        whose = directory(scope).get_unit(unit) if unit else None
        unit_id = whose.id if whose else None
        lines = unfinished_counts(scope, now=now, unit_id=unit_id)
        listing = unfinished_tickets(scope, Wanted(is_in(what), unit_id=unit_id), now=now) if what else None
        document = unfinished_document(scope, now=now, unit_id=unit_id, unit=whose.name if whose else "")
    if xlsx is not None:
        xlsx.write_bytes(to_excel(document))
    if as_json:
        told = [
            {"what": each.what, "holder": each.holder, "name": each.name, "bands": list(each.bands)} for each in lines
        ]
        tickets = [each.serial_no for each in listing.tickets] if listing else []
        say_json({"tenant": tenant, "lines": told, "tickets": tickets})
        return
    rows = [(WHAT_LABELS[each.what], each.name, *(f"{n:,}" for n in each.bands), f"{each.total:,}") for each in lines]
    head = ("哪一类", "在谁手里", *(label for _, label in BANDS), "合计")
    click.echo("\n".join(table(head, rows)) if rows else "没有未了结的工单。")
    for each in listing.tickets if listing else ():
        click.echo(f"{each.serial_no}  {each.days:>4} 天  {each.holder}  {each.title}")
    if xlsx is not None:
        click.echo(f"已写入 {xlsx}。")
