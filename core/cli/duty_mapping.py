"""Commands of `huiying duties` that map a district's items to the central city's list, and compare the two."""

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import click

from core.cli.administering import AS_JSON, BY, TENANT, done_by, looked_at
from core.cli.context import installed, say_json
from core.cli.duty_drafts import NUMBER
from core.cli.entitled import for_the_machine
from core.journey.duties.mapping import Mapped, MappingShown, city_list, map_from, mapping_shown, write_mapping

CITY = click.option("--city", default="", metavar="租户", help="哪个市中心的目录；不写则是本区所属的")
SHOWN = 50


@click.command(name="map")
@click.argument("file", type=click.Path(path_type=Path), metavar="文件")
@TENANT
@BY
@CITY
@click.option("--rejects", type=click.Path(path_type=Path), metavar="文件", help="退回的行写到哪里，默认在来源文件旁边")
@AS_JSON
def map_(file: Path, tenant: str, login: str, city: str, rejects: Path | None, *, as_json: bool) -> None:
    """按表对照市级目录：每行一个本区编码、一个市级编码。

    空着的不变；写“无”不再对照；写“其他”表示不属于市级的任何一项。下级事项沿用上级的对照。
    """
    with installed() as installation:
        central = city_list(installation, tenant, city)
        mapped = done_by(
            installation,
            tenant,
            login,
            lambda scope, actor, now: map_from(scope, file, central, rejects=rejects, actor=actor, now=now),
        )
    if as_json:
        say_json(asdict(mapped) | {"rejected": len(mapped.rejected), "city": central.city})
    else:
        click.echo("\n".join(_mapped_lines(mapped)))


@click.command(name="mapping")
@for_the_machine
@TENANT
@CITY
@click.option("--version", "number", type=NUMBER, metavar="第几版", help="看哪一版；不写则是现行的")
@click.option(
    "--table", "file", type=click.Path(path_type=Path), metavar="文件", help="写出对照表供填写，同名的事项先填好"
)
@AS_JSON
def mapping(tenant: str, city: str, number: int | None, file: Path | None, *, as_json: bool) -> None:
    """本区事项与市级目录的对照：还有哪些没有对照，市级的哪些在本区没有对应。"""
    with installed() as installation:
        central = city_list(installation, tenant, city)
        shown = looked_at(installation, tenant, lambda scope, actor: mapping_shown(scope, central, number, actor=actor))
        proposals = (
            looked_at(
                installation, tenant, lambda scope, actor: write_mapping(scope, file, central, number, actor=actor)
            )
            if file
            else 0
        )
    if as_json:
        say_json(
            {
                "number": shown.number,
                "city": central.city,
                "city_number": central.number,
                "matters": shown.coverage.matters,
                "mapped": shown.coverage.mapped,
                "unmapped": list(shown.unmapped),
                "uncovered": list(shown.uncovered),
                "by_central": dict(shown.coverage.by_central),
                "faults": list(shown.faults),
                "table": str(file) if file else None,
                "proposals": proposals,
            }
        )
        return
    click.echo("\n".join(_shown_lines(shown)))
    if file:
        click.echo(f"对照表写在 {file}，按名称预填 {proposals:,} 项，核对后用 huiying duties map 读入。")


COMMANDS = (map_, mapping)


def _mapped_lines(mapped: Mapped) -> Iterator[str]:
    yield (
        f"对照了 {mapped.mapped:,} 项，不再对照 {mapped.ended:,} 项，空着没有动 {mapped.empty:,} 项，"
        f"退回 {len(mapped.rejected):,} 行。"
    )
    if mapped.rejected:
        yield f"退回的行和原因在 {mapped.rejects}。前几行："
        yield from (f"  第 {number} 行：{reason}" for number, reason in mapped.rejected[:SHOWN])


def _shown_lines(shown: MappingShown) -> Iterator[str]:
    found, city = shown.coverage, shown.city
    yield (
        f"本区第 {shown.number} 版的 {found.matters:,} 个事项，对照{city.name}第 {city.number} 版："
        f"{found.mapped:,} 个有对应，{len(found.others) - len(found.unmapped):,} 个写明为其他，"
        f"{len(found.unmapped):,} 个还没有对照。"
    )
    yield from (f"错误：{fault}。" for fault in shown.faults)
    for title, items in (("还没有对照的", shown.unmapped), ("市级目录中本区没有对应的", shown.uncovered)):
        if items:
            yield f"{title} {len(items):,} 个："
            yield from (f"  {words}" for words in items[:SHOWN])
            if len(items) > SHOWN:
                yield f"  另有 {len(items) - SHOWN:,} 个，全部见 --json。"
