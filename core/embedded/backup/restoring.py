"""Restoring 恢复: a new home made from a base backup and the archived log, up to its end or to a moment."""

import os
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psycopg

from core.embedded.archiving import quoted
from core.embedded.backup import manifest, segments, stored_files
from core.embedded.backup.base_backups import Backup
from core.embedded.backup.manifest import read_manifest
from core.embedded.backup.segments import Segment
from core.embedded.errors import BackupDamaged, RestoreRefused, ServerNotStarted
from core.embedded.files import private_folder, write_private
from core.embedded.home import Home, exists, open_home
from core.embedded.locks import Tell, exclusive, start_lock
from core.embedded.postgres import Postgres
from core.kit.fingerprints import fingerprints
from core.kit.keys import Keyring

ADDED = "postgresql.auto.conf"
SIGNAL = "recovery.signal"
TELL_EVERY = 10.0
SETTINGS = """\
restore_command = 'test -f "{log}/%f.gz" && gzip -dc "{log}/%f.gz" > "%p"'
recovery_target_action = 'promote'
"""
STARTING = "the database system is"
"""Begins what every connection is told that comes too early."""
NOT_REACHED = "recovery ended before configured recovery target was reached"


@dataclass(frozen=True, slots=True)
class Restored:
    """A home that was restored: how long it took to unpack and to recover, and up to which commit it came."""

    home: Home
    segments: int
    unpacked_seconds: float
    recovered_seconds: float
    last_commit: datetime | None


def restore(backup: Backup, *, into: Path, keys: Path | None, at: datetime | None, tell: Tell) -> Restored:
    """Make a new home at `into` from a base backup, recovered to `at`, or to the end of the archived log.

    `keys` is the key file that was in use, unless it lies in `into` already: it is in no backup. The servers are stopped
    when this returns. Raises `RestoreRefused`, `BackupDamaged` or `ServerNotStarted`; then nothing is left of the home.
    """
    ring = _keys_for(backup, into, keys)
    if at is not None and at < backup.ended_at:
        raise RestoreRefused(
            f"备份 {backup.name} 在 {backup.ended_at.astimezone():%Y-%m-%d %H:%M:%S %z} 才做完，不能由它恢复到更早的时刻。"
            "请选更早的备份，见 huiying backup list。"
        )
    began = time.monotonic()
    said = read_manifest(backup.path)
    needed = segments.needed_segments(backup.wal, Segment.named(backup.first), Segment.named(backup.last))
    segments.refuse_damaged(backup.wal, needed)
    with _new_home(into) as home:
        write_private(home.keys, ring)
        manifest.refuse_damaged(backup.path, said, into=home.cluster)
        stored_files.refuse_damaged(backup.path, backup.mirror, into=home.path / "files")
        log = home.state / "recovery"
        private_folder(log, uid=home.account.uid, gid=home.account.gid)
        for path in backup.wal.glob("*.gz"):
            if path.name.endswith(".history.gz") or Segment.path_in(needed[0], backup.wal).name <= path.name:
                _link_or_copy(path, log / path.name)
        added = (home.cluster / ADDED).read_text(encoding="utf-8")
        settings = SETTINGS.format(log=quoted(str(log)).replace("%", "%%"))
        if at is not None:
            settings += f"recovery_target_time = '{at.astimezone(UTC).isoformat(sep=' ')}'\n"
        (home.cluster / ADDED).write_text(added + settings, encoding="utf-8")
        (home.cluster / SIGNAL).touch(0o600)
        _give_to(home, home.cluster, log)
        unpacked = time.monotonic()
        last_commit = _recover(home, added, at=at, tell=tell)
        shutil.rmtree(log)
    return Restored(home, len(needed), unpacked - began, time.monotonic() - unpacked, last_commit)


def _keys_for(backup: Backup, into: Path, keys: Path | None) -> str:
    """Return the content of the key file for a new home. Raises `RestoreRefused` when it is not the right one."""
    if exists(into) or (into.exists() and {path.name for path in into.iterdir()} - {"keys.json"}):
        raise RestoreRefused(f"{into} 里已有安装或别的东西，恢复不会覆盖它。请用 --into 指定一个新的文件夹。")
    path = keys or into / "keys.json"
    if not path.is_file():
        raise RestoreRefused(
            "备份里没有密钥，没有它联系方式无法解密、封存无法核对。请用 --keys 指明另外保存的 keys.json。"
        )
    have: Mapping[str, str] = {str(number): mark for number, mark in fingerprints(Keyring.load(path)).items()}
    if wrong := [number for number, mark in backup.keys.items() if have.get(number) != mark]:
        raise RestoreRefused(
            f"{path} 不是做这份备份时用的密钥：缺少第 {wrong[0]} 号（指纹 {backup.keys[wrong[0]]}）。请找出当时的 keys.json。"
        )
    return path.read_text(encoding="utf-8")


@contextmanager
def _new_home(into: Path) -> Iterator[Home]:
    """Make a home with an empty cluster; when the block fails, nothing is left of it but a key file that lay there."""
    was_there = into.exists()
    kept = {path.name for path in into.iterdir()} if was_there else set()
    home = open_home(into)
    try:
        if home.cluster.exists() and any(home.cluster.iterdir()):
            raise RestoreRefused(f"{home.cluster} 里已有数据，恢复不会覆盖它。请用 --into 指定另一个文件夹。")
        private_folder(home.cluster, uid=home.account.uid, gid=home.account.gid)
    except BaseException:
        _forget(home, kept, was_there=was_there, with_data=False)
        raise
    try:
        yield home
    except BaseException:
        _forget(home, kept, was_there=was_there, with_data=True)
        raise


def _forget(home: Home, kept: set[str], *, was_there: bool, with_data: bool) -> None:
    if with_data:
        for folder in (home.cluster, home.state / "recovery", home.sockets):
            shutil.rmtree(folder, ignore_errors=True)
        if home.state != home.path:
            shutil.rmtree(home.state, ignore_errors=True)
    for path in home.path.iterdir():
        if path.name not in kept:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    if not was_there:
        home.path.rmdir()


def _give_to(home: Home, *folders: Path) -> None:
    """Make the database's account the owner of everything below."""
    if home.account.uid == os.geteuid():
        return
    for folder in folders:
        for path in (folder, *folder.rglob("*")):
            os.chown(path, home.account.uid, home.account.gid)


def _link_or_copy(path: Path, target: Path) -> None:
    """Bring a segment along; a copy, since its owner and rights become the database's."""
    shutil.copyfile(path, target)
    target.chmod(0o600)


def _recover(home: Home, added: str, *, at: datetime | None, tell: Tell) -> datetime | None:
    """Start the server, wait until all of the log is replayed, and stop it; return the last commit's time."""
    postgres = Postgres(home)
    with exclusive(start_lock(home.state)):
        try:
            postgres.start(lambda _: tell("正在重放日志，请稍候……"))
            last_commit = _await_end(postgres, tell)
            with postgres.connect() as connection:
                connection.execute("CHECKPOINT")
        except (ServerNotStarted, psycopg.OperationalError) as error:
            raise _in_words(home, at) or error from error
        finally:
            postgres.stop()
        write_private(home.cluster / ADDED, added, uid=home.account.uid, gid=home.account.gid)
    return last_commit


def _await_end(postgres: Postgres, tell: Tell) -> datetime | None:
    told, last_commit = time.monotonic(), None
    while True:
        if not postgres.is_running():
            raise ServerNotStarted("数据库在重放日志时停止了。")
        with postgres.connect() as connection:
            row = connection.execute("SELECT pg_is_in_recovery(), pg_last_xact_replay_timestamp()").fetchone()
        assert row is not None
        is_recovering, replayed = row
        last_commit = replayed if isinstance(replayed, datetime) else last_commit
        if not is_recovering:
            return last_commit
        if time.monotonic() - told > TELL_EVERY:
            tell(f"正在重放日志，已到 {last_commit}……")
            told = time.monotonic()
        time.sleep(0.05)


def _in_words(home: Home, at: datetime | None) -> BackupDamaged | RestoreRefused | None:
    """Say why recovery ended, as far as the server told."""
    said = (home.logs / "postgres.log").read_text(encoding="utf-8", errors="replace")
    if at is not None and NOT_REACHED in said:
        return RestoreRefused(
            f"归档日志里没有 {at.astimezone():%Y-%m-%d %H:%M:%S %z} 之后的提交，到不了这一时刻。不写 --at 则恢复到最后一次提交。"
        )
    fatal = [
        line.partition("FATAL:")[2].strip() for line in said.splitlines() if "FATAL:" in line and STARTING not in line
    ]
    return BackupDamaged(f"重放日志时数据库停止了：{fatal[-1]}。请选另一份备份或另一时刻。") if fatal else None
