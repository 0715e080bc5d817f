"""Limits laid over the working calendar, drawn as SVG: one column for each date, one lane for each clock.

Where time counts, a lane is thick; where it stands, thin. A mark is a diamond and the due time a square, so that nothing
is told by colour alone; colours are classes that the stylesheet gives.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from markupsafe import Markup

from core.documents.charts import BAD, GRID, INK, ONE
from core.hooks.values import Budget
from core.kit.saying import said, word
from core.sla.labels import LIGHT_LABELS
from core.web.language.charts import drawing_shown
from core.web.language.speaking import t
from core.workdays.rules import ONE_DAY, Timetable
from core.workdays.specification import WEEKDAYS

FILLS = {
    "works": "#e7f0fb",
    "rests": "url(#rest)",
    "counts": ONE,
    "yellow": "#f2b200",
    "red": BAD,
    "green": "#12995d",
}
"""Colours where there is no stylesheet."""
WIDTH, LEFT, TOP, LANE, BOTTOM = 1080, 128, 46, 44, 8
RIGHT = 132
"""Room for the words of the last due time."""
DAY = 86_400
MOST_DAYS = 62
"""More dates than that cannot be told apart."""
NIGHT = 0.12
"""Part of a column that the hours before work get, and as much those after it: most happens between."""
NARROW = 34
"""A column less wide than this shows the day's number alone."""


@dataclass(frozen=True, slots=True)
class Point:
    """Something on a lane at an instant: its tone (`yellow`, `red`, `green`) and what it is called."""

    at: datetime
    tone: str
    words: str


@dataclass(frozen=True, slots=True)
class Lane:
    """A clock as it is drawn: its name and length, from when to when it runs, its marks; `is_draft`: by a draft."""

    label: str
    words: str
    budget: Budget
    start: datetime
    due: datetime
    points: tuple[Point, ...]
    is_pressed: bool = True
    is_draft: bool = False


def drawn(lanes: Sequence[Lane], timetable: Timetable, *, start: datetime, title: str) -> Markup:
    """Draw the dates from the start to the last due time, the working hours of each, and over them the lanes."""
    return drawing_shown(_Sheet(lanes, timetable, start).svg(title))


class _Sheet:
    """One drawing: which dates it has, and where an instant stands in it."""

    def __init__(self, lanes: Sequence[Lane], timetable: Timetable, start: datetime) -> None:
        self.lanes, self.timetable, self.start = lanes, timetable, start
        self.first = timetable.date_of(start)
        last = max((timetable.date_of(lane.due) for lane in lanes), default=self.first) + ONE_DAY
        self.days = min((last - self.first).days + 1, MOST_DAYS)
        self.column = (WIDTH - LEFT - RIGHT) / self.days
        worked = [part for number in range(self.days) for part in timetable.day(self.first + number * ONE_DAY).segments]
        self.opens = min((part.start for part in worked), default=0)
        self.closes = max((part.end for part in worked), default=DAY)
        self.height = TOP + len(lanes) * LANE + BOTTOM

    def svg(self, title: str) -> Markup:
        parts = [self._day(self.first + number * ONE_DAY) for number in range(self.days)]
        parts += [self._lane(row, lane) for row, lane in enumerate(self.lanes)]
        x = self._x(self.start)
        begin = Markup(
            '<line class="begin" stroke="{}" x1="{x:.1f}" x2="{x:.1f}" y1="{}" y2="{}"><title>{}</title></line>'
        ).format(INK, TOP - 4, self.height, t(said("起点 {at}", at=self._local(self.start))), x=x)
        return Markup(
            '<svg class="chart calendar" role="img" aria-label="{}" viewBox="0 0 {} {}" font-size="12">'
            '<defs><pattern id="rest" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
            '<line class="hatch" stroke="#d8dee6" x1="0" y1="0" x2="0" y2="6"/></pattern></defs>{}{}</svg>'
        ).format(t(title), WIDTH, self.height, Markup("").join(parts), begin)

    def _day(self, on: date) -> Markup:
        """Draw a date: its head, its working hours, a hatching where nobody works."""
        day, x = self.timetable.day(on), self._x(self._midnight(on))
        head = [] if self.column < 15 and on.day % 5 != 1 and on != self.first else [self._head(on, x)]
        ground = (
            Markup("").join(
                _rect(
                    "works",
                    self._x(self.timetable.at(on, timedelta(seconds=part.start))),
                    TOP,
                    (self._share(part.end) - self._share(part.start)) * self.column,
                    self.height - TOP - BOTTOM,
                )
                for part in day.segments
            )
            if day.is_working
            else _rect("rests", x, TOP, self.column, self.height - TOP - BOTTOM)
        )
        edge = Markup('<line class="grid" stroke="{}" x1="{x:.1f}" x2="{x:.1f}" y1="{}" y2="{}"/>').format(
            GRID, TOP - 2, self.height - BOTTOM, x=x
        )
        told = said(
            "{on:%Y-%m-%d} {reason}", on=on, reason=day.reason or word("上班日" if day.is_working else "休息日")
        )
        return Markup("<g><title>{}</title>{}{}{}</g>").format(t(told), ground, edge, Markup("").join(head))

    def _head(self, on: date, x: float) -> Markup:
        middle, day = x + self.column / 2, self.timetable.day(on)
        weekday = WEEKDAYS[on.weekday()]
        if self.column < NARROW:
            name = f"{on.month}/{on.day}" if on == self.first or on.day == 1 else str(on.day)
            return _text(middle, TOP - 8, name, css="label" if day.is_working else "")
        is_moved = day.is_working == (on.weekday() >= 5)
        below = word("上班") if is_moved and day.is_working else word("放假") if is_moved else word(weekday)
        return _text(middle, TOP - 24, f"{on.month}/{on.day}", css="label") + _text(
            middle, TOP - 9, below, css="moved" if is_moved else ""
        )

    def _lane(self, row: int, lane: Lane) -> Markup:
        y = TOP + row * LANE + LANE / 2
        due, is_outside = self._x(lane.due), self._is_outside(lane.due)
        css = "lane draft" if lane.is_draft else "lane"
        line = Markup('<line class="runs" stroke="{}" x1="{:.1f}" x2="{:.1f}" y1="{y}" y2="{y}"/>').format(
            GRID, self._x(lane.start), due, y=y
        )
        counted = Markup("").join(
            _rect("counts", self._x(begun), y - 7, max(self._x(ended) - self._x(begun), 1.5), 14, round=2)
            for begun, ended in self._counted(lane)
        )
        marks = Markup("").join(self._point(point, y) for point in lane.points if not self._is_outside(point.at))
        end = (
            Markup("")
            if is_outside
            else Markup(
                '<rect class="{}" x="{:.1f}" y="{:.1f}" width="11" height="11"><title>{}</title></rect>'
            ).format(
                "due" if lane.is_pressed else "ends", due - 5.5, y - 5.5, t(said("截止 {at}", at=self._local(lane.due)))
            )
        )
        local = lane.due.astimezone(self.timetable.zone)
        told = f"{local.month}/{local.day} {local:%H:%M}"
        return Markup('<g class="{}">{}{}{}{}{}{}{}</g>').format(
            css,
            _text(LEFT - 10, y - 2, lane.label, anchor="end", css="label"),
            _text(LEFT - 10, y + 13, lane.words, anchor="end"),
            line,
            counted,
            marks,
            end,
            _text(
                WIDTH - RIGHT + 10 if is_outside else due + 10,
                y + 4,
                said("→ {told}", told=told) if is_outside else told,
                anchor="start",
                css="label",
            ),
        )

    def _point(self, point: Point, y: float) -> Markup:
        x = self._x(point.at)
        corners = f"{x:.1f},{y - 8:.1f} {x + 8:.1f},{y:.1f} {x:.1f},{y + 8:.1f} {x - 8:.1f},{y:.1f}"
        told = said(
            "{light}：{words}，{at}", light=word(LIGHT_LABELS[point.tone]), words=point.words, at=self._local(point.at)
        )
        return Markup('<polygon class="point {}" fill="{}" points="{}"><title>{}</title></polygon>').format(
            point.tone, FILLS[point.tone], corners, t(told)
        )

    def _counted(self, lane: Lane) -> Iterator[tuple[datetime, datetime]]:
        """Yield the stretches in which a lane's time counts, within the drawing."""
        start, end = lane.start, min(lane.due, self._end)
        match lane.budget.mode:
            case "wall":
                yield start, end
            case "natural":
                begun = self._midnight(self.timetable.date_of(start) + ONE_DAY) if lane.budget.amount else start
                if begun < end:
                    yield begun, end
            case mode:
                day = self.timetable.date_of(start)
                if mode == "wd_eod" and lane.budget.amount:
                    day += ONE_DAY  # the day on which it begins is not counted
                while self._midnight(day) < end:
                    for part in self.timetable.day(day).segments:
                        begun = max(start, self.timetable.at(day, timedelta(seconds=part.start)))
                        ended = min(end, self.timetable.at(day, timedelta(seconds=part.end)))
                        if begun < ended:
                            yield begun, ended
                    day += ONE_DAY

    @property
    def _end(self) -> datetime:
        return self._midnight(self.first + self.days * ONE_DAY)

    def _is_outside(self, at: datetime) -> bool:
        return at > self._end

    def _x(self, at: datetime) -> float:
        day = self.timetable.date_of(at)
        share = self._share(self.timetable.clock_of(at, day).total_seconds())
        return LEFT + min((day - self.first).days + share, self.days) * self.column

    def _share(self, seconds: float) -> float:
        """Return how far across its column a time of day stands: the hours of work are wide, the others narrow."""
        before, after = (NIGHT if self.opens > 0 else 0.0), (NIGHT if self.closes < DAY else 0.0)
        if seconds < self.opens:
            return before * seconds / self.opens
        if seconds > self.closes:
            return 1 - after * max(DAY - seconds, 0) / max(DAY - self.closes, 1)
        return before + (1 - before - after) * (seconds - self.opens) / (self.closes - self.opens)

    def _midnight(self, day: date) -> datetime:
        return self.timetable.at(day, timedelta(0))

    def _local(self, at: datetime) -> str:
        return f"{at.astimezone(self.timetable.zone):%Y-%m-%d %H:%M}"


def _rect(css: str, x: float, y: float, width: float, height: float, *, round: int = 0) -> Markup:
    return Markup('<rect class="{}" fill="{}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}" rx="{}"/>').format(
        css, FILLS[css], x, y, width, height, round
    )


def _text(x: float, y: float, words: str, *, anchor: str = "middle", css: str = "") -> Markup:
    return Markup('<text class="{}" x="{:.1f}" y="{:.1f}" text-anchor="{}">{}</text>').format(
        css, x, y, anchor, t(words)
    )
