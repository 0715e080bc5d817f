"""`huiying inbound`: what other systems pushed or residents mailed and became of it, and taking it in once more."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from functools import partial

import click
from tqdm import tqdm

from core.cli.context import installed, say_json
from core.cli.entitled import for_the_machine
from core.cli.tables import table
from core.intake.inbound import STATE_LABELS, ItemSettled
from core.jobs.mailbox.look import get_mailbox, look
from core.journey.inbound.take_in import read_again
from core.journey.queries.inbound import ItemLine, item_lines

TENANT = click.option("--tenant", required=True, metavar="租户", help="租户短名")
AS_JSON = click.option("--json", "as_json", is_flag=True, help="最后一行输出一个 JSON 对象")
EVERY = "all"


@click.group(name="inbound")
def inbound() -> None:
    """推送来件和来信：热线、微信等系统推送来的、从邮箱收取的诉求登记了没有，没有登记成功的再登记一次。"""


@inbound.command(name="list")
@for_the_machine
@TENANT
@click.option(
    "--state",
    type=click.Choice([*STATE_LABELS, EVERY]),
    default="needs_person",
    show_default=True,
    help=f"只列这一种：{'、'.join(f'{state} {label}' for state, label in STATE_LABELS.items())}",
)
@AS_JSON
def list_items(tenant: str, state: str, *, as_json: bool) -> None:
    """列出推送来件，先收到的在前；不显示内容。"""
    with installed() as installation, installation.scope(tenant) as scope:
        lines = item_lines(scope, states=tuple(STATE_LABELS) if state == EVERY else (state,), limit=None)
        facts = scope.tenant
    if as_json:
        say_json({"tenant": tenant, "items": [_as_json(line) for line in lines]})
        return
    rows = [
        (
            str(line.number),
            f"{line.received_at.astimezone(facts.zone):%Y-%m-%d %H:%M:%S}",
            line.channel,
            line.state_label,
            "、".join(line.tickets) or "—",
            f"{'' if line.is_vouched_for else '来源没有核实：'}{line.why}" or "—",
        )
        for line in lines
    ]
    head = ("编号", "收到", "推送渠道", "状态", "工单", "原因")
    click.echo("\n".join(table(head, rows)) if rows else "没有这样的推送来件。")


@inbound.command(name="retry")
@for_the_machine
@TENANT
@click.option("--number", "numbers", type=int, multiple=True, metavar="编号", help="只登记这一份；可以写多次")
@AS_JSON
def retry(tenant: str, numbers: tuple[int, ...], *, as_json: bool) -> None:
    """把待人工录入、来源已核实的推送来件再登记一次，例如在修好功能之后；已登记的不会重复。"""
    with installed() as installation:
        if not numbers:
            with installation.scope(tenant) as scope:
                waiting = item_lines(scope, limit=None)
            numbers = tuple(line.number for line in waiting if line.is_vouched_for)
        for number in tqdm(numbers, desc="再登记", unit="份", disable=None):
            try:
                again = partial(read_again, item_id=number, now=datetime.now(UTC))
                installation.run(tenant, again)
            except ItemSettled:  # somebody was quicker
                continue
        with installation.scope(tenant) as scope:
            lines = item_lines(scope, numbers=numbers, limit=None)
    _say(tenant, lines, as_json=as_json)


@inbound.command(name="fetch")
@for_the_machine
@TENANT
@AS_JSON
def fetch(tenant: str, *, as_json: bool) -> None:
    """现在就到政务邮箱收取一次，例如在设好之后看看通不通；平时按设置的间隔自动收取。"""
    with installed() as installation:
        looked = look(installation, tenant, get_mailbox(installation, tenant), now=lambda: datetime.now(UTC))
    if as_json:
        say_json({"tenant": tenant, **asdict(looked)})
        return
    parts = (
        f"收取 {looked.kept} 封新邮件",
        f"{looked.known} 封先前已收过" if looked.known else "",
        f"{looked.too_large} 封超过大小上限，留在邮箱里" if looked.too_large else "",
        f"{looked.failed} 封没有收下，下次再试" if looked.failed else "",
        "邮箱里还有，请再收取一次" if looked.has_more else "",
    )
    click.echo(f"{'，'.join(filter(None, parts))}。")


def _say(tenant: str, lines: Sequence[ItemLine], *, as_json: bool) -> None:
    if as_json:
        say_json({"tenant": tenant, "items": [_as_json(line) for line in lines]})
        return
    for line in lines:
        done = f"，工单 {'、'.join(line.tickets)}" if line.tickets else ""
        click.echo(f"{line.number}：{line.state_label}{done}{f'。{line.why}' if line.state == 'needs_person' else ''}")
    taken = sum(line.state == "taken_in" for line in lines)
    click.echo(
        f"再登记 {len(lines)} 份，{taken} 份已登记，{len(lines) - taken} 份仍要人工录入。"
        if lines
        else "没有可以再登记的推送来件。"
    )


def _as_json(line: ItemLine) -> dict[str, object]:
    return {
        "number": line.number,
        "received_at": line.received_at,
        "channel": line.channel,
        "state": line.state,
        "why": line.why,
        "is_vouched_for": line.is_vouched_for,
        "tickets": list(line.tickets),
    }
