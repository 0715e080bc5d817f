"""Reading CSV and TOML so that every value still knows the line it stands on."""

import csv
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tenants.faults import Faults

_TOML_LINE = re.compile(r"at line (\d+)")
_HEADER = re.compile(r"\s*\[")


@dataclass(frozen=True)
class Row:
    """One row of a CSV file: its line, and its cells by column."""

    line: int
    cells: Mapping[str, str]

    def several(self, column: str) -> tuple[str, ...]:
        """Return the parts of a cell that is separated by `|`."""
        return tuple(part for part in (part.strip() for part in self.cells[column].split("|")) if part)


def file_name(path: Path) -> str:
    """Return the file's name with its district's, as faults call it."""
    return f"{path.parent.name}/{path.name}"


def read_text(path: Path, faults: Faults) -> str | None:
    """Return the file's text, or note why there is none."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        faults.add(file_name(path), None, "没有这个文件，而每个区都要有它；请补上，没有内容的可以只写表头")
    except UnicodeDecodeError:
        faults.add(file_name(path), None, "不是 UTF-8 编码，汉字会变成乱码；请另存为 UTF-8 后再试")
    return None


def read_rows(path: Path, columns: Sequence[str], optional: Sequence[str], faults: Faults) -> list[Row]:
    """Return the rows of a CSV file whose header must be `columns`, then any of `optional`; cells are stripped."""
    text = read_text(path, faults)
    if text is None:
        return []
    lines = csv.reader(text.splitlines())
    header = next(lines, [])
    if header[: len(columns)] != list(columns) or not set(header[len(columns) :]) <= set(optional):
        wanted = ",".join(columns) + "".join(f"[,{name}]" for name in optional)
        faults.add(file_name(path), 1, f"表头是“{','.join(header)}”，认不出各列；请改成“{wanted}”")
        return []
    rows = []
    for cells in lines:
        if len(cells) != len(header):
            sentence = f"有 {len(cells)} 列，表头有 {len(header)} 列，对不上；含有英文逗号的格子请加双引号"
            faults.add(file_name(path), lines.line_num, sentence)
            continue
        stripped = {name: cell.strip() for name, cell in zip(header, cells, strict=True)}
        rows.append(Row(lines.line_num, dict.fromkeys(optional, "") | stripped))
    return rows


class Table:
    """A table of a TOML file. Asking for a key checks its type; a wrong one is noted and answered with a default."""

    def __init__(
        self, values: Mapping[str, Any], *, file: str, lines: Sequence[str], line: int, faults: Faults
    ) -> None:
        self.values = values
        self.file = file
        self.line = line
        self.faults = faults
        self._lines = lines
        self._asked: set[str] = set()

    def __contains__(self, key: str) -> bool:
        return key in self.values

    def text(self, key: str, default: str | None = None) -> str:
        """Return a line of text; without a default it must be there and not be empty."""
        value = self._value(key, str, "文字", default)
        if default is None and key in self.values and value == "":
            self.fault(key, f"{key} 是空的；请填写")
        return value if isinstance(value, str) else ""

    def number(self, key: str, default: int | None = None) -> int:
        value = self._value(key, int, "整数", default)
        return value if isinstance(value, int) else 0

    def truth(self, key: str, default: bool | None = None) -> bool:
        return bool(self._value(key, bool, "true 或 false", default))

    def texts(self, key: str, default: tuple[str, ...] | None = None) -> tuple[str, ...]:
        """Return a list of texts."""
        values = self._value(key, list, "列表", default)
        if isinstance(values, list) and not all(isinstance(value, str) for value in values):
            self.fault(key, f"{key} 的每一项都要是加引号的文字；请改正")
            return ()
        return tuple(values) if values else ()

    def mapping(self, key: str) -> Mapping[str, Any]:
        """Return a table inside this one; nothing when it is not there."""
        value = self._value(key, dict, "一个表", {})
        return value if isinstance(value, dict) else {}

    def value(self, key: str) -> Any:
        """Return whatever stands there, None when nothing does."""
        self._asked.add(key)
        return self.values.get(key)

    def tables(self, key: str) -> Iterator["Table"]:
        """Yield the tables of an array `[[key]]`, each with the line of its own header."""
        headers = [number for number, line in enumerate(self._lines, 1) if line.strip().startswith(f"[[{key}]]")]
        for index, values in enumerate(self._value(key, list, f"若干个 [[{key}]]", [])):
            line = headers[index] if index < len(headers) else 1
            yield Table(values, file=self.file, lines=self._lines, line=line, faults=self.faults)

    def fault(self, key: str, sentence: str) -> None:
        """Note a fault at the line of the key, or of the table when the key is not there."""
        self.faults.add(self.file, self._line_of(key), sentence)

    def refuse_others(self) -> None:
        """Note every key that was never asked for: most likely it is misspelt."""
        for key in self.values:
            if key not in self._asked:
                known = "、".join(sorted(self._asked))
                self.fault(key, f"不认识 {key}，写了也不起作用；可用的有 {known}，请改正或删去")

    def _value(self, key: str, kind: type, kind_words: str, default: object) -> Any:
        self._asked.add(key)
        if key not in self.values:
            if default is None:
                self.fault(key, f"缺少 {key}，它是必填的；请补上")
            return default
        value = self.values[key]
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            self.fault(key, f"{key} 写成了“{value}”，这里要写{kind_words}；请改正")
            return default
        return value

    def _line_of(self, key: str) -> int:
        wanted = re.compile(rf"\s*(\[+)?\"?{re.escape(key)}\"?\s*(=|\]|\.)")
        for number, line in enumerate(self._lines[self.line - 1 :], self.line):
            if wanted.match(line):
                return number
            if number > self.line > 1 and _HEADER.match(line):
                break
        return self.line


def read_table(path: Path, faults: Faults) -> Table | None:
    """Return the TOML file as one table, or note why it cannot be read."""
    text = read_text(path, faults)
    if text is None:
        return None
    try:
        values = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # numbers and brackets without an end are no TOMLDecodeError
        line = _TOML_LINE.search(str(error))
        sentence = f"不合 TOML 语法（{error}），整个文件都读不了；请检查引号、方括号和等号"
        faults.add(file_name(path), int(line[1]) if line else None, sentence)
        return None
    return Table(values, file=file_name(path), lines=text.splitlines(), line=1, faults=faults)
