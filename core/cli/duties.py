"""`huiying duties`: the duty list 职责清单 in its versions, what it says and why, its holes, its differences, its files."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from core.cli.administering import AS_JSON, TENANT, looked_at
from core.cli.context import installed, say_json
from core.cli.duty_drafts import COMMANDS as DRAFTING
from core.cli.duty_drafts import NUMBER
from core.cli.duty_mapping import COMMANDS as MAPPING
from core.cli.duty_rounds import COMMANDS as ROUNDS
from core.cli.entitled import for_the_machine
from core.cli.tables import table
from core.journey.duties.mending import Alike, duplicates
from core.journey.duties.showing import (
    Compared,
    Covered,
    LimitEntry,
    Listed,
    compare_versions,
    coverage,
    export_duties,
    limits_told,
    list_items,
    show_item,
    write_gaps,
)
from core.journey.duties.versions import version_of, versions
from core.tenancy.scope import Scope
from core.tickets.timeline import Actor

VERSION = click.option(
    "--version", "number", type=NUMBER, metavar="第几版", help="看哪一版；不写则是现行的，还没有现行的则是最新的"
)


@click.group(name="duties")
def duties() -> None:
    """职责清单：导入、检查、查看、比较、整理、对照、导出。启用走 huiying settings。"""


for command in (*DRAFTING, *ROUNDS, *MAPPING):
    duties.add_command(command)


@duties.command(name="versions")
@for_the_machine
@TENANT
@AS_JSON
def versions_(tenant: str, *, as_json: bool) -> None:
    """列出各版：现行的是哪一版，谁在何时为什么起草。"""
    with installed() as installation:
        zone = installation.tenant(tenant).zone
        lines = looked_at(installation, tenant, lambda scope, actor: versions(scope, actor=actor))
    rows = [
        (
            str(line.number),
            "现行" if line.in_force else "",
            str(line.gazetteer) if line.gazetteer else "",
            f"{line.created_at.astimezone(zone):%Y-%m-%d %H:%M}",
            line.author,
            line.reason,
        )
        for line in lines
    ]
    head = ("第几版", "现行", "地名库", "起草于", "起草人", "理由")
    _say([asdict(line) for line in lines], table(head, rows) if rows else ["还没有职责清单。"], as_json=as_json)


@duties.command(name="list")
@for_the_machine
@TENANT
@VERSION
@click.option("--under", metavar="事项", help="只列这个事项之下的，写编码或名称")
@AS_JSON
def list_(tenant: str, number: int | None, under: str | None, *, as_json: bool) -> None:
    """列出事项：编码、名称、全区的主办单位和时限，另有几个区域写法不同。"""
    with installed() as installation:
        listed = looked_at(
            installation, tenant, lambda scope, actor: list_items(scope, number, under=under, actor=actor)
        )
    _say(asdict(listed), _listed_lines(listed), as_json=as_json)


@duties.command(name="show")
@for_the_machine
@click.argument("matter", metavar="事项")
@TENANT
@click.option("--area", default="", metavar="区域", help="在哪个区域，写名称或代码；不写则按区域未知")
@VERSION
@AS_JSON
def show(matter: str, tenant: str, area: str, number: int | None, *, as_json: bool) -> None:
    """一个事项在一个区域是谁的、多久、依据什么，每一项各从哪一行来。"""
    with installed() as installation:
        shown = looked_at(
            installation, tenant, lambda scope, actor: show_item(scope, matter, area, number, actor=actor)
        )
    _say(asdict(shown), [f"职责清单第 {shown.number} 版", *shown.trace], as_json=as_json)


@duties.command(name="coverage")
@for_the_machine
@TENANT
@VERSION
@click.option("--gaps", type=click.Path(path_type=Path), metavar="文件", help="没有主办单位的全部写成 CSV")
@AS_JSON
def coverage_(tenant: str, number: int | None, gaps: Path | None, *, as_json: bool) -> None:
    """每个事项在每个区域是不是都有主办单位；没有的逐个列出。"""

    def look(scope: Scope, actor: Actor) -> Covered:
        covered = coverage(scope, number, actor=actor)
        if gaps:
            write_gaps(gaps, version_of(scope, covered.number).catalogue, covered.coverage)
        return covered

    with installed() as installation:
        covered = looked_at(installation, tenant, look)
    lines = [*_covered_lines(covered)]
    if gaps:
        lines.append(f"没有主办单位的 {len(covered.coverage.gaps):,} 种写在 {gaps}。")
    _say(_plain_coverage(covered), lines, as_json=as_json)


@duties.command(name="diff")
@for_the_machine
@click.argument("numbers", metavar="[第几版] [第几版]", type=NUMBER, nargs=-1)
@TENANT
@AS_JSON
def diff(numbers: tuple[int, ...], tenant: str, *, as_json: bool) -> None:
    """用文字说明两版之间改了什么。写一个则与现行的比；不写则是最新的与现行的比。"""
    if len(numbers) > 2:
        raise click.UsageError("最多写两个版本号")
    before, after = (None, *numbers) if len(numbers) == 1 else numbers or (None, None)
    with installed() as installation:
        compared = looked_at(
            installation, tenant, lambda scope, actor: compare_versions(scope, before, after, actor=actor)
        )
    _say(asdict(compared), _compared_lines(compared), as_json=as_json)


@duties.command(name="export")
@for_the_machine
@click.argument("file", type=click.Path(path_type=Path), metavar="文件")
@TENANT
@VERSION
@AS_JSON
def export(file: Path, tenant: str, number: int | None, *, as_json: bool) -> None:
    """导出一版为 .xlsx 或 .csv；原样导入就是同一份。"""
    with installed() as installation:
        which, rows = looked_at(
            installation, tenant, lambda scope, actor: export_duties(scope, file, number, actor=actor)
        )
    _say(
        {"number": which, "rows": rows, "file": str(file)},
        [f"职责清单第 {which} 版共 {rows:,} 行，已写成 {file}。"],
        as_json=as_json,
    )


@duties.command(name="duplicates")
@for_the_machine
@TENANT
@VERSION
@AS_JSON
def duplicates_(tenant: str, number: int | None, *, as_json: bool) -> None:
    """列出可能是同一件事的事项，供人判断；合并用 huiying duties merge。"""
    with installed() as installation:
        found = looked_at(installation, tenant, lambda scope, actor: duplicates(scope, number, actor=actor))
    _say([asdict(each) for each in found], _alike_lines(found, tenant), as_json=as_json)


@duties.command(name="limits")
@for_the_machine
@click.argument("matter", metavar="[事项]", default="")
@TENANT
@AS_JSON
def limits(matter: str, tenant: str, *, as_json: bool) -> None:
    """时限压缩的经过：哪一天起，从多久到多久，为什么。写明事项则只看它和它的上级。"""
    with installed() as installation:
        told = looked_at(installation, tenant, lambda scope, actor: limits_told(scope, matter, actor=actor))
    _say([asdict(entry) for entry in told], _limit_lines(told), as_json=as_json)


def _say(plain: Any, lines: Iterable[str], *, as_json: bool) -> None:
    if as_json:
        say_json(plain)
    else:
        click.echo("\n".join(lines))


def _listed_lines(listed: Listed) -> Iterator[str]:
    yield f"职责清单第 {listed.number} 版{'（现行）' if listed.number == listed.in_force else '（未启用）'}"
    rows = [
        (
            item.code,
            "　" * (len(item.names) - 1) + item.names[-1],
            item.lead,
            item.limit,
            f"{item.areas} 个区域" if item.areas else "",
        )
        for item in listed.items
    ]
    yield from table(("编码", "事项", "主办单位", "时限", "另有规定"), rows)


def _covered_lines(covered: Covered) -> Iterator[str]:
    yield f"职责清单第 {covered.number} 版"
    yield from covered.words
    rows = [(words, f"{cells:,}", f"{led:,}", f"{cells - led:,}") for words, cells, led in covered.by_branch]
    yield from table(("大类", "情形", "有主办单位", "没有"), rows, right=(1, 2, 3))


def _plain_coverage(covered: Covered) -> dict[str, Any]:
    found = covered.coverage
    return {
        "number": covered.number,
        "matters": found.matters,
        "areas": found.areas,
        "cells": found.cells,
        "resolved": found.resolved,
        "explicit": found.explicit,
        "is_whole": found.is_whole,
        "gaps": [asdict(gap) for gap in found.gaps],
        "by_lead": dict(found.by_lead),
        "by_branch": {words: {"cells": cells, "resolved": led} for words, cells, led in covered.by_branch},
    }


def _compared_lines(compared: Compared) -> Iterator[str]:
    beside = f"第 {compared.before} 版" if compared.before else "没有职责清单"
    yield f"第 {compared.after} 版与{beside}相比："
    yield from (f"  {sentence}" for sentence in compared.differences or ("没有不同",))
    yield from compared.effect


def _alike_lines(found: Sequence[Alike], tenant: str) -> Iterator[str]:
    if not found:
        yield "没有看上去重复的事项。"
    for each in found:
        yield f"{each.why}："
        yield from (f"  {words}" for words in each.words)
    if found:
        first = found[0].items
        yield f"要合并：huiying duties merge {' '.join(first[1:])} --into {first[0]} --tenant {tenant} --by 登录名 --reason 理由"


def _limit_lines(told: Sequence[LimitEntry]) -> Iterator[str]:
    if not told:
        yield "时限还没有改变过。"
    yield from (f"{entry.on:%Y-%m-%d} {entry.words}（{entry.reason}）" for entry in told)
