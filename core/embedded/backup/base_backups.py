"""Base backups 全量备份: made from the running server and held against their manifest, listed, found, dropped."""

import json
import os
import shutil
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, LiteralString, Self

from psycopg import Connection
from psycopg.sql import SQL, Identifier

from core.embedded.archiving import Archive, archive_command, find_archive
from core.embedded.backup import manifest, segments, stored_files
from core.embedded.backup.manifest import read_manifest
from core.embedded.backup.segments import Segment
from core.embedded.binaries import postgres_programs
from core.embedded.cluster import SUPERUSER
from core.embedded.errors import BackupRefused
from core.embedded.files import write_private
from core.embedded.home import Home
from core.embedded.locks import exclusive
from core.embedded.postgres import Postgres
from core.embedded.roles import DATABASE
from core.tenancy.catalogue import APPEND_ONLY

RECORD = "huiying.json"
COUNTED = (*APPEND_ONLY, "ticket")
"""Tables of which no row ever goes: what a backup had of them, everything restored from it has too."""
Counts = Mapping[str, Mapping[str, int]]
"""Tenant → table → rows."""
NAMES = "%Y%m%dT%H%M%SZ"
ARCHIVE_PATIENCE = 120.0


@dataclass(frozen=True, slots=True)
class Backup:
    """A base backup, and what was noted of the installation when it was made.

    `first` and `last` are the segments of the log that it cannot do without; `keys` the fingerprints of the master keys
    that were in use, by number; `counts` how many rows there were when it began; `files` how many files of tickets.
    """

    path: Path
    began_at: datetime
    ended_at: datetime
    bytes: int
    system: str
    first: str
    last: str
    keys: Mapping[str, str]
    counts: Counts
    files: int = 0

    @property
    def name(self) -> str:
        return self.path.name

    @property
    def wal(self) -> Path:
        """The archive of the log that belongs to it."""
        return self.path.parent.parent / "wal"

    @property
    def mirror(self) -> Path:
        """Where the files of tickets lie that belong to it."""
        return stored_files.mirror_of(Archive(self.path.parent.parent))

    @property
    def seconds(self) -> float:
        return (self.ended_at - self.began_at).total_seconds()

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read what was noted of a base backup. Raises `BackupRefused` when this is none."""
        try:
            stored: Any = json.loads((path / RECORD).read_text(encoding="utf-8"))
            began_at, ended_at = (datetime.fromisoformat(stored.pop(at)) for at in ("began_at", "ended_at"))
            return cls(path=path, began_at=began_at, ended_at=ended_at, **stored)
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise BackupRefused(
                f"{path} 不是 huiying backup now 做成的备份。现有的备份见 huiying backup list。"
            ) from error


def archive_of(home: Home) -> Archive:
    """Return the backup folder of a home. Raises `BackupRefused` where none was set up."""
    archive = find_archive(home)
    if archive is None:
        raise BackupRefused("还没有设置备份。请先执行 huiying backup init 文件夹，最好在另一块磁盘上。")
    if not archive.base.is_dir() or not archive.wal.is_dir():
        raise BackupRefused(
            f"备份文件夹 {archive.folder} 不在了或没有挂载。请恢复它，或用 huiying backup init 另设一个。"
        )
    return archive


def system_of(connection: Connection[Any]) -> str:
    """Return the number that tells this cluster from any other."""
    return str(_value(connection, "SELECT system_identifier FROM pg_control_system()"))


def take_backup(home: Home, archive: Archive, *, keys: Mapping[int, str]) -> Backup:
    """Make a base backup of the running server, and hold it against its manifest and the archived log.

    The keys themselves are not in it, `keys` are their fingerprints. Nothing is left of one that failed.
    Raises `BackupRefused` or `BackupDamaged`.
    """
    with exclusive(archive.folder / "backup.lock"):
        began_at = datetime.now(UTC)
        with Postgres(home).connect(DATABASE) as connection:
            _refuse_without_archiving(connection, archive)
            counts, system = count_rows(connection), system_of(connection)
        path = archive.base / began_at.strftime(NAMES)
        if path.exists():
            raise BackupRefused("这一秒里已经做过一次备份。请稍候再试。")
        draft = path.with_name(f".{path.name}.part")
        _clear_drafts(archive)
        try:
            _copy_cluster(home, draft, label=path.name)
            said = read_manifest(draft)
            manifest.refuse_damaged(draft, said)
            first = Segment.of_lsn(said.timeline, said.start_lsn)
            last = Segment.of_lsn(said.timeline, said.end_lsn, last_byte=True)
            segments.refuse_damaged(archive.wal, segments.needed_segments(archive.wal, first, last))
            listed = stored_files.copy_new(stored_files.folder_of(home), archive)
            stored_files.write_list(draft, listed)
            backup = Backup(
                path=path,
                began_at=began_at,
                ended_at=datetime.now(UTC),
                bytes=sum(file.stat().st_size for file in draft.iterdir()),
                system=system,
                first=str(first),
                last=str(last),
                keys={str(number): fingerprint for number, fingerprint in keys.items()},
                counts=counts,
                files=len(listed),
            )
            stored = {name: value for name, value in asdict(backup).items() if name != "path"}
            write_private(draft / RECORD, json.dumps(stored, default=_iso, indent=1))
            draft.rename(path)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    return backup


def check_backup(backup: Backup) -> int:
    """Hold a base backup against its manifest, its files, and the log from it on; return how many segments that are.

    Raises `BackupDamaged`.
    """
    manifest.refuse_damaged(backup.path, read_manifest(backup.path))
    stored_files.refuse_damaged(backup.path, backup.mirror)
    needed = segments.needed_segments(backup.wal, Segment.named(backup.first), Segment.named(backup.last))
    segments.refuse_damaged(backup.wal, needed)
    return len(needed)


def backups_in(archive: Archive) -> list[Backup]:
    """Return the base backups of a folder, the oldest first."""
    paths = sorted(path for path in archive.base.iterdir() if not path.name.startswith(".") and path.is_dir())
    return [Backup.read(path) for path in paths if (path / RECORD).exists()]


def find_backup(archive: Archive | None, named: str) -> Backup:
    """Return the base backup of this name, or in this folder. Raises `BackupRefused` when there is none."""
    if os.sep in named or archive is None:
        return Backup.read(Path(named).absolute())
    return Backup.read(archive.base / named)


def drop_old(archive: Archive, *, keep: int) -> list[Backup]:
    """Drop all but the newest `keep` base backups, and the log that only they needed; return those dropped."""
    with exclusive(archive.folder / "backup.lock"):
        kept, dropped = (found := backups_in(archive))[-keep:], found[:-keep]
        for backup in dropped:
            shutil.rmtree(backup.path)
        if kept:
            oldest = min(Segment.named(backup.first) for backup in kept)
            for segment in segments.archived(archive.wal):
                if segment < oldest:
                    segment.path_in(archive.wal).unlink()
            newest = max(backup.ended_at for backup in kept)
            stored_files.drop_unneeded(
                stored_files.mirror_of(archive), [backup.path for backup in kept], older_than=newest.timestamp()
            )
    return dropped


def count_rows(connection: Connection[Any]) -> Counts:
    """Return how many rows every tenant has in the tables of which none ever goes; as a role that sees all tenants."""
    counts: dict[str, dict[str, int]] = {}
    existing = {name for (name,) in connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")}
    for table in (each for each in COUNTED if each in existing):
        query = SQL("SELECT slug, count(*) FROM {} JOIN tenant ON tenant.id = tenant_id GROUP BY slug")
        for slug, count in connection.execute(query.format(Identifier(table))):
            counts.setdefault(slug, {})[table] = count
    return counts


def missing_rows(before: Counts, after: Counts) -> Sequence[str]:
    """Return, in words, each table of which there are fewer rows than before; none is as it must be."""
    return [
        f"{tenant} 的 {table} 应有至少 {rows} 行，现有 {after.get(tenant, {}).get(table, 0)} 行"
        for tenant, tables in sorted(before.items())
        for table, rows in sorted(tables.items())
        if after.get(tenant, {}).get(table, 0) < rows
    ]


def hand_over_log(home: Home, archive: Archive) -> str:
    """Have the server begin a new segment and wait until the one before is archived; return its name.

    Raises `BackupRefused` when that takes too long.
    """
    with Postgres(home).connect() as connection:
        # Something must have been written since the last segment began, else none ends here.
        connection.execute("SELECT pg_create_restore_point('huiying')")
        name = str(_value(connection, "SELECT pg_walfile_name(pg_switch_wal())"))
    give_up = time.monotonic() + ARCHIVE_PATIENCE
    while not (archive.wal / f"{name}.gz").exists():
        if time.monotonic() > give_up:
            raise BackupRefused(f"日志 {name} 一直没有归档到 {archive.wal}。原因见 {home.logs / 'postgres.log'}。")
        time.sleep(0.05)
    return name


def _refuse_without_archiving(connection: Connection[Any], archive: Archive) -> None:
    is_on = _value(connection, "SHOW archive_mode") == "on"
    if not is_on or _value(connection, "SHOW archive_command") != archive_command(archive):
        raise BackupRefused("数据库是在设置备份之前启动的，还没有归档日志。请执行 huiying down 后重新启动，再做备份。")


def _copy_cluster(home: Home, draft: Path, *, label: str) -> None:
    draft.mkdir(mode=0o700)
    options = ["--format=tar", "--compress=client-gzip:1", "--wal-method=none", "--checkpoint=fast", "--no-password"]
    options += ["--manifest-checksums=SHA256", f"--host={home.sockets}", f"--username={SUPERUSER}", f"--label={label}"]
    made = subprocess.run(  # noqa: S603 -- the wheel's own program with arguments of ours, no shell  # nosec B603
        [postgres_programs(home) / "pg_basebackup", *options, f"--pgdata={draft}"],
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
        env={"PATH": os.defpath, "LC_ALL": "C"},
        umask=0o077,
    )
    if made.returncode != 0:
        reason = next((line for line in made.stderr.splitlines() if "error:" in line), "原因不明")
        raise BackupRefused(
            f"备份没有做成（{reason}）。请检查 {draft.parent} 的磁盘空间和 {home.logs / 'postgres.log'}。"
        )


def _clear_drafts(archive: Archive) -> None:
    for leftover in archive.base.glob(".*.part"):
        shutil.rmtree(leftover)


def _iso(value: object) -> str:
    assert isinstance(value, datetime)
    return value.isoformat()


def _value(connection: Connection[Any], query: LiteralString) -> Any:
    row = connection.execute(query).fetchone()
    return row[0] if row else None
