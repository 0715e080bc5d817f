"""`huiying panel`: the pool of panel members, the draw, and what became of panels."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import click

from core.cli.administering import AS_JSON, TENANT, done_by, looked_at
from core.cli.context import installed, say_json
from core.cli.entitled import Run, entitled, for_the_machine
from core.cli.tables import table
from core.evaluation.panels.held import Held, panels_held
from core.evaluation.panels.voting import get_panel
from core.evaluation.panels.words import CAUSE_LABELS
from core.journey.panel_pool import import_pool, note_member_away
from core.journey.panels import open_panel
from core.journey.queries.drawn import Drawn, drawn_for, pool_lines
from core.journey.queries.panels import PanelLine, panel_line
from core.people.roles import Permission
from core.tickets.timeline import Order

TICKET = click.option("--ticket", required=True, metavar="流水号", help="哪件工单")
SEED = click.option("--seed", default="", metavar="种子", help="抽签种子；不写则由流转记录和最近一次封存推出")
DAY = click.DateTime(["%Y-%m-%d"])


def BY(run: Run) -> Run:  # noqa: N802 -- stands among the options of a command like the others
    """Take `--by`: an account that supervises."""
    taken = click.option("--by", "login", required=True, metavar="登录名", help="谁来做：有督办席角色的账号")
    return taken(entitled(Permission.SUPERVISE)(run))


def KEEPER(run: Run) -> Run:  # noqa: N802 -- stands among the options of a command like the others
    """Take `--by`: an account that supervises or administers."""
    taken = click.option("--by", "login", required=True, metavar="登录名", help="谁来做：督办席或系统管理员的账号")
    return taken(entitled(Permission.SUPERVISE, Permission.ADMINISTER)(run))


@click.group(name="panel")
def panel() -> None:
    """第三方评议：评议员库、抽签、评议情况。"""


@panel.group(name="pool")
def pool() -> None:
    """评议员库：名册导入、查看、登记不在。"""


@pool.command(name="import")
@click.argument("file", type=click.Path(path_type=Path), metavar="文件")
@TENANT
@KEEPER
@AS_JSON
def import_(file: Path, tenant: str, login: str, *, as_json: bool) -> None:
    """导入评议员名册（CSV 或 Excel）：编号、姓名、组别、产生方式，另可写单位、回避单位、登录名、手机、聘期至。

    库里已有的编号按名册更新，名册里没有的人不动。有一行不合格，就一行也不导入。
    """
    with installed() as installation:
        taken = done_by(
            installation, tenant, login, lambda scope, actor, now: import_pool(scope, file, actor=actor, now=now)
        )
    if as_json:
        say_json(asdict(taken))
    else:
        click.echo(f"已导入：新增 {taken.added} 人，更新 {taken.changed} 人。")


@pool.command(name="list")
@for_the_machine
@TENANT
@AS_JSON
def list_(tenant: str, *, as_json: bool) -> None:
    """列出评议员库。"""
    with installed() as installation:
        lines = looked_at(installation, tenant, lambda scope, _actor: pool_lines(scope))
    if as_json:
        say_json({"members": [asdict(each) for each in lines]})
    elif lines:
        head = ["编号", "姓名", "组别", "产生方式", "单位", "登录名", "聘期至", "不在"]
        rows = [
            [
                each.number,
                each.name,
                each.group,
                each.recruited,
                each.organisation,
                each.login or "无账号",
                str(each.until or "不限"),
                each.away,
            ]
            for each in lines
        ]
        click.echo("\n".join(table(head, rows)))
    else:
        click.echo("评议员库是空的。用 huiying panel pool import 导入名册。")


@pool.command(name="away")
@click.argument("number", metavar="编号")
@TENANT
@KEEPER
@click.option("--from", "first", type=DAY, metavar="日期", help="从哪天起，不写为今天")
@click.option("--to", "last", type=DAY, metavar="日期", help="到哪天为止（含），不写为直到另行登记")
@click.option("--back", is_flag=True, help="不再不在")
@AS_JSON
def away(
    number: str, tenant: str, login: str, first: datetime | None, last: datetime | None, *, back: bool, as_json: bool
) -> None:
    """登记一名评议员从哪天到哪天不在，期间的抽签不抽到他。"""
    if back and (first or last):
        raise click.UsageError("--back 不和 --from、--to 一起写")
    with installed() as installation:
        today = datetime.now(installation.tenant(tenant).zone).date()
        begins = None if back else _day(first) or today
        done_by(
            installation,
            tenant,
            login,
            lambda scope, actor, now: note_member_away(
                scope, number, first=begins, last=_day(last), actor=actor, now=now
            ),
        )
    if as_json:
        say_json({"number": number, "from": begins, "to": _day(last)})
    else:
        click.echo(f"已登记 {number} 返回。" if back else f"已登记 {number} 从 {begins} 起不在。")


@panel.command(name="draw")
@for_the_machine
@TENANT
@TICKET
@SEED
@AS_JSON
def draw(tenant: str, ticket: str, seed: str, *, as_json: bool) -> None:
    """抽签并说明谁被排除、为什么：同一种子、同一评议员库，抽出来总是一样。

    工单正在评议的，按记下的种子和名册重抽一遍给人核对；没有评议的只是试抽，什么也不写。
    """
    now = datetime.now(UTC)
    with installed() as installation:
        drawn = looked_at(installation, tenant, lambda scope, _actor: drawn_for(scope, ticket, seed=seed, now=now))
    if as_json:
        say_json(asdict(drawn))
    else:
        click.echo("\n".join(_drawn_words(drawn)))


@panel.command(name="open")
@TENANT
@TICKET
@BY
@click.option("--cause", required=True, type=click.Choice(list(CAUSE_LABELS)), help="情形")
@click.option("--question", required=True, metavar="内容", help="请评议小组评什么")
@click.option("--other-unit", default="", metavar="单位代码", help="可改由它承担的单位")
@SEED
@AS_JSON
def open_(
    tenant: str, ticket: str, login: str, cause: str, question: str, other_unit: str, seed: str, *, as_json: bool
) -> None:
    """提请评议并抽签：抽到的人收到评议，投票期限开始计算。"""

    def opened(scope: Any, actor: Any, now: datetime) -> Drawn:
        order = Order(actor, now)
        open_panel(scope, ticket, order, cause=cause, question=question, other_unit=other_unit, seed=seed)
        return drawn_for(scope, ticket, seed="", now=now)

    with installed() as installation:
        drawn = done_by(installation, tenant, login, opened)
    if as_json:
        say_json(asdict(drawn))
    else:
        click.echo("\n".join(_drawn_words(drawn)))


@panel.command(name="show")
@click.argument("number", metavar="评议编号")
@for_the_machine
@TENANT
@AS_JSON
def show(number: str, tenant: str, *, as_json: bool) -> None:
    """查看一件评议：席位、票数、结论。投票截止之前看不到任何一票。"""
    with installed() as installation:
        line = looked_at(installation, tenant, lambda scope, _actor: panel_line(scope, get_panel(scope, number)))
    if as_json:
        say_json(asdict(line))
    else:
        click.echo("\n".join(_panel_words(line)))


@panel.command(name="count")
@for_the_machine
@TENANT
@click.option("--from", "first", type=DAY, required=True, metavar="日期")
@click.option("--to", "last", type=DAY, required=True, metavar="日期", help="含这一天")
@AS_JSON
def count(tenant: str, first: datetime, last: datetime, *, as_json: bool) -> None:
    """一段时间里提请评议的次数、主要内容和情形。"""
    with installed() as installation:
        held = looked_at(installation, tenant, lambda scope, _actor: panels_held(scope, first.date(), last.date()))
    if as_json:
        say_json(asdict(held))
    else:
        click.echo("\n".join(_held_words(held)))


def _drawn_words(drawn: Drawn) -> Iterator[str]:
    yield f"评议 {drawn.panel}，第 {drawn.round} 次抽签" if drawn.panel else "试抽，没有写入任何内容"
    yield f"种子 {drawn.seed}{f'（{drawn.source}）' if drawn.source else ''}"
    yield ""
    yield from table(
        ["组别", "次序", "编号", "姓名", ""],
        [[each.group, str(each.place), each.number, each.name, each.standing] for each in drawn.places],
        right=[1],
    )
    if drawn.excluded:
        yield ""
        yield from table(["排除", "组别", "原因"], [[each.number, each.group, each.why] for each in drawn.excluded])
    if drawn.lacking:
        yield ""
        yield f"人数不够，不能开始评议：{'、'.join(drawn.lacking)}。"
    if not drawn.comes_out_again:
        yield ""
        yield "按种子重抽的结果与记录不同，请运行 huiying audit verify 核对。"


def _panel_words(line: PanelLine) -> Iterator[str]:
    yield f"评议 {line.number}：{line.state_label}（{line.cause}）"
    yield f"评议内容：{line.question}；当事单位：{'、'.join(line.parties)}"
    yield f"席位 {line.sitting}，已投 {line.voted} 票，法定 {line.quorum} 票"
    if line.found:
        told = "，".join(f"{verdict} {number} 票" for verdict, number in line.counts)
        yield f"结论：{line.found}（{told}）"
    if line.outcome:
        yield f"处理：{line.outcome}"
    yield ""
    yield from table(
        ["组别", "编号", "姓名", "席位"],
        [[each.group, each.number, each.name, each.state_label] for each in line.seats],
    )


def _held_words(held: Held) -> Iterator[str]:
    yield f"提请评议 {held.total} 次，已有结论 {held.decided} 次"
    for head, rows in (("主要内容", held.by_matter), ("情形", held.by_cause)):
        if rows:
            yield ""
            yield from table([head, "次数"], [[word, str(number)] for word, number in rows], right=[1])


def _day(given: datetime | None) -> date | None:
    return given.date() if given else None
