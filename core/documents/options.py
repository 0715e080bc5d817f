"""The same charts as options of ECharts, for the pages on which one can zoom into them.

Options say what is drawn, no colour and no size: these are of the page's theme, and the page's script adds them. What
leads somewhere carries its address as `href`, and its words as `words`; of a heat the page's script makes both from `heat`.
"""

from collections.abc import Sequence
from math import isnan
from typing import Any

from core.documents.charts import Mark
from core.documents.model import Bars, Chart, Dots, Heat, Lines

Options = dict[str, Any]
ZOOMED_FROM = 32
"""From so many steps of time on a line begins with its last part shown, as wide as that many."""


def options_of(chart: Chart | Heat) -> Options:
    """Return the chart as options; the title is said to who cannot see it, too."""
    match chart:
        case Bars():
            drawn = _bars(chart)
        case Dots():
            drawn = _dots(chart)
        case Lines():
            drawn = _lines(chart)
        case Heat():
            drawn = _heat(chart)
    return {"aria": {"enabled": True, "label": {"description": chart.title}}, "animation": False, **drawn}


def _bars(chart: Bars) -> Options:
    return {
        "xAxis": {"type": "value", "min": 0},
        "yAxis": _names(chart.marks),
        "series": [
            {
                "type": "bar",
                "label": {"show": True, "position": "right"},
                "data": [_point(mark) for mark in chart.marks],
            }
        ],
    }


def _dots(chart: Dots) -> Options:
    points = [
        {**_point(mark), "value": [mark.value, place], "symbol": "rect" if mark.value < chart.hold else "circle"}
        for place, mark in enumerate(chart.marks)
    ]
    hold = {"silent": True, "symbol": "none", "data": [{"xAxis": chart.hold}]}
    return {
        "xAxis": {"type": "value", "min": chart.low, "max": 100, "axisLabel": {"formatter": "{value}%"}},
        "yAxis": _names(chart.marks),
        "series": [{"type": "scatter", "label": {"show": True, "position": "right"}, "data": points, "markLine": hold}],
    }


def _lines(chart: Lines) -> Options:
    steps = len(chart.labels)
    first = 100 * max(0, steps - ZOOMED_FROM) / steps if steps else 0
    of_rates = chart.percent_from is not None
    return {
        "legend": {"data": [line.label for line in chart.series]},
        "xAxis": {"type": "category", "data": list(chart.labels)},
        "yAxis": {
            "type": "value",
            "min": chart.percent_from or 0,
            **({"max": 100, "axisLabel": {"formatter": "{value}%"}} if of_rates else {}),
        },
        "dataZoom": [{"type": "inside", "start": first}, {"type": "slider", "start": first}],
        "series": [
            {
                "type": "line",
                "name": line.label,
                "lineStyle": {"type": "dashed" if place else "solid"},
                "symbol": "triangle" if place else "circle",
                "showSymbol": steps <= ZOOMED_FROM,
                "data": [None if isnan(value) else value for value in line.values],
            }
            for place, line in enumerate(chart.series)
        ],
    }


def _heat(chart: Heat) -> Options:
    cells = [
        [column, row, value] for row, values in enumerate(chart.values) for column, value in enumerate(values) if value
    ]
    keys = {"rows": [key for key, _ in chart.rows], "columns": [key for key, _ in chart.columns]}
    return {
        "xAxis": {"type": "category", "data": [name for _, name in chart.columns], "position": "top"},
        "yAxis": {"type": "category", "data": [name for _, name in chart.rows], "inverse": True},
        "series": [{"type": "scatter", "symbol": "rect", "data": cells}],
        "heat": {"most": chart.most, "lead": chart.lead, "asks": list(chart.asks), **keys},
    }


def _names(marks: Sequence[Mark]) -> Options:
    return {"type": "category", "inverse": True, "data": [mark.label for mark in marks]}


def _point(mark: Mark) -> Options:
    point: Options = {"value": mark.value, "words": mark.words}
    return point if mark.href is None else {**point, "href": mark.href}
