"""`huiying backup` and `huiying restore`: backups of the database brought along, and a new home made from one."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from core.cli.backup_drill import Drill, drill_backup
from core.cli.context import say_json
from core.cli.entitled import for_the_machine
from core.cli.restored import Proof, prove
from core.cli.tables import table
from core.embedded import archiving
from core.embedded.backup import stored_files
from core.embedded.backup.base_backups import (
    Backup,
    archive_of,
    backups_in,
    check_backup,
    drop_old,
    find_backup,
    system_of,
    take_backup,
)
from core.embedded.backup.restoring import restore as restore_home
from core.embedded.errors import BackupRefused
from core.embedded.home import Home, default_home, find_home
from core.embedded.postgres import Postgres
from core.embedded.services import ensure, given_services, tell_at_terminal
from core.kit.fingerprints import fingerprints
from core.kit.keys import Keyring

FOUND = 1
"""Exit code when what was restored is not as it was written, or not all of it."""
AS_JSON = click.option("--json", "as_json", is_flag=True, help="最后一行输出一个 JSON 对象")
KEYS_APART = "密钥 {keys} 不在备份里，请另行保存：没有它，恢复后联系方式无法解密，封存无法核对。"


@click.group()
def backup() -> None:
    """备份:把自带的数据库连同变更日志存到一个文件夹,演练恢复。"""


@backup.command()
@for_the_machine
@click.argument("folder", metavar="文件夹", type=click.Path(file_okay=False, path_type=Path))
def init(folder: Path) -> None:
    """设置备份文件夹，此后数据库把变更日志归档到那里。最好在另一块磁盘上。"""
    home = _own_home()
    with ensure(home.path):
        archive = archiving.set_up_archive(home, folder, system=_system(home))
        mode = _archives(home)
    click.echo(f"备份文件夹：{archive.folder}。变更最迟 {archiving.REACH_SECONDS} 秒后归档。")
    if not mode:
        click.echo("正在运行的 huiying up 要重新启动（huiying down，再 huiying up）才开始归档。")
    click.echo(KEYS_APART.format(keys=home.keys))
    click.echo("下一步：huiying backup now，并用定时任务每天执行。")


@backup.command()
@for_the_machine
@click.option("--keep", type=click.IntRange(1), metavar="份数", help="做成后只留最近这么多份，连同它们需要的日志")
@AS_JSON
def now(keep: int | None, *, as_json: bool) -> None:
    """做一份全量备份，并逐个文件核对。"""
    home = _own_home()
    archive = archive_of(home)
    with ensure(home.path):
        made = take_backup(home, archive, keys=fingerprints(Keyring.load(home.keys)))
    dropped = drop_old(archive, keep=keep) if keep else []
    if as_json:
        say_json({**_as_json(made), "dropped": [each.name for each in dropped]})
        return
    click.echo(f"备份 {made.name} 已做成并核对：{_size(made.bytes)}，附件文件 {made.files} 个，{made.seconds:.1f} 秒。")
    if dropped:
        click.echo(f"已删除较早的 {len(dropped)} 份：{'、'.join(each.name for each in dropped)}。")
    click.echo(KEYS_APART.format(keys=home.keys))


@backup.command()
@for_the_machine
@AS_JSON
def files(*, as_json: bool) -> None:
    """只复制新的附件，不备份数据库；可每几分钟执行一次。"""
    home = _own_home()
    archive = archive_of(home)
    folder = stored_files.folder_of(home)
    if folder is None:
        raise BackupRefused("附件存放在对象存储的桶里，由桶的版本保留来备份，不在这里复制。")
    copied = stored_files.copy_new(folder, archive)
    if as_json:
        say_json({"files": len(copied)})
    else:
        click.echo(f"备份文件夹里有现有的全部 {len(copied)} 个附件文件。")


@backup.command(name="list")
@for_the_machine
@AS_JSON
def list_(*, as_json: bool) -> None:
    """列出现有的备份，最早的在前。"""
    found = backups_in(archive_of(_own_home()))
    if as_json:
        say_json([_as_json(each) for each in found])
        return
    rows = [
        (each.name, f"{each.ended_at.astimezone():%Y-%m-%d %H:%M:%S}", _size(each.bytes), f"{each.seconds:.1f}")
        for each in found
    ]
    click.echo("\n".join(table(("名称", "做成于", "大小", "用时（秒）"), rows)) if rows else "还没有备份。")


@backup.command()
@for_the_machine
@click.argument("named", metavar="名称或文件夹")
def check(named: str) -> None:
    """核对一份备份：每个文件与清单相符，之后的日志一段不缺、段段完好。"""
    home = find_home(default_home())
    found = find_backup(archiving.find_archive(home) if home else None, named)
    count = check_backup(found)
    click.echo(f"备份 {found.name} 完好，其后 {count} 段日志完好。")


@backup.command()
@for_the_machine
@click.option("--tenant", default="sandbox", show_default=True, metavar="租户", help="演练的三件工单登记在哪个租户")
@AS_JSON
@click.pass_context
def drill(ctx: click.Context, tenant: str, *, as_json: bool) -> None:
    """演练：备份，登记三件工单，恢复到第三件之前，核对记录与行数，然后清理。"""
    home = _own_home()
    drilled = drill_backup(home, archive_of(home), tenant=tenant, tell=tell_at_terminal)
    if as_json:
        say_json(drilled.as_json())
    else:
        for line in _drill_in_words(drilled):
            click.echo(line)
    if drilled.faults:
        ctx.exit(FOUND)


@click.command()
@for_the_machine
@click.argument("named", metavar="名称或文件夹")
@click.option(
    "--into",
    required=True,
    metavar="文件夹",
    type=click.Path(file_okay=False, path_type=Path),
    help="新的安装文件夹（HUIYING_HOME），不能是现有的",
)
@click.option("--at", "at_text", metavar="时刻", help="恢复到这一时刻，如 2026-03-12T10:30:00+08:00；不写则到最后")
@click.option(
    "--keys",
    metavar="文件",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="另外保存的 keys.json；不写则用新文件夹里的",
)
@AS_JSON
@click.pass_context
def restore(
    ctx: click.Context, named: str, into: Path, at_text: str | None, keys: Path | None, *, as_json: bool
) -> None:
    """把备份恢复成一个新的安装，核对全部租户的记录与行数。"""
    _refuse_given_database()
    at, home = _moment(at_text), find_home(default_home())
    chosen = find_backup(archiving.find_archive(home) if home else None, named)
    restored = restore_home(chosen, into=into.absolute(), keys=keys, at=at, tell=tell_at_terminal)
    proof = prove(restored.home, at_least=chosen.counts, tell=tell_at_terminal)
    if as_json:
        say_json({"home": str(restored.home.path), "last_commit": restored.last_commit, **proof.as_json()})
    else:
        until = f"，到 {restored.last_commit.astimezone():%Y-%m-%d %H:%M:%S} 的提交" if restored.last_commit else ""
        click.echo(
            f"已恢复到 {restored.home.path}{until}：解开 {restored.unpacked_seconds:.1f} 秒，"
            f"重放日志 {restored.recovered_seconds:.1f} 秒，核对 {proof.seconds:.1f} 秒。"
        )
        for line in _proof_in_words(proof):
            click.echo(line)
        click.echo(f"启动它：HUIYING_HOME={restored.home.path} huiying up。它还没有设置备份。")
    if proof.faults:
        ctx.exit(FOUND)


@contextmanager
def _connected(home: Home) -> Iterator[Any]:
    with Postgres(home).connect() as connection:
        yield connection


def _system(home: Home) -> str:
    with _connected(home) as connection:
        return system_of(connection)


def _archives(home: Home) -> bool:
    """Tell whether the log will be archived without anybody doing something: nobody but this command uses the server."""
    with _connected(home) as connection:
        (others,) = connection.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
        ).fetchone()
        (mode,) = connection.execute("SHOW archive_mode").fetchone()
    return mode == "on" or not others


def _own_home() -> Home:
    """Return the home of this installation. Raises `BackupRefused` where its database is not the one brought along."""
    _refuse_given_database()
    home = find_home(default_home())
    if home is None:
        raise BackupRefused("这里还没有数据可备份。请先运行 huiying up，或用 HUIYING_HOME 指明安装文件夹。")
    return home


def _refuse_given_database() -> None:
    if given_services(default_home()).database_url:
        raise BackupRefused(
            "数据库由 DATABASE_URL 指定，不是自带的：请用它自己的办法备份和恢复，"
            "如 pg_basebackup 加 WAL 归档，或 pgBackRest；keys.json 另存。"
        )


def _moment(text: str | None) -> datetime | None:
    """Read a moment; without an offset it is the machine's own time."""
    if text is None:
        return None
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except ValueError:
        raise click.UsageError(f"--at {text} 不是时刻，请写成 2026-03-12T10:30:00+08:00") from None


def _size(size: int) -> str:
    return f"{size / 1_000_000:.1f} MB"


def _proof_in_words(proof: Proof) -> Iterator[str]:
    if proof.faults:
        yield from proof.faults
        yield "恢复出来的内容与写下时不符，见上。请不要用它，先换一份备份再试。"
    else:
        yield f"{proof.tenants} 个租户、{proof.tickets} 件工单、{proof.seals} 次封存全部完整，行数不少于备份时。"


def _drill_in_words(drilled: Drill) -> Iterator[str]:
    names = {
        "backup": "备份",
        "archive": "归档",
        "unpack": "解开",
        "recover": "重放",
        "verify": "核对",
        "total": "共计",
    }
    yield "，".join(f"{names[name]} {seconds:.1f} 秒" for name, seconds in drilled.seconds.items()) + "。"
    yield f"恢复到 {drilled.at.astimezone():%Y-%m-%d %H:%M:%S.%f}：应在的工单 {drilled.kept}，应不在的 {drilled.undone}。"
    yield from _proof_in_words(drilled.proof)
    yield from (fault for fault in drilled.faults if fault not in drilled.proof.faults)
    yield "演练没有通过，见上。" if drilled.faults else "演练通过，已清理。"


def _as_json(made: Backup) -> dict[str, object]:
    return {
        "name": made.name,
        "path": str(made.path),
        "began_at": made.began_at.isoformat(),
        "ended_at": made.ended_at.isoformat(),
        "bytes": made.bytes,
        "seconds": round(made.seconds, 2),
        "keys": made.keys,
        "files": made.files,
    }
