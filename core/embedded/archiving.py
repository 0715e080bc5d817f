"""Where an installation keeps its backups, and how its database hands its log over to that folder.

A backup folder holds `base` (base backups, each a folder of its own), `wal` (the log's segments, compressed), and a mark
that says which cluster it belongs to.
"""

import json
import os
import shlex
import subprocess
from dataclasses import dataclass
from pathlib import Path

from core.embedded.account import own_account
from core.embedded.errors import BackupRefused
from core.embedded.files import private_folder, write_private
from core.embedded.home import Home

REACH_SECONDS = 60
"""At most this much of what was confirmed is not in the archive yet."""
ARCHIVE_COMMAND = (
    "if test -e {wal}/%f.gz; then gzip -dc {wal}/%f.gz | cmp -s - %p; "
    "else gzip -1 -c %p > {wal}/.%f.part && sync {wal}/.%f.part && mv {wal}/.%f.part {wal}/%f.gz && sync {wal}; fi"
)
"""Hands one segment over: never over one that is there and differs, and whole on disk before it has its name."""
SETTINGS = """\
archive_mode = on
archive_command = '{command}'
archive_timeout = '{reach}s'    # so much may be lost with this machine
"""
ACCESS = "local replication {superuser} peer map=huiying\n"


@dataclass(frozen=True, slots=True)
class Archive:
    """A backup folder."""

    folder: Path

    @property
    def base(self) -> Path:
        return self.folder / "base"

    @property
    def wal(self) -> Path:
        return self.folder / "wal"

    @property
    def mark(self) -> Path:
        return self.folder / "huiying-backup.json"


def record_of(home: Home) -> Path:
    """Return where a home says in which folder its backups are."""
    return home.path / "backup.json"


def find_archive(home: Home) -> Archive | None:
    """Return the backup folder of a home, None where none was set up."""
    try:
        return Archive(Path(json.loads(record_of(home).read_text(encoding="utf-8"))["folder"]))
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError):
        raise BackupRefused(
            f"{record_of(home)} 已损坏，不知道备份在哪里。删除它，再执行 huiying backup init 文件夹。"
        ) from None


def set_up_archive(home: Home, folder: Path, *, system: str) -> Archive:
    """Make a backup folder for the cluster of this system identifier and note it in the home.

    Only its owner may read it. `wal` belongs to the account under which the database runs.
    Raises `BackupRefused` when the folder is another installation's, holds something else, or cannot be written.
    """
    archive = Archive(folder.absolute())
    _refuse_inside(home, archive.folder)
    mark = {"system": system, "home": str(home.path)}
    _refuse_anothers(archive, mark)
    own = own_account()
    private_folder(archive.folder, uid=own.uid, gid=own.gid)
    private_folder(archive.base, uid=own.uid, gid=own.gid)
    private_folder(archive.wal, uid=home.account.uid, gid=home.account.gid)
    if home.account.uid != own.uid:
        archive.folder.chmod(0o711)  # passed through on the way to `wal`, and not read
    _refuse_unreachable(home, archive)
    for path in home.cluster.iterdir():  # what root once left there, the server could not read when it is copied
        if path.stat().st_uid != home.account.uid:
            os.chown(path, home.account.uid, home.account.gid)
    write_private(archive.mark, json.dumps(mark, indent=2))
    write_private(record_of(home), json.dumps({"folder": str(archive.folder)}, indent=2))
    return archive


def archive_settings(archive: Archive) -> str:
    """Return the lines of the server's configuration that have it hand its log over."""
    return SETTINGS.format(command=quoted(archive_command(archive)), reach=REACH_SECONDS)


def archive_command(archive: Archive) -> str:
    """Return the shell command by which the server hands one segment over."""
    return ARCHIVE_COMMAND.replace("{wal}", shlex.quote(str(archive.wal)).replace("%", "%%"))


def quoted(text: str) -> str:
    """Return a text as it stands between the quotes of a server's setting."""
    return text.replace("\\", "\\\\").replace("'", "''")


def _refuse_inside(home: Home, folder: Path) -> None:
    for own in (home.path, home.state):
        if folder.is_relative_to(own):
            raise BackupRefused(f"{folder} 在安装自己的文件夹 {own} 里，会与数据一起丢失。请选另一块磁盘上的文件夹。")


def _refuse_anothers(archive: Archive, mark: dict[str, str]) -> None:
    """Refuse a folder of another cluster, and of the cluster that this one was restored from: their logs differ."""
    if not archive.folder.exists() or not any(archive.folder.iterdir()):
        return
    try:
        found = {name: json.loads(archive.mark.read_text(encoding="utf-8"))[name] for name in mark}
    except (OSError, ValueError, KeyError, TypeError):
        raise BackupRefused(f"{archive.folder} 里已有别的东西，不能用来存放备份。请选一个空的文件夹。") from None
    if found != mark:
        raise BackupRefused(f"{archive.folder} 存放着另一个安装（{found['home']}）的备份。请选一个空的文件夹。")


def _refuse_unreachable(home: Home, archive: Archive) -> None:
    tried = subprocess.run(  # noqa: S603 -- fixed program, no shell  # nosec B603
        ["/bin/sh", "-c", 'test -w "$0" && test -x "$0"', str(archive.wal)],
        cwd="/",
        env={"PATH": os.defpath},
        check=False,
        **home.account.launch_arguments(),
    )
    if tried.returncode != 0:
        raise BackupRefused(
            f"运行数据库的账户 {home.account.name} 写不了 {archive.wal}：上级文件夹不让它通过。"
            "请换一个它能到达的文件夹，如 /var/backups/huiying。"
        )
