"""`huiying sla explain`: why the clocks of a ticket are due when they are."""

import json
from datetime import datetime
from zoneinfo import ZoneInfo

import click

from core.cli.context import installed
from core.sla.labels import CLOCK_LABELS
from core.sla.queries import ClockAccount, account_of, clocks_of
from core.tenancy.scope import Scope
from core.tickets.queries import get_ticket_id

STATE_LABELS = {"running": "计时中", "met": "按时", "breached": "超期", "cancelled": "已取消"}


@click.command(name="explain")
@click.argument("serial_no", metavar="受理流水号")
@click.option("--tenant", "slug", required=True, metavar="租户", help="租户的短名")
@click.option("--json", "as_json", is_flag=True, help="最后一行输出一个 JSON 对象")
def explain(serial_no: str, slug: str, *, as_json: bool) -> None:
    """逐行说明一张工单的每个时限怎样算出来。"""
    with installed() as installation, installation.scope(slug) as scope:
        accounts = accounts_of(scope, serial_no)
        zone = scope.tenant.zone
    if as_json:
        clocks = [_plain(account, zone) for account in accounts]
        click.echo(json.dumps({"serial_no": serial_no, "clocks": clocks}, ensure_ascii=False))
    elif accounts:
        click.echo("\n\n".join(_words(account) for account in accounts))
    else:
        click.echo(f"工单 {serial_no} 还没有时限。")


def accounts_of(scope: Scope, serial_no: str) -> list[ClockAccount]:
    """Return the account of each clock of the ticket. Raises `NoSuchTicket`."""
    ticket_id = get_ticket_id(scope, serial_no)
    return [account_of(scope, clock) for clock in clocks_of(scope, ticket_id)]


def _words(account: ClockAccount) -> str:
    label, state = CLOCK_LABELS[account.name], STATE_LABELS[account.state]
    lines = [
        f"【{label}】第 {account.cycle_no} 次办理，{state}；依据：{account.reason}（{account.rule_id}）；{account.calendar}",
        *account.lines,
    ]
    if not account.agrees:
        lines.append("注意：所存截止与此不符，请运行 huiying doctor 检查")
    return "\n".join(lines)


def _plain(account: ClockAccount, zone: ZoneInfo) -> dict[str, str | int | bool | list[str]]:
    return {
        "name": account.name,
        "cycle_no": account.cycle_no,
        "state": account.state,
        "due": _iso(account.due_at, zone),
        "reason": account.reason,
        "rule_id": account.rule_id,
        "calendar": account.calendar,
        "agrees": account.agrees,
        "lines": list(account.lines),
    }


def _iso(instant: datetime, zone: ZoneInfo) -> str:
    return instant.astimezone(zone).isoformat()
