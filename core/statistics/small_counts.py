"""Small counts 少于 5: what may be published of counts that add up, so that nobody can be picked out.

A count from 1 to 4 is never said. What is published of a count is where it lies (`Told`), and every rate follows from
what is told of its two parts, so no rate tells more. What the total and the other rows leave possible is worked out as a
reader would (`possible`), and as long as that is less than "anything under five" for a small count, more is withheld
不单列: first the next row beside it, then the row above, and at last the total is told in wider steps.

Zero is told of what was taken in, dispatched and concluded: there is nobody behind it. Of parts of a quotient (in time and
overdue, satisfied and not) it counts among the small ones, because 0 or 100 % says something of every single one; only
where both parts are nothing there is nobody either.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from math import ceil, floor

from core.kit.saying import said

FEWEST = 5
"""Fewer than so many are never said."""
STEP = 5
"""A period that is not over is told in steps of so many, so that two readings of it never tell of a single one."""
STEP_OF_A_DAY = 10
"""The same of today, of which the month that is not over consists."""
WIDER = (5, 10, 20, 50, 100, 200, 500, 1000)
"""Steps in which a total is told where no row below it can be withheld for the small ones."""
WITHHELD, TOO_FEW = "不单列", "样本太少"
FAR = 20
"""Where a withheld count can be anything between two further apart, it is not said between which."""
VAGUE = Fraction(1, 5)
"""A rate that may lie anywhere between two further apart is withheld."""
ENDLESS = 10**15
"""Stands for no bound above while sums are taken; no count comes near it."""


@dataclass(frozen=True, slots=True)
class Told:
    """Where a published count lies, both ends included; `high` None = nothing is said of how many there are above `low`.

    With `is_withheld` it is not shown, and lies where anybody may work out from what is shown.
    """

    low: int
    high: int | None
    is_withheld: bool = False

    @property
    def exact(self) -> int | None:
        """The count, where it is told."""
        return self.low if self.low == self.high and not self.is_withheld else None


NOTHING = Told(0, 0)
COVER, OPEN = Told(FEWEST, None, is_withheld=True), Told(0, None, is_withheld=True)
"""A row that is withheld for others' sake: it is no small one, or (with rows of its own below) anything."""


def told(n: int, *, step: int = 1, zero: bool = True) -> Told:
    """Return what is told of a count that stands alone: itself, that it is small, or the step that it lies in."""
    if n == 0 and zero:
        return NOTHING
    first = max(FEWEST, step)
    if n < first:
        return Told(1 if zero else 0, first - 1)
    return Told(n // step * step, n // step * step + step - 1)


def words_of(count: Told) -> str:
    """Write what is told of a count: `1,204`, `少于 5`, `1,200+` (at least so many), `9–12`, or that it is withheld."""
    if count.exact is not None:
        return f"{count.low:,}"
    if count.high is None or (count.is_withheld and count.high - count.low > FAR):
        return WITHHELD
    if count.is_withheld and count.high >= FEWEST:
        return f"{count.low:,}–{count.high:,}"
    return said("少于 {n}", n=count.high + 1) if count.low <= 1 else f"{count.low:,}+"


def small_words(n: int) -> str:
    """Write a count that stands alone: of which neither parts nor a total are published beside it."""
    return words_of(told(n))


def rate_of(part: Told, rest: Told, *, sample: int) -> tuple[Fraction, Fraction] | None:
    """Return between which values a part's rate in itself and the rest lies; None where not even `sample` are told of."""
    if part.low + rest.low < sample:
        return None
    low = Fraction(0) if rest.high is None else Fraction(part.low, part.low + rest.high)
    high = Fraction(1) if part.high is None else Fraction(part.high, part.high + rest.low)
    return low, high


def rate_words(between: tuple[Fraction, Fraction] | None) -> str:
    """Write a rate to one decimal, or between which two it lies: `96.1%`, `97.3% 以上`, `88.2%–93.3%`.

    One of too few says so, and one of which hardly anything is told is withheld.

    A rate of which something is left is never written as 100 %, and one that is not nothing never as 0.
    """
    if between is None:
        return TOO_FEW
    low, high = between
    if (near := _tenths(low)) == _tenths(high):
        return f"{near / 10:.1f}%"
    if high - low > VAGUE:
        return WITHHELD
    least, most = floor(low * 1000) / 10, ceil(high * 1000) / 10
    if high == 1:
        return said("{least}% 以上", least=f"{least:.1f}")
    if low == 0:
        return said("{most}% 以下", most=f"{most:.1f}")
    return f"{least:.1f}%–{most:.1f}%"


def possible(counts: Sequence[Told], above: Sequence[int]) -> list[Told]:
    """Return for each row what is left for a reader who adds up and subtracts.

    `above` names for each row the one that it is part of, which comes before it; the first has -1. Each row with parts is
    their sum. What is returned is exact: for every value in it there is a table that would be told alike.
    """
    found = [(each.low, ENDLESS if each.high is None else each.high) for each in counts]
    parts = [(0, 0)] * len(found)
    has_parts = set(above)
    for row in range(len(found) - 1, -1, -1):
        if row in has_parts:
            found[row] = _both(found[row], parts[row])
        if row:
            (low, high), (least, most) = parts[above[row]], found[row]
            parts[above[row]] = (low + least, high + most)
    for row in range(1, len(found)):
        (low, high), (least, most), (own_least, own_most) = found[above[row]], parts[above[row]], found[row]
        found[row] = _both(found[row], (low - (most - own_most), high - (least - own_least)))
    return [Told(low, None if high >= ENDLESS // 2 else high) for low, high in found]


@lru_cache(maxsize=4096)
def tell(
    values: tuple[int, ...], above: tuple[int, ...], *, step: int = 1, zero: bool = True, covers: bool = True
) -> tuple[Told, ...]:
    """Return what is told of the rows of one column, so that every small count may still be anything that is small.

    `above` is as `possible` takes it. With `covers` False no row is withheld for another's sake, because each is published
    elsewhere as well: then only the total gives way.
    """
    counts = [told(n, step=step, zero=zero) for n in values]
    column = _Column(values, above, zero=zero)
    while (row := column.in_danger(counts)) is not None:
        counts = column.remedied(counts, row, step=step, covers=covers)
    left = possible(counts, above)
    return tuple(replace(left[row], is_withheld=True) if each.is_withheld else each for row, each in enumerate(counts))


class _Column:
    """One column of a table whose rows add up in a tree."""

    def __init__(self, values: tuple[int, ...], above: tuple[int, ...], *, zero: bool) -> None:
        self._values, self._above, self._zero = values, above, zero
        self._parts: list[list[int]] = [[] for _ in values]
        for row, whole in enumerate(above):
            if whole >= 0:
                self._parts[whole].append(row)

    def in_danger(self, counts: Sequence[Told]) -> int | None:
        """Return the last small row of which a reader learns more than that it is small, None when there is none."""
        left = possible(counts, self._above)
        return next((row for row in reversed(range(len(counts))) if not self._is_safe(row, counts, left)), None)

    def remedied(self, counts: Sequence[Told], row: int, *, step: int, covers: bool) -> list[Told]:
        """Return the counts with more withheld, so that a row is safe; with no sum left at all it is in any case."""
        base = self._without(counts, {each for each in self._path(row) if self._parts[each]})
        for more in self._remedies(counts, row) if covers else ():
            base = self._without(counts, more)
            if self._is_safe(row, base, possible(base, self._above)):
                return base
        for wider in WIDER:
            low = self._values[0] // wider * wider
            tried = [Told(low, low + wider - 1), *base[1:]]
            if wider > step and self._is_safe(row, tried, possible(tried, self._above)):
                return tried
        return self._without(counts, [each for each, parts in enumerate(self._parts) if parts])

    def _is_safe(self, row: int, counts: Sequence[Told], left: Sequence[Told]) -> bool:
        n, here = self._values[row], left[row]
        if n >= FEWEST or (n == 0 and self._zero):
            return True
        if counts[row].is_withheld:  # a row with parts, of which not even is said that it is small
            return here.low != here.high
        seen = sum(counts[part].low for part in self._parts[row])  # so many are there by what is told of the parts
        least = max(seen, 1 if self._zero else 0)
        return here.low <= least < FEWEST - 1 and (here.high is None or here.high >= FEWEST - 1)

    def _remedies(self, counts: Sequence[Told], row: int) -> Iterator[Collection[int]]:
        """Yield sets of rows to withhold, each more than the one before: beside the row, then beside what it is part of.

        Rows are taken in their order and never by how large they are, and none is shown again that did not suffice: who
        knows these rules learns from the choice no more than from the rows.
        """
        withheld: set[int] = {row} if self._parts[row] else set()
        here = row
        while here:
            whole = self._above[here]
            if withheld:
                yield set(withheld)
            for each in self._parts[whole]:
                if each != here and self._values[each] >= FEWEST and not counts[each].is_withheld:
                    withheld |= self._cover(counts, each)
                    yield set(withheld)
            if whole:
                withheld.add(whole)
            here = whole

    def _cover(self, counts: Sequence[Told], row: int) -> set[int]:
        """Return a row and, where all its parts are told, the first that can be withheld among them, and so on down."""
        parts = self._parts[row]
        if not parts or any(counts[part].exact is None for part in parts):
            return {row}
        fitting = [part for part in parts if self._values[part] >= FEWEST]
        return {row} | self._cover(counts, fitting[0]) if fitting else {row}

    def _path(self, row: int) -> Iterator[int]:
        """Yield the row and what it is part of, below the first."""
        while row:
            yield row
            row = self._above[row]

    def _without(self, counts: Sequence[Told], rows: Collection[int]) -> list[Told]:
        return [(OPEN if self._parts[row] else COVER) if row in rows else count for row, count in enumerate(counts)]


def _tenths(value: Fraction) -> int:
    """Return a quotient in tenths of a percent, half up."""
    if 0 < value < 1:
        return min(max(floor(value * 1000 + Fraction(1, 2)), 1), 999)
    return int(value * 1000)


def _both(one: tuple[int, int], other: tuple[int, int]) -> tuple[int, int]:
    return max(one[0], other[0]), min(one[1], other[1])
