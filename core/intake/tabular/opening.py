"""Opening a file as a table: what kind of file it is, and where in it the header stands."""

import io
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from core.intake.tabular.delimited import LOOK_AHEAD, read_delimited
from core.intake.tabular.rejects import as_it_was, is_of_rejects
from core.intake.tabular.rows import Row, Sheet, TableUnusable
from core.intake.tabular.workbook import read_workbook
from core.kit.saying import said

HEAD_BYTES = 8192
UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
OTHER_KINDS = (
    (b"%PDF", " PDF 文档"),
    (b"\x89PNG", "图片"),
    (b"\xff\xd8\xff", "图片"),
    (b"GIF8", "图片"),
    (b"PK\x05\x06", "空的压缩包"),
    (b"\x1f\x8b", "压缩包"),
    (b"Rar!", "压缩包"),
    (b"7z\xbc\xaf\x27\x1c", "压缩包"),
    (b"SQLite format 3", "数据库"),
    (b"{\\rtf", " RTF 文档"),
)
PACKED = 20
"""How much smaller a workbook is than what is in it, at most."""
MARKUP = (b"<!doctype", b"<html", b"<table", b"<?xml", b"<meta")


@dataclass(frozen=True, slots=True)
class Table:
    """A header and the rows below it. Rows can be read more than once; those that are wholly blank are left out."""

    columns: tuple[str, ...]
    header_number: int
    sheet: Sheet

    def rows(self) -> Iterator[Row]:
        """Read the rows below the header."""
        mended = is_of_rejects(self.columns)
        for row in self.sheet.rows():
            if row.number > self.header_number and not row.is_blank:
                yield replace(row, cells=tuple(map(as_it_was, row.cells))) if mended else row

    def count(self) -> int:
        """Return how many rows there are, by reading through the file once."""
        return sum(1 for _ in self.rows())


def open_table(path: Path, *, is_header: Callable[[Sequence[str]], bool]) -> Table:
    """Open delimited text or a workbook. `is_header` recognises the cells of the wanted header.

    Lines of title above the header are passed over. When no header is recognised, the first row that is not blank is
    taken for it, so that the caller can name the columns. Raises `TableUnusable`.
    """
    try:
        sheets = _sheets(path, is_header)
        tables = [table for sheet in sheets if (table := _table(sheet, is_header))]
    except FileNotFoundError as error:
        raise TableUnusable(said("没有 {path} 这个文件。请检查路径和文件名。", path=path)) from error
    except PermissionError as error:
        raise TableUnusable(
            said("没有读取 {name} 的权限。请换有权限的账号运行，或请文件的主人放开权限。", name=path.name)
        ) from error
    except OSError as error:
        raise TableUnusable(
            said(
                "{name} 读不出来（{strerror}）。请检查存放它的磁盘或网络位置。", name=path.name, strerror=error.strerror
            )
        ) from error
    if not tables:
        raise TableUnusable(said("{name} 里什么也没有。请换一个第一行是列名、其下每行一条记录的文件。", name=path.name))
    return next((table for table in tables if is_header(table.columns)), tables[0])


def refuse_huge(name: str, content: bytes, *, most_bytes: int) -> None:
    """Raise `TableUnusable` for more bytes than that in a file that was handed in, also for those that a workbook packs."""
    size = len(content)
    if content.startswith(b"PK"):
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as packed:
                size = max(size, sum(part.file_size for part in packed.infolist()) // PACKED)
        except zipfile.BadZipFile as error:
            raise TableUnusable(said("{name} 已损坏，读不出来。请在 Excel 里另存后再导入。", name=name)) from error
    if size > most_bytes:
        raise TableUnusable(
            said(
                "{name} 太大，没有导入。这类文件不超过 {most_bytes} MB，请分成几个。",
                name=name,
                most_bytes=most_bytes // 1000000,
            )
        )


def _sheets(path: Path, is_header: Callable[[Sequence[str]], bool]) -> Sequence[Sheet]:
    if path.is_dir():
        raise TableUnusable(
            said("{name} 是文件夹，不是文件。请指定其中的一个 CSV 或 Excel 文件。", name=path.name or path)
        )
    if path.exists() and not path.is_file():
        raise TableUnusable(
            said("{name} 不是普通文件，无法反复读取。请先把内容存成 CSV 或 Excel 文件。", name=path.name)
        )
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    if not head.strip(b"\xef\xbb\xbf\r\n\t ,;"):
        raise TableUnusable(said("{name} 是空文件。请换一个第一行是列名、其下每行一条记录的文件。", name=path.name))
    if head.startswith(WORKBOOKS):
        return read_workbook(path)
    if other := _other_kind(head):
        raise TableUnusable(
            said("{name} 是{other}，不是表格。请提供 CSV 或 Excel（xlsx、xls、ods）文件。", name=path.name, other=other)
        )
    return [read_delimited(path, is_header)]


def _other_kind(head: bytes) -> str:
    """Name the kind of a file that is no table, or return an empty text."""
    for mark, name in OTHER_KINDS:
        if head.startswith(mark):
            return name
    if head.removeprefix(b"\xef\xbb\xbf").lstrip().lower().startswith(MARKUP):
        return "网页或 XML（扩展名可能是 xls，请用 Excel 打开后另存为 xlsx）"
    control = sum(byte < 9 or 13 < byte < 32 for byte in head)
    return "二进制文件" if 10 * control > len(head) and not head.startswith(UTF16_MARKS) else ""


def _table(sheet: Sheet, is_header: Callable[[Sequence[str]], bool]) -> Table | None:
    first = [row for row in islice(sheet.rows(), LOOK_AHEAD) if not row.is_blank]
    if not first:
        return None
    header = next((row for row in first if is_header(row.cells)), first[0])
    names = list(header.cells)
    while names and not names[-1]:
        names.pop()
    return Table(tuple(names), header.number, sheet)
