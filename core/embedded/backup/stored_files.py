"""Files of tickets in the backup folder: each once, under its random name, whichever backups need it.

A file never changes, so a backup copies what is new and lists all there is. Files added between two backups are in none:
`huiying backup files` copies them alone, as often as wanted.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from core.embedded.archiving import Archive
from core.embedded.errors import BackupDamaged
from core.embedded.files import write_private
from core.embedded.home import Home

LIST = "files.json"
CHUNK = 1024 * 1024
Listed = Mapping[str, str]
"""SHA-256 of each file by its path below the folder."""


def folder_of(home: Home) -> Path | None:
    """Return where an installation's files lie, None where a bucket holds them: its own versions are the backup then."""
    named = os.environ.get("HUIYING_FILES", "")
    if named.startswith("s3://"):
        return None
    return Path(named).absolute() if named else home.path / "files"


def mirror_of(archive: Archive) -> Path:
    """Return where a backup folder keeps files."""
    return archive.folder / "files"


def copy_new(folder: Path | None, archive: Archive) -> dict[str, str]:
    """Copy files that the backup folder does not have yet; return all there are. One that was removed meanwhile is left."""
    listed: dict[str, str] = {}
    mirror = mirror_of(archive)
    mirror.mkdir(mode=0o700, exist_ok=True)
    for path, name in _below(folder):
        try:
            listed[name] = _copy(path, mirror / name)
        except FileNotFoundError:
            continue
    return listed


def write_list(draft: Path, listed: Listed) -> None:
    """Keep with a base backup which files belong to it."""
    write_private(draft / LIST, json.dumps(listed, indent=0, sort_keys=True))


def read_list(backup: Path) -> Listed:
    """Return which files belong to a base backup; to one of before there were any, none. Raises `BackupDamaged`."""
    try:
        stored: Any = json.loads((backup / LIST).read_text(encoding="utf-8"))
        return {str(name): str(mark) for name, mark in stored.items()}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, AttributeError) as error:
        raise BackupDamaged(f"附件清单 {backup / LIST} 读不出来，备份已损坏。请选另一份。") from error


def refuse_damaged(backup: Path, mirror: Path, *, into: Path | None = None) -> int:
    """Hold every listed file against the list, copying all that lie there into a folder if one is given; return how many.

    Files of later backups come along: the log may tell of them. Raises `BackupDamaged`, naming the first that differs.
    """
    listed = read_list(backup)
    for name, mark in listed.items():
        path = mirror / name
        if not path.is_file() or _mark(path) != mark:
            raise BackupDamaged(f"备份中的附件 {path} 缺失或已损坏。请选另一份，或从别处找回它。")
    if into is not None:
        for path, name in _below(mirror):
            _copy(path, into / name)
    return len(listed)


def drop_unneeded(mirror: Path, kept: list[Path], *, older_than: float) -> None:
    """Remove files that no kept base backup lists and that were copied before the newest of them (seconds of the epoch)."""
    needed = {name for backup in kept for name in read_list(backup)}
    for path, name in list(_below(mirror)):
        if name not in needed and path.stat().st_mtime < older_than:
            path.unlink()


def _below(folder: Path | None) -> Iterator[tuple[Path, str]]:
    if folder is None or not folder.is_dir():
        return
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.name.startswith(".") and "#" not in path.name:
            yield path, path.relative_to(folder).as_posix()


def _copy(path: Path, target: Path) -> str:
    """Copy a file whole, on disk before it has its name, unless it is there; return its SHA-256."""
    mark = _mark(path)
    if target.is_file() and target.stat().st_size == path.stat().st_size:
        return mark
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = target.with_name(f".{target.name}.part")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with path.open("rb") as source, os.fdopen(descriptor, "wb") as file:
        shutil.copyfileobj(source, file, CHUNK)
        file.flush()
        os.fsync(file.fileno())
    draft.rename(target)
    return mark


def _mark(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
