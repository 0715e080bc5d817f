"""Checking published figures: shares against the counts they are made from, and sums against their parts.

A printed share is right when the exact one lies no further from it than half of its last digit.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from core.kit import saying
from core.kit.errors import Refused

HALF = Fraction(1, 2)


class FiguresUnusable(Refused):
    """The published figures cannot be checked as they are given."""

    code = "figures-unusable"


@dataclass(frozen=True, slots=True)
class Published:
    """One published line: what it is about, its count, the whole that it is a part of, and its share in percent.

    `parts` names the lines that it claims to be the sum of. What was not published is None.
    """

    row: int
    label: str
    count: int | None = None
    whole: int | None = None
    share: Decimal | None = None
    parts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that does not follow from the other figures, in words."""

    row: int
    label: str
    words: str


def check(lines: Sequence[Published]) -> Sequence[Finding]:
    """Return what does not follow, in the order of the lines. Raises `FiguresUnusable` for a part that is not there."""
    by_label = _by_label(lines)
    return [Finding(line.row, line.label, words) for line in lines for words in _faults(line, by_label)]


def _by_label(lines: Iterable[Published]) -> Mapping[str, Published]:
    found: dict[str, Published] = {}
    for line in lines:
        if line.label in found:
            raise FiguresUnusable(
                saying.said(
                    "第 {row} 行的“{label}”与第 {found_row} 行同名，分不清核对哪一个。请改成不同的名称。",
                    row=line.row,
                    label=saying.word(line.label),
                    found_row=found[line.label].row,
                )
            )
        found[line.label] = line
    return found


def _faults(line: Published, by_label: Mapping[str, Published]) -> Iterator[str]:
    if line.count is not None and line.whole is not None:
        yield from _whole_faults(line.count, line.whole)
    if line.parts:
        yield from _sum_faults(line, [_part(line, name, by_label) for name in line.parts])
    elif line.count is not None and line.whole:
        yield from _share_faults(line, line.count, line.whole, "")


def _part(line: Published, name: str, by_label: Mapping[str, Published]) -> Published:
    part = by_label.get(name)
    if part is None or part is line:
        raise FiguresUnusable(
            saying.said(
                "第 {row} 行的“{label}”说由“{name}”构成，表中没有这一项。请核对名称。",
                row=line.row,
                label=saying.word(line.label),
                name=name,
            )
        )
    return part


def _whole_faults(count: int, whole: int) -> Iterator[str]:
    if count > whole:
        yield saying.said("件数 {count:,} 超过总数 {whole:,}", count=count, whole=whole)


def _sum_faults(line: Published, parts: Sequence[Published]) -> Iterator[str]:
    counts = [part.count for part in parts if part.count is not None]
    if len(counts) == len(parts):
        total = sum(counts)
        what = saying.said("{number} 部分合计 {total:,} 件", number=len(parts), total=total)
        if line.count is not None and line.count != total:
            yield saying.said(
                "写 {count:,} 件，{what}，{difference}",
                count=line.count,
                what=what,
                difference=_difference(line.count, total),
            )
        whole = line.whole or next((part.whole for part in parts if part.whole), None)
        if whole:
            yield from _share_faults(line, total, whole, what)
        return
    shares = [part.share for part in parts if part.share is not None]
    if line.share is not None and len(shares) == len(parts):
        total_share = sum((Fraction(share) for share in shares), Fraction(0))
        leeway = _half_digit(line.share) + sum(map(_half_digit, shares), Fraction(0))
        if abs(total_share - Fraction(line.share)) > leeway:
            yield saying.said(
                "写 {share}%，{number} 部分的占比合计 {percent}",
                share=line.share,
                number=len(parts),
                percent=_percent(total_share, line.share),
            )


def _difference(said: int, total: int) -> str:
    less = said - total
    return (
        saying.said(
            "少 {less:,} 件（占 {percent}）", less=less, percent=_percent(Fraction(100 * less, said), Decimal("0.01"))
        )
        if less > 0
        else saying.said("多 {less:,} 件", less=-less)
    )


def _share_faults(line: Published, count: int, whole: int, what: str) -> Iterator[str]:
    if line.share is None:
        return
    exact = Fraction(100 * count, whole)
    if abs(exact - Fraction(line.share)) > _half_digit(line.share):
        needed = int(Fraction(line.share) * whole / 100 + HALF)
        named = saying.said("{what}，", what=what) if what else ""
        yield (
            saying.said(
                "写 {share}%，{named}{count:,}/{whole:,} 是 {percent}；要 {share}% 须有 {needed:,} 件",
                share=line.share,
                named=named,
                count=count,
                whole=whole,
                percent=_percent(exact, line.share),
                needed=needed,
            )
        )


def _half_digit(share: Decimal) -> Fraction:
    exponent = share.as_tuple().exponent
    assert isinstance(exponent, int)
    return Fraction(1, 10**-exponent if exponent < 0 else 1) / 2


def _percent(value: Fraction, like: Decimal) -> str:
    """Write a percentage with as many digits as another one, half up."""
    exponent = like.as_tuple().exponent
    assert isinstance(exponent, int)
    digits = max(-exponent, 0)
    return f"{Decimal(int(value * 10**digits + HALF)).scaleb(-digits)}%"
