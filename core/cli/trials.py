"""`huiying settings dry-run`: a draft tried on past tickets, and what it would have changed, in words."""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path

import click
from tqdm import tqdm

from core.cli.administering import AS_JSON, BY, TENANT, Work, done_by, looked_at
from core.cli.context import installed, say_json
from core.cli.sla import TimeUnclear
from core.evaluation.answers import SATISFACTION_LABELS
from core.journey.dry_run import (
    ChangedTicket,
    Progress,
    Result,
    Sample,
    change_words,
    export,
    result_of,
    run_whole,
    summary,
)
from core.journey.dry_run.export import NoSuchFormat
from core.journey.settings.showing import show_revision
from core.journey.settings.trying import USUAL, ask_trial, ask_trial_off
from core.kit.errors import Refused
from core.tenancy.models import DryRun
from core.tenancy.rules import NEED_LABELS
from core.tenancy.scope import Installation

FIRST = 10
"""Changed tickets that are printed; all of them are in the export."""
ENDINGS = (".xlsx", ".csv")
FAILED = 2


class ExportFailed(Refused):
    """The file with the result cannot be written."""

    code = "export-failed"


@click.command(name="dry-run")
@click.argument("number", metavar="第几次", type=click.IntRange(min=1, max=2**31 - 1))
@TENANT
@click.option("--feature", "feature_id", required=True, metavar="功能", help="功能的代号")
@BY
@click.option("--last", type=click.IntRange(min=1), metavar="件数", help="最近受理的多少件，默认 500")
@click.option("--from", "since", default="", metavar="日期", help="从哪天受理的起，如 2026-03-01")
@click.option("--to", "until", default="", metavar="日期", help="到哪天受理的为止")
@click.option("--export", "file", type=click.Path(path_type=Path), metavar="文件", help="全部结果存为 .xlsx 或 .csv")
@click.option(
    "--show", "most", type=click.IntRange(min=0), default=FIRST, metavar="件数", help="列出前多少件改变的工单"
)
@AS_JSON
def dry_run(
    number: int,
    tenant: str,
    feature_id: str,
    login: str,
    last: int | None,
    since: str,
    until: str,
    file: Path | None,
    most: int,
    *,
    as_json: bool,
) -> None:
    """试算一次修订：过去的工单按新设置会怎样。不发出、不改动任何东西。"""
    if file:
        refuse_format(file)
    sample = Sample(last, _day(since, "--from"), _day(until, "--to"))
    with installed() as installation:
        run = tried(
            installation,
            tenant,
            login,
            lambda scope, actor, now: ask_trial(
                scope, installation.roster, feature_id, number, sample=sample, actor=actor, now=now
            ),
        )
        if file:
            _export(installation, tenant, login, run, file)
        result = _result(installation, tenant, run, most)
        following = what_follows(installation, tenant, feature_id, number)
    say_result(result, as_json=as_json, file=file, following=following)


def what_follows(installation: Installation, tenant: str, feature_id: str, number: int) -> list[str]:
    """Return what is still needed before a revision may hold, as a line."""
    shown = looked_at(
        installation,
        tenant,
        lambda scope, actor: show_revision(scope, installation.roster, feature_id, number, actor=actor),
    )
    if shown.needs:
        return [f"启用前还要：{'、'.join(NEED_LABELS[need] for need in shown.needs)}。"]
    return [f"可以启用了：huiying settings activate {number} --tenant {tenant} --feature {feature_id} --by 登录名"]


def inline_trial(installation: Installation, tenant: str, login: str, feature_id: str, number: int) -> None:
    """Try a revision on the usual tickets and print what it would change. Ends with code 2 when the try fails."""
    run = tried(
        installation,
        tenant,
        login,
        lambda scope, actor, now: ask_trial(scope, installation.roster, feature_id, number, actor=actor, now=now),
    )
    result = _result(installation, tenant, run, FIRST)
    click.echo("\n".join(result_lines(result)), err=True)
    if result.state != "done":
        sys.exit(FAILED)


def trial_off(installation: Installation, tenant: str, login: str, feature_id: str) -> Result:
    """Return what would be without a feature, of the usual tickets."""
    run = tried(
        installation,
        tenant,
        login,
        lambda scope, actor, now: ask_trial_off(scope, feature_id, sample=USUAL, actor=actor, now=now),
    )
    return _result(installation, tenant, run, FIRST)


def tried(installation: Installation, tenant: str, login: str, ask: Work[DryRun]) -> int:
    """Ask for a try and do it here, with a bar; return its number. A worker may do parts of it meanwhile."""
    run = done_by(installation, tenant, login, ask)
    with tqdm(desc="试算", unit="件", total=run.total, file=sys.stderr) as bar:

        def tell(progress: Progress) -> None:
            bar.total = progress.total
            bar.update(progress.done - bar.n)

        run_whole(installation, tenant, run.id, now=datetime.now(UTC), on_progress=tell)
    return run.id


def say_result(result: Result, *, as_json: bool, file: Path | None = None, following: Sequence[str] = ()) -> None:
    """Print a try; ends with code 2 when it failed."""
    if as_json:
        say_json(asdict(result) | {"summary": summary(result)})
    else:
        click.echo("\n".join(result_lines(result)))
        if file:
            click.echo(f"全部结果已存为 {file}。")
        for line in following if result.state == "done" else ():
            click.echo(line)
    if result.state != "done":
        sys.exit(FAILED)


def result_lines(result: Result) -> Iterator[str]:
    """Yield what a try came to: its conclusion, the first tickets it changes, and how it was made."""
    what = f"第 {result.number} 次修订" if result.number else "关闭"
    base = f"第 {result.base} 次修订" if result.base else "默认设置或未启用"
    yield f"试算 {result.feature} {what}，对比现行的{base}；{result.sample}。"
    yield from summary(result)
    for ticket in result.changed:
        yield from _ticket_lines(ticket, result)
    more = result.totals.changed - len(result.changed)
    if more > 0:
        yield f"另有 {more:,} 件改变，用 --export 存下全部。"
    yield from (f"说明：{line}。" for line in result.method)


def refuse_format(file: Path) -> None:
    """Raise `NoSuchFormat` before anything is tried whose result could not be written."""
    if file.suffix not in ENDINGS:
        raise NoSuchFormat(f"不能导出为 {file.name}。文件名请以 {' 或 '.join(ENDINGS)} 结尾。")


def _result(installation: Installation, tenant: str, run: int, most: int) -> Result:
    return installation.run(tenant, lambda scope: result_of(scope, run, most=most))


def _export(installation: Installation, tenant: str, login: str, run: int, file: Path) -> None:
    result = installation.run(tenant, lambda scope: result_of(scope, run))
    now = datetime.now(installation.tenant(tenant).zone)
    try:
        export(result, file, mark=f"{login}@{tenant} 于 {now:%Y-%m-%d %H:%M} 导出")
    except OSError as error:
        raise ExportFailed(f"结果没有存成 {file}（{error.strerror}）。请换一个可以写入的位置。") from error


def _ticket_lines(ticket: ChangedTicket, result: Result) -> Iterator[str]:
    yield f"  {ticket.serial_no}"
    yield from (f"    {change_words(change)}" for change in ticket.changes)
    really = [ticket.unit] if ticket.unit else ["没有派出"]
    really.append("超期" if ticket.is_overdue else "按时" if ticket.is_overdue is False else "尚未答复")
    if ticket.satisfaction:
        really.append(SATISFACTION_LABELS.get(ticket.satisfaction, ticket.satisfaction))
    yield f"    实际：{'，'.join(really)}"


def _day(text: str, option: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError as error:
        raise TimeUnclear(f"{option} 的日期“{text}”看不懂。请写成 2026-03-01。") from error
