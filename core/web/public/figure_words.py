"""How published figures are written: the same words on a page, in a file and in an answer to a program."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from core.kit.saying import said, word
from core.statistics.public_own import OwnFigure, OwnReading
from core.statistics.small_counts import STEP, TOO_FEW, Told, rate_words, words_of
from core.statistics.words import value_words

PARTS = {"on_time": ("按时", "超期"), "satisfied": ("满意", "不满意")}
"""What the two parts of each rate are called."""
NOTHING_BEFORE = "上月没有可比的数据"
ABOUT_AS_MUCH = "与上月同期差不多"

Between = tuple[Fraction, Fraction] | None


@dataclass(frozen=True, slots=True)
class OwnLine:
    """A metric of the district: what it is called, its value and parts in the month before, this month and this year."""

    label: str
    periods: tuple[tuple[str, str], ...]
    note: str


def count_words(count: Told) -> str:
    """Write what is told of a count."""
    return words_of(count)


def words_in_file(count: Told) -> str | int:
    """Return a count for a file: a number where it is told, else the words of the page."""
    return words_of(count) if count.exact is None else count.exact


def rate_shown(between: Between) -> str:
    """Write a rate, or that too few stand behind it."""
    return rate_words(between)


def parts_words(rate: str, part: Told, rest: Told) -> str:
    """Write what a rate is made of: `按时 148，超期 少于 5`."""
    part_label, rest_label = PARTS[rate]
    return said(
        "{part_label} {part}，{rest_label} {rest}",
        part_label=word(part_label),
        part=word(words_of(part)),
        rest_label=word(rest_label),
        rest=word(words_of(rest)),
    )


def change_of_count(now: Told, before: Told | None) -> str:
    """Write how a count of the month so far has changed against the same days of the month before; both are told in steps."""
    if before is None:
        return NOTHING_BEFORE
    if now.high is None or before.high is None or abs(now.low - before.low) < STEP:
        return ABOUT_AS_MUCH
    change = now.low - before.low
    amount = f"{abs(change):,}"
    if change > 0:
        return said("比上月同期多约 {amount} 件", amount=amount)
    return said("比上月同期少约 {amount} 件", amount=amount)


def change_of_rate(now: Between, before: Between) -> str:
    """Write how a rate has changed; where what is told of both overlaps, that it is about the same."""
    if now is None or before is None:
        return NOTHING_BEFORE if before is None else ""
    if now[0] <= before[1] and before[0] <= now[1]:
        return ABOUT_AS_MUCH
    change = float(sum(now) - sum(before)) / 2 * 100
    points = f"{abs(change):.1f}"
    if change > 0:
        return said("比上月同期上升约 {points} 个百分点", points=points)
    return said("比上月同期下降约 {points} 个百分点", points=points)


def own_words(figures: Sequence[OwnFigure]) -> list[OwnLine]:
    """Write what a district publishes besides."""
    return [
        OwnLine(
            each.metric.label,
            tuple(_own(each, reading) for reading in (each.before, each.now, each.year)),
            each.metric.note,
        )
        for each in figures
    ]


def _own(figure: OwnFigure, reading: OwnReading) -> tuple[str, str]:
    unit = figure.metric.unit
    if unit == "count" or figure.metric.denominator is None:
        return said("{n} 件", n=word(words_of(reading.part))), ""
    if unit != "percent":
        value = TOO_FEW if reading.value is None else value_words(reading.value[0], unit)
        return value, said("{n} 件", n=word(words_of(reading.part)))
    rest = reading.rest or Told(0, 0)
    if not reading.is_part:
        return rate_words(reading.value), f"{words_of(reading.part)} / {words_of(rest)}"
    if reading.part.exact is not None and rest.exact is not None:
        value = TOO_FEW if reading.value is None else value_words(reading.value[0], unit)
        return value, f"{reading.part.exact:,}/{reading.part.exact + rest.exact:,}"
    return rate_words(reading.value), said(
        "{part}，其余 {rest}", part=word(words_of(reading.part)), rest=word(words_of(rest))
    )
