"""The ladder of pressing drawn as a line: one station after the other, with its light, its time and what is done there."""

from collections.abc import Sequence
from datetime import tzinfo

from markupsafe import Markup

from core.journey.ladder import Station
from core.kit.saying import said, word
from core.web.admin.limit_drawing import FILLS
from core.web.language.charts import drawing_shown
from core.web.language.speaking import t

STEP, LEFT, LINE, ROW = 150, 90, 66, 18
WIDTH, WIDEST = 1100, 240
"""A line fills this width if its stations do not stand further apart than that."""
MOST_ROWS = 6
"""Steps that are told below a station; of more the number is told."""
LETTER = 6
"""Width of a letter below a station; a Chinese character is two of them."""
FIRST_WIDE = 0x2E80
"""From this character on they are wide."""


def ladder_drawn(stations: Sequence[Station], zone: tzinfo, *, title: str, css: str = "") -> Markup:
    """Draw the stations in their order, evenly apart: which comes when stands above each."""
    gaps = max(len(stations) - 1, 1)
    apart = min(max((WIDTH - 2 * LEFT) / gaps, STEP), WIDEST)
    width = LEFT * 2 + apart * gaps
    rows = min(max((len(_rows(each, apart)) for each in stations), default=1), MOST_ROWS + 1)
    height = LINE + 26 + rows * ROW
    line = Markup('<line class="way" stroke="#7b8794" x1="{}" x2="{}" y1="{y}" y2="{y}"/>').format(
        LEFT, LEFT + apart * (len(stations) - 1), y=LINE
    )
    body = Markup("").join(
        _station(LEFT + apart * number, number, each, zone, apart) for number, each in enumerate(stations)
    )
    drawing = Markup(
        '<svg class="chart line-of-ladder {}" role="img" aria-label="{}" viewBox="0 0 {} {}" width="{}" font-size="12">'
        "{}{}</svg>"
    ).format(css, t(title), width, height, width, line, body)
    return drawing_shown(drawing)


def _station(x: float, number: int, station: Station, zone: tzinfo, apart: float) -> Markup:
    local = station.at.astimezone(zone)
    rows = _rows(station, apart)
    shown = (
        rows if len(rows) <= MOST_ROWS else [*rows[:MOST_ROWS], said("另有 {number} 项", number=len(rows) - MOST_ROWS)]
    )
    below = Markup("").join(_text(x, LINE + 28 + place * ROW, each) for place, each in enumerate(shown))
    return Markup("<g><title>{}</title>{}{}{}{}</g>").format(
        t(said("{number} {station} {at:%Y-%m-%d %H:%M}", number=number + 1, station=word(station.words), at=local)),
        _text(x, 18, station.words, css="label"),
        _text(x, 36, f"{local.month}/{local.day} {local:%H:%M}"),
        _shape(x, station),
        below or _text(x, LINE + 28, "不催办" if station.clock else ""),
    )


def _rows(station: Station, apart: float) -> list[str]:
    """Return what is done at a station, steps of one kind to several in one line each."""
    return list(
        dict.fromkeys(
            _cut(apart, t(said("{what} → {to}", what=word(each.what), to=each.to.partition("（")[0])))
            for each in station.steps
        )
    )


def _cut(apart: float, words: str) -> str:
    width = 0
    for place, sign in enumerate(words):
        width += LETTER if ord(sign) < FIRST_WIDE else 2 * LETTER
        if width > apart:
            return f"{words[: place - 1]}…"
    return words


def _shape(x: float, station: Station) -> Markup:
    if not station.clock:
        return Markup('<circle class="begin" fill="#0b57a8" cx="{}" cy="{}" r="9"/>').format(x, LINE)
    if station.light == "red":
        return Markup('<rect class="red" fill="#d3322b" x="{}" y="{}" width="18" height="18"/>').format(x - 9, LINE - 9)
    corners = f"{x},{LINE - 11} {x + 11},{LINE} {x},{LINE + 11} {x - 11},{LINE}"
    return Markup('<polygon class="{}" fill="{}" points="{}"/>').format(station.light, FILLS[station.light], corners)


def _text(x: float, y: float, words: str, *, css: str = "") -> Markup:
    return Markup('<text class="{}" x="{:.1f}" y="{:.1f}" text-anchor="middle">{}</text>').format(css, x, y, t(words))
