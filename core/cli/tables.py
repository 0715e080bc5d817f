"""Tables at the command line whose columns line up, a Chinese character being two cells wide."""

import unicodedata
from collections.abc import Iterable, Sequence

GAP = "  "


def width(text: str) -> int:
    """Return how many cells of a terminal the text takes."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def table(head: Sequence[str], rows: Iterable[Sequence[str]], *, right: Sequence[int] = ()) -> list[str]:
    """Return the lines of a table under its head; `right` are the columns that stand to the right."""
    lines = [head, *rows]
    widths = [max(width(line[place]) for line in lines) for place in range(len(head))]

    def cell(text: str, place: int) -> str:
        space = " " * (widths[place] - width(text))
        return space + text if place in right else text + space

    return [GAP.join(cell(text, place) for place, text in enumerate(line)).rstrip() for line in lines]
