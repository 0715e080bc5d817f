"""The archived log 归档日志: segments of 16 MB under their names, compressed; whether none is missing and all are whole."""

import gzip
import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from core.embedded.errors import BackupDamaged

SEGMENT_BYTES = 16 * 1024 * 1024
PER_LOG = 0x100000000 // SEGMENT_BYTES
NAME = re.compile(r"^([0-9A-F]{8})([0-9A-F]{8})([0-9A-F]{8})\.gz$")
CHUNK = 1024 * 1024


@dataclass(frozen=True, slots=True, order=True)
class Segment:
    """One segment: its timeline and its place in the log."""

    timeline: int
    number: int

    @classmethod
    def of_lsn(cls, timeline: int, lsn: str, *, last_byte: bool = False) -> Self:
        """Return the segment that holds a position such as `0/2000028`; with `last_byte` the byte before it."""
        high, _, low = lsn.partition("/")
        return cls(timeline, ((int(high, 16) << 32) + int(low, 16) - last_byte) // SEGMENT_BYTES)

    @classmethod
    def named(cls, name: str) -> Self:
        """Return the segment of a name such as `000000010000000000000002`."""
        return cls(int(name[:8], 16), int(name[8:16], 16) * PER_LOG + int(name[16:24], 16))

    def __str__(self) -> str:
        return f"{self.timeline:08X}{self.number // PER_LOG:08X}{self.number % PER_LOG:08X}"

    def path_in(self, wal: Path) -> Path:
        """Return where the segment lies in an archive."""
        return wal / f"{self}.gz"


def archived(wal: Path) -> list[Segment]:
    """Return the segments of an archive in order."""
    return sorted(Segment.named(path.name) for path in wal.iterdir() if NAME.match(path.name))


def needed_segments(wal: Path, first: Segment, last: Segment) -> Sequence[Segment]:
    """Return `first` and all that follow it on its timeline. Raises `BackupDamaged` when one in between is missing.

    `last` is the one at which the base backup ends: without it the backup cannot be used at all.
    """
    found = {each for each in archived(wal) if each.timeline == first.timeline and each >= first}
    newest = max([*found, last])
    wanted = [Segment(first.timeline, number) for number in range(first.number, newest.number + 1)]
    if missing := [each for each in wanted if each not in found]:
        more = f"等 {len(missing)} 段" if len(missing) > 1 else ""
        raise BackupDamaged(
            f"归档日志缺少 {missing[0]}{more}，{wal} 里找不到，之后的变更无法重放。{_until(missing[0], last)}"
        )
    return wanted


def refuse_damaged(wal: Path, segments: Sequence[Segment]) -> None:
    """Read every segment through. Raises `BackupDamaged` naming the first that is not whole."""
    for each in segments:
        try:
            with gzip.open(each.path_in(wal)) as file:
                length = sum(len(chunk) for chunk in _chunks(file))
        except (OSError, EOFError, zlib.error):
            length = 0
        if length != SEGMENT_BYTES:
            raise BackupDamaged(
                f"归档日志 {each} 已损坏：{each.path_in(wal)} 解压后与写入时不符。请用另一份副本替换它。"
            )


def _until(missing: Segment, last: Segment) -> str:
    if missing <= last:
        return "这份备份因此不能使用，请选更早或更晚的备份。"
    return "请从另一份副本补上它；或把它和之后的各段移走，只恢复到它之前。"


def _chunks(file: gzip.GzipFile) -> Iterator[bytes]:
    while chunk := file.read(CHUNK):
        yield chunk
