"""`huiying area`: the gazetteer 地名库 as files and versions, and where an address or a point lies."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from core.areas.gazetteer import KIND_WORDS, SIDE_WORDS, Gazetteer, PlaceName, to_document
from core.areas.shapes import Point
from core.areas.tree import KIND_NAMES, Area
from core.cli.administering import AS_JSON, BY, REASON, TENANT, done_by, looked_at
from core.cli.context import installed, say_json
from core.cli.entitled import for_the_machine
from core.cli.tables import table
from core.journey.areas import (
    AreasImported,
    GazetteerShown,
    Place,
    export_areas,
    import_areas,
    list_gazetteers,
    locate_point,
    locate_words,
    show_gazetteer,
)
from core.kit.errors import Refused

VERSION = click.option(
    "--version", "number", type=click.IntRange(min=1, max=2**31 - 1), metavar="第几版", help="哪一版；不写则是现行的"
)
REASONS_SHOWN = 20
POINT = re.compile(r"\s*([-+]?\d{1,3}(?:\.\d+)?)(?:\s*+[,，]\s*+|\s++)([-+]?\d{1,3}(?:\.\d+)?)\s*")


class PointUnclear(Refused):
    """A point on the command line is not two numbers, or no place on the ground."""

    code = "point-unclear"


class WhatToLocate(Refused):
    """Neither words nor a point were given, or both."""

    code = "what-to-locate"


@click.group(name="area")
def area() -> None:
    """地名库：区域、道路、地标和边界，据以认出诉求在哪个街道、社区。"""


@area.command(name="import")
@click.argument("file", type=click.Path(path_type=Path), metavar="文件")
@TENANT
@BY
@REASON
@click.option("--boundaries", type=click.Path(path_type=Path), metavar="文件", help="GeoJSON：各区域的边界")
@click.option("--loosen", multiple=True, metavar="事项", help="这个事项的时限可以因此变长，可重复")
@click.option("--rejects", type=click.Path(path_type=Path), metavar="文件", help="退回的行写到哪里，默认在来源文件旁边")
@AS_JSON
def import_(
    file: Path,
    tenant: str,
    login: str,
    reason: str,
    boundaries: Path | None,
    loosen: tuple[str, ...],
    rejects: Path | None,
    *,
    as_json: bool,
) -> None:
    """从 CSV 或 Excel 起草一版地名库,并把现行职责清单搬到新的区域上,还不生效。

    表头:类型(区、街道、社区、别名、道路、地标)、编码、名称、上级、属地单位、所属区域、门牌起、门牌止、单双、边界。
    """
    with installed() as installation:
        done = done_by(
            installation,
            tenant,
            login,
            lambda scope, actor, now: import_areas(
                scope,
                file,
                boundaries=boundaries,
                rejects=rejects,
                reason=reason,
                actor=actor,
                now=now,
                loosened=loosen,
            ),
        )
    _say(_imported(done), _imported_lines(done, tenant, login), as_json=as_json)


@area.command(name="versions")
@for_the_machine
@TENANT
@AS_JSON
def versions(tenant: str, *, as_json: bool) -> None:
    """各版地名库：何人何时为何起草，哪一版现行。"""
    with installed() as installation:
        zone = installation.tenant(tenant).zone
        lines = looked_at(installation, tenant, lambda scope, actor: list_gazetteers(scope, actor=actor))
    rows = [
        (
            str(line.number),
            "现行" if line.in_force else "",
            f"{line.created_at.astimezone(zone):%Y-%m-%d %H:%M}",
            line.author,
            line.reason,
        )
        for line in lines
    ]
    words = table(("版", "", "起草", "起草人", "理由"), rows, right=(0,)) if rows else ["还没有地名库。"]
    _say([asdict(line) for line in lines], words, as_json=as_json)


@area.command(name="show")
@for_the_machine
@TENANT
@VERSION
@AS_JSON
def show(tenant: str, number: int | None, *, as_json: bool) -> None:
    """一版地名库：区域、属地单位、有没有边界，以及道路、地标和别名。"""
    with installed() as installation:
        shown = looked_at(installation, tenant, lambda scope, actor: show_gazetteer(scope, number, actor=actor))
    plain = {"number": shown.number, "in_force": shown.in_force, **to_document(shown.gazetteer)}
    _say(plain, _shown_lines(shown), as_json=as_json)


@area.command(name="export")
@for_the_machine
@click.argument("file", type=click.Path(path_type=Path), metavar="文件")
@TENANT
@VERSION
@AS_JSON
def export(file: Path, tenant: str, number: int | None, *, as_json: bool) -> None:
    """把一版地名库写成 CSV，改好后可以再导入。"""
    with installed() as installation:
        written, rows = looked_at(
            installation, tenant, lambda scope, actor: export_areas(scope, file, number, actor=actor)
        )
    _say(
        {"number": written, "rows": rows, "file": str(file)},
        [f"地名库第 {written} 版已写到 {file}，共 {rows:,} 行。"],
        as_json=as_json,
    )


@area.command(name="locate")
@for_the_machine
@click.argument("text", metavar="[地址]", required=False)
@click.option("--point", metavar="经度,纬度", help="按点定位，WGS84，如 114.3468,22.6909")
@TENANT
@VERSION
@AS_JSON
def locate(text: str | None, point: str | None, tenant: str, number: int | None, *, as_json: bool) -> None:
    """一个地址或一个点在哪个区域，根据是什么；认不出也是一种答案。"""
    if (text is None) == (point is None):
        raise WhatToLocate("请写一个地址，或用 --point 写一个点，两者写一个。")
    spot = _point(point) if point is not None else None
    with installed() as installation:
        place = looked_at(
            installation,
            tenant,
            lambda scope, actor: (
                locate_point(scope, spot, number, actor=actor)
                if spot
                else locate_words(scope, text or "", number, actor=actor)
            ),
        )
    _say(asdict(place.located) | {"version": place.version, "units": place.units}, _place_lines(place), as_json=as_json)


def _say(plain: Any, lines: Iterable[str], *, as_json: bool) -> None:
    if as_json:
        say_json(plain)
    else:
        click.echo("\n".join(lines))


def _point(written: str) -> Point:
    match = POINT.fullmatch(written)
    if match is None:
        raise PointUnclear(f"--point {written} 不是两个数。请写“经度,纬度”，如 114.3468,22.6909。")
    point = Point(float(match[1]), float(match[2]))
    if not point.is_on_earth:
        raise PointUnclear(f"--point {written} 不在经纬度的范围内。请先写经度、再写纬度，如 114.3468,22.6909。")
    return point


def _imported(done: AreasImported) -> dict[str, Any]:
    drafted = done.drafted
    return {
        "read": done.file.read,
        "accepted": done.file.accepted,
        "rejected": done.file.reasons,
        "rejects_file": str(done.file.rejects) if done.file.rejects else None,
        "remarks": done.file.remarks,
        "boundary_faults": done.boundary_faults,
        "gazetteer": drafted.gazetteer,
        "is_new": drafted.is_new,
        "duty_list": drafted.duty_list.number if drafted.duty_list else None,
        "limit_changes": drafted.duty_list.limit_changes if drafted.duty_list else (),
    }


def _imported_lines(done: AreasImported, tenant: str, login: str) -> Iterator[str]:
    file, drafted = done.file, done.drafted
    yield f"读入 {file.read:,} 行，采用 {file.accepted:,} 行，退回 {len(file.reasons):,} 行。"
    yield from (f"{remark}。" for remark in file.remarks)
    yield from (f"  {reason}" for reason in file.reasons[:REASONS_SHOWN])
    if file.rejects:
        yield f"退回的行和原因在 {file.rejects}，改好后放回原表，再导入一次。"
    yield from done.boundary_faults
    if drafted.is_new:
        yield f"已起草地名库第 {drafted.gazetteer} 版，还没有生效。"
    else:
        yield f"与地名库第 {drafted.gazetteer} 版相同，没有新起草。"
    if drafted.duty_list is None:
        yield "本区还没有职责清单，地名库随职责清单生效。"
        yield f"下一步：huiying duties import 文件 --tenant {tenant} --by {login} --reason 理由"
        return
    number = drafted.duty_list.number
    yield f"职责清单第 {number} 版：{'各行照旧，改用这些区域' if drafted.duty_list.is_new else '先前已按这些区域起草'}。"
    yield from (f"  {change}" for change in drafted.duty_list.limit_changes)
    yield (
        f"下一步：huiying settings draft --tenant {tenant} --feature core.routing --by {login} "
        f"--reason 理由 --set duty_list={number}"
    )


def _shown_lines(shown: GazetteerShown) -> Iterator[str]:
    gazetteer = shown.gazetteer
    yield (
        f"地名库第 {shown.number} 版（{'现行' if shown.in_force else '没有生效'}）："
        f"{len(gazetteer.areas):,} 个区域，{len(gazetteer.names):,} 个地名。"
    )
    rows = [_area_cells(gazetteer, each) for each in gazetteer.areas.nodes]
    yield from table(("编码", "区域", "类型", "属地单位", "边界"), rows)
    if gazetteer.names:
        yield ""
        yield from table(
            ("类型", "名称", "门牌", "所属区域"), [_name_cells(gazetteer, each) for each in gazetteer.names]
        )


def _area_cells(gazetteer: Gazetteer, each: Area) -> tuple[str, ...]:
    depth = len(gazetteer.areas.line(each.code)) - 1
    boundary = f"{len(each.shape.corners):,} 个点" if each.shape else "无"
    return each.code, f"{'  ' * depth}{each.name}", KIND_NAMES[each.kind], each.unit or "无", boundary


def _name_cells(gazetteer: Gazetteer, each: PlaceName) -> tuple[str, ...]:
    return KIND_WORDS[each.kind], each.name, _numbers(each), gazetteer.areas.words(each.area)


def _numbers(each: PlaceName) -> str:
    if not each.is_numbered:
        return ""
    side = f"（{SIDE_WORDS[each.side]}）" if each.side != "both" else ""
    return f"{each.first or ''}–{each.last or ''}{side}"


def _place_lines(place: Place) -> Iterator[str]:
    yield f"{place.words or '未知'}（地名库第 {place.version} 版）"
    yield f"{place.located.why}。"
    if place.units:
        yield f"属地单位：{'、'.join(place.units)}"
