"""Shares of a whole: parts that always stand over the same total, and together are it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

OTHERS = "*"
"""Key of the row that holds all parts not shown by name."""
NONE = ""
"""Key of the row of those that have no value, for instance tickets of no matter yet."""


@dataclass(frozen=True, slots=True)
class Share:
    """One part of a whole in a period, and the same part in the period before."""

    key: str
    label: str
    numerator: int
    denominator: int
    numerator_before: int
    denominator_before: int

    @property
    def value(self) -> Fraction | None:
        return Fraction(self.numerator, self.denominator) if self.denominator else None

    @property
    def value_before(self) -> Fraction | None:
        return Fraction(self.numerator_before, self.denominator_before) if self.denominator_before else None


def shares(
    now: Mapping[str, int],
    before: Mapping[str, int],
    label: Callable[[str], str],
    *,
    top: int | None = None,
    others: str = "其他",
    none: str = "未填写",
) -> Sequence[Share]:
    """Return the parts of a whole, the largest first; with `top` only so many by name, and the others in one row.

    The whole is the sum of all parts, those not shown by name among them, so the numerators add up to the denominator.
    """
    parts = sorted((key for key in {*now, *before} if key != NONE), key=lambda key: (-now.get(key, 0), label(key)))
    named, rest = (parts, []) if top is None else (parts[:top], parts[top:])
    named = [key for key in named if now.get(key) or before.get(key)]

    def row(key: str, words: str, keys: Sequence[str]) -> Share:
        return Share(
            key,
            words,
            sum(now.get(each, 0) for each in keys),
            sum(now.values()),
            sum(before.get(each, 0) for each in keys),
            sum(before.values()),
        )

    rows = [row(key, label(key), [key]) for key in named]
    rows += [row(OTHERS, others, rest)] if rest else []
    rows += [row(NONE, none, [NONE])] if NONE in {*now, *before} else []
    return rows
