"""`huiying audit`: proof that nobody changed, dropped or added anything in the timelines of a tenant."""

from dataclasses import asdict, dataclass

import click
from tqdm import tqdm

from core.cli.context import installed, say_json
from core.tenancy.scope import Scope
from core.tickets.queries import chains, count_tickets
from core.tickets.timeline import first_broken_entry

BROKEN = 1
"""Exit code when a timeline is not whole."""
SHOWN = 20


@dataclass(frozen=True, slots=True)
class Broken:
    """A ticket whose timeline is not whole, and the first entry that does not fit."""

    serial_no: str
    entry: int
    entries: int


@click.group(name="audit")
def audit() -> None:
    """审计:流转记录有没有被改动过。"""


@audit.command(name="verify")
@click.option("--tenant", required=True, metavar="租户", help="租户短名")
@click.option("--json", "as_json", is_flag=True, help="最后一行输出一个 JSON 对象")
@click.pass_context
def verify(ctx: click.Context, tenant: str, *, as_json: bool) -> None:
    """逐件核对工单的流转记录;有任何一件对不上,就指出第一条不符的记录,并以 1 退出。"""
    with installed() as installation, installation.scope(tenant) as scope:
        checked = count_tickets(scope)
        broken = broken_timelines(scope, checked)
    if as_json:
        say_json({"tenant": tenant, "tickets": checked, "broken": [asdict(each) for each in broken]})
    elif broken:
        for each in broken[:SHOWN]:
            click.echo(f"工单 {each.serial_no}：第 {each.entry} 条记录不符（现存 {each.entries} 条）")
        if len(broken) > SHOWN:
            click.echo(f"其余 {len(broken) - SHOWN} 件见 --json。")
        click.echo(f"核对 {checked} 件工单，{len(broken)} 件的流转记录被改动过。请保留现场，并与备份比对。")
    else:
        click.echo(f"核对 {checked} 件工单，流转记录全部完整。")
    if broken:
        ctx.exit(BROKEN)


def broken_timelines(scope: Scope, total: int) -> list[Broken]:
    """Return the tickets whose timelines are not whole, with a progress bar where somebody watches."""
    broken = []
    for chain in tqdm(chains(scope), total=total, desc="核对流转记录", unit="件", disable=None):
        entry = first_broken_entry(chain.ticket, chain.entries)
        if entry is not None:
            broken.append(Broken(chain.ticket.serial_no, entry, len(chain.entries)))
    return broken
