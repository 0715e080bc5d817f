"""What a base backup must consist of: the server's own manifest, held against the files, which may be unpacked on the way.

`pg_verifybackup` of the programs brought along cannot be relied on, and reads no compressed archive.
"""

import hashlib
import json
import os
import tarfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any

from core.embedded.errors import BackupDamaged

FILES = "base.tar.gz"
MANIFEST = "backup_manifest"
CHECKSUM_LINE = b'"Manifest-Checksum"'
CHUNK = 1024 * 1024
NOT_ONLY_FILES = "既不是文件也不是文件夹"


@dataclass(frozen=True, slots=True)
class Content:
    """What a file must be."""

    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What the server says of a base backup: its cluster, its files, and the part of the log it needs."""

    system: str
    files: Mapping[str, Content]
    timeline: int
    start_lsn: str
    end_lsn: str


def read_manifest(backup: Path) -> Manifest:
    """Read the manifest of a base backup. Raises `BackupDamaged` when it is not as the server wrote it."""
    path = backup / MANIFEST
    try:
        raw = path.read_bytes()
        stored: Any = json.loads(raw)
        covered = raw[: raw.rindex(CHECKSUM_LINE)]
        if hashlib.sha256(covered).hexdigest() != stored["Manifest-Checksum"]:
            raise ValueError
        (needed,) = stored["WAL-Ranges"]
        return Manifest(
            system=str(stored["System-Identifier"]),
            files={_name(each): Content(each["Size"], each.get("Checksum", "")) for each in stored["Files"]},
            timeline=needed["Timeline"],
            start_lsn=needed["Start-LSN"],
            end_lsn=needed["End-LSN"],
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BackupDamaged(f"备份的清单 {path} 缺失或已被改动，不能使用这份备份。请选另一份。") from error


def refuse_damaged(backup: Path, manifest: Manifest, *, into: Path | None = None) -> None:
    """Hold every file of a base backup against the manifest, unpacking it below `into` if that is given.

    Raises `BackupDamaged` naming the first file that differs, is missing, or is not in the manifest.
    """
    seen = set()
    path = backup / FILES
    try:
        with tarfile.open(path, "r|gz") as archive:
            for member in archive:
                name = str(PurePosixPath(member.name))
                target = into / name if into else None
                if member.isdir():
                    _refuse_outside(path, name)
                    if target:
                        target.mkdir(mode=0o700, parents=True, exist_ok=True)
                    continue
                content, file = manifest.files.get(name), archive.extractfile(member) if member.isfile() else None
                if content is None or file is None:
                    raise BackupDamaged(f"{path} 中的 {name} 不在清单里，备份已被改动。请选另一份。")
                _refuse_outside(path, name)
                if _copied(file, target) != content:
                    raise BackupDamaged(f"{path} 中的 {name} 与清单不符，备份已损坏或被改动。请选另一份。")
                seen.add(name)
    except (tarfile.TarError, OSError, EOFError, zlib.error) as error:
        raise BackupDamaged(f"{path} 读不下去（{error}），备份已损坏或被改动。请选另一份。") from error
    if missing := sorted(set(manifest.files) - seen):
        raise BackupDamaged(f"{path} 中缺少 {missing[0]}，备份不完整。请选另一份。")


def _copied(file: IO[bytes], target: Path | None) -> Content:
    """Read a file to its end, writing it where it is wanted, and return what it was."""
    digest, size = hashlib.sha256(), 0
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600) if target else None
    try:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
            size += len(chunk)
            if descriptor is not None:
                os.write(descriptor, chunk)
    finally:
        if descriptor is not None:
            os.close(descriptor)
    return Content(size, digest.hexdigest())


def _refuse_outside(path: Path, name: str) -> None:
    if PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts:
        raise BackupDamaged(f"{path} 中的 {name} 指向备份之外，备份已被改动。请选另一份。")


def _name(stored: Mapping[str, Any]) -> str:
    return str(stored["Path"]) if "Path" in stored else bytes.fromhex(stored["Encoded-Path"]).decode()
