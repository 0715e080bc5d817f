"""`huiying performance`: yearly sheets of units: computed, looked at, frozen, judged, signed, and tried with other weights."""

from dataclasses import asdict
from pathlib import Path

import click

from core.cli.administering import AS_JSON, TENANT, done_by
from core.cli.context import installed, say_json
from core.cli.document import forms_of, lines_of, write, written_as
from core.cli.entitled import Run, entitled, for_the_machine
from core.cli.tables import table
from core.journey import performance as journey
from core.kit.errors import Refused
from core.people.roles import Permission
from core.statistics.performance.document import sheet_document
from core.statistics.performance.models import PerformanceSheet
from core.statistics.performance.queries import STATE_LABELS, name_of
from core.statistics.performance.rules import points_words

NUMBER = click.argument("number", type=click.IntRange(min=1), metavar="编号")


class WeightUnclear(Refused):
    """A weight is not written as `name=number`, or there is none of that name."""

    code = "weight-unclear"


def BY(run: Run) -> Run:  # noqa: N802 -- stands among the options of a command like the others
    """Take `--by`: an account that settles performance."""
    taken = click.option("--by", "login", required=True, metavar="登录名", help="谁来做：督办席或领导的账号")
    return taken(entitled(Permission.PERFORMANCE)(run))


@click.group(name="performance")
def performance() -> None:
    """年度绩效：计算、查看、冻结、认定异议、签发、试算。"""


@performance.command(name="compute")
@click.argument("year", metavar="年份")
@TENANT
@click.option("--reason", default="", metavar="理由", help="已冻结后重新计算时必须写明")
@BY
@AS_JSON
def compute(year: str, tenant: str, reason: str, login: str, *, as_json: bool) -> None:
    """计算一年的绩效表，成为新的一版；以前的版本不变。"""
    wanted = journey.year_of(year)
    with installed() as installation:
        sheet = done_by(
            installation,
            tenant,
            login,
            lambda scope, actor, now: journey.compute_sheet(
                scope, installation, wanted, reason=reason, actor=actor, address="", now=now
            ),
        )
    _say(sheet, "已计算", as_json=as_json)


@performance.command(name="list")
@for_the_machine
@TENANT
@AS_JSON
def list_(tenant: str, *, as_json: bool) -> None:
    """列出绩效表。"""
    with installed() as installation, installation.scope(tenant) as scope:
        sheets = journey.list_sheets(scope)
    if as_json:
        say_json({"sheets": [_plain(each) for each in sheets]})
        return
    rows = [(str(each.number), name_of(each), STATE_LABELS[each.state], each.sha256[:16]) for each in sheets]
    click.echo("\n".join(table(("编号", "绩效表", "状态", "指纹"), rows, right=[0])) if rows else "还没有绩效表。")


@performance.command(name="show")
@for_the_machine
@NUMBER
@TENANT
@written_as
def show(number: int, tenant: str, *, forms: str, into: Path) -> None:
    """显示一版绩效表，或写成文件。"""
    asked = forms_of(forms)
    with installed() as installation, installation.scope(tenant) as scope:
        shown = journey.show_sheet(scope, number)
        document = sheet_document(scope, shown.sheet, shown.units, shown.lines, shown.objections)
    if asked:
        write(document, f"performance-{tenant}-{shown.sheet.year}-{shown.sheet.version}", asked, into)
    else:
        click.echo("\n".join(lines_of(document)))


@performance.command(name="freeze")
@NUMBER
@TENANT
@BY
@AS_JSON
def freeze(number: int, tenant: str, login: str, *, as_json: bool) -> None:
    """冻结一版绩效表，各单位可以提出异议。"""
    with installed() as installation:
        sheet = done_by(
            installation,
            tenant,
            login,
            lambda scope, actor, now: journey.freeze_sheet(scope, number, actor=actor, address="", now=now),
        )
    _say(sheet, "已冻结", as_json=as_json)


@performance.command(name="sign")
@NUMBER
@TENANT
@BY
@AS_JSON
def sign(number: int, tenant: str, login: str, *, as_json: bool) -> None:
    """签发一版绩效表：异议期满，由冻结人以外的人。"""
    with installed() as installation:
        sheet = done_by(
            installation,
            tenant,
            login,
            lambda scope, actor, now: journey.sign_sheet(scope, number, actor=actor, address="", now=now),
        )
    _say(sheet, "已签发", as_json=as_json)


@performance.command(name="try")
@for_the_machine
@NUMBER
@TENANT
@click.option("--set", "changes", multiple=True, required=True, metavar="名称=数", help="要试的分值，可写多次")
@AS_JSON
def try_(number: int, tenant: str, *, changes: tuple[str, ...], as_json: bool) -> None:
    """按别的分值试算一版绩效表，什么也不写。"""
    with installed() as installation, installation.scope(tenant) as scope:
        known = {each.name: each for each in journey.weights_of(scope)}
        wanted: dict[str, dict[str, int]] = {}
        for each in changes:
            name, _, value = each.partition("=")
            if name not in known or not (value.isascii() and value.isdecimal()):
                raise WeightUnclear(f"“{each[:60]}”看不懂。请写成 名称=整数，名称可选：{'、'.join(known) or '无'}。")
            wanted.setdefault(known[name].feature, {})[name] = int(value)
        tried = journey.try_weights(scope, installation.roster, number, wanted)
    if as_json:
        say_json({"units": [asdict(each) for each in tried]})
        return
    rows = [
        (
            each.name,
            points_words(each.total_before),
            str(each.rank_before or "—"),
            points_words(each.total_after),
            str(each.rank_after or "—"),
        )
        for each in tried
    ]
    head = ("单位", "本版得分", "本版名次", "试算得分", "试算名次")
    click.echo("\n".join(table(head, rows, right=[1, 2, 3, 4])))


def _say(sheet: PerformanceSheet, done: str, *, as_json: bool) -> None:
    if as_json:
        say_json(_plain(sheet))
        return
    click.echo(f"{done}：{name_of(sheet)}（编号 {sheet.number}），指纹 {sheet.sha256}")
    for words in sheet.failures:
        click.echo(f"不完整：{words}")


def _plain(sheet: PerformanceSheet) -> dict[str, object]:
    names = ("number", "year", "version", "state", "sha256", "failures", "object_until")
    return {name: getattr(sheet, name) for name in names}
