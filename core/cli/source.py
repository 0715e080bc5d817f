"""`huiying source`: the registry of the sources that were merged into one entrance, and what came by each."""

from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import click

from core.cli.administering import AS_JSON, BY, REASON, TENANT, done_by, looked_at
from core.cli.context import installed, say_json
from core.cli.entitled import for_the_machine
from core.cli.mailbox import MONTH, tell_put
from core.cli.tables import table
from core.intake.sources.changes import SourcesPut
from core.intake.sources.queries import source_book
from core.intake.sources.words import SOURCE_KINDS, SOURCE_STATES
from core.journey.lists import order_of
from core.journey.queries.sources import Registry, SourceLine, UnknownSource, registry
from core.journey.queries.ways import accepted_by_source
from core.journey.sources import DEED, import_sources, try_sources
from core.kit.errors import Refused
from core.tenancy.scope import Scope
from core.tickets.timeline import Actor

TOLD = 50
"""Changes that are told one by one; of more it is said how many there are."""


class NoSuchSource(Refused):
    """The registry has no source that is written so."""

    code = "no-such-source"


@click.group(name="source")
def source() -> None:
    """来源名册：各条热线、应用、网站、网格等来源的别名、主管单位、渠道和状态，以及各来了多少件。"""


@source.command(name="import")
@click.argument("file", type=click.Path(path_type=Path), metavar="文件")
@TENANT
@BY
@REASON
@click.option("--dry-run", is_flag=True, help="只说会改什么，不改")
@AS_JSON
def import_(file: Path, tenant: str, login: str, reason: str, *, dry_run: bool, as_json: bool) -> None:
    """用文件里的名册换下现在的名册：文件里没有的停用（不删除），有一行不对就都不改。"""

    def work(scope: Scope, actor: Actor, now: datetime) -> SourcesPut:
        order = order_of(scope, actor, reason=reason, deed=DEED, now=now)
        return try_sources(scope, file, order) if dry_run else import_sources(scope, file, order)

    with installed() as installation:
        done = done_by(installation, tenant, login, work)
    if as_json:
        say_json({**asdict(done.put), "dry_run": dry_run, "changes": [asdict(each) for each in done.changes]})
        return
    for change in done.changes[:TOLD]:
        click.echo(f"{change.code}  {change.name}：{change.words}")
    if len(done.changes) > TOLD:
        click.echo(f"另有 {len(done.changes) - TOLD:,} 个来源有改动。")
    if dry_run:
        put = done.put
        click.echo(
            f"只是试算，没有改动：新增 {put.opened:,}，更改 {put.changed:,}，停用 {put.closed:,}，不变 {put.same:,}。"
        )
    else:
        tell_put(done.put, "来源", as_json=False)


@source.command(name="list")
@for_the_machine
@TENANT
@click.option("--words", default="", metavar="词", help="代码、名称、别名或主管单位里的词")
@click.option("--kind", default="", type=click.Choice(["", *SOURCE_KINDS]), help="类别")
@click.option("--state", default="", type=click.Choice(["", *SOURCE_STATES]), help="状态")
@click.option("--silent", is_flag=True, help="只列静默的")
@AS_JSON
def list_(tenant: str, words: str, kind: str, state: str, *, silent: bool, as_json: bool) -> None:
    """列出来源，静默的在前；名册里没有、但有来件写着的名称列在后面，请补充或写成别名。"""
    now = datetime.now(UTC)
    found = _looked_at(tenant, now=now, words=words, kind=kind, state=state)
    lines = [line for line in found.lines if line.is_silent or not silent]
    if as_json:
        say_json({"sources": [_plain(each) for each in lines], "unknown": [_plain(each) for each in found.unknown]})
        return
    head = ["代码", "来源", "类别", "主管单位", "渠道", "状态", "最近来件", "本月", "静默"]
    rows = [
        [
            line.code,
            line.name,
            line.kind,
            line.owner or "—",
            line.channel or "—",
            line.state,
            f"{line.last_at:%Y-%m-%d}" if line.last_at else "—",
            f"{line.in_month:,}",
            _silence(line),
        ]
        for line in lines
    ]
    click.echo("\n".join(table(head, rows, right=[7])) if rows else "没有这样的来源。")
    for each in found.unknown:
        click.echo(f"不在名册：{each.name}，{each.in_all:,} 件，最近 {each.last_at:%Y-%m-%d}")


@source.command(name="show")
@for_the_machine
@click.argument("name", metavar="来源")
@TENANT
@AS_JSON
def show(name: str, tenant: str, *, as_json: bool) -> None:
    """看一个来源，写代码、名称或别名都行。"""
    now = datetime.now(UTC)
    with installed() as installation:
        code, found = looked_at(
            installation,
            tenant,
            lambda scope, _actor: (source_book(scope).code_of(name.strip()), registry(scope, now=now)),
        )
    line = next((each for each in found.lines if each.code == code), None)
    if line is None:
        raise NoSuchSource(f"来源名册里没有“{name[:100]}”。请用 huiying source list 查看，或用 import 补充。")
    if as_json:
        say_json(_plain(line))
        return
    told = {
        "代码": line.code,
        "来源": line.name,
        "别名": "、".join(line.aliases) or "没有",
        "类别": line.kind,
        "主管单位": line.owner or "没有写明",
        "渠道": line.channel or "推送到哪个渠道就登记到哪个",
        "状态": f"{line.state}（{line.since} 起）" if line.since else line.state,
        "最近来件": f"{line.last_at:%Y-%m-%d}" if line.last_at else "还没有",
        "来件": f"本月 {line.in_month:,}，共 {line.in_all:,}",
        "静默": _silence(line) or "否",
        "说明": line.note or "没有",
    }
    click.echo("\n".join(f"{what}：{words}" for what, words in told.items()))


@source.command(name="count")
@for_the_machine
@TENANT
@MONTH
@AS_JSON
def count(tenant: str, month: str, *, as_json: bool) -> None:
    """一个月里从各来源受理了多少件；一件没有的也列出。"""
    with installed() as installation:
        found = accepted_by_source(installation, tenant, month)
    if as_json:
        say_json({"month": month, "sources": [asdict(each) for each in found]})
        return
    rows = [[each.way or "—", each.name or "不在名册", f"{each.n:,}"] for each in found]
    click.echo(
        "\n".join(table(["代码", "来源", "受理"], rows, right=[2])) if rows else "还没有来源名册，也没有受理诉求。"
    )


def _looked_at(tenant: str, *, now: datetime, words: str, kind: str, state: str) -> Registry:
    with installed() as installation:
        return looked_at(
            installation,
            tenant,
            lambda scope, _actor: registry(scope, now=now, words=words.strip(), kind=kind, state=state),
        )


def _silence(line: SourceLine) -> str:
    if not line.is_silent:
        return ""
    return "静默，从未来件" if line.silent_for is None else f"静默 {line.silent_for:,} 天"


def _plain(each: SourceLine | UnknownSource) -> dict[str, Any]:
    """Return a line as plain data, times as text."""
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in asdict(each).items()}
