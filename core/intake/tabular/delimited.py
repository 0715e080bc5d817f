"""Delimited text (CSV): which encoding, which delimiter, and its rows one after the other."""

import codecs
import csv
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from core.intake.tabular.rows import Merged, Row, cleaned

DELIMITERS = (",", ";", "\t")
LOOK_AHEAD = 10
"""Rows looked at to find the delimiter and the header."""
CHUNK = 1 << 20
CELL_MAX = 10_000_000
"""Characters after which a cell is no cell any more, but the rest of the file behind a quote that nobody closed."""
UNCLOSED = "从这一行起双引号没有成对，其后的内容都被当作同一格；请补上引号后重新导入"
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def _marked(error: UnicodeError) -> tuple[str, int]:
    """Put a lone surrogate where bytes are no character: of those of UTF-16, Python's own way escapes only some."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return "\udcff", error.end


MARKED = "huiying.marked"
codecs.register_error(MARKED, _marked)


@dataclass(frozen=True, slots=True)
class DelimitedText:
    """A text file of rows. Bytes that its encoding does not know become lone surrogates, and thus a fault of one row."""

    path: Path
    encoding: str
    delimiter: str

    def rows(self) -> Iterator[Row]:
        """Read row by row; a file of any size needs the memory of one row."""
        csv.field_size_limit(CELL_MAX)  # the only way to set it; the default refuses 131,072 characters and more
        errors = MARKED if self.encoding == "utf-16" else "surrogateescape"
        with self.path.open(encoding=self.encoding, errors=errors, newline="") as file:
            lines = _Lines(file)
            reader = csv.reader(lines, delimiter=self.delimiter)
            number = 0
            while True:
                number += 1
                try:
                    cells = next(reader)
                except StopIteration:
                    return
                except csv.Error:
                    yield Row(number, (), UNCLOSED)
                    return
                # The reader asks for a line beyond the last one only when it still waits for a closing quote.
                yield Row(number, tuple(map(cleaned, cells)), UNCLOSED if lines.ended else "")

    def merged(self) -> tuple[Merged, ...]:
        """Return nothing: whoever saved cells as text has taken them apart."""
        return ()


def read_delimited(path: Path, is_header: Callable[[Sequence[str]], bool]) -> DelimitedText:
    """Find out encoding and delimiter. `is_header` recognises the cells of a header. Raises OSError."""
    encoding = _encoding_of(path)
    candidates = [DelimitedText(path, encoding, delimiter) for delimiter in DELIMITERS]
    return max(candidates, key=lambda text: _likelihood(text, is_header))


class _Lines:
    """The lines of a file, knowing whether somebody asked for more than there are."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self.ended = False

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        try:
            return next(self._lines)
        except StopIteration:
            self.ended = True
            raise


def _likelihood(text: DelimitedText, is_header: Callable[[Sequence[str]], bool]) -> tuple[bool, int]:
    first = [row.cells for row in islice(text.rows(), LOOK_AHEAD)]
    headers = [cells for cells in first if is_header(cells)] or [cells for cells in first if any(cells)]
    return any(map(is_header, first)), len(headers[0]) if headers else 0


def _encoding_of(path: Path) -> str:
    """Tell the encoding by its mark, or UTF-8 unless most of what is not ASCII makes no sense in it, then GB18030."""
    with path.open("rb") as file:
        head = file.read(4)
    for mark, encoding in _BOMS:
        if head.startswith(mark):
            return encoding
    wide, senseless = _measure(path, "utf-8")
    if 2 * senseless > wide and _measure(path, "gb18030")[1] < senseless:
        return "gb18030"
    return "utf-8"


def _measure(path: Path, encoding: str) -> tuple[int, int]:
    """Count the characters beyond ASCII, and among them the bytes that the encoding does not know."""
    wide = senseless = 0
    decoder = codecs.getincrementaldecoder(encoding)("surrogateescape")
    with path.open("rb") as file:
        ended = False
        while not ended:
            chunk = file.read(CHUNK)
            ended = not chunk
            text = decoder.decode(chunk, final=ended)
            if not text.isascii():
                wide += len(text) - len(text.encode("ascii", "ignore"))
                senseless += len(text) - len(text.encode("utf-8", "ignore").decode())
    return wide, senseless
