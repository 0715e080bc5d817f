"""`huiying demo light`: the light of one ticket, with every message and the case, in a database made for it."""

import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from core.cli.entitled import for_the_machine
from core.conformance.postgres import scratch_database
from core.hooks.roster import Roster
from core.kit.db import Database
from core.kit.file_store import FileStore
from core.kit.keys import Keyring
from core.migrations import installed_manifests, migrate_plugins
from core.tenancy.scope import Installation
from tenants.light.course import Course, Look, drive, print_case_file

DOTS = {"green": "● 绿", "yellow": "▲ 黄", "red": "■ 红"}


@click.command()
@for_the_machine
@click.option("--tenant", "slug", default="nanhai", show_default=True, metavar="租户", help="用哪个区的公开案例")
@click.option(
    "--kill", "kills", is_flag=True, help="最后一分钟由真实的时钟进程值守，中途强行终止（SIGKILL），再重新启动"
)
@click.option(
    "--pdf",
    "pdf",
    default=None,
    metavar="文件",
    type=click.Path(dir_okay=False, path_type=Path),
    help="把问责案卷写成这个 PDF 文件",
)
def light(slug: str, *, kills: bool, pdf: Path | None) -> None:
    """把一张工单推过时限：逐盏灯打印工单时间、网关收到的短信和立案。

    在专为演示新建的数据库里运行，不动现有数据；用的是真实的时钟、后台和短信代码，时间由演示给定。
    """
    with scratch_database() as scratch, tempfile.TemporaryDirectory() as folder:
        migrate_plugins(scratch.owner_url, installed_manifests())
        keys = Keyring.load(Path(folder) / "keys.json")
        files = FileStore(str(Path(folder) / "files"))
        installation = Installation(Database(scratch.database_url), keys, Roster.installed(), files=files)
        try:
            course = drive(installation, slug, owner_url=scratch.owner_url if kills else "")
            zone = installation.tenant(slug).zone
            if pdf is not None:
                pdf.write_bytes(print_case_file(installation, course))
        finally:
            installation.database.engine.dispose()
    click.echo("\n".join(told(course, zone)))
    if pdf is not None:
        click.echo(f"案卷：{pdf}")


def told(course: Course, zone: ZoneInfo) -> Iterator[str]:
    """Return what happened, line by line."""
    yield f"工单 {course.serial_no}“{course.title}”，应于 {_local(course.due, zone)} 前答复"
    yield "剩余和超时按工作时间计算，夜间、周末和节假日不走"
    for look in course.looks:
        yield from _told_look(look, zone)
    marks = "、".join(
        f"{DOTS['yellow' if mark == 'yellow' else 'red']} {_local(at, zone)}" for mark, at in course.marks
    )
    yield f"提示点 {len(course.marks)} 个：{marks}"
    yield f"网关收到短信 {len(course.sms)} 条，编号各不相同：{'是' if _are_different(course) else '否'}"
    yield f"问责案件 {len(course.cases)} 件：{'；'.join(f'{case.label}，{case.unit}：{case.text}' for case in course.cases)}"


def _told_look(look: Look, zone: ZoneInfo) -> Iterator[str]:
    note = f"  〔{look.note}〕" if look.note else ""
    yield f"{_local(look.at, zone)}  {DOTS.get(look.tone, look.tone)}  {look.words}{note}"
    for to, text in look.sms:
        yield f"{'':21}短信 → {to}：{text}"


def _are_different(course: Course) -> bool:
    return len({sms.id for sms in course.sms}) == len(course.sms)


def _local(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M:%S}"
