"""`huiying sla explain`: why the clocks of a ticket are due when they are."""

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

import click

from core.cli.context import installed, say_json
from core.cli.entitled import for_the_machine
from core.sla.labels import CLOCK_LABELS, CLOCK_STATE_LABELS
from core.sla.queries import ClockAccount, accounts_of
from core.tenancy.scope import Installation
from core.tickets.queries import NoSuchTicket, get_ticket_id


@click.command(name="explain")
@for_the_machine
@click.argument("serial_no", metavar="受理流水号")
@click.option("--tenant", "slug", default=None, metavar="租户", help="租户的短名；不写则按流水号查找")
@click.option("--json", "as_json", is_flag=True, help="最后一行输出一个 JSON 对象")
def explain(serial_no: str, slug: str | None, *, as_json: bool) -> None:
    """逐行说明一张工单的每个时限怎样算出来。"""
    with installed() as installation:
        slug = slug or tenant_of(installation, serial_no)
        with installation.scope(slug) as scope:
            accounts, zone = accounts_of(scope, get_ticket_id(scope, serial_no)), scope.tenant.zone
    if as_json:
        clocks = [_plain(account, zone) for account in accounts]
        say_json({"serial_no": serial_no, "tenant": slug, "clocks": clocks})
    elif accounts:
        click.echo("\n\n".join("\n".join(_words(account, zone)) for account in accounts))
    else:
        click.echo(f"工单 {serial_no} 还没有时限。")


def tenant_of(installation: Installation, serial_no: str) -> str:
    """Return the tenant that a serial number belongs to. Raises `NoSuchTicket`."""
    for tenant in installation.tenants():
        if serial_no.startswith(tenant.serial_prefix):
            with installation.scope(tenant.slug) as scope:
                try:
                    get_ticket_id(scope, serial_no)
                except NoSuchTicket:
                    continue
            return tenant.slug
    raise NoSuchTicket(f"没有编号为 {serial_no} 的工单。请核对编号，或用 --tenant 指明租户。")


def _words(account: ClockAccount, zone: ZoneInfo) -> Iterator[str]:
    label, state = CLOCK_LABELS[account.name], CLOCK_STATE_LABELS[account.state]
    whose = f"（{account.unit}）" if account.unit else ""
    yield (
        f"【{label}】{whose}第 {account.cycle_no} 次办理，{state}；"
        f"依据：{account.reason}（{account.rule_id}，{account.by}）；{account.calendar}"
    )
    yield from account.lines
    if len(account.history) > 1:
        yield "截止的变动："
        for move in account.history:
            yield f"  {_local(move.at, zone)} 起为 {_local(move.due_at, zone)}（{move.why}）"
    if account.overdue_at is not None:
        yield f"超期：自 {_local(account.overdue_at, zone)} 起"
    if account.stopped_at is not None:
        yield f"停止：{_local(account.stopped_at, zone)}，{state}"
    yield "核对：与所存截止一致" if account.agrees else "注意：所存截止与此不符，请运行 huiying doctor 检查"


def _plain(account: ClockAccount, zone: ZoneInfo) -> dict[str, object]:
    return {
        "name": account.name,
        "unit": account.unit,
        "cycle_no": account.cycle_no,
        "state": account.state,
        "due": _iso(account.due_at, zone),
        "provisional": account.is_provisional,
        "started": _iso(account.started_at, zone),
        "stopped": _iso(account.stopped_at, zone),
        "overdue": _iso(account.overdue_at, zone),
        "reason": account.reason,
        "rule_id": account.rule_id,
        "feature": account.by.partition("@")[0],
        "by": account.by,
        "calendar": account.calendar,
        "pauses": list(account.pauses),
        "adjustments": list(account.adjustments),
        "cap": account.cap,
        "history": [
            {"at": _iso(move.at, zone), "due": _iso(move.due_at, zone), "why": move.why} for move in account.history
        ],
        "agrees": account.agrees,
        "lines": list(account.lines),
    }


def _local(instant: datetime, zone: ZoneInfo) -> str:
    return f"{instant.astimezone(zone):%Y-%m-%d %H:%M}"


def _iso(instant: datetime | None, zone: ZoneInfo) -> str | None:
    return instant.astimezone(zone).isoformat() if instant else None
