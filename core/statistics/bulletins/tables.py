"""Tables and charts that sections of a bulletin share: how units answered, figures beside two other months."""

from collections.abc import Sequence
from fractions import Fraction

from core.documents.charts import Mark
from core.documents.model import Bars, Cell, Dots, Number, Table
from core.hooks.values import Appellant, BulletinRules
from core.hooks.values.words import APPELLANT_LABELS
from core.statistics.documents import PATTERNS, value_cell
from core.statistics.figures import Figure
from core.statistics.queries import Counts
from core.statistics.words import NOTHING, change_words, parts_words, value_words

TOTAL, TOO_FEW = "合计", "样本太少"
APART: Sequence[Appellant] = ("person", "enterprise")
"""Whose appeals are told apart for each unit; those of other bodies are in the sum."""
LOWEST, TICK = 75, 10
"""Where the axis of satisfaction begins, in percent, unless somebody lies below."""


def count(n: int) -> Number:
    """Return a count as a cell."""
    return Number(f"{n:,}", n)


def quotient(numerator: int, denominator: int) -> Cell:
    """Return a rate as a cell, or a dash where there is nothing to divide by."""
    return value_cell(Fraction(numerator, denominator) if denominator else None, "percent")


def figures(pairs: Sequence[tuple[Figure, Figure]]) -> Table:
    """Return figures: each beside the month before, and once more beside the same month a year before."""
    rows = [
        (
            now.label,
            _with_parts(now),
            value_cell(now.before.value, now.unit),
            change_words(now.now.value, now.before.value, now.unit),
            value_cell(then.before.value, then.unit),
            change_words(then.now.value, then.before.value, then.unit),
        )
        for now, then in pairs
    ]
    return Table(("指标", "本月", "上月", "环比", "上年同月", "同比"), rows)


def handling(
    what: str,
    lines: Sequence[tuple[str, Counts]],
    rules: BulletinRules,
    *,
    whole: Counts,
    by_appellant: bool = False,
) -> Table:
    """Return how each was answered, with the whole as the last row; `by_appellant` tells residents and enterprises apart.

    The whole is counted by itself and not added up from the rows.
    """
    apart = [APPELLANT_LABELS[kind] for kind in APART] if by_appellant else []
    rows = [(label, *_handled(counts, rules, by_appellant=by_appellant)) for label, counts in lines]
    if rows:
        rows.append((TOTAL, *_handled(whole, rules, by_appellant=by_appellant)))
    return Table((what, "受理", *apart, "答复", "按时", "解决", "满意"), rows)


def _handled(counts: Counts, rules: BulletinRules, *, by_appellant: bool) -> tuple[Cell, ...]:
    kinds = APART if by_appellant else ()
    return (
        count(counts.n("accepted")),
        *(count(counts.n("accepted", {"appellant": (kind,)})) for kind in kinds),
        count(counts.n("replied")),
        _rate(counts.n("on_time"), counts.n("due")),
        _rate(counts.n("resolved"), counts.n("answered_resolved")),
        _judged(counts.n("satisfied"), counts.n("rated"), rules),
    )


def _rate(numerator: int, denominator: int) -> Cell:
    value = Fraction(numerator, denominator) if denominator else None
    if value is None:
        return NOTHING
    return Number(f"{value_words(value, 'percent')}\n{numerator:,}/{denominator:,}", value, PATTERNS["percent"])


def _judged(satisfied: int, rated: int, rules: BulletinRules) -> Cell:
    """Return satisfaction, or that there are too few ratings to say any."""
    return f"{TOO_FEW}\n{satisfied:,}/{rated:,}" if 0 < rated < rules.sample else _rate(satisfied, rated)


def bars_of(title: str, lines: Sequence[tuple[str, int]]) -> Bars | None:
    """Return counts as bars, or None where all are nothing."""
    marks = [Mark(label, n, f"{n:,}") for label, n in lines if n]
    return Bars(title, marks) if marks else None


def satisfaction_dots(lines: Sequence[tuple[str, Counts]], floor: Fraction | None, rules: BulletinRules) -> Dots | None:
    """Return those that were rated often enough against the floor, lowest first; None without a floor or two of them."""
    values = sorted(
        (Fraction(counts.n("satisfied"), counts.n("rated")), label)
        for label, counts in lines
        if counts.n("rated") >= rules.sample
    )
    if floor is None or len(values) < 2:
        return None
    lowest = int(float(values[0][0] * 100)) // TICK * TICK
    marks = [Mark(label, float(value * 100), value_words(value, "percent")) for value, label in values]
    return Dots("满意率（虚线为通报线）", marks, hold=float(floor * 100), low=min(lowest, LOWEST))


def _with_parts(of: Figure) -> Cell:
    cell, parts = value_cell(of.now.value, of.unit), parts_words(of.now, of.unit)
    return Number(f"{cell.words}\n{parts}", cell.value, cell.pattern) if isinstance(cell, Number) and parts else cell
