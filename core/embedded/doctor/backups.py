"""Backups of the cluster brought along: whether there is one of the last day, and whether the log is handed over."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import psycopg

from core.embedded.archiving import find_archive
from core.embedded.backup.base_backups import archive_of, backups_in
from core.embedded.doctor.findings import Finding, hint, missing, unsafe
from core.embedded.errors import BackupRefused
from core.embedded.home import Home

OLDEST = timedelta(hours=26)
"""A daily backup may come two hours later than the day before."""
MARK = "PG_VERSION"
"""A file of the cluster that is as old as the cluster."""
ARCHIVER = """
    SELECT last_failed_wal, last_failed_time, last_archived_time, current_setting('archive_mode') FROM pg_stat_archiver"""


def backup_findings(home: Home, *, now: datetime) -> Iterable[Finding]:
    """Look at the backups of a home, without its server. The first day's data need none yet."""
    made = home.cluster / MARK
    since = datetime.fromtimestamp(made.stat().st_mtime, UTC) if made.exists() else now
    try:
        if find_archive(home) is None:
            if now - since > OLDEST:
                yield hint("备份", f"数据已有 {(now - since).days} 天，还没有设置备份", "huiying backup init 文件夹")
            return
        newest = max((backup.ended_at for backup in backups_in(archive_of(home))), default=None)
    except BackupRefused as refused:
        yield missing("备份", refused.message, "处理后执行 huiying backup now")
        return
    if newest is None:
        yield missing("备份", "已设置备份文件夹，还没有一份备份", "执行 huiying backup now")
    elif now - newest > OLDEST:
        hours = (now - newest) // timedelta(hours=1)
        text = f"最近一次备份是 {hours} 小时前（{newest.astimezone():%Y-%m-%d %H:%M}）"
        yield missing("备份", text, "执行 huiying backup now，并检查每天执行它的定时任务")
    else:
        text = f"最近一次备份做成于 {newest.astimezone():%Y-%m-%d %H:%M}"
        yield hint("备份", text, "无需处理；每季度执行一次 huiying backup drill")


def archiver_findings(home: Home, database_url: str) -> Iterable[Finding]:
    """Look at whether the running server gets rid of its log. What cannot be archived stays until the disk is full."""
    if find_archive(home) is None:
        return
    with psycopg.connect(database_url, autocommit=True) as connection:
        row = connection.execute(ARCHIVER).fetchone()
    assert row is not None
    segment, failed_at, archived_at, mode = row
    if mode != "on":
        yield missing("备份", "数据库启动于设置备份之前，还没有归档日志", "huiying down 后重新启动")
    elif failed_at is not None and (archived_at is None or archived_at < failed_at):
        text = f"日志 {segment} 归档失败（{failed_at.astimezone():%Y-%m-%d %H:%M}），之后的变更没有备份，还会占满磁盘"
        yield unsafe("备份", text, f"检查备份文件夹和 {home.logs / 'postgres.log'}")
