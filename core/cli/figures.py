"""`huiying figures`: what is concluded and open, who was asked and handled first, and figures that others counted."""

import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import click
from tqdm import tqdm

from core.cli.administering import AS_JSON, BY, REASON, TENANT, done_by
from core.cli.context import installed, say_json
from core.cli.entitled import for_the_machine
from core.cli.tables import table
from core.journey.lists import order_of
from core.journey.outside_figures import DEED, import_figures
from core.journey.recounting import recount
from core.journey.report import completion, days_asked
from core.kit.lists import ListPut
from core.statistics.behind import LISTED, Behind, tickets_behind
from core.statistics.days import Span
from core.statistics.figures import figure, metrics_of
from core.statistics.outside.queries import history
from core.statistics.queries import Cube, counts_by_way
from core.statistics.words import parts_words, value_words
from core.tenancy.scope import Scope
from core.tickets.timeline import Actor
from core.units.queries import directory

DAY = click.DateTime(["%Y-%m-%d"])
FIRST = click.option("--from", "first", type=DAY, default=None, metavar="年-月-日", help="从哪一天受理的;不写则从头起")
LAST = click.option("--to", "last", type=DAY, default=None, metavar="年-月-日", help="到哪一天受理的;不写则到今天")


@click.group(name="figures")
def figures() -> None:
    """办结与首问首办：还有几件没办结，各项数字背后的工单，以及其他单位统计、按月导入的数。"""


@figures.command(name="open")
@for_the_machine
@TENANT
@FIRST
@LAST
@AS_JSON
def open_(tenant: str, first: datetime | None, last: datetime | None, *, as_json: bool) -> None:
    """办结率和没办结的工单：受理多少、办结多少、还有几件，逐件列出。"""
    with installed() as installation:
        told = completion(installation, tenant, first=_day(first), last=_day(last), now=datetime.now(UTC))
    span, counted, listing = told.span, told.counts, told.open
    done, whole = counted.n("concluded_of_accepted"), counted.n("to_conclude")
    rate = value_words(counted.share("concluded_of_accepted", "to_conclude"), "percent")
    if as_json:
        numbers = {"accepted": whole, "concluded": done, "open": whole - done, "shown": rate}
        say_json(
            {"tenant": tenant, **_plain_span(span), **numbers, "tickets": [_plain(each) for each in listing.tickets]}
        )
        return
    click.echo(
        f"{span.first} 至 {span.last} 受理 {whole:,} 件，办结 {done:,} 件，办结率 {rate}，未办结 {whole - done:,} 件。"
    )
    _tell(listing.tickets)


@figures.command(name="tickets")
@for_the_machine
@click.argument("what", type=click.Choice(sorted(LISTED)))
@TENANT
@FIRST
@LAST
@click.option("--unit", default=None, metavar="单位", help="只看这个单位的;写单位代码")
@AS_JSON
def tickets(
    what: str, tenant: str, first: datetime | None, last: datetime | None, unit: str | None, *, as_json: bool
) -> None:
    """一个数字背后的工单：首问、首办、转出、退单的尝试、会商等，逐件列出。"""
    with installed() as installation, installation.scope(tenant) as scope:
        whose = directory(scope).get_unit(unit).id if unit else None
        span = days_asked(scope, first=_day(first), last=_day(last), now=datetime.now(UTC))
        listing = tickets_behind(scope, what, span, unit_id=whose)
    if as_json:
        say_json(
            {
                "what": what,
                **_plain_span(span),
                "total": listing.total,
                "tickets": [_plain(each) for each in listing.tickets],
            }
        )
        return
    click.echo(f"{listing.measure.label}：{listing.total:,}。{listing.measure.meaning}")
    _tell(listing.tickets)


@figures.command(name="recount")
@for_the_machine
@TENANT
@AS_JSON
def recount_(tenant: str, *, as_json: bool) -> None:
    """全部重新统计：区里按工单逐日重数，市里从各区重新汇总；数没有变的不改写。"""
    with installed() as installation, tqdm(desc="重新统计", unit="天", file=sys.stderr) as bar:

        def tell(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        days = recount(installation, tenant, on_progress=tell)
    if as_json:
        say_json({"tenant": tenant, "days": days})
        return
    click.echo(f"重新统计了 {days:,} 天。")


@figures.command(name="rates")
@for_the_machine
@TENANT
@FIRST
@LAST
@AS_JSON
def rates(tenant: str, first: datetime | None, last: datetime | None, *, as_json: bool) -> None:
    """一段时间的各项指标，本区另外公布的也在内，每个率都列出分子和分母。"""
    with installed() as installation, installation.scope(tenant) as scope:
        span = days_asked(scope, first=_day(first), last=_day(last), now=datetime.now(UTC))
        counted = counts_by_way(Cube.of(scope), span)
        told = [figure(metric, counted, counted) for metric in metrics_of(scope)]
    if as_json:
        shown = [
            {
                "id": each.id,
                "label": each.label,
                "shown": value_words(each.now.value, each.unit),
                "numerator": each.now.numerator,
                "denominator": each.now.denominator,
                "note": each.note,
            }
            for each in told
        ]
        say_json({"tenant": tenant, **_plain_span(span), "figures": shown})
        return
    rows = [
        (each.label, value_words(each.now.value, each.unit), parts_words(each.now, each.unit), each.note)
        for each in told
    ]
    click.echo(f"{span.first} 至 {span.last}")
    click.echo("\n".join(table(("指标", "值", "分子/分母", "口径"), rows, right=[1, 2])))


@figures.command(name="import")
@click.argument("file", type=click.Path(path_type=Path), metavar="文件")
@TENANT
@BY
@REASON
@AS_JSON
def import_(file: Path, tenant: str, login: str, reason: str, *, as_json: bool) -> None:
    """导入其他单位按月统计的数,如信访量、集体访;列名为 指标、月份、数值、来源。有一行不对就都不导入,旧数留存。"""

    def work(scope: Scope, actor: Actor, now: datetime) -> ListPut:
        return import_figures(scope, file, order_of(scope, actor, reason=reason, deed=DEED, now=now))

    with installed() as installation:
        put = done_by(installation, tenant, login, work)
    if as_json:
        say_json({"new": put.opened, "corrected": put.changed, "same": put.same})
        return
    click.echo(f"已导入外部数字：新增 {put.opened:,}，更正 {put.changed:,}，不变 {put.same:,}。")


@figures.command(name="list")
@for_the_machine
@TENANT
@AS_JSON
def list_(tenant: str, *, as_json: bool) -> None:
    """列出导入过的每个数，更正以前的也在内。"""
    with installed() as installation, installation.scope(tenant) as scope:
        entered = history(scope)
    if as_json:
        told = [
            {
                "name": each.name,
                "month": str(each.month),
                "value": each.value,
                "source": each.source,
                "holds": each.holds,
            }
            for each in entered
        ]
        say_json({"figures": told})
        return
    rows = [
        (
            each.name,
            str(each.month),
            f"{each.value:,}",
            each.source,
            "" if each.holds else "已更正",
            f"{each.by}，{each.at:%Y-%m-%d}" + (f"：{each.reason}" if each.reason else ""),
        )
        for each in entered
    ]
    head = ("指标", "月份", "数值", "来源", "", "导入")
    click.echo("\n".join(table(head, rows, right=[2])) if rows else "还没有导入外部数字。")


def _day(given: datetime | None) -> date | None:
    return given.date() if given else None


def _tell(tickets: Sequence[Behind]) -> None:
    rows = [
        (
            each.serial_no,
            each.state,
            each.asked or "—",
            each.first or "—",
            each.lead or "—",
            str(each.hands),
            each.title,
        )
        for each in tickets
    ]
    if rows:
        click.echo("\n".join(table(("工单", "状态", "首问", "首办", "现主办", "经手", "标题"), rows, right=[5])))


def _plain_span(span: Span) -> dict[str, str]:
    return {"from": span.first.isoformat(), "to": span.last.isoformat()}


def _plain(each: Behind) -> dict[str, Any]:
    """Return a ticket as plain data."""
    return {
        "serial_no": each.serial_no,
        "title": each.title,
        "state": each.state,
        "at": each.at.isoformat(),
        "asked": each.asked,
        "first": each.first,
        "lead": each.lead,
        "hands": each.hands,
    }
