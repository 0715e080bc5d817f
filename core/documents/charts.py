"""Charts as SVG, drawn here for screen and print alike: bars, a dot plot against a line to hold, lines over time.

Colours are SVG attributes that the stylesheet overrides, so a chart without stylesheet is still right. Every mark is a
link where it has somewhere to lead, and says its value in a title.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import isnan

from markupsafe import Markup

INK, GRID, ONE, TWO, BAD = "#465362", "#d8dee6", "#0b57a8", "#0b6e43", "#d3322b"
TEXT_WIDTH, DIGIT_WIDTH = 12, 8
"""Width of one Chinese character and of one digit at the charts' type size."""
FIRST_WIDE = 0x2E80
"""From this character on they are those of Chinese."""
HALF_LABEL = 18
"""Half the width of a step's name, so that the last one stands inside the drawing."""
LEGEND = 48
"""Width of a line's dash in the legend, with the room on both of its sides."""
ALL_NAMED = 8
"""So many steps of time have room for a name each; of more about as many are named."""
MOST_MARKED = 60
"""With more steps than these a line stands without a marker at each."""


@dataclass(frozen=True, slots=True)
class Mark:
    """One value with its name, the words that say it, and the page that explains it."""

    label: str
    value: float
    words: str
    href: str | None = None


@dataclass(frozen=True, slots=True)
class Series:
    """One line over time; a value that is not a number (`math.nan`) leaves a gap."""

    label: str
    values: Sequence[float]


def bars(marks: Sequence[Mark], *, title: str, width: int = 560) -> Markup:
    """Draw horizontal bars from zero, in the order given."""
    left = _label_width(marks)
    scale = (width - left - _words_width(marks)) / max((mark.value for mark in marks), default=1)
    step = 30
    body = Markup("").join(
        _linked(
            mark,
            _text(left - 8, row * step + 19, mark.label, anchor="end", css="label")
            + Markup('<rect class="one" fill="%s" x="%s" y="%s" width="%.1f" height="18" rx="2"/>')
            % (ONE, left, row * step + 5, max(mark.value * scale, 1))
            + _text(left + mark.value * scale + 6, row * step + 19, mark.words),
        )
        for row, mark in enumerate(marks)
    )
    return _svg(body, title=title, width=width, height=len(marks) * step + 4)


def dot_plot(
    marks: Sequence[Mark], *, title: str, hold: float, low: float, high: float = 100, width: int = 640
) -> Markup:
    """Draw one dot per mark between `low` and `high`; a mark below `hold` is a red square, not only red.

    A dot plot may cut its axis; a bar must not, since a cut bar exaggerates.
    """
    left, step, top = _label_width(marks), 24 if len(marks) > 8 else 40, 8
    right = width - 24
    height = top + len(marks) * step + 28

    def across(value: float) -> float:
        return left + (max(value, low) - low) / (high - low) * (right - left)

    ticks = range(int(low), int(high) + 1, 5 if high - low <= 25 else 10)
    axis = Markup("").join(_text(across(tick), height - 6, f"{tick:g}%", anchor="middle") for tick in ticks)
    line = Markup('<line class="rule" stroke="%s" stroke-dasharray="4 3" x1="%.1f" x2="%.1f" y1="2" y2="%s"/>') % (
        INK,
        across(hold),
        across(hold),
        height - 24,
    )
    return _svg(
        axis
        + line
        + Markup("").join(
            _dot(mark, across(mark.value), top + (row + 0.5) * step, left, right, bad=mark.value < hold)
            for row, mark in enumerate(marks)
        ),
        title=title,
        width=width,
        height=height,
    )


def _dot(mark: Mark, x: float, y: float, left: float, right: float, *, bad: bool) -> Markup:
    shape = (
        Markup('<rect class="bad" fill="%s" x="%.1f" y="%s" width="10" height="10"/>') % (BAD, x - 5, y - 5)
        if bad
        else Markup('<circle class="one" fill="%s" cx="%.1f" cy="%s" r="5.5"/>') % (ONE, x, y)
    )
    words = (
        _text(x - 11, y + 4, mark.words, anchor="end", css="bad")
        if bad and x - left > 60
        else _text(x + 11, y + 4, mark.words, css="bad" if bad else "")
    )
    rail = Markup('<line class="grid" stroke="%s" x1="%s" x2="%s" y1="%s" y2="%s"/>') % (GRID, left, right, y, y)
    return rail + _linked(mark, _text(left - 8, y + 4, mark.label, anchor="end", css="label") + shape + words)


def lines(
    series: Sequence[Series],
    labels: Sequence[str],
    *,
    title: str,
    percent_from: float | None = None,
    width: int = 560,
    height: int = 340,
) -> Markup:
    """Draw up to two lines over the same steps of time; told apart by dash and by marker as well.

    They stand over zero, or with `percent_from` over that many percent and below a hundred.
    """
    left, top, bottom = 44, 30, height - 24
    lowest = percent_from or 0
    values = (value for one in series for value in one.values if not isnan(value))
    peak = 100 if percent_from is not None else _round_up(max(values, default=1))
    last = max(len(labels) - 1, 1)

    def point(step: int, value: float) -> tuple[float, float]:
        return left + step / last * (width - left - 12), bottom - (value - lowest) / (peak - lowest) * (bottom - top)

    def named(value: float) -> str:
        return _short(value) if percent_from is None else f"{value:g}%"

    marks = [lowest + (peak - lowest) * part / 4 for part in range(5)]
    grid = Markup("").join(
        Markup('<line class="grid" stroke="%s" x1="%s" x2="%s" y1="%.1f" y2="%.1f"/>')
        % (GRID, left, width - 12, point(0, mark)[1], point(0, mark)[1])
        + _text(left - 6, point(0, mark)[1] + 4, named(mark), anchor="end")
        for mark in marks
    )
    every = 1 if len(labels) <= ALL_NAMED else -(-len(labels) // (ALL_NAMED - 1))
    names = Markup("").join(
        _text(min(point(step, 0)[0], width - HALF_LABEL), height - 6, label, anchor="middle")
        for step, label in enumerate(labels)
        if step % every == 0
    )
    drawn = Markup("").join(
        _line(
            one,
            [point(step, value) for step, value in enumerate(one.values)],
            labels,
            place,
            left + sum(LEGEND + TEXT_WIDTH * len(before.label) for before in series[:place]),
            words="{:,.0f}" if percent_from is None else "{:.1f}%",
        )
        for place, one in enumerate(series)
    )
    return _svg(grid + names + drawn, title=title, width=width, height=height)


def _line(
    one: Series,
    points: Sequence[tuple[float, float]],
    labels: Sequence[str],
    place: int,
    legend_x: float,
    *,
    words: str,
) -> Markup:
    css, colour = ("one", ONE) if place == 0 else ("two", TWO)
    dash = Markup(' stroke-dasharray="6 4"') if place else Markup("")
    return (
        Markup("").join(
            Markup('<polyline class="line %s" fill="none" stroke="%s" stroke-width="2"%s points="%s"/>')
            % (css, colour, dash, " ".join(f"{x:.1f},{y:.1f}" for x, y in stretch))
            for stretch in _stretches(points)
        )
        + Markup('<line class="line %s" stroke="%s" stroke-width="2"%s x1="%s" x2="%s" y1="10" y2="10"/>')
        % (css, colour, dash, legend_x, legend_x + 24)
        + _text(legend_x + 30, 14, one.label, css="label")
        + Markup("").join(
            Markup("<g><title>%s</title>%s</g>")
            % (f"{labels[step]} {one.label} {words.format(value)}", _marker(x, y, css, colour))
            for step, ((x, y), value) in enumerate(zip(points, one.values, strict=True))
            if not isnan(value) and len(labels) <= MOST_MARKED
        )
    )


def _stretches(points: Sequence[tuple[float, float]]) -> Iterable[Sequence[tuple[float, float]]]:
    """Yield the points between two gaps."""
    stretch: list[tuple[float, float]] = []
    for x, y in points:
        if isnan(y):
            if stretch:
                yield stretch
            stretch = []
        else:
            stretch.append((x, y))
    if stretch:
        yield stretch


def _marker(x: float, y: float, css: str, colour: str) -> Markup:
    if css == "one":
        return Markup('<circle class="one" fill="%s" cx="%.1f" cy="%.1f" r="3.5"/>') % (colour, x, y)
    corners = f"{x:.1f},{y - 4.5:.1f} {x + 4.5:.1f},{y + 3.5:.1f} {x - 4.5:.1f},{y + 3.5:.1f}"
    return Markup('<polygon class="two" fill="%s" points="%s"/>') % (colour, corners)


def _linked(mark: Mark, inside: Markup) -> Markup:
    told = Markup("<title>%s %s</title>") % (mark.label, mark.words) + inside
    if mark.href is None:
        return Markup("<g>%s</g>") % told
    return Markup('<a href="%s">%s</a>') % (mark.href, told)


def _text(x: float, y: float, words: str, *, anchor: str = "start", css: str = "") -> Markup:
    return Markup('<text class="%s" fill="%s" x="%.1f" y="%.1f" text-anchor="%s">%s</text>') % (
        css,
        BAD if css == "bad" else INK,
        x,
        y,
        anchor,
        words,
    )


def _svg(body: Markup, *, title: str, width: int, height: int) -> Markup:
    role = "group" if "<a " in body else "img"  # what stands inside an image cannot be reached
    return Markup('<svg class="chart" role="%s" aria-label="%s" viewBox="0 0 %s %s" font-size="12">%s</svg>') % (
        role,
        title,
        width,
        height,
        body,
    )


def _label_width(marks: Iterable[Mark]) -> int:
    return max((len(mark.label) for mark in marks), default=4) * TEXT_WIDTH + 12


def _words_width(marks: Iterable[Mark]) -> int:
    return max((_width(mark.words) for mark in marks), default=0) + 8


def _width(words: str) -> int:
    """Return how wide words are: a Chinese character and its punctuation are wider than a digit."""
    return sum(TEXT_WIDTH if ord(character) >= FIRST_WIDE else DIGIT_WIDTH for character in words)


def _round_up(value: float) -> float:
    """Return the next round number, so that a quarter of it reads well."""
    if value <= 20:
        return max(4, -(-value // 4) * 4)
    size: float = 10 ** (len(str(int(value))) - 1)
    return next(size * part for part in (1.2, 1.6, 2, 2.4, 2.8, 3.2, 4, 6, 8, 12) if size * part >= value)


def _short(value: float) -> str:
    return f"{value / 10_000:g}万" if value >= 10_000 else f"{value:,.0f}"
