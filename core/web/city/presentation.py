"""The city's report made ready for its page: words for figures, marks for charts, rows in their order."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Literal

from markupsafe import Markup

from core.documents.model import Chart
from core.kit.saying import said, word
from core.statistics.asked import Asked
from core.statistics.causes import Causes
from core.statistics.central.pages import cells_href, definition_href
from core.statistics.city import BelowFloor, CityReport, District, Week
from core.statistics.drawings import (
    SATISFIED,
    by_satisfaction,
    is_compared,
    satisfaction_dots,
    satisfaction_of,
    share_bars,
    week_lines,
)
from core.statistics.figures import Figure
from core.statistics.instructions import LevelCount
from core.statistics.shares import Share
from core.statistics.words import change_words, parts_words, remark_words, value_words
from core.web.language.charts import chart_shown

SHOWN = ("accepted", "on_time", "resolved", "satisfied", "overdue", "mean_days_to_reply_of_replies")
"""The six figures on top, in their order."""
OF_DISTRICT = ("accepted", "on_time", "resolved", SATISFIED)
"""The figures that stand beside each district."""
SHOWN_MATTERS = 5
MOST_UNITS = 50
"""Units below the floor that are named; all of them stand on a page of their own."""
Tone = Literal["better", "worse", "same"]


@dataclass(frozen=True, slots=True)
class FigureCard:
    """One figure: its value, the numbers behind it, how it has changed and whether that is good."""

    label: str
    value: str
    unit: str
    change: str
    direction: Literal["up", "down", ""]
    tone: Tone
    parts: str
    note: str
    href: str = ""
    definition: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """One figure of one district: its value, the numbers behind it, and where they stand."""

    value: str
    parts: str
    href: str = ""


@dataclass(frozen=True, slots=True)
class DistrictRow:
    """One district in the table of comparison."""

    slug: str
    name: str
    accepted: Cell
    on_time: Cell
    resolved: Cell
    satisfied: Cell
    is_below: bool
    remark: str


@dataclass(frozen=True, slots=True)
class CauseRow:
    """One cause: how often, as a part of all, and both numbers."""

    label: str
    count: str
    share: str
    parts: str


@dataclass(frozen=True, slots=True)
class CauseCard:
    """The causes of missed limits, or of dissatisfaction, and the categories of matters that are affected most."""

    label: str
    rows: Sequence[CauseRow]
    matters: Sequence[str]


@dataclass(frozen=True, slots=True)
class Overview:
    """All that the page shows."""

    title: str
    month: str
    is_over: bool
    districts: int
    floor: str
    cards: Sequence[FigureCard]
    below: Sequence[str]
    units_below: Sequence[str]
    units_below_count: int
    rows: Sequence[DistrictRow]
    not_compared: Sequence[str]
    satisfaction: Markup | None
    matters: Markup | None
    weeks: Markup | None
    causes: Sequence[CauseCard]
    instructions: Sequence[LevelCount] = ()
    shares: Sequence[Share] = ()
    week_rows: Sequence[Week] = ()


def presented(report: CityReport) -> Overview:
    """Return the report as the page shows it."""
    figures = {figure.id: figure for figure in report.figures}
    ranked = by_satisfaction(report.districts)
    asked = report.question
    units = [below for below in report.below_floor if below.unit is not None]
    return Overview(
        title=said("{words}运行总览", words=word(asked.span_words)),
        month=str(report.month),
        is_over=report.is_over,
        districts=len(report.districts),
        floor=f"{float(report.floor * 100):g}%",
        cards=[
            replace(
                figure_card(figures[figure_id]),
                href=cells_href(asked, figure_id),
                definition=definition_href(figure_id),
            )
            for figure_id in SHOWN
        ],
        below=[_below_words(below) for below in report.below_floor if below.unit is None],
        units_below=[_below_words(below) for below in units[:MOST_UNITS]],
        units_below_count=len(units),
        rows=[_row(district, report.floor, asked) for district in ranked],
        not_compared=[district.name for district in ranked if not is_compared(district)],
        satisfaction=_drawn(satisfaction_dots(report.districts, report.floor)),
        matters=_drawn(share_bars("受理最多的十类诉求", report.by_matter)),
        weeks=_drawn(week_lines(report.weeks)),
        causes=[_causes(each) for each in report.causes if not each.is_empty],
        instructions=report.instructions,
        shares=report.by_matter,
        week_rows=report.weeks,
    )


def figure_card(figure: Figure) -> FigureCard:
    """Return a figure as a card shows it."""
    value, _, unit = value_words(figure.now.value, figure.unit).partition(" ")
    change = change_words(figure.now.value, figure.before.value, figure.unit)
    moved = figure.change or Fraction(0)
    tone: Tone = "same"
    if moved and figure.better != "neither":
        tone = "better" if (moved > 0) == (figure.better == "up") else "worse"
    verdict = {"better": "，好转", "worse": "，变差", "same": ""}[tone]
    return FigureCard(
        label=figure.label,
        value=value,
        unit=unit,
        change=change + verdict,
        direction="up" if moved > 0 else "down" if moved < 0 else "",
        tone=tone,
        parts=parts_words(figure.now, figure.unit),
        note=figure.note,
    )


def _row(district: District, floor: Fraction, asked: Asked) -> DistrictRow:
    cells = {
        figure.id: Cell(
            value_words(figure.now.value, figure.unit),
            parts_words(figure.now, figure.unit),
            cells_href(asked, figure.id, "unit" if asked.aspect == "all" else "day", district=district.slug, group=""),
        )
        for figure in district.figures
        if figure.id in OF_DISTRICT
    }
    satisfaction = satisfaction_of(district)
    return DistrictRow(
        slug=district.slug,
        name=district.name,
        accepted=cells["accepted"],
        on_time=cells["on_time"],
        resolved=cells["resolved"],
        satisfied=cells[SATISFIED],
        is_below=is_compared(district) and (satisfaction.now.value or 0) < floor,
        remark="还没有评价" if satisfaction.now.value is None else remark_words(satisfaction),
    )


def _causes(causes: Causes) -> CauseCard:
    return CauseCard(
        causes.label,
        [
            CauseRow(
                share.label,
                f"{share.numerator:,}",
                value_words(share.value, "percent"),
                f"{share.numerator:,}/{share.denominator:,}",
            )
            for share in causes.codes
        ],
        [
            said(
                "{label} {n:,} 件（{parts_label} {numerator:,} 件）",
                label=word(of.label),
                n=of.n,
                parts_label=word(of.parts[0].label),
                numerator=of.parts[0].numerator,
            )
            for of in causes.matters[:SHOWN_MATTERS]
        ],
    )


def _below_words(below: BelowFloor) -> str:
    name = below.district_name if below.unit is None else f"{below.district_name}{below.unit}"
    words = said(
        "{name} {value}（{satisfied:,}/{rated:,}）",
        name=name,
        value=word(value_words(below.value, "percent")),
        satisfied=below.satisfied,
        rated=below.rated,
    )
    if (below.satisfied, below.rated) == (below.satisfied_adjudicated, below.rated_adjudicated):
        return words
    adjudicated = value_words(below.value_adjudicated, "percent")
    return said(
        "{words}，裁定后 {adjudicated}（{satisfied_adjudicated:,}/{rated_adjudicated:,}）",
        words=words,
        adjudicated=adjudicated,
        satisfied_adjudicated=below.satisfied_adjudicated,
        rated_adjudicated=below.rated_adjudicated,
    )


def _drawn(chart: Chart | None) -> Markup | None:
    return None if chart is None else chart_shown(chart)
