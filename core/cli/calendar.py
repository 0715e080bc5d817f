"""`huiying calendar`: a new notice of rest days 放假安排 comes in, and the due times that it changes move."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click
from tqdm import tqdm

from core.cli.context import installed, say_json
from core.cli.entitled import for_the_machine
from core.journey.calendar import Imported, Progress, import_notices, move_clocks, preview_notices
from core.kit.errors import Refused
from core.sla.labels import CLOCK_LABELS
from core.sla.recalculation import Shift
from core.tenancy.scope import EPOCH_TRUSTED_SECONDS


class FileUnreadable(Refused):
    """The file is not there, or is no text."""

    code = "file-unreadable"


@click.group(name="calendar")
def calendar() -> None:
    """工作日历:收进新的放假安排,受影响的时限随之变动。"""


@calendar.command(name="import")
@for_the_machine
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--tenant", "slug", required=True, metavar="租户", help="租户的短名")
@click.option("--dry-run", is_flag=True, help="只列出会变动的时限，不改动")
@click.option("--json", "as_json", is_flag=True, help="最后一行输出一个 JSON 对象")
def import_(file: Path, slug: str, *, dry_run: bool, as_json: bool) -> None:
    """收进放假安排:文件里按 [[notice]] 写明年份、文号和各个节日,写法与 workdays.toml 相同。

    先列出哪些时限会变动。再收一次同样的文件不改动什么;中断之后再收一次,就接着变动。
    """
    text = _read(file)
    with installed() as installation:
        zone = installation.tenant(slug).zone
        with _bar() as progress:
            act = preview_notices if dry_run else import_notices
            told = act(installation, slug, text, now=datetime.now(UTC), progress=progress)
        if told.is_new and not dry_run:
            # Another process may have started clocks by the version before for as long as it trusts its epoch.
            time.sleep(EPOCH_TRUSTED_SECONDS)
            told.recalculation.add(move_clocks(installation, slug, now=datetime.now(UTC)))
    if as_json:
        say_json(_plain(told, slug, zone, dry_run=dry_run))
    else:
        click.echo("\n".join(_words(told, zone, dry_run=dry_run)))


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except OSError as error:
        raise FileUnreadable(f"打不开文件 {file}（{error.strerror}）。请检查文件名和权限。") from error
    except UnicodeDecodeError as error:
        raise FileUnreadable(f"文件 {file} 不是 UTF-8 文本。请存为 UTF-8 编码的 TOML 文件。") from error


@contextmanager
def _bar() -> Iterator[Progress]:
    with tqdm(desc="时限", unit="件") as bar:

        def progress(done: int, of: int) -> None:
            bar.total = of
            bar.update(done - bar.n)

        yield progress


def _words(told: Imported, zone: ZoneInfo, *, dry_run: bool) -> Iterator[str]:
    changes = told.recalculation
    years = "、".join(map(str, told.years))
    for shift in changes.shifts:
        yield (
            f"{shift.serial_no} {CLOCK_LABELS[shift.clock]} {shift.unit or '待派单'} "
            f"{_local(shift.before, zone)} → {_local(shift.after, zone)}"
        )
    what = "会变动" if dry_run else "已变动"
    more = f"，另有 {changes.confirmed:,} 个由暂定转为确定" if changes.confirmed else ""
    kept = f"，{changes.kept:,} 个因新截止已成过去而维持原截止" if changes.kept else ""
    yield f"{years} 年放假安排：{len(changes.shifts):,} 个时限{what}{more}{kept}。"
    if not told.is_new:
        yield f"工作日历没有新内容，仍为第 {told.version} 版。"
    elif dry_run:
        yield f"以上没有执行；去掉 --dry-run 即发布工作日历第 {told.version} 版并变动这些时限。"
    else:
        yield f"已发布工作日历第 {told.version} 版。"


def _plain(told: Imported, slug: str, zone: ZoneInfo, *, dry_run: bool) -> dict[str, object]:
    return {
        "tenant": slug,
        "years": list(told.years),
        "version": told.version,
        "is_new": told.is_new,
        "dry_run": dry_run,
        "moves": [_move(shift, zone) for shift in told.recalculation.shifts],
        "confirmed": told.recalculation.confirmed,
        "kept": told.recalculation.kept,
    }


def _move(shift: Shift, zone: ZoneInfo) -> dict[str, str]:
    return {
        "serial_no": shift.serial_no,
        "clock": shift.clock,
        "unit": shift.unit,
        "from": shift.before.astimezone(zone).isoformat(),
        "to": shift.after.astimezone(zone).isoformat(),
    }


def _local(instant: datetime, zone: ZoneInfo) -> str:
    return f"{instant.astimezone(zone):%Y-%m-%d %H:%M}"
