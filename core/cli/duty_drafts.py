"""Commands of `huiying duties` that draft a version: from a file, or from another version with its items mended."""

import sys
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from core.cli.administering import AS_JSON, BY, REASON, TENANT, done_by, looked_at
from core.cli.context import installed, say_json
from core.cli.entitled import for_the_machine
from core.hooks.core_features import ROUTING
from core.journey.duties.drafting import Against, DraftedVersion
from core.journey.duties.importing import CheckedFile, HowToRead, Read, at_once_as, check_read, draft_read, read_duties
from core.journey.duties.mending import (
    PartsUnclear,
    Wanted,
    merge_items,
    parts_in,
    redraft_on,
    rename_item,
    split_item,
)
from core.journey.duties.showing import write_gaps
from core.tenancy.scope import Scope
from core.tickets.timeline import Actor
from core.units.catalogue.mending import Part

NUMBER = click.IntRange(min=1, max=2**31 - 1)
REASONS_SHOWN = 5
DIFFERENCES_SHOWN = 30
NOT_PASSED = 2
FROM_VERSION = click.option(
    "--version", "number", type=NUMBER, metavar="第几版", help="在哪一版上改；不写则是现行的，还没有现行的则是最新的"
)
LOOSEN = click.option(
    "--loosen", "loosened", multiple=True, metavar="编码", help="这个事项的时限可以放宽，可重复；没有写的只能压缩"
)
Decorated = Callable[..., Any]


def of_a_file(command: Decorated) -> Decorated:
    """Give a command the file of duties and what it leaves open."""
    options = (
        click.argument("file", type=click.Path(path_type=Path), metavar="文件"),
        TENANT,
        click.option(
            "--rejects", type=click.Path(path_type=Path), metavar="文件", help="退回的行写到哪里，默认在来源文件旁边"
        ),
        LOOSEN,
        click.option("--at-once", default="1h", show_default=True, metavar="时长", help="“即时”按多久计，如 30分钟"),
        click.option("--lead", default="", metavar="单位", help="没有写明主办单位的大类，由这个单位主办"),
        click.option(
            "--lead-from",
            type=click.Path(path_type=Path),
            metavar="文件",
            help="大类与主办单位的对照表，先于 --lead；写明的行不变",
        ),
        click.option(
            "--onto", type=NUMBER, metavar="第几版", help="加到这一版上，而不是当作整份清单；改好的退回行用它"
        ),
        click.option("--gazetteer", type=NUMBER, metavar="第几版", help="文件里的区域按哪一版地名库；默认与清单的相同"),
        AS_JSON,
    )
    for option in reversed(options):
        command = option(command)
    return command


def of_a_version(command: Decorated) -> Decorated:
    """Give a command the version that it starts from, and who drafts why."""
    for option in reversed((TENANT, FROM_VERSION, BY, REASON, LOOSEN, AS_JSON)):
        command = option(command)
    return command


@click.command(name="import")
@of_a_file
@BY
@REASON
def import_(
    file: Path, tenant: str, login: str, reason: str, loosened: tuple[str, ...], *, as_json: bool, **given: Any
) -> None:
    """导入一份职责清单（CSV、xlsx、xls、ods）：起草新的一版，还不生效。

    收不进来的行连同原因另存一个文件，其余照收。整份有问题的不起草，一次说全；现行的一版不受影响。
    """
    how = _how(**given)

    with installed() as installation:
        read = done_by(
            installation, tenant, login, lambda scope, actor, now: read_duties(scope, file, how, actor=actor)
        )
        said = list(_read_lines(read))
        # Before the whole is judged, since these rows explain what may be wrong with it.
        click.echo("\n".join(said), err=as_json)
        drafted = done_by(
            installation,
            tenant,
            login,
            lambda scope, actor, now: draft_read(scope, read, reason=reason, actor=actor, now=now, loosened=loosened),
        )
    if as_json:
        say_json(_plain_read(read) | plain_drafted(drafted, tenant, login))
    else:
        click.echo("\n".join(line for line in drafted_lines(drafted, tenant, login) if line not in said))


@click.command(name="check")
@for_the_machine
@of_a_file
@click.option("--gaps", type=click.Path(path_type=Path), metavar="文件", help="没有主办单位的全部写成 CSV")
def check(
    file: Path, tenant: str, loosened: tuple[str, ...], gaps: Path | None, *, as_json: bool, **given: Any
) -> None:
    """检查一份职责清单而不起草：退回哪些行，整份有没有问题，与现行的有何不同。有问题时退出码为 2。"""
    how = _how(**given)

    def look(scope: Scope, actor: Actor) -> CheckedFile:
        read = read_duties(scope, file, how, actor=actor)
        return check_read(scope, read, now=datetime.now(UTC), loosened=loosened)

    with installed() as installation:
        checked = looked_at(installation, tenant, look)
    if gaps:
        write_gaps(gaps, checked.read.catalogue, checked.coverage)
    if as_json:
        say_json(_plain_checked(checked))
    else:
        click.echo("\n".join(_checked_lines(checked)))
    if not checked.passed:
        sys.exit(NOT_PASSED)


@click.command(name="merge")
@click.argument("items", metavar="事项…", nargs=-1, required=True)
@click.option("--into", required=True, metavar="事项", help="并入哪个事项")
@of_a_version
def merge(items: tuple[str, ...], into: str, **given: Any) -> None:
    """合并：把几个事项并入一个，起草新的一版。主办单位、时限等说法不同的不合并，逐处说明。"""
    _mend(lambda scope, wanted: merge_items(scope, items, into, wanted), **given)


@click.command(name="split")
@click.argument("item", metavar="事项")
@click.option("--as", "names", multiple=True, metavar="名称", help="拆成的一个新事项，至少写两次；编码自动取下一个")
@click.option(
    "--into", "file", type=click.Path(path_type=Path), metavar="文件", help="拆成的新事项：名称，及编码、关键词"
)
@of_a_version
def split(item: str, names: tuple[str, ...], file: Path | None, **given: Any) -> None:
    """拆分：用几个新事项代替一个，起草新的一版。各行照抄给每个新事项，关键词除外。"""
    if bool(names) == bool(file):
        raise PartsUnclear("拆成什么请用 --as 逐个写名称，或用 --into 给出文件，只写一样。")
    parts = parts_in(file) if file else [Part("", name.strip()) for name in names]
    _mend(lambda scope, wanted: split_item(scope, item, parts, wanted), **given)


@click.command(name="rename")
@click.argument("item", metavar="事项")
@click.option("--as", "name", required=True, metavar="名称", help="新的名称")
@of_a_version
def rename(item: str, name: str, **given: Any) -> None:
    """更名：编码不变，起草新的一版。"""
    _mend(lambda scope, wanted: rename_item(scope, item, name, wanted), **given)


@click.command(name="redraft")
@click.option("--gazetteer", type=NUMBER, required=True, metavar="第几版", help="换用哪一版地名库")
@of_a_version
def redraft(gazetteer: int, **given: Any) -> None:
    """换用另一版地名库：各行不变，起草新的一版。"""
    _mend(lambda scope, wanted: redraft_on(scope, gazetteer, wanted), **given)


COMMANDS = (import_, check, merge, split, rename, redraft)


def next_commands(number: int, tenant: str, login: str) -> list[str]:
    """Return the commands by which a version comes into force, one after the other."""
    of_routing = f"--tenant {tenant} --feature {ROUTING.id}"
    return [
        f"huiying settings draft {of_routing} --by {login} --reason 理由 --set duty_list={number}",
        f"huiying settings check 第几次 {of_routing} --by {login}",
        f"huiying settings dry-run 第几次 {of_routing} --by {login}",
        f"huiying settings approve 第几次 {of_routing} --by 另一人",
        f"huiying settings activate 第几次 {of_routing} --by {login}",
    ]


def _mend(
    act: Callable[[Scope, Wanted], DraftedVersion],
    *,
    tenant: str,
    number: int | None,
    login: str,
    reason: str,
    loosened: tuple[str, ...],
    as_json: bool,
) -> None:
    with installed() as installation:
        drafted = done_by(
            installation,
            tenant,
            login,
            lambda scope, actor, now: act(scope, Wanted(reason, actor, now, number, loosened)),
        )
    if as_json:
        say_json(plain_drafted(drafted, tenant, login))
    else:
        click.echo("\n".join(drafted_lines(drafted, tenant, login)))


def _how(*, at_once: str, **given: Any) -> HowToRead:
    return HowToRead(at_once=at_once_as(at_once), **given)


def _read_lines(read: Read) -> Iterator[str]:
    yield f"读入 {read.accepted + read.rejected:,} 行，收下 {read.accepted:,} 行，退回 {read.rejected:,} 行。"
    yield from (f"{remark}。" for remark in read.remarks)
    if read.rejected:
        yield f"退回的行和原因在 {read.file.rejects}。改好后用 --onto 加到起草的一版上，或改来源文件再导入。原因："
        reasons = Counter(rejected.reason for rejected in read.file.reading.rejected)
        yield from (f"  {rows:,} 行：{reason}" for reason, rows in reasons.most_common(REASONS_SHOWN))
        if len(reasons) > REASONS_SHOWN:
            yield f"  另有 {len(reasons) - REASONS_SHOWN:,} 种原因，见文件。"


def drafted_lines(drafted: DraftedVersion, tenant: str, login: str) -> Iterator[str]:
    """Say what drafting came to, and the commands by which the version comes into force."""
    held = f"现行第 {drafted.in_force} 版" if drafted.in_force else "还没有现行的"
    if drafted.number == drafted.in_force:
        yield f"与现行第 {drafted.number} 版相同，没有起草。"
        return
    words = "已起草" if drafted.is_new else "与已有的相同，就是"
    yield f"{words}职责清单第 {drafted.number} 版，还没有生效（{held}）。"
    yield from (f"{note}。" for note in drafted.notes)
    base = drafted.against.number
    yield from _against_lines(drafted.against, f"huiying duties diff {base} {drafted.number} --tenant {tenant}")
    yield from (f"时限：{words}" for words in drafted.limit_changes)
    yield from drafted.coverage_words
    yield "要启用，依次："
    yield from (f"  {command}" for command in next_commands(drafted.number, tenant, login))


def _checked_lines(checked: CheckedFile) -> Iterator[str]:
    yield from _read_lines(checked.read)
    yield from (f"错误：{fault}。" for fault in checked.faults)
    yield from (f"放宽了时限，须用 --loosen 写明：{words}。" for words in checked.loosened)
    yield from _against_lines(checked.against, "--json")
    yield from checked.coverage_words
    yield "检查通过，可以导入。" if checked.passed else "检查没有通过。"


def _against_lines(against: Against, everything: str) -> Iterator[str]:
    yield f"与第 {against.number} 版相比：" if against.number else "还没有现行的清单，以下都是新增："
    listed = against.differences
    yield from (f"  {sentence}" for sentence in listed[:DIFFERENCES_SHOWN] or ["没有不同"])
    if len(listed) > DIFFERENCES_SHOWN:
        kinds = Counter("事项更名或改上级" if kind == "事项" else kind for kind, *_ in map(str.split, listed))
        counted = "、".join(f"{kind} {count:,} 处" for kind, count in kinds.items())
        yield f"  等等，共 {len(listed):,} 处不同：{counted}。全部见 {everything if against.number else '--json'}。"
    yield from against.effect


def _plain_read(read: Read) -> dict[str, Any]:
    return {
        "read": read.accepted + read.rejected,
        "accepted": read.accepted,
        "rejected": read.rejected,
        "rejects_file": str(read.file.rejects) if read.file.rejects else None,
        "remarks": list(read.remarks),
    }


def plain_drafted(drafted: DraftedVersion, tenant: str, login: str) -> dict[str, Any]:
    """Return what drafting came to as JSON values."""
    return {
        "number": drafted.number,
        "is_new": drafted.is_new,
        "in_force": drafted.in_force,
        "compared_with": drafted.against.number,
        "differences": list(drafted.against.differences),
        "effect": list(drafted.against.effect),
        "limit_changes": list(drafted.limit_changes),
        "coverage": plain_coverage(drafted),
        "notes": list(drafted.notes),
        "next": next_commands(drafted.number, tenant, login),
    }


def _plain_checked(checked: CheckedFile) -> dict[str, Any]:
    return _plain_read(checked.read) | {
        "passed": checked.passed,
        "faults": list(checked.faults),
        "loosened": list(checked.loosened),
        "compared_with": checked.against.number,
        "differences": list(checked.against.differences),
        "effect": list(checked.against.effect),
        "coverage": plain_coverage(checked),
    }


def plain_coverage(of: DraftedVersion | CheckedFile) -> dict[str, Any]:
    """Return how far a list reaches, in numbers."""
    found = of.coverage
    return {
        "matters": found.matters,
        "areas": found.areas,
        "cells": found.cells,
        "resolved": found.resolved,
        "gaps": len(found.gaps),
    }
