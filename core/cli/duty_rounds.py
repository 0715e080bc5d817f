"""Commands of `huiying duties` that count a list, and tighten its limits round after round 时限压缩."""

from collections.abc import Iterator
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import click

from core.cli.administering import AS_JSON, BY, REASON, TENANT, done_by, looked_at
from core.cli.context import installed, say_json
from core.cli.duty_drafts import FROM_VERSION, NUMBER, drafted_lines, plain_drafted
from core.cli.entitled import for_the_machine
from core.cli.tables import table
from core.hooks.values import EventGrade
from core.journey.duties.drafting import unit_names
from core.journey.duties.mending import Wanted
from core.journey.duties.rounds import DAYS_COMPARED, OnTime, RoundTold, rounds_told
from core.journey.duties.showing import Counted, stats
from core.journey.duties.tightening import RoundUnclear, Rule, draft_round
from core.tenancy.scope import Scope
from core.tickets.timeline import Actor
from core.units.catalogue.coverage import coverage_words
from core.units.catalogue.explaining import unit_words
from core.units.catalogue.limit_history import LIMIT_FIELDS
from core.units.catalogue.limits import limit_words
from core.units.catalogue.rows import FIELD_WORDS, GRADE_NAMES, ORIGIN_NAMES

GRAVE: tuple[EventGrade, ...] = ("urgent", "major")
"""Grades that the table of categories counts."""
FIELDS = {FIELD_WORDS[field]: field for field in LIMIT_FIELDS}


@click.command(name="stats")
@for_the_machine
@TENANT
@click.option(
    "--version", "number", type=NUMBER, metavar="第几版", help="看哪一版；不写则是现行的，还没有现行的则是最新的"
)
@AS_JSON
def stats_(tenant: str, number: int | None, *, as_json: bool) -> None:
    """清单的数：几大类几小类，公布的和拟定的各多少，时限各多长，要到场的，各单位的，覆盖了多少区域。"""

    def look(scope: Scope, actor: Actor) -> tuple[Counted, dict[str, str]]:
        return stats(scope, number, actor=actor), unit_names(scope)

    with installed() as installation:
        counted, names = looked_at(installation, tenant, look)
    if as_json:
        say_json(_plain(counted))
    else:
        click.echo("\n".join(_lines(counted, names)))


@click.command(name="tighten")
@click.option("--round", "name", required=True, metavar="名称", help="这一轮的名称，如 第二轮时限压缩")
@click.option("--under", "items", multiple=True, metavar="事项", help="只压缩这个大类或事项，可重复；不写则是全部")
@click.option("--by-share", "share", default="", metavar="多少", help="缩短多少，如 1/3 或 20%")
@click.option("--floor", "floors", multiple=True, metavar="时长", help="不低于多久，如 2小时、1个工作日，可重复")
@click.option("--limit", "field", type=click.Choice(list(FIELDS)), default="时限", show_default=True, help="压缩哪一种")
@click.option("--file", type=click.Path(path_type=Path), metavar="文件", help="按表格：编码、时限，及到场时限、区域")
@TENANT
@FROM_VERSION
@BY
@REASON
@AS_JSON
def tighten(
    name: str,
    items: tuple[str, ...],
    share: str,
    floors: tuple[str, ...],
    field: str,
    file: Path | None,
    tenant: str,
    number: int | None,
    login: str,
    reason: str,
    *,
    as_json: bool,
) -> None:
    """时限压缩：按规则或表格起草一轮，还不生效；试算、另一人批准后启用，与其他各版一样。"""
    if bool(share) == bool(file) or (file and (items or floors)):
        raise RoundUnclear("怎样压缩请用 --by-share（可加 --under、--floor）写规则，或用 --file 给出表格，只写一样。")
    how = file or Rule(share, floors, items, FIELDS[field])
    with installed() as installation:
        drafted = done_by(
            installation,
            tenant,
            login,
            lambda scope, actor, now: draft_round(scope, name, how, Wanted(reason, actor, now, number)),
        )
    if as_json:
        say_json(plain_drafted(drafted, tenant, login))
    else:
        click.echo("\n".join(drafted_lines(drafted, tenant, login)))


@click.command(name="rounds")
@for_the_machine
@TENANT
@AS_JSON
def rounds(tenant: str, *, as_json: bool) -> None:
    """各轮时限压缩：多少事项、平均从多久到多久、谁批准，启用前后按时答复的比例。"""
    now = datetime.now(UTC)
    with installed() as installation:
        zone = installation.tenant(tenant).zone
        told = looked_at(installation, tenant, lambda scope, actor: rounds_told(scope, actor=actor, now=now))
    if as_json:
        say_json([_plain_round(each) for each in told])
    elif told:
        click.echo(
            "\n".join(
                line for each in told for line in _round_lines(each, f"{each.drafted_at.astimezone(zone):%Y-%m-%d}")
            )
        )
    else:
        click.echo("还没有作为一轮起草的时限压缩。")


COMMANDS = (stats_, tighten, rounds)


def mean_words(mean: Fraction, unit: str) -> str:
    """Say a mean with one decimal, without one where it is whole."""
    return f"{float(mean):.1f}".removesuffix(".0") + (f"个{unit}" if unit.startswith("工作") else unit)


def on_time_words(counted: OnTime) -> str:
    """Say a share of answers in time with the numbers behind it."""
    if not counted.ended:
        return "没有到期的答复"
    return f"{100 * counted.kept / counted.ended:.1f}%（{counted.kept:,}/{counted.ended:,}）"


def _lines(counted: Counted, names: dict[str, str]) -> Iterator[str]:
    figures = counted.figures
    yield f"职责清单第 {counted.number} 版{'（现行）' if counted.number == counted.in_force else '（未启用）'}"
    yield f"{figures.categories} 大类 / {figures.items:,} 小类"
    said = [f"{ORIGIN_NAMES[origin]} {figures.by_origin.get(origin, 0):,} 项" for origin in ORIGIN_NAMES]
    unsaid = figures.by_origin.get(None, 0)
    yield f"出处：{'、'.join(said)}{f'、没有写明 {unsaid:,} 项' if unsaid else ''}"
    yield f"事件等级：{'、'.join(f'{GRADE_NAMES[grade]} {count:,} 项' for grade, count in figures.by_grade.items())}"
    yield f"要求到场：{figures.on_site:,} 项"
    for unit, limits in figures.limits.items():
        each = "、".join(f"{limit_words(limit)} {count:,}" for limit, count in limits.items())
        yield f"时限按{unit}计 {sum(limits.values()):,} 项：{each}"
    if figures.without_limit:
        yield f"没有时限 {figures.without_limit:,} 项"
    yield from coverage_words(counted.catalogue, figures.coverage)
    yield ""
    rows = [
        (
            counted.catalogue.matter_words(each.code),
            *(f"{count:,}" for count in (each.items, each.on_site, each.proposed)),
            *(f"{each.by_grade[grade]:,}" for grade in GRAVE),
        )
        for each in figures.branches
    ]
    yield from table(
        ("大类", "小类", "要求到场", "拟定", *(GRADE_NAMES[grade] for grade in GRAVE)), rows, right=(1, 2, 3, 4, 5)
    )
    yield ""
    leads = [(unit_words(lead, names) if lead else "没有写明", f"{count:,}") for lead, count in figures.by_lead.items()]
    yield from table(("主办单位", "小类"), leads, right=(1,))


def _plain(counted: Counted) -> dict[str, Any]:
    figures = counted.figures
    coverage = figures.coverage
    return {
        "number": counted.number,
        "in_force": counted.in_force,
        "categories": figures.categories,
        "items": figures.items,
        "by_origin": {origin or "": count for origin, count in figures.by_origin.items()},
        "by_grade": dict(figures.by_grade),
        "limits": {
            unit: {limit_words(limit): count for limit, count in limits.items()}
            for unit, limits in figures.limits.items()
        },
        "without_limit": figures.without_limit,
        "on_site": figures.on_site,
        "by_lead": {lead or "": count for lead, count in figures.by_lead.items()},
        "by_category": {
            each.code: {"items": each.items, "on_site": each.on_site, "proposed": each.proposed}
            | {"by_grade": dict(each.by_grade)}
            for each in figures.branches
        },
        "coverage": {
            "areas": coverage.areas,
            "cells": coverage.cells,
            "resolved": coverage.resolved,
            "gaps": [[gap.matter, gap.area, gap.why] for gap in coverage.gaps],
        },
    }


def _round_lines(told: RoundTold, drafted_on: str) -> Iterator[str]:
    state = "现行" if told.in_force else "已不是现行" if told.on else "未启用"
    yield f"{told.name}（第 {told.number} 版，{state}）：{told.rule}"
    yield f"  {drafted_on} 由{told.author}起草，理由：{told.reason}"
    if told.approvers:
        yield f"  批准：{'、'.join(told.approvers)}"
    if told.on is None:
        return
    yield f"  {told.on:%Y-%m-%d} 起生效，{told.items:,} 个事项"
    for mean in told.means:
        before, after = mean_words(mean.before, mean.unit), mean_words(mean.after, mean.unit)
        yield f"  {mean.what} {mean.limits:,} 处，平均 {before} → {after}"
    yield (
        f"  按时答复：之前 {DAYS_COMPARED} 天 {on_time_words(told.before)}，"
        f"之后 {DAYS_COMPARED} 天 {on_time_words(told.after)}"
    )


def _plain_round(told: RoundTold) -> dict[str, Any]:
    return {
        "number": told.number,
        "name": told.name,
        "rule": told.rule,
        "reason": told.reason,
        "author": told.author,
        "drafted_at": told.drafted_at,
        "approvers": list(told.approvers),
        "in_force": told.in_force,
        "on": told.on,
        "items": told.items,
        "means": [
            {"what": each.what, "unit": each.unit, "limits": each.limits}
            | {"before": round(float(each.before), 3), "after": round(float(each.after), 3)}
            for each in told.means
        ],
        "on_time_before": {"kept": told.before.kept, "ended": told.before.ended},
        "on_time_after": {"kept": told.after.kept, "ended": told.after.ended},
    }
